"""Instants: integer microseconds since 1970-01-01 UTC.

Integers keep "up to and including t" exact: a deadline of 60 minutes after a touch is hit by a
record of that very microsecond, which sums of binary fractions cannot promise.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

# Final, here and in other hot modules: what is compiled need not look it up.
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

# Nothing before 1990 is an interaction of a customer: it is an unset clock (1970, 1980).
EARLIEST: Final = 631_152_000 * SECOND
# 9999-12-31T23:59:59.999999Z: RFC 3339 cannot write anything later.
LATEST: Final = 253_402_300_800 * SECOND - 1
# From here on (the year 5138) a number of seconds is a finer unit, sent by mistake.
TOO_FINE: Final = 100_000_000_000
# Written out, because compiled code takes no whole number for a float that is too large for one.
Number = int | float
_FINER = ((1e14, "epoch milliseconds"), (1e17, "epoch microseconds"), (1e20, "epoch nanoseconds"))

Timestamp = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 time: msgspec parses it in C, several times faster than Python can check it."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_LONGEST_QUOTE: Final = 64


class NotAnInstant(ValueError):
    """The value is not a time that Heed accepts; the message says what would be."""


def instant(value: datetime | Number | str) -> int:
    """Microseconds of an RFC 3339 time, a date alone (00:00:00 UTC), or epoch seconds.

    Digits beyond the sixth decimal are rounded, and a leap second is the first of the next minute.
    Raises NotAnInstant for anything else, for epoch milliseconds, and for times before 1990.

    >>> instant("2026-11-22T10:00:00Z") == instant(1795341600) == instant("2026-11-22") + 10 * HOUR
    True
    """
    if isinstance(value, datetime):
        at = (value - EPOCH) // MICROSECOND
    elif isinstance(value, str):
        at = _from_text(value)
    elif value < TOO_FINE:
        at = round(value * SECOND) if value > 0 else 0
    else:
        raise NotAnInstant(_too_fine(value))
    if at < EARLIEST:
        raise NotAnInstant(f"{_said(value)} is before 1990")
    if at > LATEST:
        raise NotAnInstant(f"{_said(value)} is past the year 9999")
    return at


def _from_text(text: str) -> int:
    leap = 0
    if len(text) == len("2026-11-22"):
        whole = text + "T00:00:00Z"
    elif text[17:19] == "60":
        # A leap second, which no library knows: the second after it, under its own name.
        whole, leap = text[:17] + "59" + text[19:], SECOND
    else:
        whole = text
    try:
        moment = msgspec.convert(whole, datetime)
    except msgspec.ValidationError:
        raise NotAnInstant(
            f"{quoted(text)} is not an RFC 3339 time such as 2026-11-22T10:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise NotAnInstant(f"{quoted(text)} has no offset: end it with Z or +hh:mm")
    return (moment - EPOCH) // MICROSECOND + leap


def _too_fine(value: Number) -> str:
    for limit, unit in _FINER:
        if value < limit:
            return f"{value:.0f} looks like {unit}: send epoch seconds"
    return f"{_figure(value)} is no time: send epoch seconds or RFC 3339"


def _said(value: datetime | Number | str) -> str:
    if isinstance(value, str):
        return quoted(value)
    return value.isoformat() if isinstance(value, datetime) else _figure(value)


def _figure(value: Number) -> str:
    """The number, where it is not too large for a float, or for a sentence."""
    return f"{value:.15g}" if -1e20 < value < 1e20 else "such a number"


def quoted(text: str) -> str:
    """`text` as it may stand in a message: in quotes, escaped, at most 64 characters of it."""
    if len(text) <= _LONGEST_QUOTE:
        return repr(text)
    return f"{text[: _LONGEST_QUOTE - 3] + '...'!r}"


# An alert tells the same instant several times over, and its neighbours the same days.
_texts: Final[dict[int, str]] = {}
_days: Final[dict[int, str]] = {}
_MOST_TEXTS: Final = 64
_MOST_DAYS: Final = 4096
# Looked up: formatting numbers is most of what a text costs.
_SECONDS: Final = [f"{second:02d}." for second in range(60)]
_MINUTES: Final = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]


def rfc3339(at: int) -> str:
    """`at` as RFC 3339 UTC with six decimals.

    >>> rfc3339(1795341600_000001)
    '2026-11-22T10:00:00.000001Z'
    """
    text = _texts.get(at)
    if text is None:
        # By small numbers first: Python divides by large ones slowly.
        seconds = at // SECOND
        day = seconds // 86_400
        second = seconds - day * 86_400
        minute = second // 60
        text = (
            f"{_days.get(day) or _date_of(day)}{_MINUTES[minute]}{_SECONDS[second - minute * 60]}"
            f"{str(at - seconds * SECOND + SECOND)[1:]}Z"
        )
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        _texts[at] = text
    return text


def _date_of(day: int) -> str:
    if len(_days) >= _MOST_DAYS:
        _days.clear()
    text = _days[day] = iso_day(day)
    return text


_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


def day_of(at: int) -> int:
    """The UTC day of an instant, as days since 1970-01-01."""
    return at // DAY


def spoken(at: float | int | str | None) -> str:
    """An instant (microseconds) as it stands in a sentence for people.

    >>> spoken(1_795_341_600_000_000)
    '2026-11-22 10:00 UTC'
    """
    minutes = int(at or 0) // MINUTE
    day = minutes // 1440
    return f"{_days.get(day) or _date_of(day)} {_MINUTES[minutes - day * 1440][1:6]} UTC"


def iso_day(day: int) -> str:
    """A day number as a date, such as 1997-02-11."""
    return date.fromordinal(day + _EPOCH_ORDINAL).isoformat()
