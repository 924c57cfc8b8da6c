"""What the house promises: thresholds from standards.toml, by party, brand and branch.

One table per signal, and `[[override]]` tables that change some of them where their `party`,
`brand` and `branch` all match; where several match all of them hold, the later ones over the
earlier ones. Durations are a number and a unit (`"60 min"`).
"""

import fnmatch
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from schemas.interaction import Party
from schemas.standards.thresholds import Thresholds
from schemas.standards.units import WorkingTime, duration, working_time
from schemas.vocabulary import RequiredName

T = TypeVar("T")
Key = tuple[str | int, ...]
"""Where something stands: table and key, `override` followed by its number."""


class BadStandards(ValueError):
    """standards.toml cannot be used; the message gives file, line, key and what was expected."""


class Exclude(Struct, frozen=True, forbid_unknown_fields=True):
    """Test and bot customers, by shell pattern on the customer id or alias value."""

    customers: tuple[RequiredName, ...] = ()


class Where(Struct, frozen=True):
    """Whom an override is for."""

    party: Party | None = None
    brand: RequiredName | None = None
    branch: RequiredName | None = None


Scope = tuple[str | None, str | None, str | None]
Changes = dict[str, dict[str, Any]]
"""What an override changes: values by table and key."""

# What may stand beside the tables of signals.
_BESIDE: dict[Key, tuple[str, ...]] = {
    (): ("exclude", "override"),
    ("override",): Where.__struct_fields__,
    ("exclude",): (),
}
# Zero would mean "at once" for these, for ever or without end.
_ABOVE_ZERO = frozenset({
    "idle", "expires", "repeated_within", "window", "baseline", "quiet", "before",
    "tier_1", "tier_2", "tier_3",
})  # fmt: skip


