"""Periods of time, and counts by period."""

from typing import NamedTuple

from schemas.instant import DAY, HOUR, WEEK
from schemas.trends import Tally

_TO_MONDAY = 3 * DAY  # 1970-01-01 was a Thursday.


class Period(NamedTuple):
    """Periods of one length (microseconds), numbered from 1970 on.

    >>> WEEKS.of(0), WEEKS.of(4 * DAY), WEEKS.start(1) == 4 * DAY
    (0, 1, True)
    """

    size: int
    offset: int = 0

    def of(self, at: int) -> int:
        """The number of the period that holds an instant."""
        return (at + self.offset) // self.size

    def start(self, number: int) -> int:
        """The instant at which a period begins."""
        return number * self.size - self.offset

    def whole(self, span: int) -> int:
        """How many of them a duration takes, to the nearest, one at the least."""
        return max(1, round(span / self.size))


HOURS = Period(HOUR)
DAYS = Period(DAY)
WEEKS = Period(WEEK, _TO_MONDAY)
"""From Monday 00:00 UTC on."""


def add(tally: Tally, period: int, trials: int, hits: int, keep: int) -> None:
    """Count in that period; the last `keep` periods are kept, and older ones are not counted."""
    if not tally.trials:
        tally.newest, tally.trials, tally.hits = period, [0], [0]
    ahead = period - tally.newest
    if ahead > 0:
        more = [0] * min(ahead, keep)
        tally.newest = period
        tally.trials = (tally.trials + more)[-keep:]
        tally.hits = (tally.hits + more)[-keep:]
    ago = tally.newest - period
    if ago >= keep:
        return
    missing = ago + 1 - len(tally.trials)
    if missing > 0:
        tally.trials = [0] * missing + tally.trials
        tally.hits = [0] * missing + tally.hits
    tally.trials[-1 - ago] += trials
    tally.hits[-1 - ago] += hits


def oldest(tally: Tally) -> int:
    """The number of the first period that is known; above `newest` where none is."""
    return tally.newest - len(tally.trials) + 1


def at(tally: Tally, period: int) -> tuple[int, int]:
    """Trials and hits of one period."""
    place = period - oldest(tally)
    if 0 <= place < len(tally.trials):
        return tally.trials[place], tally.hits[place]
    return 0, 0


def between(tally: Tally, first: int, last: int) -> tuple[int, int]:
    """Trials and hits of the periods from `first` to `last`, both with them."""
    begin = oldest(tally)
    low, high = max(0, first - begin), max(0, last - begin + 1)
    return sum(tally.trials[low:high]), sum(tally.hits[low:high])
