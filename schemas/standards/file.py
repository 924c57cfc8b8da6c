"""standards.toml: read into Standards, or refused by file, line and key.

One table per signal, `[hours]`, `[manners]`, `[teams.NAME]`, `[exclude]`, `[identity]`,
`[[override]]` tables that change some of them for some, and `[[standard]]` tables that the house
adds. Durations are a number and a unit (`"60 min"`).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from schemas.house_file import BadFile, HouseFile, Key, text_of
from schemas.instant import quoted
from schemas.standards.dump import literal
from schemas.standards.hours import (
    Holidays,
    HoursTable,
    Opening,
    Zone,
    country,
    mistake,
    opening,
    zone,
)
from schemas.standards.house import Changes, Exclude, Override, Standards, Where
from schemas.standards.identity import Identity
from schemas.standards.limits import Team
from schemas.standards.manners import TEAMS, MannersTable, Quiet, TeamTable, quiet
from schemas.standards.own import HouseStandard
from schemas.standards.silences import too_soon
from schemas.standards.thresholds import Thresholds
from schemas.standards.units import WORKING_DAYS, Duration, WorkingTime, duration, working_time
from schemas.vocabulary import VOCABULARY


class BadStandards(BadFile):
    """standards.toml cannot be used; the message gives file, line, key and what was expected."""


# Zero would mean "at once" for these, for ever or without end.
_ABOVE_ZERO = frozenset({
    "idle", "expires", "repeated_within", "window", "baseline", "quiet", "before",
    "tier_1", "tier_2", "tier_3", "learns",
})  # fmt: skip
_LONGEST_SAID = 64
_BESIDE = ("hours", "manners", "teams", "exclude", "identity", "override", "standard")
_FOR_WHOM = Where.__struct_fields__


def load(path: Path) -> Standards:
    """Standards from a file. Raises BadStandards with one sentence."""
    return parse(text_of(path, BadStandards), str(path))


def parse(text: str, name: str = "standards.toml") -> Standards:
    """Standards from TOML text; `name` stands in the messages. Raises BadStandards."""
    return _Reader(HouseFile(text, name, BadStandards)).standards()


class _Reader:
    """Reads one file, table by table."""

    def __init__(self, file: HouseFile) -> None:
        self.file = file

    def standards(self) -> Standards:
        file, tables = self.file, self.file.tables
        overrides, own = file.listed("override"), file.listed("standard")
        exclude = file.convert(tables.pop("exclude", {}), Exclude, ("exclude",))
        identity = file.convert(tables.pop("identity", {}), Identity, ("identity",), hook=_hook)
        hours = self._hours(tables.pop("hours", {}), ("hours",))
        manners = self._manners(tables.pop("manners", {}), ("manners",))
        teams = self._teams(tables.pop("teams", {}))
        base = self._thresholds(tables, (), _BESIDE)
        others = tuple(self._override(one, number, hours) for number, one in enumerate(overrides))
        if wrong := too_soon(base, tables, others):
            raise file.refusal(*wrong)
        standards = Standards(
            base,
            others,
            exclude,
            hours,
            self._own(own),
            manners,
            teams,
            identity,
        )
        self._check_teams(standards, dict(_teams_named(tables, overrides, own)))
        return standards

    def _override(self, tables: dict[str, Any], number: int, house: HoursTable) -> Override:
        under: Key = ("override", number)
        said = {part: tables.pop(part) for part in _FOR_WHOM if part in tables}
        where = self.file.convert(said, Where, under)
        if where.rank == 0:
            raise self.file.refusal(under, f"names none of {_listed(_FOR_WHOM)}")
        hours = self._other_hours(tables.pop("hours", {}), (*under, "hours"), house)
        said_manners = tables.pop("manners", {})
        table = self._manners(said_manners, (*under, "manners"))
        manners = {key: getattr(table, key) for key in said_manners}
        if manners and where.queue is not None:
            raise self.file.refusal((*under, "manners"), "are of a customer, and not of a queue")
        thresholds = self._thresholds(tables, under, ("hours", "manners", *_FOR_WHOM))
        if not any(tables.values()) and not hours and not manners:
            raise self.file.refusal(
                under, "changes nothing: its tables are written [override.cart_abandoned]"
            )
        changes: Changes = {
            table: {key: getattr(getattr(thresholds, table), key) for key in keys}
            for table, keys in tables.items()
        }
        return Override(where, changes, hours, manners)

    def _thresholds(
        self, tables: dict[str, Any], under: Key, beside: tuple[str, ...]
    ) -> Thresholds:
        thresholds = self.file.convert(tables, Thresholds, under, beside, _hook)
        for table, keys in tables.items():
            for key in sorted(keys.keys() & _ABOVE_ZERO):
                if getattr(getattr(thresholds, table), key) <= 0:
                    raise self.file.refusal(
                        (*under, table, key), 'expected a duration above 0, as "60 min"'
                    )
        return thresholds

    def _hours(self, said: Any, under: Key) -> HoursTable:
        return self._checked(self.file.convert(said, HoursTable, under, hook=_hook), under)

    def _other_hours(self, said: Any, under: Key, house: HoursTable) -> dict[str, Any]:
        """What an override changes in the hours: over those of the house it must stay open."""
        table = self.file.convert(said, HoursTable, under, hook=_hook)
        values = {key: getattr(table, key) for key in said}
        self._checked(msgspec.structs.replace(house, **values), under)
        return values

    def _checked(self, table: HoursTable, under: Key) -> HoursTable:
        if wrong := mistake(table):
            key, why = wrong
            raise self.file.refusal(under if key is None else (*under, key), why)
        return table

    def _manners(self, said: Any, under: Key) -> MannersTable:
        table = self.file.convert(said, MannersTable, under, hook=_hook)
        for signal in table.urgent:
            if signal not in Thresholds.__struct_fields__:
                what = f"{quoted(signal)} is no signal"
                raise self.file.unlisted(
                    (*under, "urgent"), what, signal, Thresholds.__struct_fields__
                )
        return table

    def _teams(self, said: Any) -> dict[str, TeamTable]:
        names = self.file.convert(said, dict[Team, dict[str, Any]], ("teams",))
        return {name: self.file.convert(said[name], TeamTable, ("teams", name)) for name in names}

    def _check_teams(self, standards: Standards, named: dict[str, Key]) -> None:
        """A house that declares teams has misspelt those that it has not; and topics of Kafka may
        not differ in nothing but "." and "_". `named` says where teams are."""
        declared, topics = {*TEAMS, *standards.declared}, dict[str, str]()
        for team in sorted(standards.teams):
            if standards.declared and team not in declared:
                what = f"{quoted(team)} is named as a team, and is none"
                raise self.file.unlisted(named[team], what, team, sorted(declared))
            other = topics.setdefault(team.replace(".", "_"), team)
            if other != team:
                what = f'"{team}" and "{other}" are too much alike: Kafka takes "." for "_"'
                where = named.get(team) or named.get(other) or ("teams", team)
                raise self.file.refusal(where, what)

    def _own(self, tables: list[dict[str, Any]]) -> tuple[HouseStandard, ...]:
        found: dict[str, HouseStandard] = {}
        for number, said in enumerate(tables):
            under: Key = ("standard", number)
            one = self.file.convert(said, HouseStandard, under, hook=_hook)
            for key, kind in (("from", one.began), ("to", one.to)):
                if kind not in VOCABULARY and not kind.startswith("x_"):
                    raise self.file.unlisted(
                        (*under, key), f"{quoted(kind)} is no type of interaction", kind, VOCABULARY
                    )
            if one.began == one.to:
                raise self.file.refusal((*under, "to"), f"is {one.to} as from is")
            if one.within <= 0:
                raise self.file.refusal(
                    (*under, "within"), 'expected a duration above 0, as "60 min"'
                )
            if one.within >= WORKING_DAYS and not one.hours:
                raise self.file.refusal(
                    (*under, "within"), "counts working days: say hours = true as well"
                )
            if one.name in found:
                raise self.file.refusal(
                    (*under, "name"), f'"{one.name}" is the name of an earlier standard'
                )
            found[one.name] = one
        return tuple(found.values())


def _teams_named(
    tables: dict[str, Any], overrides: list[dict[str, Any]], own: list[dict[str, Any]]
) -> Iterator[tuple[str, Key]]:
    """The teams that keys `team` name, each with where that stands."""
    said: list[tuple[Key, dict[str, Any]]] = [((name,), tables[name]) for name in tables]
    for number, override in enumerate(overrides):
        said += [(("override", number, name), override[name]) for name in override]
    said += [(("standard", number), one) for number, one in enumerate(own)]
    for under, keys in said:
        if "team" in keys:
            yield keys["team"], (*under, "team")


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _hook(kind: type[Any], value: object) -> object:
    if isinstance(value, str):
        return _TEXT[kind](value)
    said = literal(value)
    if len(said) > _LONGEST_SAID:
        said = said[:_LONGEST_SAID] + "..."
    if kind in (Duration, WorkingTime):
        raise ValueError(f'{said} is not a duration with its unit, such as "60 min"')
    raise ValueError(f"{said} is not a text, such as {_EXAMPLES[kind]}")


_TEXT: dict[type[Any], Callable[[str], object]] = {
    Duration: duration,
    WorkingTime: working_time,
    Opening: opening,
    Zone: zone,
    Holidays: country,
    Quiet: quiet,
}
_EXAMPLES: dict[type[Any], str] = {
    Opening: '"09:00-18:00"',
    Zone: '"Europe/Berlin"',
    Holidays: '"DE-BY"',
    Quiet: '"21:00-08:00"',
}
