"""What teams were told, and do not want to hear, of two rows of one person."""

from agents.merging.rules import Rules, fold, last, paired
from schemas.customer import Customer
from schemas.manners import MAX_SNOOZED, MAX_TOLD, Manners, Snooze


def _told(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """When each class was last told under either row, the latest twelve."""
    every = {**one}
    for concern, at in other.items():
        every[concern] = max(at, every.get(concern, at))
    latest = sorted(every, key=lambda concern: (every[concern], concern))[-MAX_TOLD:]
    return {concern: every[concern] for concern in sorted(latest)}


def _snoozed(one: list[Snooze], other: list[Snooze]) -> list[Snooze]:
    joined = paired(one, other, lambda each: each.signal, snooze)
    return sorted(joined, key=_said)[-MAX_SNOOZED:]


MANNERS: Rules = {"told": _told, "snoozed": _snoozed, "zone": last, "zone_at": max, "due": min}
"""The one whose zone was stated later last."""

SNOOZE: Rules = {"signal": last, "until": last, "said_at": last}


def manners(earlier: Customer, later: Customer) -> Manners | None:
    """The manners towards both."""
    one, other = earlier.manners, later.manners
    if one is None or other is None:
        return one or other
    one, other = sorted((one, other), key=_stated)
    merged = fold(MANNERS, one, other)
    merged.zone = other.zone or one.zone
    return merged


def snooze(one: Snooze, other: Snooze) -> Snooze:
    """Of what was said of a signal, the last word."""
    return fold(SNOOZE, *sorted((one, other), key=_said))


def _said(each: Snooze) -> tuple[int, int, str]:
    return each.said_at, each.until, each.signal


def _stated(each: Manners) -> tuple[bool, int, str]:
    return each.zone is not None, each.zone_at, each.zone or ""
