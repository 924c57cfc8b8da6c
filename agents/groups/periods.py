"""Periods of time, and counts by period.

A batch of customers' interactions, or a partition that catches up, brings observations of periods
that are not over yet by the clock: besides what is compared, so many of those are kept (`ahead`).
What is judged looks only at periods that are over, so it makes no difference in which order and how
early they were heard of.
"""

from bisect import insort
from typing import NamedTuple

from schemas.alert import Evidence
from schemas.group import Group
from schemas.instant import DAY, HOUR, WEEK
from schemas.trends import MAX_EVIDENCE_KEPT, MAX_EVIDENCE_TOLD, Tally

_TO_MONDAY = 3 * DAY  # 1970-01-01 was a Thursday.


class Period(NamedTuple):
    """Periods of one length (microseconds), numbered from 1970 on.

    >>> WEEKS.of(0), WEEKS.of(4 * DAY), WEEKS.start(1) == 4 * DAY
    (0, 1, True)
    """

    size: int
    most: int
    """So many are compared at the most, whatever the house wishes."""
    ahead: int
    offset: int = 0

    def of(self, at: int) -> int:
        """The number of the period that holds an instant."""
        return (at + self.offset) // self.size

    def start(self, number: int) -> int:
        """The instant at which a period begins."""
        return number * self.size - self.offset

    def whole(self, span: int) -> int:
        """How many of them a duration takes, to the nearest, one at the least."""
        return min(max(1, round(span / self.size)), self.most)


HOURS = Period(HOUR, 168, 8784)
DAYS = Period(DAY, 112, 366)
WEEKS = Period(WEEK, 56, 104, _TO_MONDAY)
"""From Monday 00:00 UTC on."""


def add(tally: Tally, period: int, trials: int, hits: int, keep: int) -> None:
    """Count in that period; the last `keep` periods are kept, and older ones are not counted."""
    if not tally.trials:
        tally.newest, tally.trials, tally.hits = period, [0], [0]
    ahead = period - tally.newest
    if ahead > 0:
        tally.newest = period
        for counts in (tally.trials, tally.hits):
            counts.extend([0] * min(ahead, keep))
            del counts[:-keep]
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


def hits(tally: Tally, first: int, last: int) -> list[int]:
    """The hits of each of the known periods from `first` to `last`, both with them."""
    begin = oldest(tally)
    return tally.hits[max(0, first - begin) : max(0, last - begin + 1)]


def newest(tally: Tally, first: int, last: int, least: int) -> tuple[int, int, int] | None:
    """The fewest newest periods between those with `least` trials or more together: the first of
    them, its trials and its hits. None where all of them hold fewer."""
    begin = oldest(tally)
    trials = struck = 0
    for period in range(min(last, tally.newest), max(first, begin) - 1, -1):
        trials += tally.trials[period - begin]
        struck += tally.hits[period - begin]
        if trials >= least:
            return period, trials, struck
    return None


def between(tally: Tally, first: int, last: int) -> tuple[int, int]:
    """Trials and hits of the periods from `first` to `last`, both with them."""
    begin = oldest(tally)
    low, high = max(0, first - begin), max(0, last - begin + 1)
    return sum(tally.trials[low:high]), sum(tally.hits[low:high])


def trim(tally: Tally, first: int) -> None:
    """Forget the periods before that one; the newest stays."""
    gone = min(first - oldest(tally), len(tally.trials) - 1)
    if gone > 0:
        del tally.trials[:gone], tally.hits[:gone]


def next_heard(tally: Tally, last: int) -> int | None:
    """The first period after `last` of which something was heard."""
    begin = oldest(tally)
    for place in range(max(0, last + 1 - begin), len(tally.trials)):
        if tally.trials[place] or tally.hits[place]:
            return begin + place
    return None


def wake_after(group: Group, signal: str, period: Period, number: int, judged: int) -> None:
    """Ask that signal when a period is over, unless it was judged, or another is over sooner."""
    if number > judged:
        end, due = period.start(number + 1), group.dues.get(signal)
        if due is None or end < due:
            group.wake(signal, end)


def note(kept: list[Evidence], seen: Evidence, period: Period) -> None:
    """Keep it if it is the first of its period."""
    number = period.of(seen.time)
    for place, other in enumerate(kept):
        if period.of(other.time) == number:
            if _place(seen) < _place(other):
                kept[place] = seen
            return
    insort(kept, seen, key=_place)
    del kept[MAX_EVIDENCE_KEPT:]


def shown(kept: list[Evidence], now: int) -> list[Evidence]:
    """The newest three before `now`; the older ones are forgotten."""
    over = [seen for seen in kept if seen.time < now]
    kept[:] = kept[max(0, len(over) - MAX_EVIDENCE_TOLD) :]
    return over[-MAX_EVIDENCE_TOLD:]


def _place(seen: Evidence) -> tuple[int, str]:
    return seen.time, seen.id
