"""Standards as the text of a file that says the same, with what each table means."""

import inspect
import textwrap
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import msgspec

from schemas.standards.hours import HoursTable
from schemas.standards.house import Override, Standards
from schemas.standards.limits import Limits, Standing
from schemas.standards.manners import MannersTable, TeamTable
from schemas.standards.thresholds import Thresholds
from schemas.standards.units import Duration, WorkingTime, written

_LAST = ("expires", "enabled", "team", "severity")
_COMMON = frozenset({*Limits.__struct_fields__, *Standing.__struct_fields__})

_HEAD = """\
# Durations: "90 s", "60 min", "24 h", "30 d"; of working time also "5 working days".
# (S): a figure that the sources of this field name; all others are ours.
#
# In every table: `enabled = false` turns the signal off, `team` and `severity` (info, warning,
# error, critical) replace the signal's own, and `expires` ends an alert that nothing cleared."""


def dump(standards: Standards) -> str:
    """The whole file: `parse(dump(standards))` says the same as `standards`."""
    return "\n\n".join((_HEAD, *_tables(standards))) + "\n"


def signal_tables(thresholds: Thresholds) -> Iterator[str]:
    """Every table of a signal, each with a comment on what its keys mean."""
    for field in msgspec.structs.fields(Thresholds):
        yield _table(field.name, _limits(getattr(thresholds, field.name)), field.type)


def literal(value: object) -> str:
    """A value as TOML.

    >>> literal(Duration(90_000_000)), literal(True), literal(("a", "b")), literal({"x": "y"})
    ('"90 s"', 'true', '["a", "b"]', '{ x = "y" }')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Duration | WorkingTime):
        return f'"{written(value)}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {literal(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        # A TOML basic string escapes as JSON does.
        return msgspec.json.encode(str(value)).decode().replace("\x7f", "\\u007f")
    return repr(value)


def _tables(standards: Standards) -> Iterator[str]:
    yield from signal_tables(standards.base)
    yield _table("hours", _said(standards.base_hours, HoursTable()), HoursTable)
    yield _table("manners", msgspec.structs.asdict(standards.base_manners), MannersTable)
    for name, team in standards.declared.items():
        yield _table(f"teams.{_key(name)}", msgspec.structs.asdict(team), TeamTable)
    yield _table("exclude", {"customers": standards.exclude.customers}, type(standards.exclude))
    yield _table("identity", msgspec.structs.asdict(standards.identity), type(standards.identity))
    for own in standards.own:
        names = zip(own.__struct_encode_fields__, own.__struct_fields__, strict=True)
        values = {name: getattr(own, field) for name, field in names}
        yield "\n".join(("[[standard]]", *_lines(values)))
    for each in standards.overrides:
        yield _override(each)


def _override(each: Override) -> str:
    # Segments are a table inside, and stand behind the keys of no other.
    where = {key: value for key, value in msgspec.structs.asdict(each.where).items() if value}
    tables = [["[[override]]", *_lines(where)]]
    for name, changes in each.changes.items():
        tables.append([f"[override.{name}]", *_lines(changes)])
    if each.hours:
        tables.append(["[override.hours]", *_lines(each.hours)])
    if each.manners:
        tables.append(["[override.manners]", *_lines(each.manners)])
    return "\n".join(line for table in tables for line in table)


def _table(name: str, values: dict[str, Any], kind: type[Any]) -> str:
    about = " ".join((inspect.getdoc(kind) or "").split())
    comment = (f"# {line}" for line in textwrap.wrap(about, 98, break_on_hyphens=False))
    return "\n".join((*comment, f"[{name}]", *_lines(values)))


def _limits(limits: Limits) -> dict[str, Any]:
    """The values of a signal, its own keys first."""
    keys = [key for key in limits.__struct_fields__ if key not in _COMMON]
    return {key: getattr(limits, key) for key in (*keys, *_LAST) if hasattr(limits, key)}


def _said(hours: HoursTable, default: HoursTable) -> dict[str, Any]:
    return {
        key: value
        for key, value in msgspec.structs.asdict(hours).items()
        if key == "zone" or value != getattr(default, key)
    }


def _lines(values: dict[str, Any]) -> Iterator[str]:
    """One line for each value; None is not said."""
    return (f"{_key(key)} = {literal(value)}" for key, value in values.items() if value is not None)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else literal(name)
