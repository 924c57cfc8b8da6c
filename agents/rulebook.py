"""Which signals an interaction concerns, by its type and by the standards of its customer."""

from typing import NamedTuple

from agents.alerts import Kind
from agents.signals import Signal, signals
from schemas.customer import Customer
from schemas.interaction import CLASSES, CustomActivity, Interaction
from schemas.standards import Scope, Standards, Thresholds

# Platforms name brands and branches freely; what is kept of them is only a short cut.
_MOST_SCOPES = 10_000


class Chapter(NamedTuple):
    """The signals for one kind of customer, indexed by the class of the interaction."""

    signals: tuple[Signal, ...]
    by_class: dict[type[Interaction], tuple[Signal, ...]]


class Rulebook:
    """One chapter for each scope that the standards tell apart."""

    def __init__(self, standards: Standards | None = None) -> None:
        self.standards = standards or Standards()
        self.default = _chapter(self.standards.base)
        self.kinds: dict[str, Kind] = {
            kind.name: kind for signal in self.default.signals for kind in signal.kinds
        }
        self._chapters: dict[Thresholds, Chapter] = {self.standards.base: self.default}
        self._scopes: dict[Scope, Chapter] = {}

    def chapter(self, customer: Customer) -> Chapter:
        """The chapter for this customer."""
        if not self.standards.varies:
            return self.default
        scope = (customer.party, customer.brand, customer.branch)
        found = self._scopes.get(scope)
        if found is None:
            thresholds = self.standards.thresholds(*scope)
            found = self._chapters.get(thresholds) or _chapter(thresholds)
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            self._chapters[thresholds] = self._scopes[scope] = found
        return found


def _chapter(thresholds: Thresholds) -> Chapter:
    all_of_them = signals(thresholds)
    by_class: dict[type[Interaction], tuple[Signal, ...]] = {
        cls: tuple(signal for signal in all_of_them if kind in signal.reacts_to)
        for kind, cls in CLASSES.items()
    }
    by_class[CustomActivity] = ()
    return Chapter(all_of_them, by_class)
