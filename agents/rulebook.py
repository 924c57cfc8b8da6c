"""Which signals an interaction concerns, by its type and by the standards of its customer."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from agents.alerts import Kind
from agents.signals import plugins, signals
from agents.signals.protocol import Clocked, House, Signal, Watching, Woken
from agents.text import Classifier, classifier
from agents.working_time import clock
from schemas.alert import Action
from schemas.customer import Customer
from schemas.interaction import CLASSES, CustomActivity, Interaction
from schemas.playbooks import Playbooks, built_in
from schemas.standards import HoursTable, Standards, Thresholds

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
    watched: frozenset[str] = frozenset()
    """The signals that those watch."""


class Rulebook:
    """One chapter for each scope that the standards tell apart."""

    def __init__(
        self,
        standards: Standards | None = None,
        text: Classifier | None = None,
        playbooks: Playbooks | None = None,
        *,
        observed: bool = True,
    ) -> None:
        """`observed`: whether what concerns groups is told the groups agent."""
        self.observed = observed
        self.standards = standards or Standards()
        self.text = text or _default_text()
        self.playbooks = playbooks or built_in()
        self._advice: dict[tuple[str, str | None, str | None], Action | None] = {}
        self._made: dict[tuple[Thresholds, HoursTable], Chapter] = {}
        self._scopes: dict[Scope, Chapter] = {}
        self.default = self._chapter((None, None, None, (), None))
        self.kinds: dict[str, Kind] = {
            kind.name: kind for signal in self.default.signals for kind in signal.kinds
        }

    def chapter(self, customer: Customer, event: Interaction | None = None) -> Chapter:
        """The chapter for this customer, and where it matters for the queue of this event."""
        standards = self.standards
        if not standards.varies:
            return self.default
        queue, axes = None, standards.axes
        if event is not None and standards.varies_by_queue:
            queue = getattr(event.properties, "queue", None)
            queue = queue if queue in standards.queues else None
        said = customer.segments if axes else None
        segments = tuple((axis, said[axis]) for axis in sorted(axes & said.keys())) if said else ()
        scope = (customer.party, customer.brand, customer.branch, segments, queue)
        found = self._scopes.get(scope)
        if found is None:
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            found = self._scopes[scope] = self._chapter(scope)
        return found

    def advice(self, signal: str, party: str | None, brand: str | None) -> Action | None:
        """What the house does about that signal, for a customer of that party and brand."""
        asked = (signal, party, brand)
        if asked not in self._advice:
            if len(self._advice) >= _MOST_SCOPES:
                self._advice.clear()
            found = self.playbooks.action(signal, party, brand)
            self._advice[asked] = (
                None if found is None else Action(found.code, found.text, found.max_cost)
            )
        return self._advice[asked]

    def _chapter(self, scope: Scope) -> Chapter:
        party, brand, branch, segments, queue = scope
        standards, axes = self.standards, dict(segments)
        limits = standards.thresholds(party, brand, branch, axes, queue)
        table = standards.hours(party, brand, branch, axes, queue)
        made = self._made.get((limits, table))
        if made is None:
            made = _chapter(House(limits, clock(table), standards.own, self.text, self.observed))
            self._made[limits, table] = made
        return made


@cache
def _default_text() -> Classifier:
    return classifier()


def _chapter(house: House) -> Chapter:
    every = (*signals(house), *plugins(house))
    by_class: dict[type[Interaction], tuple[Signal, ...]] = {
        cls: tuple(signal for signal in every if kind in signal.reacts_to)
        for kind, cls in CLASSES.items()
    }
    by_class[CustomActivity] = tuple(
        signal for signal in every if any(kind.startswith("x_") for kind in signal.reacts_to)
    )
    watching = tuple(signal for signal in every if isinstance(signal, Watching))
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
        watching,
        frozenset(name for signal in watching for name in signal.watches),
    )
