"""How many usually arrive at each hour of the week, and until when silence is nothing unusual."""

from zoneinfo import ZoneInfo

from agents.working_time import Hours
from schemas.channel import HOURS_OF_WEEK, Channel
from schemas.instant import DAY, EPOCH, HOUR, LATEST, MICROSECOND, MINUTE, WEEK

MOST_WEEKS = 4
LEAST_WEEKS = 2
"""Before so many whole weeks nothing is usual."""
_MONDAY = 4 * DAY
"""The first Monday after the first of January 1970, a Thursday."""
_QUARTER = 15 * MINUTE
"""Clocks differ from UTC by whole quarters of an hour, since 1972 everywhere."""
_MOST_KEPT = 10_000
_HORIZON = HOURS_OF_WEEK * HOUR
"""Where a whole week does not bring as many as expected, silence says nothing."""


class Usual:
    """Counts arrivals by the hour of the week on the house's clock."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        self.zone = ZoneInfo(hours.table.zone)
        self._hours: dict[int, int] = {}

    def count(self, channel: Channel, at: int, arrivals: int) -> None:
        """So many have arrived in the minute `at`; minutes come in order."""
        week = (at - _MONDAY) // WEEK
        if not channel.week:
            channel.week, channel.usual = [0] * HOURS_OF_WEEK, [0.0] * HOURS_OF_WEEK
            channel.running = week
        for _ in range(min(week - channel.running, MOST_WEEKS + 1)):
            self._turn(channel)
        channel.running = max(channel.running, week)
        channel.week[self.hour(at)] += arrivals

    def silent_at(self, channel: Channel, expected: float) -> int | None:
        """When `expected` should have arrived since the last arrival, in opening hours; None where
        that is not known, or not within a week."""
        start = channel.last_arrival
        if channel.weeks < LEAST_WEEKS or start > LATEST - 2 * WEEK:
            return None
        left, at, end = expected, start, start + _HORIZON
        while at < end:
            following = at - at % HOUR + HOUR
            usual = channel.usual[self.hour(at)]
            if usual:
                share = self.hours.between(at, following) / HOUR * usual
                if share >= left:
                    return self.hours.add(at, round(left / usual * HOUR))
                left -= share
            at = following
        return None

    def hour(self, at: int) -> int:
        """The hour of the week of an instant."""
        quarter = at // _QUARTER
        found = self._hours.get(quarter)
        if found is None:
            if len(self._hours) >= _MOST_KEPT:
                self._hours.clear()
            local = (EPOCH + at * MICROSECOND).astimezone(self.zone)
            found = self._hours[quarter] = local.weekday() * 24 + local.hour
        return found

    def _turn(self, channel: Channel) -> None:
        """A week is over. The first one has been seen in part only, and is left out."""
        if channel.weeks >= 0:
            known = min(channel.weeks, MOST_WEEKS - 1)
            channel.usual = [
                (mean * known + number) / (known + 1)
                for mean, number in zip(channel.usual, channel.week, strict=True)
            ]
        channel.weeks = min(channel.weeks + 1, MOST_WEEKS)
        channel.week = [0] * HOURS_OF_WEEK
