"""What a value of standards.toml is measured in: durations, working time, shares, counts."""

import re
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from schemas.instant import DAY, HOUR, MINUTE, SECOND, WEEK, quoted


class Duration(int):
    """Microseconds, written as `90 s`, `60 min`, `24 h`, `30 d` or `2 weeks`."""


class WorkingTime(int):
    """Microseconds in which the house is open, or whole working days (`5 working days`, `5 wd`).

    Plain durations count open time only, so `8 h` is eight hours of opening and `1 d` is 24 of
    them. Working days are days in which the house opens at all, and are kept as their number above
    `WORKING_DAYS`: `agents.working_time` says when they end.
    """


WORKING_DAYS = 1 << 60
"""From here on a WorkingTime is a number of working days. Any duration is far below."""
MOST_WORKING_DAYS = 366

_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), SECOND),
    **dict.fromkeys(("m", "min", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
}
_DURATION = re.compile(r"\s*([0-9]{1,10}(?:\.[0-9]{1,9})?)\s*([a-z]+)\s*")
_DAYS = re.compile(r"\s*([0-9]{1,9})\s*(?:wd|working days?)\s*")
# Longer than any customer: what is above is a slip, and would leave the range of instants.
LONGEST = 36_525 * DAY


def duration(text: str) -> Duration:
    """A duration in microseconds. Raises ValueError.

    >>> duration("1.5 min") == 90 * SECOND
    True
    """
    match = _DURATION.fullmatch(text)
    if match is None or match[2] not in _UNITS:
        raise ValueError(
            f'{quoted(text)} is not a duration such as "90 s", "60 min", "24 h" or "30 d"'
        )
    span = round(float(match[1]) * _UNITS[match[2]])
    if span > LONGEST:
        raise ValueError(f"{quoted(text)} is longer than a hundred years")
    return Duration(span)


def working_days(number: int) -> WorkingTime:
    """That many working days, as a value of working time."""
    return WorkingTime(WORKING_DAYS + number)


def working_time(text: str) -> WorkingTime:
    """A duration of working time: as `duration`, or a number of working days. Raises ValueError.

    >>> working_time("5 wd") == working_time("5 working days") == working_days(5)
    True
    """
    if days := _DAYS.fullmatch(text):
        number = int(days[1])
        if not 1 <= number <= MOST_WORKING_DAYS:
            raise ValueError(f"{quoted(text)} is not between 1 and {MOST_WORKING_DAYS} days")
        return working_days(number)
    try:
        span = duration(text)
    except ValueError as why:
        if "is not a duration" in str(why):
            raise ValueError(f'{why}, or working days as "5 wd"') from None
        raise
    if span > MOST_WORKING_DAYS * DAY:
        raise ValueError(f"{quoted(text)} is longer than {MOST_WORKING_DAYS} days of working time")
    return WorkingTime(span)


@lru_cache(maxsize=1024)
def written(span: int) -> str:
    """A duration or working time as it is written in the file.

    >>> written(90 * SECOND), written(24 * HOUR), written(working_days(5)), written(0)
    ('90 s', '24 h', '5 working days', '0 s')
    """
    if span >= WORKING_DAYS:
        number = span - WORKING_DAYS
        return f"{number} working day{'s' if number != 1 else ''}"
    # As people say them: 60 min, 24 h and 28 d rather than 1 h, 1 d and 4 weeks.
    for size, unit, least in ((DAY, "d", 2), (HOUR, "h", 2), (MINUTE, "min", 2)):
        if span >= least * size and span % size == 0:
            return f"{span // size} {unit}"
    whole, rest = divmod(span, SECOND)
    return f"{whole}.{rest:06d}".rstrip("0") + " s" if rest else f"{whole} s"


Positive = Annotated[float, Meta(gt=0, le=10_000)]
Fraction = Annotated[float, Meta(ge=0.001, le=0.999)]
Share = Annotated[float, Meta(gt=0, le=1)]
"""A part of a whole, 0 to 1: 40 % is 0.4."""
Significance = Annotated[float, Meta(ge=1e-9, le=0.5)]
"""How often chance alone may open the alert."""
Count = Annotated[int, Meta(ge=1, le=10_000)]
