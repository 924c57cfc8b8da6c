"""What manners remember of two rows: what was told and snoozed under either."""

from agents.merging.rules import content
from schemas.customer import Customer
from schemas.manners import MAX_SNOOZED, MAX_TOLD, Manners, Snooze


def manners(earlier: Customer, later: Customer) -> Manners | None:
    """Both as one. The zone is the one stated last; alerts that are held back stay so."""
    one, other = earlier.manners, later.manners
    if one is None or other is None:
        return one or other
    zone_at, zone = max((one.zone_at, one.zone or ""), (other.zone_at, other.zone or ""))
    return Manners(
        _told(one, other), _snoozed(one, other), zone or None, zone_at, min(one.due, other.due)
    )


def _told(one: Manners, other: Manners) -> dict[str, int]:
    every = dict(one.told)
    for concern, at in other.told.items():
        every[concern] = max(at, every.get(concern, 0))
    latest = sorted(every.items(), key=lambda item: (item[1], item[0]))[-MAX_TOLD:]
    return dict(sorted(latest))


def _snoozed(one: Manners, other: Manners) -> list[Snooze]:
    """The last word on each signal."""
    found: dict[str, Snooze] = {}
    for snooze in sorted([*one.snoozed, *other.snoozed], key=_said):
        found[snooze.signal] = snooze
    return sorted(found.values(), key=lambda snooze: (snooze.until, snooze.signal))[-MAX_SNOOZED:]


def _said(snooze: Snooze) -> tuple[int, bytes]:
    return snooze.said_at, content(snooze)
