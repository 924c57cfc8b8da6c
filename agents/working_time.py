"""Working time: the one clock of every timer that counts only while the house is open.

The house is open at an instant where the local clock then reads a time within one of the day's
openings. So an opening over the hour that a spring night leaves out is an hour shorter, one over
the hour that an autumn night repeats is an hour longer, and what counts is always elapsed time.

Working days count otherwise: `5 working days` end with the last closing of the fifth day in which
the house opens at all, the day of the start not counted. Nor is a day whose last closing finds the
timer paused.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.instant import DAY, EPOCH, HOUR, LATEST, MICROSECOND, MINUTE, SECOND
from schemas.standards import WORKING_DAYS, HoursTable

Stretch = tuple[int, int]
"""From an instant up to, not including, another; microseconds."""
_MOST_DAYS = 4096
_GOING_ON = 1 << 61
"""From here on a number of working days left after a pause: the day of going on counts as well."""
# The furthest that a local date reaches from the same date in UTC: offsets go from -12 h to +14 h.
_BEFORE, _AFTER = 15 * HOUR, 39 * HOUR
# A file that leaves a year without opening is refused; several overrides together may still.
_GIVES_UP = 1100
# Dates end with the year 9999, and so does time.
_LAST = (datetime(9999, 12, 29, tzinfo=UTC) - EPOCH).days
_ONE_DAY = timedelta(days=1)
_NO_LATER = date(9999, 12, 29)
_FIRST = (datetime(1, 1, 4, tzinfo=UTC) - EPOCH).days


class Hours:
    """The opening hours of a house, as a clock. Immutable; without a table it never closes.

    All instants and durations are microseconds; a duration may be of working days.

    >>> from schemas.instant import instant, rfc3339
    >>> from schemas.standards import Opening
    >>> lunch = ("09:00-12:30", "13:30-18:00")
    >>> hours = Hours(HoursTable(monday=tuple(map(Opening, lunch))))
    >>> rfc3339(hours.add(instant("2026-11-23T12:00:00Z"), HOUR))
    '2026-11-23T14:00:00.000000Z'
    """

    def __init__(self, table: HoursTable | None = None) -> None:
        self.table = table or HoursTable()
        self.always = self.table.always
        self._zone = ZoneInfo(self.table.zone)
        self._days: dict[int, tuple[Stretch, ...]] = {}
        self._dates: dict[date, tuple[Stretch, ...]] = {}

    def add(self, start: int, duration: int) -> int:
        """The first instant at which that much working time has passed since `start`.

        Where the house never opens again: the end of time, `LATEST`.
        """
        if duration >= WORKING_DAYS:
            return self._closing(start, duration)
        if self.always or duration <= 0:
            return start + duration
        for opens, closes in self._from(start):
            if closes - opens >= duration:
                return opens + duration
            duration -= closes - opens
        return LATEST

    def between(self, start: int, end: int) -> int:
        """The working time from `start` to `end`; 0 if that is not later. Looks at every day."""
        if self.always:
            return max(end - start, 0)
        total = 0
        for day in range(start // DAY, min(end // DAY, _LAST) + 1):
            for opens, closes in self._stretches(day):
                total += max(min(closes, end) - max(opens, start), 0)
        return total

    def left(self, duration: int, start: int, end: int) -> int:
        """What is left of a duration that ran from `start` to `end`; 0 once it is used up.

        A timer that pauses keeps this, and goes on with `add(resumed, left)`.
        """
        # Asked first, so that no more days are looked at than the duration lasts.
        if self.add(start, duration) <= end:
            return 0
        if duration < WORKING_DAYS:
            return duration - self.between(start, end)
        if duration < _GOING_ON:
            if self._date(start) == self._date(end):
                # The day of the start is still not counted.
                return duration
            first = self._closes(self._date(start))
            return duration + _GOING_ON - WORKING_DAYS - self._closings(max(start, first or 0), end)
        return duration - self._closings(start, end)

    def is_open(self, at: int) -> bool:
        """Whether the house is open at that instant."""
        return self.next_open(at) == at

    def next_open(self, at: int) -> int:
        """That instant if the house is open, else the next opening."""
        if self.always:
            return at
        for opens, closes in self._stretches(at // DAY):  # open by far the most often
            if opens <= at < closes:
                return at
        return next((opens for opens, _ in self._from(at)), LATEST)

    def due(self, duration: int, moments: Sequence[int]) -> int | None:
        """When a duration ends that ran from moments[0], paused at [1], went on at [2] and so on.

        None: it is paused, and has not ended.
        """
        for begin in range(0, len(moments), 2):
            end = self.add(moments[begin], duration)
            if begin + 1 == len(moments) or end <= moments[begin + 1]:
                return end
            duration = self.left(duration, moments[begin], moments[begin + 1])
        return None

    def _closing(self, start: int, duration: int) -> int:
        """When that many working days from `start` end."""
        going_on = duration >= _GOING_ON
        days = duration - (_GOING_ON if going_on else WORKING_DAYS)
        day, shut, end = self._date(start), 0, LATEST
        if not going_on:
            day += _ONE_DAY
        while days > 0 and shut < _GIVES_UP and day < _NO_LATER:
            closing = self._closes(day)
            if closing is None:
                shut += 1
            elif closing > start:
                days, shut, end = days - 1, 0, closing
            day += _ONE_DAY
        return LATEST if days > 0 else end

    def _closings(self, start: int, end: int) -> int:
        """How many days have closed after `start`, up to `end`."""
        found, day, last = 0, self._date(start), self._date(end)
        while day <= last:
            closing = self._closes(day)
            found += closing is not None and start < closing <= end
            day += _ONE_DAY
        return found

    def _closes(self, day: date) -> int | None:
        """The last closing of that local date; None if it has none."""
        return max((closes for _, closes in self._local(day)), default=None)

    def _date(self, at: int) -> date:
        at = min(max(at, _FIRST * DAY), _LAST * DAY)
        return (EPOCH + at * MICROSECOND).astimezone(self._zone).date()

    def _from(self, start: int) -> Iterator[Stretch]:
        """The stretches after `start`, the one that holds it cut; ends where none are to come."""
        shut = 0
        for day in range(start // DAY, _LAST + 1):
            stretches = self._stretches(day)
            for opens, closes in stretches:
                if closes > start:
                    yield max(opens, start), closes
            shut = 0 if stretches else shut + 1
            if shut > _GIVES_UP:
                return

    def _stretches(self, number: int) -> tuple[Stretch, ...]:
        """When the house is open in that UTC day since 1970, in order, none touching the next."""
        found = self._days.get(number)
        if found is None:
            found = ()
            if _FIRST <= number <= _LAST:
                middle = EPOCH.date() + timedelta(days=number)
                near = (middle + timedelta(days=off) for off in (-1, 0, 1))
                begin, end = number * DAY, (number + 1) * DAY
                found = _joined(
                    (max(opens, begin), min(closes, end))
                    for day in near
                    for opens, closes in self._local(day)
                )
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            self._days[number] = found
        return found

    def _local(self, day: date) -> tuple[Stretch, ...]:
        """When the house is open in that date of the local clock."""
        found = self._dates.get(day)
        if found is None:
            if len(self._dates) >= _MOST_DAYS:
                self._dates.clear()
            found = self._dates[day] = self._opened(day)
        return found

    def _opened(self, day: date) -> tuple[Stretch, ...]:
        openings = self.table.openings(day)
        if not openings:
            return ()
        midnight = (day - EPOCH.date()).days * DAY
        return _joined(
            (
                max(midnight + each.opens * MINUTE - offset, since),
                min(midnight + each.closes * MINUTE - offset, until),
            )
            for since, until, offset in self._offsets(midnight)
            for each in openings
        )

    def _offsets(self, midnight: int) -> list[tuple[int, int, int]]:
        """How far the local clock is ahead of UTC, from when to when, around a date.

        No zone has changed its clock twice within these two days.
        """
        since, until = midnight - _BEFORE, midnight + _AFTER
        before, after = self._ahead(since), self._ahead(until)
        if before == after:
            return [(since, until, before)]
        change = self._change(since, until)
        return [(since, change, before), (change, until, after)]

    def _change(self, before: int, after: int) -> int:
        """The instant between two at which the clock is changed."""
        was = self._ahead(before)
        seconds = range(before // SECOND, after // SECOND + 1)
        first = bisect_right(seconds, 0, key=lambda second: self._ahead(second * SECOND) != was)
        return seconds[first] * SECOND

    def _ahead(self, at: int) -> int:
        offset = (EPOCH + at * MICROSECOND).astimezone(self._zone).utcoffset()
        return (offset or timedelta()) // MICROSECOND


@lru_cache(maxsize=1024)
def clock(table: HoursTable) -> Hours:
    """The clock of a table, one for all who ask: what it has learned of days is shared."""
    return Hours(table)


ALWAYS = Hours()
"""Open day and night."""


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Stretches in order, those that touch as one, without empty ones."""
    found: list[Stretch] = []
    for opens, closes in sorted(stretches):
        if opens >= closes:
            continue
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return tuple(found)
