"""What the house holds to be good manners towards one kind of customer."""

from functools import lru_cache
from typing import NamedTuple

from agents.working_time import Hours
from schemas.standards import HoursTable, MannersTable, Opening, Quiet
from schemas.standards.hours import Zone


class Policy(NamedTuple):
    """Durations are microseconds; `awake` is open when it is not quiet for the customer."""

    cap: int
    urgent: frozenset[str]
    awake: Hours
    snooze: int
    dismissed: int


@lru_cache(maxsize=4096)
def policy(table: MannersTable, zone: str) -> Policy:
    """The manners of a table of the standards, for customers whose clock is that of `zone`."""
    return Policy(
        int(table.cap), frozenset(table.urgent), awake(table.quiet, zone), int(table.snooze),
        int(table.dismissed),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def awake(quiet: Quiet, zone: str) -> Hours:
    """The hours that are not quiet, as a clock: quiet hours end at its `next_open`.

    >>> from schemas.instant import instant, rfc3339
    >>> berlin = awake(Quiet("21:00-08:00"), "Europe/Berlin")
    >>> rfc3339(berlin.next_open(instant("2026-11-22T20:00:00Z")))
    '2026-11-23T07:00:00.000000Z'
    """
    day = tuple(map(Opening, quiet.stretches))
    return Hours(HoursTable(Zone(zone), day, day, day, day, day, day, day))