class Standards:
    """All thresholds of a house. `thresholds(party, brand, branch)` chooses."""

    def __init__(
        self,
        base: Thresholds | None = None,
        overrides: tuple[tuple[Scope, Changes], ...] = (),
        exclude: Exclude | None = None,
    ) -> None:
        self.base = base or Thresholds()
        self.overrides = overrides
        self.exclude = exclude or Exclude()
        self.varies = bool(overrides)

    def thresholds(self, party: str | None, brand: str | None, branch: str | None) -> Thresholds:
        """The thresholds for one scope: the base, changed by every override that matches."""
        said, found = (party or "customer", brand, branch), self.base
        for scope, changes in self.overrides:
            if all(want is None or want == have for want, have in zip(scope, said, strict=True)):
                found = _changed(found, changes)
        return found

    def excludes(self, name: str) -> bool:
        """Whether the customer of that id or alias value is a test or bot."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.exclude.customers)


def load(path: Path) -> Standards:
    """Standards from a file. Raises BadStandards with one sentence."""
    try:
        # Some editors begin a file with a byte order mark.
        return parse(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as why:
        raise BadStandards(f"{path}: cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise BadStandards(f"{path}: is not UTF-8 text") from None


def parse(text: str, name: str = "standards.toml") -> Standards:
    """Standards from TOML text; `name` stands in the messages. Raises BadStandards."""
    return _Reader(text, name).standards()


class _Reader:
    """One file while it is read: its text says in which line a mistake is."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    def standards(self) -> Standards:
        try:
            tables = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as why:
            message = str(why)
            line = re.search(r" \(at line (\d+), column \d+\)$", message)
            place = f"{self.name}:{line[1]}" if line else self.name
            what = message[: line.start()] if line else message
            raise BadStandards(f"{place}: is not TOML: {what}") from None
        overrides = tables.pop("override", [])
        exclude = self._convert(tables.pop("exclude", {}), Exclude, ("exclude",))
        base = self._thresholds(tables, ())
        if not isinstance(overrides, list) or not all(isinstance(one, dict) for one in overrides):
            raise self._refusal(("override",), "write [[override]], with two brackets")
        scoped = [self._override(one, number) for number, one in enumerate(overrides)]
        return Standards(base, tuple(scoped), exclude)

    def _override(self, tables: dict[str, Any], number: int) -> tuple[Scope, Changes]:
        under = ("override", number)
        said = {part: tables.pop(part) for part in Where.__struct_fields__ if part in tables}
        where = self._convert(said, Where, under)
        scope = (where.party, where.brand, where.branch)
        if scope == (None, None, None):
            raise self._refusal(under, "names none of party, brand and branch")
        thresholds = self._thresholds(tables, under)
        if not any(tables.values()):
            raise self._refusal(
                under, "changes nothing: its tables are written [override.cart_abandoned]"
            )
        changes = {
            table: {key: getattr(getattr(thresholds, table), key) for key in keys}
            for table, keys in tables.items()
        }
        return scope, changes

    def _thresholds(self, tables: dict[str, Any], under: Key) -> Thresholds:
        thresholds = self._convert(tables, Thresholds, under)
        for table, keys in tables.items():
            for key in sorted(keys.keys() & _ABOVE_ZERO):
                if getattr(getattr(thresholds, table), key) <= 0:
                    raise self._refusal(
                        (*under, table, key), 'expected a duration above 0, as "60 min"'
                    )
        return thresholds

    def _convert(self, tables: Any, kind: type[T], under: Key) -> T:
        try:
            return msgspec.convert(tables, kind, dec_hook=_hook)
        except msgspec.ValidationError as why:
            raise self._said(str(why), kind, under) from None

    def _said(self, message: str, kind: type[Any], under: Key) -> BadStandards:
        """msgspec's message in our words."""
        what, _, where = message.partition(" - at `$")
        inner = [part for part in re.sub(r"\[.*?\]", "", where).strip("`").split(".") if part]
        known: Any = kind
        for part in inner:
            known = get_type_hints(known).get(part)
        path, unknown = (*under, *inner), re.match(r"Object contains unknown field `(.*)`", what)
        if unknown:
            choices = ", ".join((*known.__struct_fields__, *([] if inner else _BESIDE[under[:1]])))
            return self._refusal(
                (*path, unknown[1]), f"is not known here: expected one of {choices}"
            )
        if what.startswith("Invalid enum value"):
            parts = [each for part in get_args(known) for each in get_args(part) or (part,)]
            choices = ", ".join(part for part in parts if isinstance(part, str))
            return self._refusal(
                path, f"{what[len('Invalid enum value ') :]} is not one of {choices}"
            )
        return self._refusal(path, _in_toml(what))

    def _refusal(self, path: Key, what: str) -> BadStandards:
        line = self._line(path)
        place = self.name if line is None else f"{self.name}:{line}"
        key = ".".join(part for part in path if isinstance(part, str))
        return BadStandards(f"{place}: {key}: {what}")

    def _line(self, path: Key) -> int | None:
        """The line that `path`, or what encloses it, is written in."""
        lines = _lines(self.text)
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)


_HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]")
_KEY = re.compile(r"\s*((?:[\w.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")


def _lines(text: str) -> dict[Key, int]:
    """The line of every table and key; `override` is followed by its number, from 0."""
    lines: dict[Key, int] = {}
    table: Key = ()
    seen: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            first, *rest = _parts(header[2])
            seen[first] += header[1] == "[["
            table = (first, seen[first] - 1, *rest) if seen[first] else (first, *rest)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _hook(kind: type[Any], value: object) -> object:
    if isinstance(value, str):
        return working_time(value) if kind is WorkingTime else duration(value)
    raise ValueError(f'{value!r} is not a duration with its unit, such as "60 min"')


def _in_toml(what: str) -> str:
    """msgspec's message in TOML's words."""
    words = {"object": "table", "str": "text", "bool": "true or false", "array": "list",
             "float": "number", "int": "whole number"}  # fmt: skip
    said = re.sub(r"`(\w+)(?: \| null)?`", lambda word: words.get(word[1], word[1]), what)
    return said[:1].lower() + said[1:] if said.startswith("Expected") else said


def _changed(thresholds: Thresholds, changes: Changes) -> Thresholds:
    tables = {
        table: msgspec.structs.replace(getattr(thresholds, table), **values)
        for table, values in changes.items()
    }
    return msgspec.structs.replace(thresholds, **tables)
