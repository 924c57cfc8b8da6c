"""`service_level_missed`: too few contacts of a queue or branch were answered in time.

Waits are counted in the interval in which they end. An interval is judged once the clock has passed
its end; what comes later than that is counted as late, enters the figures all the same, and is told
again on `service_levels`.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from agents.alerts import ERROR, WARNING, Facts, Kind
from agents.groups.alerts import GroupAlerts, evidence_of
from agents.groups.service_level import FORMULAS, level
from agents.signals.protocol import House
from schemas import service_level as told
from schemas.group import Group
from schemas.instant import DAY, EPOCH, LATEST, MICROSECOND, MINUTE, SECOND, rfc3339
from schemas.observation import Hold, Wait, split
from schemas.service_level import (
    MAX_DAYS,
    MAX_EVIDENCE,
    MAX_INTERVALS,
    MAX_MONTHS,
    MAX_SKETCHES,
    MONTH,
    Counts,
    Durations,
    Month,
    Service,
    ServiceLevel,
    find,
    forget,
)
from schemas.sketch import Sketch
from streams.contract import Output

Span = TypeVar("Span", Counts, Month)

NAME = "service_level_missed"
LEAST_OF_EMPLOYEES = 20
"""So many contacts stand behind a figure of a group of employees, or it is not told."""
FAR_BELOW = 0.5
"""Below that part of the target a miss is an error."""
_QUARTER = 15 * MINUTE
_QUARTERS_SINCE = 3 * 365 * DAY
"""Since 1972 clocks differ from UTC by whole quarters of an hour: days begin with one."""
_MOST_KEPT = 10_000
_LAST = LATEST - 40 * DAY
"""Dates end with the year 9999: what is later counts in its last whole month."""


def _reason(facts: Facts) -> str:
    ratio, target, within, counted, minutes, formula = facts
    return (
        f"{float(ratio or 0):.1%} of {counted} contacts were answered within {within} s in"
        f" {minutes} minutes, under the target of {float(target or 0):.0%} ({formula})."
    )


SERVICE_LEVEL_MISSED = Kind(
    name=NAME,
    team="support",
    mechanism="baseline",
    opens="too few contacts of a half hour were answered in time, in a queue or branch",
    default="80 % in 20 s, of 20 contacts or more; expires after 1 d",
    source="practice of contact centres; formula and options of Genesys Cloud",
    clears_if="An interval with enough contacts is on target.",
    reason=_reason,
    parameters=lambda facts: {
        "service_level": facts[0],
        "target": facts[1],
        "within_seconds": facts[2],
        "contacts": facts[3],
        "interval_minutes": facts[4],
        "formula": facts[5],
    },
)


class ServiceLevels:
    """Keeps the waits of a group, tells its service levels, and whether they miss the target.

    >>> from schemas.standards import Thresholds
    >>> ServiceLevels(House(Thresholds())).interval == 30 * MINUTE
    True
    """

    kinds = (SERVICE_LEVEL_MISSED,)
    groups = frozenset({"queue", "branch", "employees"})
    reacts_to = frozenset({"wait", "hold"})

    def __init__(self, house: House) -> None:
        self.limits = limits = house.limits.service_level_missed
        self.interval = max(MINUTE, int(limits.interval))
        self.zone: tzinfo = ZoneInfo(house.hours.table.zone)
        self._calendars: dict[int, tuple[int, int]] = {}

    def on_observation(self, group: Group, seen: Any, alerts: GroupAlerts) -> None:
        service = group.service
        if service is None:
            service = group.service = Service()
        day, month = self._calendar(seen.time)
        if isinstance(seen, Hold):
            _add(_month(service, month), "held", seen.held, 1)
            return
        self._count(service, seen, day, month, alerts)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        """An interval has ended: judge it, and tell it with its day and month."""
        service = group.service
        if service is None:
            return
        interval = self.interval
        ended = self._before(service, now)
        for counts in service.intervals[self._before(service, service.closed) : ended]:
            self._close(counts, counts.start + interval, service, alerts)
        service.closed = max(service.closed, now)
        if not ended or service.intervals[ended - 1].start + interval != now:
            self._show(service, 0, 0, alerts)
        coming = [counts.start + interval for counts in service.intervals[ended : ended + 1]]
        if service.counted:  # after an interval with some, the next one even if none comes
            coming.append(now - now % interval + interval)
        group.wake(NAME, min(coming, default=None))
        forget(service, now, interval)
        missed = service.missed
        while missed and (start := next(iter(missed))) + interval <= now:
            del missed[start]

    def _before(self, service: Service, at: int) -> int:
        """How many of the intervals have ended at `at`."""
        number, intervals = len(service.intervals), service.intervals
        while number and intervals[number - 1].start + self.interval > at:
            number -= 1
        return number

    def _count(
        self, service: Service, wait: Wait, day: int, month: int, alerts: GroupAlerts
    ) -> None:
        start = wait.time - wait.time % self.interval
        interval = find(service.intervals, start, service.closed - MAX_INTERVALS * self.interval)
        days = find(service.days, day, service.closed - MAX_DAYS * DAY)
        months = find(service.months, month, service.closed - MAX_MONTHS * MONTH)
        late = wait.outcome == "answered" and wait.waited > self.limits.within
        short = wait.outcome == "abandoned" and wait.waited < self.limits.short_abandon
        for counts in (interval, days, months):
            if counts is not None:
                _enter(counts, wait, late, short)
        open_still = interval is not None and start + self.interval > service.closed
        if open_still and (late or (wait.outcome == "abandoned" and not short)):
            missed = [*service.missed.get(start, ()), evidence_of(wait)]
            missed.sort(key=lambda one: (one.time, one.id))
            service.missed[start] = missed[:MAX_EVIDENCE]
            service.missed = dict(sorted(service.missed.items()))
        if wait.outcome != "flowed_out":
            durations = _month(service, month)
            _add(durations, wait.outcome, wait.waited, 1)
            if wait.corrects:
                _add(durations, wait.outcome, 0, -1)
            elif alerts.key.startswith("queue:"):
                alerts.sample("wait_seconds", split(alerts.key)[2], value=wait.waited / SECOND)
        if not open_still:
            alerts.count("observations_late", NAME)
            self._tell(service, interval, day, month, alerts)
        elif alerts.group.dues.get(NAME) is None:
            alerts.group.wake(NAME, start + self.interval)
        else:
            earliest = min(alerts.group.dues[NAME], start + self.interval)
            alerts.group.wake(NAME, earliest)

    def _close(self, counts: Counts, end: int, service: Service, alerts: GroupAlerts) -> None:
        limits = self.limits
        met, counted = found = level(counts, limits.formula)
        self._show(service, met, counted, alerts)
        day, month = self._calendar(counts.start)
        self._tell(service, counts, day, month, alerts)
        if counted < limits.least or alerts.key.startswith("employees:") or not limits.enabled:
            return
        ratio, standing = found.ratio or 0.0, alerts.standing(NAME)
        if ratio >= limits.target:
            if standing is not None:
                alerts.resolve(NAME, None, end, "recovered")
        elif standing is None:
            facts: Facts = [
                ratio, limits.target, limits.within / SECOND, counted, self.interval / MINUTE,
                limits.formula,
            ]  # fmt: skip
            severity = ERROR if ratio < FAR_BELOW * limits.target else WARNING
            evidence = service.missed.get(counts.start, [])
            alerts.stand(
                SERVICE_LEVEL_MISSED, limits, None, end, facts, evidence, severity=severity
            )

    def _show(self, service: Service, met: int, counted: int, alerts: GroupAlerts) -> None:
        """What the metric of a queue shows: its last interval."""
        if alerts.key.startswith("queue:"):
            queue = split(alerts.key)[2]
            if met != service.met:
                alerts.gauge("service_level_met", queue, change=met - service.met)
            if counted != service.counted:
                alerts.gauge("service_level_counted", queue, change=counted - service.counted)
        service.met, service.counted = met, counted

    def _tell(
        self, service: Service, interval: Counts | None, day: int, month: int, alerts: GroupAlerts
    ) -> None:
        """Write how the interval, its day and its month stand now."""
        if interval is not None:
            end = interval.start + self.interval
            self._write(interval, f"{self.interval // MINUTE}m", end, alerts, None)
        days = _of(service.days, day)
        if days is not None:
            self._write(days, "day", self._after(day, 1), alerts, None)
        months = _of(service.months, month)
        if months is not None:
            spans = _of(service.spans, month)
            self._write(months, "month", self._after(month, 31), alerts, spans)

    def _write(
        self, counts: Counts, span: str, end: int, alerts: GroupAlerts, durations: Month | None
    ) -> None:
        limits, key = self.limits, alerts.key
        if key.startswith("employees:") and counts.answered + counts.abandoned < LEAST_OF_EMPLOYEES:
            return
        began = rfc3339(counts.start)
        said = ServiceLevel(
            group=key, span=span, from_=began, to=rfc3339(min(end, LATEST)), formula=limits.formula,
            within_seconds=limits.within / SECOND,
            short_abandon_seconds=limits.short_abandon / SECOND,
            answered=counts.answered, answered_late=counts.late, abandoned=counts.abandoned,
            short_abandoned=counts.short, flowed_out=counts.flowed_out,
            level=level(counts, limits.formula).ratio,
            levels={formula: level(counts, formula).ratio for formula in FORMULAS},
        )  # fmt: skip
        if durations is not None:
            said.waits = _durations(durations.answered)
            said.patience = _durations(durations.abandoned)
            said.holds = _durations(durations.held)
        name = f"{key}|{span}|{began}"
        alerts.write(Output("service_levels", name.encode(), told.encode(said)))

    def _calendar(self, at: int) -> tuple[int, int]:
        """When the day and the month of an instant begin, on the house's clock."""
        quarter = at // _QUARTER
        found = self._calendars.get(quarter)
        if found is None:
            local = (EPOCH + min(at, _LAST) * MICROSECOND).astimezone(self.zone)
            day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            found = _instant(day), _instant(day.replace(day=1))
            if at >= _QUARTERS_SINCE:
                if len(self._calendars) >= _MOST_KEPT:
                    self._calendars.clear()
                self._calendars[quarter] = found
        return found

    def _after(self, start: int, days: int) -> int:
        """The end of the day, or with 31 days of the month, that begins at `start`."""
        local = (EPOCH + start * MICROSECOND).astimezone(self.zone) + timedelta(days=days)
        return _instant(local if days == 1 else local.replace(day=1))


