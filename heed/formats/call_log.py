"""Call log: the calls of "Anonymous Bank", Israel 1999, as the Technion publishes them.

Tab-separated with a header, one row per call. What becomes of a row, in event time:

| outcome | q_time | gives |
|---|---|---|
| AGENT | > 0 | `contact_queued` at q_start, `contact_answered` at q_exit, `contact_ended` |
| AGENT | 0 | `contact_answered` at vru_exit, `contact_ended` at ser_exit |
| HANG | > 0 | `contact_queued` at q_start, `contact_abandoned` at q_exit |
| HANG | 0 | nothing: hung up in the voice menu, counted as `hung_up_in_menu` |
| PHANTOM | any | nothing: a call that was none, counted as `phantom` |

- A contact is `vru+line`-`call_id`, since call ids repeat. A caller with id 0 is not known to the
  bank and is the customer `call:<contact>`. The queue is the column `type`.
- Agents appear by first name: the column is never read.
- Local times are read as UTC. A clock time smaller than the one before it in the row is on the next
  day. This is kept to the letter from vru_entry to q_exit, although 25 calls of February leave the
  voice menu 8 to 192 seconds "before" they enter it and so count for the next day.
- Service times come from another machine, whose clock runs a second or two behind that of the
  queue in most rows: they are taken on the day on which service begins nearest to the answer, and a
  contact does not end before it is answered. Both are 0:00:00 where nothing was recorded (50 calls
  of February): such a call is answered, and its end is not known.
- Ids of twelve digits came out of a spreadsheet as "6.02701E+11" (21 calls, 9 ids):
  kept as written, although one of them may stand for several customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from heed.formats.source import Counts, Line

COLUMNS = [
    "vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit",
    "vru_time", "q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time",
    "server",
]  # fmt: skip
UNKNOWN_CALLER = "0"
DAY = timedelta(days=1)


def clock(text: str) -> timedelta:
    """A clock time such as 7:02:47, since midnight. Raises ValueError where it is none."""
    hours, minutes, seconds = map(int, text.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def roll(day: datetime, clocks: Iterable[str]) -> list[datetime]:
    """The instants of clock times that follow each other, the first of them on `day`.

    One that is smaller than the one before it is on the next day.

    >>> day = datetime(1999, 2, 10, tzinfo=UTC)
    >>> [f"{at:%d %H:%M:%S}" for at in roll(day, ["23:59:19", "23:59:29", "0:00:26"])]
    ['10 23:59:19', '10 23:59:29', '11 00:00:26']
    """
    instants: list[datetime] = []
    for text in clocks:
        at = day + clock(text)
        if instants and at < instants[-1]:
            day, at = day + DAY, at + DAY
        instants.append(at)
    return instants


def events(lines: Iterable[Line], counts: Counts) -> Iterator[dict[str, Any]]:
    """The events of every call, call by call."""
    for line in lines:
        cells = line.text().split("\t")
        if line.number == 1:
            if cells != COLUMNS:
                raise line.unusable("not the header of a call log, which begins with vru+line")
        elif line.data:
            counts.rows += 1
            yield from _call(line, cells, counts)


def _call(line: Line, cells: list[str], counts: Counts) -> Iterator[dict[str, Any]]:
    try:
        moments, reason = _moments(dict(zip(COLUMNS, cells, strict=True)))
    except ValueError:
        raise line.unusable(
            "not a row of a call log, which has 17 columns, dates as YYMMDD and times as H:MM:SS"
        ) from None
    if reason:
        counts.skip(reason)
    contact = f"{cells[0]}-{cells[1]}"
    customer, queue = cells[2], cells[4]
    for moment, time in moments.items():
        yield {
            "id": f"call-log-{line.serial}-{moment}",
            "type": f"contact_{moment}",
            "time": time,
            "channel": "phone",
            "customer_id": f"call:{contact}" if customer == UNKNOWN_CALLER else customer,
            "properties": {"contact_id": contact, "queue": queue, "medium": "phone"},
        }


def _moments(row: dict[str, str]) -> tuple[dict[str, datetime], str | None]:
    """What happened in a call and when, and the reason if it gives nothing."""
    waited = int(row["q_time"]) > 0
    in_order = ["vru_entry", "vru_exit", *(["q_start", "q_exit"] if waited else [])]
    day = datetime.strptime(row["date"], "%y%m%d").replace(tzinfo=UTC)
    *_, before, last = roll(day, (row[column] for column in in_order))
    queued = {"queued": before} if waited else {}
    match row["outcome"]:
        case "AGENT":
            ended = _end(last, row["ser_start"], row["ser_exit"])
            return {**queued, "answered": last, **({"ended": ended} if ended else {})}, None
        case "HANG" if waited:
            return {**queued, "abandoned": last}, None
        case "HANG":
            return {}, "hung_up_in_menu"
        case "PHANTOM":
            return {}, "phantom"
        case outcome:
            raise ValueError(outcome)


def _end(answered: datetime, start: str, end: str) -> datetime | None:
    """The end of a service that began near `answered`; None where none was recorded."""
    if not clock(start) and not clock(end):
        return None
    midnight = answered.replace(hour=0, minute=0, second=0)
    days = (midnight - DAY, midnight, midnight + DAY)
    nearest = min(days, key=lambda day: abs(day + clock(start) - answered))
    return max(answered, roll(nearest, [start, end])[-1])
