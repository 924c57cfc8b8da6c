"""Which signals an observation concerns: by its kind, and by its group's kind and standards."""

from typing import NamedTuple

from agents.alerts import Kind
from agents.careful import name_of
from agents.groups.protocol import GroupSignal
from agents.groups.signals import signals
from agents.manners.feedback import Feedback
from agents.manners.policy import policy
from agents.manners.router import Router
from agents.rulebook import advised, fingerprint, turned_off
from agents.signals.protocol import House
from agents.working_time import clock
from schemas.alert import Action
from schemas.group import Group
from schemas.observation import CLASSES, split
from schemas.playbooks import Playbooks, built_in
from schemas.standards import HoursTable, MannersTable, Standards, Thresholds

_MOST_SCOPES = 10_000

Scope = tuple[str, str | None, str | None, str | None]
"""Kind of group, brand, branch, queue."""


class GroupChapter(NamedTuple):
    """The signals for one kind of group, by the kind of observation."""

    by_kind: dict[str, tuple[GroupSignal, ...]]
    named: dict[str, GroupSignal]
    """By the name of the first kind of alert, in the order in which they are asked."""
    off: frozenset[str] = frozenset()
    """The signals that the house has turned off."""
    feedback: Feedback = Feedback(MannersTable())
    """What becomes of an alert by the answers of teams."""


class GroupBook:
    """One chapter for each kind of group and each scope that the standards tell apart."""

    def __init__(
        self, standards: Standards | None = None, playbooks: Playbooks | None = None
    ) -> None:
        self.standards = standards or Standards()
        self.playbooks = playbooks or built_in()
        self._made: dict[tuple[str, Thresholds, HoursTable, MannersTable], GroupChapter] = {}
        self._scopes: dict[Scope, GroupChapter] = {}
        house = House(self.standards.base, clock(self.standards.base_hours), self.standards.own)
        self.kinds: dict[str, Kind] = {
            kind.name: kind for signal in signals(house) for kind in signal.kinds
        }

    @property
    def fingerprint(self) -> str:
        """The same for the same standards, and for those alone."""
        return fingerprint(self.standards)

    def chapter(self, key: str, group: Group) -> GroupChapter:
        """The chapter for the group of that key."""
        kind, _, name = split(key)
        scope = (kind, group.brand, group.branch, name if kind == "queue" else None)
        found = self._scopes.get(scope)
        if found is None:
            if len(self._scopes) >= _MOST_SCOPES:
                self._scopes.clear()
            found = self._scopes[scope] = self._chapter(scope)
        return found

    def advice(self, signal: str, party: str | None, brand: str | None, team: str) -> Action | None:
        """What that team does about that signal."""
        return advised(self.playbooks, self.standards, signal, party, brand, team)

    @property
    def teams(self) -> frozenset[str]:
        """Every team that has a topic."""
        return self.standards.teams | {kind.team for kind in self.kinds.values()}

    def router(self, warm_up_until: int = 0) -> Router:
        """What decides whether the teams are told: a group has no night, and no alert about it
        stands in the way of another, so at once, unless a team has snoozed the signal."""
        at_once = policy(MannersTable(urgent=tuple(self.kinds)), "UTC")
        return Router(self.kinds, lambda _: at_once, sorted(self.teams), warm_up_until)

    def _chapter(self, scope: Scope) -> GroupChapter:
        kind, brand, branch, queue = scope
        limits = self.standards.thresholds(None, brand, branch, None, queue)
        table = self.standards.hours(None, brand, branch, None, queue)
        manners = self.standards.manners(None, brand, branch)
        made = self._made.get((kind, limits, table, manners))
        if made is None:
            house = House(limits, clock(table), self.standards.own)
            about = [signal for signal in signals(house) if kind in signal.groups]
            made = self._made[kind, limits, table, manners] = GroupChapter(
                {
                    observed: tuple(signal for signal in about if observed in signal.reacts_to)
                    for observed in CLASSES
                },
                {name_of(signal): signal for signal in about},
                turned_off(limits),
                Feedback(manners),
            )
        return made
