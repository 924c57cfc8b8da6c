"""Opening hours as the file says them: plain data, of which `agents.working_time` makes a clock."""

import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from schemas.instant import quoted

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OPENING = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_FORM = 'such as "09:00-18:00" or "13:30-24:00"'


class Opening(str):
    """One stretch of a day on the local clock, `09:00-12:30`; `24:00` is the day's end."""

    __slots__ = ()

    @property
    def opens(self) -> int:
        """Minutes after midnight."""
        return int(self[:2]) * 60 + int(self[3:5])

    @property
    def closes(self) -> int:
        """Minutes after midnight, the first that is no more in it."""
        return int(self[6:8]) * 60 + int(self[9:])


def opening(text: str) -> Opening:
    """A stretch of a day. Raises ValueError.

    >>> opening("09:00-12:30").opens, opening("00:00-24:00").closes
    (540, 1440)
    """
    match = _OPENING.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is no opening {_FORM}")
    for hour, minute in ((match[1], match[2]), (match[3], match[4])):
        if int(minute) > 59 or int(hour) * 60 + int(minute) > 1440:
            raise ValueError(
                f"{quoted(text)}: {hour}:{minute} is no time of day: expected 00:00 to 24:00"
            )
    found = Opening(text)
    if found.opens >= found.closes:
        raise ValueError(
            f"{quoted(text)} ends before it begins: expected an opening {_FORM}, and what is after"
            " midnight with the next day"
        )
    return found


class Zone(str):
    """A time zone of the IANA database, such as `Europe/Berlin`."""

    __slots__ = ()


class Holidays(str):
    """A country of the `holidays` library, or a part of one: `DE`, `DE-BY`, `US-CA`."""

    __slots__ = ()


def zone(text: str) -> Zone:
    """A time zone. Raises ValueError."""
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError(
            f'{quoted(text)} is not a time zone such as "Europe/Berlin" or "UTC"'
        ) from None
    return Zone(text)


def country(text: str) -> Holidays:
    """Whose public holidays. Raises ValueError."""
    # Only for houses that name a country: importing it takes a tenth of a second.
    from holidays import list_supported_countries

    code, _, part = text.partition("-")
    parts = list_supported_countries(include_aliases=False).get(code)
    if parts is None or len(code) != 2:
        raise ValueError(
            f'{quoted(text)} is not a country or a part of one, such as "DE", "DE-BY" or "US-CA"'
        )
    if text != code and part not in parts:
        expected = f"expected one of {', '.join(parts)}" if parts else f'expected "{code}"'
        raise ValueError(f"{quoted(text)}: {code} has no part {quoted(part)}: {expected}")
    return Holidays(text)


Day = tuple[Opening, ...] | None
Closed = Annotated[tuple[date, ...], Meta(max_length=1000)]


class HoursTable(Struct, frozen=True, forbid_unknown_fields=True):
    """When the house is open, on the clock of `zone`. Nothing said: always.

    A weekday is a list of openings. Once one weekday is named, those that are not are closed.
    `holidays` of a country or a part of one, and the dates of `closed`, are closed all day.
    """

    zone: Zone = Zone("UTC")
    monday: Day = None
    tuesday: Day = None
    wednesday: Day = None
    thursday: Day = None
    friday: Day = None
    saturday: Day = None
    sunday: Day = None
    holidays: Holidays | None = None
    closed: Closed = ()

    @property
    def week(self) -> tuple[tuple[Opening, ...], ...]:
        """The openings of monday to sunday."""
        said = [getattr(self, name) for name in WEEKDAYS]
        if all(each is None for each in said):
            return ((Opening("00:00-24:00"),),) * 7
        return tuple(each or () for each in said)

    @property
    def always(self) -> bool:
        """Whether the house never closes."""
        full = (Opening("00:00-24:00"),)
        return not self.closed and self.holidays is None and all(day == full for day in self.week)

    def openings(self, day: date) -> tuple[Opening, ...]:
        """The openings of that date on the local clock."""
        if day in self.closed or (self.holidays and day in holidays_of(self.holidays, day.year)):
            return ()
        return self.week[day.weekday()]


@cache
def holidays_of(where: str, year: int) -> frozenset[date]:
    """The public holidays of a country, or a part of one, in a year."""
    from holidays import country_holidays

    code, _, part = where.partition("-")
    return frozenset(country_holidays(code, subdiv=part or None, years=year))


def mistake(table: HoursTable) -> tuple[str | None, str] | None:
    """What is wrong with a table as a whole: the key, and a sentence. None: nothing."""
    for name in WEEKDAYS:
        said: tuple[Opening, ...] = getattr(table, name) or ()
        for before, after in pairwise(said):
            if after.opens < before.closes:
                why = "overlap" if after.closes > before.opens else "are not in order"
                return name, f'"{before}" and "{after}" {why}: expected one after the other'
    if not any(table.week):
        return None, 'is never open: expected an opening, as monday = ["09:00-18:00"]'
    if table.closed and _closed_for_a_year(table):
        return "closed", "leaves no open day within a year"
    return None


def _closed_for_a_year(table: HoursTable) -> bool:
    shut, day = 0, min(table.closed)
    while day <= max(table.closed) and shut < 366:
        shut = 0 if table.openings(day) else shut + 1
        day += timedelta(days=1)
    return shut >= 366
