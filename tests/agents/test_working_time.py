"""Working time: what counts, over clock changes, lunch breaks, holidays and pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agents.working_time import Hours, clock
from schemas.instant import (
    DAY,
    EARLIEST,
    EPOCH,
    HOUR,
    LATEST,
    MICROSECOND,
    MINUTE,
    instant,
    rfc3339,
)
from schemas.standards import WORKING_DAYS, HoursTable, Opening, parse, working_days
from schemas.standards.hours import WEEKDAYS

OFFICE = """
[hours]
zone = "Europe/Berlin"
holidays = "DE-BY"
closed = ["2026-12-24"]
monday = ["09:00-12:30", "13:30-18:00"]
tuesday = ["09:00-12:30", "13:30-18:00"]
wednesday = ["09:00-12:30", "13:30-18:00"]
thursday = ["09:00-12:30", "13:30-18:00"]
friday = ["09:00-12:30", "13:30-16:00"]
"""


def hours(text: str) -> Hours:
    return Hours(parse(text).base_hours)


def berlin(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")))


def daily(zone: str, *openings: str) -> Hours:
    days: Any = {day: tuple(map(Opening, openings)) for day in WEEKDAYS}
    return Hours(HoursTable(zone=zone, **days))  # type: ignore[arg-type]


office = hours(OFFICE)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        # 2026-11-23 is a Monday.
        ("2026-11-23T09:00", HOUR, "2026-11-23T10:00"),
        ("2026-11-23T12:00", HOUR, "2026-11-23T14:00"),  # over lunch
        ("2026-11-23T12:00", 30 * MINUTE, "2026-11-23T12:30"),  # up to lunch, not after it
        ("2026-11-23T12:45", 1, "2026-11-23T13:30:00.000001"),
        ("2026-11-23T12:45", 0, "2026-11-23T12:45"),
        ("2026-11-23T03:00", 8 * HOUR, "2026-11-23T18:00"),
        ("2026-11-23T17:00", 8 * HOUR, "2026-11-24T17:00"),
        ("2026-11-27T15:30", HOUR, "2026-11-30T09:30"),  # over a weekend
        ("2026-12-23T17:30", HOUR, "2026-12-28T09:30"),  # closed, two holidays, a weekend
        ("2026-01-05T17:30", HOUR, "2026-01-07T09:30"),  # Epiphany, of Bavaria
        ("2026-10-23T15:30", HOUR, "2026-10-26T09:30"),  # the clocks go back in between
        ("2026-03-27T15:30", HOUR, "2026-03-30T09:30"),  # and forward
        ("2026-11-23T12:00", working_days(1), "2026-11-24T18:00"),
        ("2026-11-23T02:00", working_days(1), "2026-11-24T18:00"),
        ("2026-11-23T12:00", working_days(4), "2026-11-27T16:00"),
        ("2026-11-23T12:00", working_days(5), "2026-11-30T18:00"),
        ("2026-11-28T12:00", working_days(1), "2026-11-30T18:00"),  # from a Saturday
        ("2026-12-23T12:00", working_days(1), "2026-12-28T18:00"),
    ],
)  # fmt: skip
def test_time_passes_only_while_the_house_is_open(start: str, duration: int, end: str) -> None:
    assert rfc3339(office.add(berlin(start), duration)) == rfc3339(berlin(end))


def test_a_house_that_never_closes_costs_nothing_and_days_are_those_of_the_calendar() -> None:
    always, at = Hours(), instant("2026-11-23T15:00:00Z")
    assert always.always
    assert always.add(at, 72 * HOUR) == at + 72 * HOUR
    assert always.between(at, at + 5) == 5
    assert always.between(at, at - 5) == 0
    assert always.is_open(at)
    assert always.add(at, working_days(5)) == instant("2026-11-29")
    assert not always._days
    berlin_always = hours('[hours]\nzone = "Europe/Berlin"')
    assert berlin_always.always
    assert berlin_always.add(at, working_days(1)) == berlin("2026-11-25T00:00")


def test_a_full_week_said_day_by_day_is_always_too() -> None:
    said = "\n".join(f'{day} = ["00:00-24:00"]' for day in WEEKDAYS)
    assert hours(f"[hours]\n{said}").always
    assert not hours(f'[hours]\nclosed = ["2026-12-24"]\n{said}').always


@pytest.mark.parametrize(
    ("zone", "day", "openings", "length"),
    [
        ("Europe/Berlin", "2026-03-28", ["00:00-24:00"], 24 * HOUR),
        ("Europe/Berlin", "2026-03-29", ["00:00-24:00"], 23 * HOUR),
        ("Europe/Berlin", "2026-10-25", ["00:00-24:00"], 25 * HOUR),
        ("Europe/Berlin", "2026-03-29", ["01:30-03:30"], HOUR),
        ("Europe/Berlin", "2026-03-29", ["02:15-02:45"], 0),
        ("Europe/Berlin", "2026-03-29", ["02:15-04:00"], HOUR),
        ("Europe/Berlin", "2026-10-25", ["02:15-02:45"], HOUR),  # twice half an hour
        ("Europe/Berlin", "2026-10-25", ["01:00-04:00"], 4 * HOUR),
        ("Europe/Berlin", "2026-10-25", ["09:00-18:00"], 9 * HOUR),
        ("Australia/Lord_Howe", "2026-04-05", ["00:00-24:00"], 24 * HOUR + 30 * MINUTE),
        ("America/Sao_Paulo", "2018-11-04", ["00:00-24:00"], 23 * HOUR),  # no midnight
        ("America/Sao_Paulo", "2018-11-04", ["00:00-00:30"], 0),
        ("America/Sao_Paulo", "2018-02-17", ["23:00-24:00"], 2 * HOUR),  # midnight twice
        ("America/St_Johns", "2006-10-28", ["23:00-24:00"], 2 * HOUR - MINUTE),
        ("Pacific/Apia", "2011-12-30", ["00:00-24:00"], 0),  # a day that never was
        ("Asia/Kathmandu", "2026-06-01", ["09:00-10:00"], HOUR),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(
    zone: str, day: str, openings: list[str], length: int
) -> None:
    that = daily(zone, *openings)
    total = sum(closes - opens for opens, closes in that._local(date.fromisoformat(day)))
    assert total == length


WEEKS = st.fixed_dictionaries(
    {},
    optional={
        day: st.lists(st.integers(0, 96), unique=True, max_size=6).map(
            lambda marks: tuple(
                Opening(f"{a // 4:02}:{a % 4 * 15:02}-{b // 4:02}:{b % 4 * 15:02}")
                for a, b in list(pairwise(sorted(marks)))[::2]
            )
        )
        for day in WEEKDAYS
    },
)
ZONES = st.sampled_from([
    "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "Asia/Beirut",
])  # fmt: skip
# Around changes of the clock of those zones, and anywhere.
NEAR = [
    "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2018-11-04", "2018-02-18",
    "2006-10-29", "2006-04-02", "2026-04-05", "2011-12-30", "2022-03-27", "2026-02-15",
    "2022-10-30",
]  # fmt: skip
STARTS = st.builds(
    lambda day, minutes: instant(day) + minutes * MINUTE,
    st.sampled_from(NEAR),
    st.integers(-2 * 1440, 2 * 1440),
)
CLOSED = st.lists(st.sampled_from(NEAR).map(lambda day: date.fromisoformat(day)), max_size=3).map(
    tuple
)


def made(zone: str, week: dict[str, Any], closed: tuple[date, ...] = ()) -> Hours:
    return Hours(HoursTable(zone=zone, closed=closed, **week))  # type: ignore[arg-type]


def reads_open(table: HoursTable, at: int) -> bool:
    """The oracle: what the clock on the wall reads, and whether that is within an opening."""
    local = (EPOCH + at * MICROSECOND).astimezone(ZoneInfo(table.zone))
    minute = local.hour * 60 + local.minute
    openings = table.openings(local.date())
    return any(each.opens <= minute < each.closes for each in openings)


@settings(max_examples=150, deadline=None)
@given(ZONES, WEEKS, CLOSED, STARTS, st.integers(0, 3 * 1440))
@example("America/St_Johns", {}, (date(2006, 10, 29),), instant("2006-10-29"), 1440)
def test_between_is_every_open_minute_that_a_clock_on_the_wall_shows(
    zone: str, week: dict[str, Any], closed: tuple[date, ...], start: int, minutes: int
) -> None:
    that = made(zone, week, closed)
    opened = [reads_open(that.table, start + n * MINUTE) for n in range(minutes)]
    end = start + minutes * MINUTE
    assert that.between(start, end) == sum(opened) * MINUTE
    if opened:
        assert that.is_open(start) == opened[0]
    if any(opened):
        assert that.next_open(start) == start + opened.index(True) * MINUTE
        wanted = (sum(opened) + 1) // 2
        passed = 0
        for n, is_open in enumerate(opened, 1):
            passed += is_open
            if passed == wanted:
                assert that.add(start, wanted * MINUTE) == start + n * MINUTE
                break


SPANS = st.integers(0, 60 * HOUR)


@settings(deadline=None)
@given(ZONES, WEEKS, CLOSED, STARTS, SPANS, SPANS)
def test_the_arithmetic_of_working_time_holds(
    zone: str, week: dict[str, Any], closed: tuple[date, ...], start: int, a: int, b: int
) -> None:
    that = made(zone, week, closed)
    assume(any(that.table.week))
    end = that.add(start, a)
    assume(end < LATEST)
    assert that.between(start, end) == a
    assert end >= start + a
    assert that.add(end, b) == that.add(start, a + b)
    assert that.add(start, a) <= that.add(start, a + b)
    assert that.add(start, a) <= that.add(start + b, a)
    middle = start + b
    assert that.between(start, middle) + that.between(middle, middle + a) == that.between(
        start, middle + a
    )
    assert that.left(a, start, end) == 0
    assert that.left(a + 1, start, end) == 1
    # A pause of no length is none, for time and for days.
    for duration in (a, working_days(1 + b % 5)):
        assert that.due(duration, [start, middle, middle]) == that.due(duration, [start])


@settings(deadline=None)
@given(ZONES, WEEKS, CLOSED, STARTS, st.integers(1, 10), st.integers(0, 10))
def test_working_days_end_with_the_last_opening_of_a_day(
    zone: str, week: dict[str, Any], closed: tuple[date, ...], start: int, days: int, more: int
) -> None:
    that = made(zone, week, closed)
    assume(any(that.table.week))
    end = that.add(start, working_days(days))
    assume(end < LATEST)
    assert end > start
    assert that.is_open(end - 1) or that.always
    assert that.add(start, working_days(days + 1)) > end - 2 * HOUR
    assert that.left(working_days(days), start, end) == 0
    assert that.left(working_days(days), start, start) == working_days(days)
    if more:
        assert that.left(working_days(days + more), start, start) > WORKING_DAYS


def test_a_timer_stops_while_the_house_waits_for_the_customer() -> None:
    asked, answered = berlin("2026-11-23T11:00"), berlin("2026-11-25T13:00")
    start = berlin("2026-11-23T10:00")
    assert office.due(2 * HOUR, [start]) == berlin("2026-11-23T12:00")
    assert office.due(2 * HOUR, [start, asked]) is None
    assert office.due(2 * HOUR, [start, asked, answered]) == berlin("2026-11-25T14:30")
    assert office.due(HOUR, [start, asked]) == asked
    later = berlin("2026-11-25T14:00")
    assert office.due(2 * HOUR, [start, asked, answered, later]) is None
    left = office.left(2 * HOUR, start, asked)
    assert left == HOUR
    assert office.add(answered, left) == berlin("2026-11-25T14:30")


def test_working_days_stop_too() -> None:
    start, asked = berlin("2026-11-23T10:00"), berlin("2026-11-24T19:00")
    assert office.left(working_days(5), start, asked) == working_days(4)
    assert office.left(working_days(5), start, berlin("2026-11-24T17:00")) == working_days(5)
    answered = berlin("2026-12-01T10:00")
    assert office.due(working_days(5), [start, asked, answered]) == berlin("2026-12-07T18:00")


def test_hours_that_never_open_end_with_time_and_soon() -> None:
    never = Hours(HoursTable(monday=()))
    at = instant("2026-11-23")
    assert never.add(at, 1) == never.add(at, working_days(1)) == never.next_open(at) == LATEST
    assert never.between(at, at + 9 * DAY) == 0
    assert not never.is_open(at)


@pytest.mark.parametrize("at", [EARLIEST, LATEST, LATEST - 3 * DAY, 0, -5 * DAY])
def test_the_ends_of_time_are_within_reach(at: int) -> None:
    assert office.add(at, 8 * HOUR) >= at or at > LATEST - 7 * DAY
    assert office.add(at, working_days(3)) >= at
    assert office.between(at, at + DAY) >= 0


def test_what_is_remembered_of_days_is_bounded() -> None:
    that = daily("UTC", "08:00-09:00")
    assert that.add(instant("2000-01-01"), 9000 * HOUR) == instant(
        datetime(2000, 1, 1, 9, tzinfo=UTC) + timedelta(days=8999)
    )
    assert len(that._days) <= 4096


def test_a_table_has_one_clock() -> None:
    table = parse(OFFICE).base_hours
    assert clock(table) is clock(parse(OFFICE).base_hours)
    assert clock(HoursTable()).always
