"""Matters and complaints of two rows."""

from agents.merging.rules import (
    Rules,
    content,
    either,
    entries,
    first,
    fold,
    last,
    packed,
    paired,
    total,
)
from schemas.correspondence import HASH, INSTANT, MOST_COUNTED, Correspondence, Matter
from schemas.customer import Customer


def _instant(entry: bytes) -> bytes:
    return entry[HASH:] + entry[:HASH]


CORRESPONDENCE: Rules = {
    "matters": lambda one, other: sorted(paired(one, other, _name, join), key=_place),
    "complaints": packed(HASH + INSTANT, MOST_COUNTED, _instant),
    "repeated_at": max,
}

MATTER: Rules = {
    "name": last,
    "ticket": last,
    "last": max,
    "spent": total,
    "transfers": total,
    "contacts": lambda one, other: b"".join(
        sorted([*entries(one, INSTANT), *entries(other, INSTANT)])[-MOST_COUNTED:]
    ),
    "contact": last,
    "queued_at": first,
    "answered_at": max,
    "held_at": first,
    "resumed_at": max,
    "told": either,
}
"""Of two parts of one matter, the one heard of later last."""


def correspondence(earlier: Customer, later: Customer) -> Correspondence | None:
    """What the matters of both have cost, and the complaints of both."""
    one, other = earlier.correspondence, later.correspondence
    if one is None or other is None:
        return one or other
    return fold(CORRESPONDENCE, one, other)


def join(one: Matter, other: Matter) -> Matter:
    """Two parts of one matter; a wait may have begun under one row and ended under the other."""
    earlier, later = sorted((one, other), key=_last)
    matter = fold(MATTER, earlier, later)
    if 0 < matter.queued_at <= matter.answered_at:
        matter.spent += matter.answered_at - matter.queued_at
        matter.queued_at = matter.answered_at = 0
    if 0 < matter.held_at <= matter.resumed_at:
        matter.spent += matter.resumed_at - matter.held_at
        matter.held_at = matter.resumed_at = 0
    return matter


def _name(matter: Matter) -> tuple[str | None, bool]:
    return matter.name, matter.ticket


def _place(matter: Matter) -> tuple[int, str, bool]:
    return matter.last, matter.name or "", matter.ticket


def _last(matter: Matter) -> tuple[int, bytes]:
    return matter.last, content(matter)
