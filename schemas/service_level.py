"""Service levels: what is remembered of the waits of a group, and what goes out about them.

The last record of a key on `service_levels` is the present state of that span: one that comes late
writes it anew.
"""

import msgspec
from msgspec import Struct, field

from schemas.alert import Evidence
from schemas.instant import DAY
from schemas.sketch import Sketch

MONTH = 31 * DAY
MAX_INTERVALS = 96
MAX_DAYS = 35
MAX_MONTHS = 14
MAX_SKETCHES = 3
MAX_EVIDENCE = 10


class Counts(Struct, array_like=True, gc=False):
    """Contacts whose wait ended in the span that begins at `start` (microseconds).

    `late` of the `answered` had waited longer than the target, `short` of the `abandoned` had left
    before the short-abandon limit.
    """

    start: int
    answered: int = 0
    late: int = 0
    abandoned: int = 0
    short: int = 0
    flowed_out: int = 0


class Month(Struct, array_like=True):
    """The durations of one month: waits until answered, until given up, and holds."""

    start: int
    answered: Sketch = field(default_factory=Sketch)
    abandoned: Sketch = field(default_factory=Sketch)
    held: Sketch = field(default_factory=Sketch)


class Service(Struct, array_like=True):
    """The waits of one group: the last intervals, days and months, in order of time.

    `closed` is the end of the last interval that has been judged; `met` and `counted` are what the
    metric of the group shows. `missed` are the first contacts of each interval, by its beginning,
    that were not answered in time.
    """

    intervals: list[Counts] = field(default_factory=list)
    days: list[Counts] = field(default_factory=list)
    months: list[Counts] = field(default_factory=list)
    spans: list[Month] = field(default_factory=list)
    closed: int = 0
    met: int = 0
    counted: int = 0
    missed: dict[int, list[Evidence]] = field(default_factory=dict)


class Durations(Struct):
    """Of durations in seconds: the mean, and quantiles that are at most 0.8 % off."""

    number: int
    mean: float
    p50: float
    p90: float
    p95: float


class ServiceLevel(Struct, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """What goes out on `service_levels`: contacts of `group` whose wait ended in a span.

    `level` is the service level by the house's `formula`, `levels` that by each formula; None where
    nothing is to be divided by.
    """

    group: str
    span: str
    from_: str
    to: str
    formula: str
    within_seconds: float
    short_abandon_seconds: float
    answered: int
    answered_late: int
    abandoned: int
    short_abandoned: int
    flowed_out: int
    level: float | None
    levels: dict[str, float | None]
    waits: Durations | None = None
    patience: Durations | None = None
    holds: Durations | None = None


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(ServiceLevel).decode


def find(spans: list[Counts], start: int, horizon: int) -> Counts | None:
    """The counts of the span that begins at `start`, in order of time; None for one from before the
    `horizon`, which has been forgotten."""
    if start < horizon:
        return None
    at = len(spans)
    while at and spans[at - 1].start > start:
        at -= 1
    if at and spans[at - 1].start == start:
        return spans[at - 1]
    found = Counts(start)
    spans.insert(at, found)
    return found


def forget(service: Service, now: int, interval: int) -> None:
    """Leave out what is older than is remembered: by time, not by number, which would depend on
    how far ahead some observations are."""
    _drop(service.intervals, now - MAX_INTERVALS * interval)
    _drop(service.days, now - MAX_DAYS * DAY)
    _drop(service.months, now - MAX_MONTHS * MONTH)
    _drop(service.spans, now - MAX_SKETCHES * MONTH)


def _drop(spans: list[Counts] | list[Month], horizon: int) -> None:
    while spans and spans[0].start < horizon:
        del spans[0]
