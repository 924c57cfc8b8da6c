"""What is usual for a customer, from two rows."""

from agents.merging.rules import Rules, either, entries, first, fold, last, paired
from schemas.customer import Customer
from schemas.habits import (
    KIND,
    MAX_KINDS,
    MAX_ORDERS,
    MAX_USES,
    MAX_WEEKS,
    ORDER,
    Habits,
    Waiting,
)

LEARNT = 20
"""The mean of waits is of so many at the most: see `agents.signals.churn.expectations`."""


def _orders(one: bytes, other: bytes) -> bytes:
    """Days and amounts of all orders, the latest 18: two alike are two."""
    return b"".join(sorted([*entries(one, ORDER), *entries(other, ORDER)])[-MAX_ORDERS:])


def _categories(one: bytes, other: bytes) -> bytes:
    """The last day of each category, the eight bought last."""
    known: dict[bytes, bytes] = {}
    for entry in (*entries(one, KIND), *entries(other, KIND)):
        known[entry[:4]] = max(entry[4:], known.get(entry[:4], b""))
    order = sorted((day, name) for name, day in known.items())
    return b"".join(name + day for day, name in order[-MAX_KINDS:])


HABITS: Rules = {
    "week": max,
    "uses": last,  # See `_uses`.
    "usual_uses": max,
    "orders": _orders,
    "categories": _categories,
    "measure": last,  # With usual_spend, see `habits`.
    "usual_spend": last,
    "grown": either,
    "waiting": lambda one, other: sorted(paired(one, other, _name, waiting), key=_name),
    "waits": lambda one, other: min(one + other, LEARNT),
    "mean_wait": last,  # See `habits`.
    "good_at": max,
    "praised_at": max,
    "surprised_at": max,
    "content_at": max,
    "captured_over": max,
    "competitor_at": first,
}

WAITING: Rules = {"name": last, "queued_at": max, "answered_at": max}


def habits(earlier: Customer, later: Customer) -> Habits | None:
    """Uses, orders and waits of both."""
    one, other = earlier.habits, later.habits
    if one is None or other is None:
        return one or other
    merged = fold(HABITS, one, other)
    merged.uses = _uses(one, other)
    usual = [(each.usual_spend, each.measure) for each in (one, other) if each.usual_spend]
    merged.usual_spend, merged.measure = max(usual, default=(None, 0))
    waits = one.waits + other.waits
    if waits:
        merged.mean_wait = (one.waits * one.mean_wait + other.waits * other.mean_wait) // waits
    return merged


def waiting(one: Waiting, other: Waiting) -> Waiting:
    """Two ends of one contact."""
    return fold(WAITING, one, other)


def _uses(one: Habits, other: Habits) -> list[int]:
    """Uses by week, added up; the last is that of the later row's."""
    every: dict[int, int] = {}
    for each in (one, other):
        begin = each.week - len(each.uses) + 1
        for week, uses in enumerate(each.uses, begin):
            every[week] = min(every.get(week, 0) + uses, MAX_USES)
    if not every:
        return []
    end = max(one.week, other.week)
    return [every.get(week, 0) for week in range(max(min(every), end - MAX_WEEKS + 1), end + 1)]


def _name(each: Waiting) -> int:
    return each.name
