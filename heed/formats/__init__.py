"""The formats that `heed replay` and `heed publish` read, each as interactions in wire form.

`read` gives one JSON object as bytes per interaction, in the order in which they are to be taken.
Histories (`cdnow`, `online-retail`, `call-log`) are sorted by event time first: all files together,
and stably, so that rows of one instant keep their order. A new format is one module with a
generator over lines, and one entry in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from heed.formats import call_log, cdnow, interactions, online_retail
from heed.formats.source import STDIN, Counts, Line, UnusableInput, check, lines, open_bytes

__all__ = [
    "FORMATS",
    "STDIN",
    "Counts",
    "Format",
    "Line",
    "UnusableInput",
    "in_order",
    "lines",
    "open_bytes",
    "read",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name, what it holds, and whether it is a history (sorted by time first)."""

    name: str
    about: str
    wire: Callable[[Iterable[Line], Counts], Iterator[bytes]]
    is_history: bool = False


def in_order(events: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Interactions by event time as wire form; `time` is a datetime in UTC.

    They are held as bytes until the last is read: about 400 bytes each and their products.
    """
    held = [(event["time"], orjson.dumps(event, option=orjson.OPT_UTC_Z)) for event in events]
    held.sort(key=lambda item: item[0])
    return (value for _, value in held)


def _history(
    name: str, about: str, events: Callable[[Iterable[Line], Counts], Iterator[dict[str, Any]]]
) -> Format:
    def wire(source: Iterable[Line], counts: Counts) -> Iterator[bytes]:
        yield from in_order(events(source, counts))

    return Format(name, about, wire, is_history=True)


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("interactions", "Heed's own: one JSON object a line", interactions.wire),
        _history("cdnow", "CDNOW purchases: customer, date, CDs, dollars", cdnow.events),
        _history("online-retail", "UCI Online Retail: lines of invoices", online_retail.events),
        _history("call-log", "Technion's call log of a bank: one row a call", call_log.events),
    )
}


def read(
    paths: Sequence[str | Path], format: str = "interactions", counts: Counts | None = None
) -> Iterator[bytes]:
    """The interactions of `paths` (`-` is standard input) as JSON bytes; `counts` is filled.

    Raises UnusableInput at once for an unknown format or a file that is not there, and while
    reading where a file is not of this format.
    """
    if format not in FORMATS:
        raise UnusableInput(f"{format}: no such format, choose one of {', '.join(FORMATS)}.")
    for path in paths:
        check(path)
    return FORMATS[format].wire(lines(paths), counts if counts is not None else Counts())
