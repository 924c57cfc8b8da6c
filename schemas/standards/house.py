"""All standards of one house, and which of them hold for whom."""

import fnmatch
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from schemas.interaction import Party
from schemas.standards.hours import HoursTable
from schemas.standards.identity import Identity
from schemas.standards.manners import TEAMS, MannersTable, TeamTable
from schemas.standards.own import HouseStandard
from schemas.standards.thresholds import Thresholds
from schemas.vocabulary import RequiredName

Scope = tuple[str | None, str | None, str | None]
"""Party, brand and branch of a customer."""
Changes = dict[str, dict[str, Any]]
"""What an override changes: values by table and key."""
Axis = Annotated[str, Meta(min_length=1, max_length=64)]
S = TypeVar("S", bound=Struct)


class Exclude(Struct, frozen=True, forbid_unknown_fields=True):
    """Customers that are counted and never alerted, such as tests and bots: shell patterns
    (* ? [abc]) on the customer id or the alias value."""

    customers: tuple[RequiredName, ...] = ()


class Where(Struct, frozen=True):
    """Whom an override is for: all that it names must match."""

    party: Party | None = None
    brand: RequiredName | None = None
    branch: RequiredName | None = None
    segments: dict[Axis, RequiredName] = {}
    queue: RequiredName | None = None

    @property
    def rank(self) -> int:
        """Its layer: 1 party, 2 brand, 3 branch, 4 segment, 5 queue; 0 names nobody."""
        said = (self.party, self.brand, self.branch, self.segments, self.queue)
        return max((rank for rank, part in enumerate(said, 1) if part), default=0)

    def matches(
        self, scope: Scope, segments: Mapping[str, str | None] | None, queue: str | None
    ) -> bool:
        """Whether it is for somebody of that scope, those segments, in that queue."""
        wanted = (self.party, self.brand, self.branch)
        if any(want is not None and want != have for want, have in zip(wanted, scope, strict=True)):
            return False
        if self.queue is not None and self.queue != queue:
            return False
        have = segments or {}
        return all(have.get(axis) == value for axis, value in self.segments.items())


class Override(NamedTuple):
    """What differs for some."""

    where: Where
    changes: Changes
    hours: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    manners: dict[str, Any] = {}  # noqa: RUF012


class Standards:
    """All standards of a house. `thresholds` and `hours` choose those that hold.

    Layers hold one over the other, whatever their order in the file: default, party, brand,
    branch, segment, queue; within one layer the later ones over the earlier ones. `varies` and the
    like say whether asking can make a difference at all; `axes` and `queues` name the segment axes
    and queues for which it can.
    """

    def __init__(
        self,
        base: Thresholds | None = None,
        overrides: tuple[Override, ...] = (),
        exclude: Exclude | None = None,
        hours: HoursTable | None = None,
        own: tuple[HouseStandard, ...] = (),
        manners: MannersTable | None = None,
        teams: Mapping[str, TeamTable] | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.base = base or Thresholds()
        self.overrides = tuple(sorted(overrides, key=lambda each: each.where.rank))
        self.exclude = exclude or Exclude()
        self.base_hours = hours or HoursTable()
        self.own = own
        self.base_manners = manners or MannersTable()
        self.declared = dict(teams or {})
        self.identity = identity or Identity()
        self.axes = frozenset(axis for each in overrides for axis in each.where.segments)
        self.queues = frozenset(each.where.queue for each in overrides if each.where.queue)
        self.varies = bool(overrides)
        self.varies_by_segment = bool(self.axes)
        self.varies_by_queue = bool(self.queues)

    def thresholds(
        self,
        party: str | None,
        brand: str | None,
        branch: str | None,
        segments: Mapping[str, str | None] | None = None,
        queue: str | None = None,
    ) -> Thresholds:
        """The thresholds for one kind of customer: the base, changed by every layer that matches.

        Without a party it is a `customer`; `segments` has a value by axis.
        """
        found = self.base
        for each in self._matching(party, brand, branch, segments, queue):
            found = _changed(found, each.changes)
        return found

    def hours(
        self,
        party: str | None,
        brand: str | None,
        branch: str | None,
        segments: Mapping[str, str | None] | None = None,
        queue: str | None = None,
    ) -> HoursTable:
        """The opening hours for one kind of customer, likewise."""
        found = self.base_hours
        for each in self._matching(party, brand, branch, segments, queue):
            found = _replaced(found, each.hours)
        return found

    def manners(
        self,
        party: str | None,
        brand: str | None,
        branch: str | None,
        segments: Mapping[str, str | None] | None = None,
    ) -> MannersTable:
        """When alerts about one kind of customer are held back, likewise."""
        found = self.base_manners
        for each in self._matching(party, brand, branch, segments, None):
            found = _replaced(found, each.manners)
        return found

    @property
    def teams(self) -> frozenset[str]:
        """Every team that these standards, or our own signals, give an alert to."""
        tables = [getattr(self.base, name) for name in Thresholds.__struct_fields__]
        named = [*TEAMS, *self.declared, *(own.team for own in self.own)]
        named += [table.team for table in tables if table.team]
        for each in self.overrides:
            named += [said["team"] for said in each.changes.values() if said.get("team")]
        return frozenset(named)

    def excludes(self, name: str) -> bool:
        """Whether the customer of that id or alias value is a test or bot."""
        return self.excluded_by(name) is not None

    def excluded_by(self, name: str) -> str | None:
        """The first pattern that excludes the customer of that id or alias value."""
        for pattern in self.exclude.customers:
            if fnmatch.fnmatchcase(name, pattern):
                return pattern
        return None

    def _matching(
        self,
        party: str | None,
        brand: str | None,
        branch: str | None,
        segments: Mapping[str, str | None] | None,
        queue: str | None,
    ) -> list[Override]:
        scope = (party or "customer", brand, branch)
        return [each for each in self.overrides if each.where.matches(scope, segments, queue)]


def _changed(thresholds: Thresholds, changes: Changes) -> Thresholds:
    tables = {
        table: _replaced(getattr(thresholds, table), values) for table, values in changes.items()
    }
    return _replaced(thresholds, tables)


def _replaced(table: S, values: dict[str, Any]) -> S:
    return msgspec.structs.replace(table, **values) if values else table
