"""Which signals an interaction concerns, by its type and by the standards of its customer."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import xxhash

from agents.alerts import Kind
from agents.manners.policy import Policy, policy
from agents.manners.router import Router
from agents.observers.everyone import observers
from agents.signals import plugins, signals
from agents.signals.protocol import Clocked, House, Signal, Watching, Woken
from agents.text import Classifier, classifier
from agents.working_time import clock
from schemas.alert import Action
from schemas.customer import Customer
from schemas.interaction import CLASSES, CustomActivity, Interaction
from schemas.playbooks import Playbooks, built_in
from schemas.standards import HoursTable, MannersTable, Standards, Thresholds, dump

# Platforms name brands and branches freely; what is kept of them is only a short cut.
_MOST_SCOPES = 10_000

Scope = tuple[str | None, str | None, str | None, tuple[tuple[str, str], ...], str | None]


_EVERYBODY: Scope = (None, None, None, (), None)


class Chapter(NamedTuple):
    """The signals for one kind of customer, indexed by the class of the interaction."""

    signals: tuple[Signal, ...]
    by_class: Mapping[type[Interaction], tuple[Signal, ...]]
    clocked: tuple[Clocked, ...]
    woken: Mapping[str, Woken]
    watching: tuple[Watching, ...] = ()
    watched: frozenset[str] = frozenset()
    """The signals that those watch."""
    off: frozenset[str] = frozenset()
    """The signals that the house has turned off."""


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
        self._made: dict[tuple[Thresholds, HoursTable, MannersTable], Chapter] = {}
        self._scopes: dict[Scope, Chapter] = {}
        self.default = self._chapter(_EVERYBODY)
        self.kinds: dict[str, Kind] = {
            kind.name: kind for signal in self.default.signals for kind in signal.kinds
        }
        self.teams = self.standards.teams | {kind.team for kind in self.kinds.values()}
        """Every team that has a topic."""
        self._policies: dict[tuple[Scope, str | None], Policy] = {}

    @property
    def fingerprint(self) -> str:
        """The same for the same standards, and for those alone."""
        return fingerprint(self.standards)

    def router(self, warm_up_until: int = 0) -> Router:
        """What decides whether the teams are told."""
        return Router(self.kinds, self.policy, sorted(self.teams), warm_up_until)

    def policy(self, customer: Customer) -> Policy:
        """The manners towards this customer."""
        own = customer.manners.zone if customer.manners is not None else None
        asked = (self._scope(customer, None), own)
        found = self._policies.get(asked)
        if found is None:
            if len(self._policies) >= _MOST_SCOPES:
                self._policies.clear()
            (party, brand, branch, segments, _), standards = asked[0], self.standards
            axes = dict(segments)
            table = standards.manners(party, brand, branch, axes)
            zone = own or standards.hours(party, brand, branch, axes).zone
            found = self._policies[asked] = policy(table, zone)
        return found

    def chapter(
        self, customer: Customer, event: Interaction | None = None, queue: str | None = None
    ) -> Chapter:
        """The chapter for this customer, and where it matters for the queue, of this event."""
        standards = self.standards
        if not standards.varies:
            return self.default
        if event is not None and standards.varies_by_queue:
            queue = getattr(event.properties, "queue", None)
        if queue not in standards.queues:
            queue = None
        scope = self._scope(customer, queue)
        found = self._scopes.get(scope)
        if found is None:
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            found = self._scopes[scope] = self._chapter(scope)
        return found

    def _scope(self, customer: Customer, queue: str | None) -> Scope:
        """What of a customer the standards tell apart."""
        standards = self.standards
        if not standards.varies:
            return _EVERYBODY
        axes = standards.axes
        said = customer.segments if axes else None
        segments = tuple((axis, said[axis]) for axis in sorted(axes & said.keys())) if said else ()
        return customer.party, customer.brand, customer.branch, segments, queue

    def advice(self, signal: str, party: str | None, brand: str | None, team: str) -> Action | None:
        """What that team does about that signal, for a customer of that party and brand.

        What may cost more than the team may spend needs approval.
        """
        return advised(self.playbooks, self.standards, signal, party, brand, team)

    def _chapter(self, scope: Scope) -> Chapter:
        party, brand, branch, segments, queue = scope
        standards, axes = self.standards, dict(segments)
        limits = standards.thresholds(party, brand, branch, axes, queue)
        table = standards.hours(party, brand, branch, axes, queue)
        manners = standards.manners(party, brand, branch, axes)
        made = self._made.get((limits, table, manners))
        if made is None:
            house = House(limits, clock(table), standards.own, self.text, manners, self.observed)
            made = self._made[limits, table, manners] = _chapter(house)
        return made


def fingerprint(standards: Standards) -> str:
    """The same for the same standards, and for those alone."""
    return xxhash.xxh3_64_hexdigest(dump(standards).encode())


def turned_off(limits: Thresholds) -> frozenset[str]:
    """The signals that the house has turned off."""
    return frozenset(
        name for name in Thresholds.__struct_fields__ if not getattr(limits, name).enabled
    )


def advised(
    playbooks: Playbooks,
    standards: Standards,
    signal: str,
    party: str | None,
    brand: str | None,
    team: str,
) -> Action | None:
    """What is recommended; it needs approval where it may cost more than the team may spend."""
    found = playbooks.action(signal, party, brand)
    if found is None:
        return None
    table, cost = standards.declared.get(team), found.max_cost
    most = None if table is None else table.may_spend
    needs = found.needs_approval or (cost is not None and most is not None and cost > most)
    return Action(found.code, found.text, cost, needs)


@cache
def _default_text() -> Classifier:
    return classifier()


def _chapter(house: House) -> Chapter:
    every: tuple[Signal, ...] = (
        *signals(house),
        *plugins(house),
        *(observers() if house.observed else ()),
    )
    off = turned_off(house.limits)
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
            if kind.name not in off
        },
        watching,
        frozenset(name for signal in watching for name in signal.watches),
        off,
    )