def _enter(counts: Counts, wait: Wait, late: bool, short: bool) -> None:
    if wait.corrects:
        counts.late += late  # It has been counted as answered, at once.
    elif wait.outcome == "answered":
        counts.answered += 1
        counts.late += late
    elif wait.outcome == "abandoned":
        counts.abandoned += 1
        counts.short += short
    else:
        counts.flowed_out += 1


def _month(service: Service, start: int) -> Month | None:
    """The durations of that month; None for one older than the last three."""
    found = _of(service.spans, start)
    if found is not None:
        return found
    if start < service.closed - MAX_SKETCHES * MONTH:
        return None
    made = Month(start)
    service.spans = sorted([*service.spans, made], key=lambda month: month.start)
    return made


def _of(spans: list[Span], start: int) -> Span | None:
    """The one that begins then; mostly the newest."""
    for span in reversed(spans):
        if span.start == start:
            return span
    return None


def _add(month: Month | None, which: str, span: int, times: int) -> None:
    if month is not None:
        sketch: Sketch = getattr(month, which)
        sketch.add(span, times)


def _durations(sketch: Sketch) -> Durations | None:
    if not sketch.number:
        return None
    p50, p90, p95 = (round((at or 0) / SECOND, 3) for at in sketch.quantiles(0.5, 0.9, 0.95))
    return Durations(sketch.number, sketch.mean or 0.0, p50, p90, p95)


def _instant(moment: datetime) -> int:
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND
