"""Which signals an interaction concerns, by its type and by the standards of its customer."""

from collections.abc import Mapping
from typing import NamedTuple

from agents.alerts import Kind
from agents.signals import plugins, signals
from agents.signals.protocol import Clocked, House, Signal, Watching, Woken
from agents.text import Classifier
from schemas.customer import Customer
from schemas.interaction import CLASSES, CustomActivity, Interaction
from schemas.standards import Standards

# Platforms name brands and branches freely; what is kept of them is only a short cut.
_MOST_SCOPES = 10_000

Scope = tuple[str | None, str | None, str | None, tuple[tuple[str, str], ...], str | None]


class Chapter(NamedTuple):
    """The signals for one kind of customer, indexed by the class of the interaction."""

    signals: tuple[Signal, ...]
    by_class: Mapping[type[Interaction], tuple[Signal, ...]]
    clocked: tuple[Clocked, ...]
    woken: Mapping[str, Woken]
    watching: tuple[Watching, ...] = ()


class Rulebook:
    """One chapter for each scope that the standards tell apart."""

    def __init__(self, standards: Standards | None = None, text: Classifier | None = None) -> None:
        self.standards = standards or Standards()
        self.text = text
        self.by_queue = self.by_segment = False
        self.default = self._chapter((None, None, None, (), None))
        self.kinds: dict[str, Kind] = {
            kind.name: kind for signal in self.default.signals for kind in signal.kinds
        }
        self._scopes: dict[Scope, Chapter] = {}

    def chapter(self, customer: Customer, event: Interaction | None = None) -> Chapter:
        """The chapter for this customer, and where it matters for the queue of this event."""
        if not self.standards.varies:
            return self.default
        queue = getattr(event.properties, "queue", None) if self.by_queue and event else None
        segments = customer.segments if self.by_segment else None
        said = tuple(sorted(segments.items())) if segments else ()
        scope = (customer.party, customer.brand, customer.branch, said, queue)
        found = self._scopes.get(scope)
        if found is None:
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            found = self._scopes[scope] = self._chapter(scope)
        return found

    def _chapter(self, scope: Scope) -> Chapter:
        party, brand, branch, _segments, _queue = scope
        standards = self.standards
        house = House(
            standards.thresholds(party, brand, branch),
        )
        return _chapter(house)


def _chapter(house: House) -> Chapter:
    every = (*signals(house), *plugins(house))
    by_class: dict[type[Interaction], tuple[Signal, ...]] = {
        cls: tuple(signal for signal in every if kind in signal.reacts_to)
        for kind, cls in CLASSES.items()
    }
    by_class[CustomActivity] = tuple(
        signal for signal in every if any(kind.startswith("x_") for kind in signal.reacts_to)
    )
    return Chapter(
        every,
        by_class,
        tuple(signal for signal in every if isinstance(signal, Clocked)),
        {
            kind.name: signal
            for signal in every
            if isinstance(signal, Woken)
            for kind in signal.kinds
        },
        tuple(signal for signal in every if isinstance(signal, Watching)),
    )
