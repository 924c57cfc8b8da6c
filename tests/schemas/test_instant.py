"""Instants: whole microseconds, read from what platforms write and written as one form."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import (
    DAY,
    EARLIEST,
    LATEST,
    SECOND,
    NotAnInstant,
    day_of,
    instant,
    iso_day,
    quoted,
    rfc3339,
)

instants = st.integers(EARLIEST, LATEST)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))


@given(instants)
def test_what_is_written_is_read_back_exactly(at: int) -> None:
    assert instant(rfc3339(at)) == at


@given(instants)
def test_what_is_read_is_written_as_utc_with_six_decimals(at: int) -> None:
    text = rfc3339(at)
    assert rfc3339(instant(text)) == text
    assert (len(text), text[-1], text[-8]) == (27, "Z", ".")


@given(st.dates(date(1990, 1, 2), date(9999, 12, 30)), st.times(), offsets)
def test_an_offset_names_the_same_instant(day: date, clock: time, offset: timezone) -> None:
    moment = datetime.combine(day, clock, offset)
    exact = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert instant(moment.isoformat()) == instant(moment) == exact


@given(st.integers(EARLIEST // SECOND, 4_000_000_000), st.integers(0, 999_999))
def test_epoch_seconds_with_decimals_are_exact_to_the_microsecond(whole: int, micros: int) -> None:
    assert instant(float(f"{whole}.{micros:06d}")) == whole * SECOND + micros


@given(st.dates(date(1990, 1, 1), date(9999, 12, 31)))
def test_a_date_alone_is_its_first_instant_in_utc(day: date) -> None:
    at = instant(str(day))
    assert at % DAY == 0
    assert iso_day(day_of(at)) == str(day)


@given(st.text() | st.floats() | st.integers())
def test_anything_else_is_not_an_instant(value: str | float) -> None:
    try:
        at = instant(value)
    except NotAnInstant as refusal:
        why = str(refusal)
    else:
        assert EARLIEST <= at <= LATEST
        return
    assert len(why) < 200


def test_digits_beyond_the_sixth_are_rounded() -> None:
    assert instant("2026-11-22T10:00:00.1234567Z") == instant("2026-11-22T10:00:00.123457Z")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), float("-inf"), 1e308, 10**400, -(10**5000)],
    ids=["nan", "inf", "-inf", "1e308", "10**400", "-10**5000"],
)
def test_no_number_is_an_instant_that_is_no_time(value: float) -> None:
    with pytest.raises(NotAnInstant):
        instant(value)


def test_a_quote_is_short_and_harmless() -> None:
    assert quoted("a\x1b[2J") == r"'a\x1b[2J'"
    assert quoted("a" * 65) == repr("a" * 61 + "...")
