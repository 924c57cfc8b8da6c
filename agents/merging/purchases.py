"""Purchases of two rows, and what of them leads to a stage of life."""

from agents.lifecycle import CLOSED
from agents.mechanisms.rhythm import returned
from agents.merging.rules import Rules, content, either, first, fold, last, packed, times, total
from agents.signals.lifecycle import won_back
from schemas.customer import MAX_PURCHASE_DAYS, NEVER, Customer, Purchases
from schemas.memory import MAX_CATEGORIES, Life

PURCHASES: Rules = {
    "first": min,
    "days": times(MAX_PURCHASE_DAYS),
    "older": total,
    "orders": total,
    "revenue": total,
    "currency": last,  # With revenue, see `purchases`.
    "last_at": max,
    "last_id": last,
    "opened_at": first,
    "due": min,
    "lost_at": first,
}
"""The one with the latest order last."""

LIFE: Rules = {
    "flags": either,
    "categories": lambda one, other: packed(4, 2 * MAX_CATEGORIES)(one, other)[
        : 4 * MAX_CATEGORIES
    ],
    "won_back": max,
    "closed_at": max,
    "begun_at": max,
}


def purchases(earlier: Customer, later: Customer) -> Purchases | None:
    """All purchase days and orders of both. Money in another currency than that of the row which
    bought first does not count, as it would not have."""
    one, other = earlier.purchases, later.purchases
    if one is None or other is None:
        return one or other
    one, other = sorted((one, other), key=_last)
    merged = fold(PURCHASES, one, other)
    merged.older += max(len({*one.days, *other.days}) - MAX_PURCHASE_DAYS, 0)
    paid = [each for each in (one, other) if each.revenue]
    if len({each.currency for each in paid}) > 1:
        paid = [min(paid, key=_begun)]
        merged.revenue = paid[0].revenue
    merged.currency = paid[0].currency if paid else other.currency
    return merged


def life(earlier: Customer, later: Customer) -> Life | None:
    """Flags of both. An account closed under one row is open where they have signed up, subscribed
    or bought since under the other: then the first purchase day since is that of their return."""
    one, other = earlier.life, later.life
    if one is None and other is None:
        return None
    merged = fold(LIFE, one or Life(), other or Life())
    closed = [
        each.life.closed_at or each.last_seen
        for each in (earlier, later)
        if each.life is not None and (each.life.closed_at or each.life.flags & CLOSED)
    ]
    if closed:
        at, history = max(closed), purchases(earlier, later)
        back = NEVER if history is None else returned(history, at + 1)
        if back != NEVER:
            won_back(merged, back)
            merged.closed_at = at
        else:
            merged.won_back = 0  # Of a return before they left again nothing follows.
            if merged.begun_at > at:
                merged.flags &= ~CLOSED
    return merged


def _last(history: Purchases) -> tuple[int, str, bytes]:
    return history.last_at, history.last_id, content(history)


def _begun(history: Purchases) -> tuple[int, str]:
    return history.first, history.currency or ""
