"""A loss takes over from a silence, so it may not come before it: thresholds with which it would.

`lost.alive` above `gone_silent.alive` is such a pair, in own-rhythm mode `lost.factor` under
`gone_silent.factor`. Equal ones are none: then the loss is told alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, get_args

from schemas.house_file import Key
from schemas.interaction import Party
from schemas.standards.house import Override, Standards, Where
from schemas.standards.thresholds import Thresholds

_TABLES = ("lost", "gone_silent")


def too_soon(
    base: Thresholds, stated: Mapping[str, Any], overrides: Sequence[Override]
) -> tuple[Key, str] | None:
    """Where a threshold stands with which a loss would come before the silence, and why it cannot.

    `stated` is what the file says for all, `overrides` are in its order. Looked at are the layers
    as resolved: of everybody, and of whoever one override of these tables is for, or two of them.
    """
    ours = [
        (number, each)
        for number, each in enumerate(overrides)
        if not each.changes.keys().isdisjoint(_TABLES)
    ]
    if not _may_cross(base, [each for _, each in ours]):
        return None
    house = Standards(base, tuple(each for _, each in ours))
    for where in _customers([each.where for _, each in ours]):
        who = (where.brand, where.branch, where.segments, where.queue)
        # Whose party no override names has one all the same, and the layer of that.
        for party in (where.party,) if where.party else get_args(Party):
            found = house.thresholds(party, *who)
            key = _wrong(found)
            if key is not None:
                scope = party, where.brand, where.branch
                layers = [
                    (("override", number), each.changes)
                    for number, each in sorted(ours, key=lambda one: one[1].where.rank)
                    if each.where.matches(scope, where.segments, where.queue)
                ]
                return _said(found, key, [((), stated), *layers])
    return None


def _may_cross(base: Thresholds, overrides: Sequence[Override]) -> bool:
    """Whether any two values cross, whoever they are for: nearly no house has such two, and
    some have hundreds of overrides."""

    def values(table: str, key: str) -> list[float]:
        said = [each.changes.get(table, {}) for each in overrides]
        return [getattr(getattr(base, table), key), *(each[key] for each in said if key in each)]

    return max(values("lost", "alive")) > min(values("gone_silent", "alive")) or min(
        values("lost", "factor")
    ) < max(values("gone_silent", "factor"))


def _customers(named: Sequence[Where]) -> Iterator[Where]:
    """Those whom nothing is particular to, and the least particular of one and of two overrides."""
    yield Where()
    yield from named
    for one, other in combinations(named, 2):
        if both := _both(one, other):
            yield both


def _both(one: Where, other: Where) -> Where | None:
    """Whom two overrides are for at once, if anybody."""
    parts: dict[str, Any] = {}
    for part in ("party", "brand", "branch", "queue"):
        mine, theirs = getattr(one, part), getattr(other, part)
        if mine is not None and theirs is not None and mine != theirs:
            return None
        parts[part] = theirs if mine is None else mine
    if any(other.segments.get(axis, value) != value for axis, value in one.segments.items()):
        return None
    return Where(**parts, segments={**one.segments, **other.segments})


def _wrong(found: Thresholds) -> str | None:
    """The key by which the loss would come first."""
    silence, loss = found.gone_silent, found.lost
    if not (silence.enabled and loss.enabled):
        return None
    if silence.model == "bg_nbd":
        return "alive" if loss.alive > silence.alive else None
    return "factor" if loss.factor < silence.factor else None


def _said(
    found: Thresholds, key: str, layers: Sequence[tuple[Key, Mapping[str, Any]]]
) -> tuple[Key, str]:
    """The last that was stated of the two values, and what it should have been."""
    under, table = next(
        (under, table)
        for under, tables in reversed(layers)
        for table in _TABLES
        if key in tables.get(table, {})
    )
    other = _TABLES[table == "lost"]
    value, limit = getattr(getattr(found, table), key), getattr(getattr(found, other), key)
    is_above = value > limit
    return (*under, table, key), (
        f"{value:g} is {'above' if is_above else 'under'} {other}.{key} of the same customers, so "
        "that lost would come before gone_silent: "
        f"expected {'at most' if is_above else 'at least'} {limit:g}"
    )
