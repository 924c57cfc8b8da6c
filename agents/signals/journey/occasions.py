"""`occasion_due`: a birthday, an anniversary or the day of a contract is near.

A week is time enough to write, and near enough not to be forgotten again: ours.
"""

import re
from datetime import date

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import began
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from schemas.alert import Resolution
from schemas.customer import Customer, bounded
from schemas.instant import DAY, LATEST, day_of, iso_day
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import OccasionDue

MOST_OCCASIONS = 4
_SET, _DELETED = "occasion_set", "account_deleted"
_REACHED_OUT = (
    "message_sent", "offer_sent", "benefit_given", "callback_done", "meeting_held", "visit_made",
)  # fmt: skip
_YEARLY = ("birthday", "anniversary", "geburtstag", "jahrestag", "jubil")
_DATE = re.compile(r"(?:(\d{4})-|--)?(\d\d)-(\d\d)(?:[T ].*)?", re.ASCII | re.DOTALL)
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - _EPOCH
_SOME_LEAP_YEAR = 2000
_ONCE, _TOLD = 0, -1
"""In place of month and day: comes once, and has been told of."""


def _reason(facts: Facts) -> str:
    return f"The customer's {facts[2]} is on {iso_day(int(facts[3] or 0))}."


OCCASION_DUE = Kind(
    name="occasion_due",
    team="success",
    concern="relationship",
    severity=INFO,
    clears_if="The house turns to the customer, or the day is over.",
    reason=_reason,
    parameters=lambda facts: {
        "before_days": int(facts[1] or 0) / DAY,
        "occasion": facts[2],
        "date": iso_day(int(facts[3] or 0)),
    },
    opens="a birthday, an anniversary or the day of a contract is near",
    default="7 d before",
    source="practice of sales and customer success; the figure is ours",
    mechanism="expected",
)


class Occasions:
    """Days that matter to a customer, 4 at most; yearly ones come again.

    A timer's facts are the day (since 1970) and month and day as one number where it comes again;
    it runs since it was set. Of one that comes once it waits on until the day is over.

    >>> Occasions(OccasionDue()).limits.before // DAY
    7
    """

    kinds = (OCCASION_DUE,)
    renews = True
    reacts_to = frozenset({_SET, _DELETED, *_REACHED_OUT})

    def __init__(self, limits: OccasionDue) -> None:
        self.limits = limits
        self.name = OCCASION_DUE.name

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == _SET:
            if self.limits.enabled:
                self._set(customer, event, alerts)
        elif event.kind == _DELETED:
            for timer in list(customer.timers):
                if timer.signal == self.name and timer.since <= event.time:
                    timers.stop(customer, timer)
            self._close(customer, event.time, alerts, deleted=True)
        elif customer.alerts:
            self._close(customer, event.time, alerts, deleted=False)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        day, comes = int(timer.facts[0] or 0), int(timer.facts[1] or 0)
        if comes == _TOLD:
            return
        end = min((day + 1) * DAY, LATEST)
        # With more than a year of notice the one before may stand up to this instant.
        alerts.resolve(self.name, timer.subject, timer.due, "expired")
        if self.limits.enabled:
            facts: Facts = [timer.since, int(self.limits.before), timer.subject, day]
            stand(
                customer, OCCASION_DUE, self.limits, timer.subject, timer.due, facts,
                timer.evidence, alerts, until=end,
            )  # fmt: skip
        due, facts = end, [day, _TOLD]
        if comes != _ONCE:
            again = next_day(divmod(comes, 100), day + 1)
            if again is None:
                return
            due, facts = max(again * DAY - self.limits.before, end), [again, comes]
        timer.due, timer.facts = due, facts
        timers.start(customer, timer)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """What was set last of an occasion holds; of more than 4 the ones set first go."""
        latest: dict[str | None, Timer] = {}
        for timer in sorted(timers.running(customer, self.name), key=_set_at):
            before = latest.get(timer.subject)
            if before is not None:
                timers.stop(customer, before)
            latest[timer.subject] = timer
        for alert in open_ones(customer, self.name):
            known = latest.get(alert.subject)
            if known is not None and began(alert) < known.since and known.facts[1] != _TOLD:
                told_of = known.facts[0] == alert.facts[3] or known.facts[1] != _ONCE
                if not told_of:
                    alerts.end(alert, known.since, "superseded")
        kept = sorted(latest.values(), key=_place)
        for timer in kept[: max(len(kept) - MOST_OCCASIONS, 0)]:
            timers.stop(customer, timer)

    def _set(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at, said = event.time, event.properties
        occasion = bounded((said.occasion or "occasion").strip().lower() or "occasion")
        running = timers.find(customer, self.name, occasion)
        if running is not None and running.since > at:
            return
        found = _read(said.date or "", occasion, day_of(at))
        if found is None:
            return
        day, comes = found
        alert = standing(customer, self.name, occasion)
        if alert is not None:
            if alert.facts[3] == day or began(alert) > at:
                return
            late = at < alert.opened_at
            alerts.resolve(self.name, occasion, at, "late_evidence" if late else "superseded")
        if running is not None:
            if running.facts[0] == day or (comes != _ONCE and running.facts[1] == comes):
                running.since = at  # Nothing new: this year's may have been told already.
                return
            timers.stop(customer, running)
        if (day + 1) * DAY <= at:
            return
        self._make_room(customer, occasion)
        due = max(day * DAY - self.limits.before, at)
        timer = Timer(self.name, occasion, due, at, [day, comes], evidence_of(event))
        timers.start(customer, timer)

    def _make_room(self, customer: Customer, occasion: str) -> None:
        """Forget the occasions that were set first."""
        others = [
            timer
            for timer in customer.timers
            if timer.signal == self.name and timer.subject != occasion
        ]
        others.sort(key=_place)
        for timer in others[: max(len(others) + 1 - MOST_OCCASIONS, 0)]:
            timers.stop(customer, timer)

    def _close(self, customer: Customer, at: int, alerts: Alerts, *, deleted: bool) -> None:
        for alert in open_ones(customer, self.name):
            if at >= alert.opened_at:
                how: Resolution = "superseded" if deleted else "actioned"
                alerts.resolve(self.name, alert.subject, at, how)


def next_day(month_and_day: tuple[int, int], start: int) -> int | None:
    """The first such day of a year not before day `start` (days since 1970).

    The 29th of February is the 28th in years that have none. None: beyond the calendar.

    >>> iso_day(next_day((2, 29), date(2026, 11, 22).toordinal() - _EPOCH))
    '2027-02-28'
    """
    if start > _LAST_DAY:
        return None
    first = date.fromordinal(start + _EPOCH)
    for year in (first.year, first.year + 1):
        if year > date.max.year:
            return None
        day = _in_year(year, month_and_day)
        if day >= start:
            return day
    return None


def _in_year(year: int, month_and_day: tuple[int, int]) -> int:
    month, day = month_and_day
    try:
        found = date(year, month, day)
    except ValueError:
        found = date(year, month, 28)
    return found.toordinal() - _EPOCH


def _read(text: str, occasion: str, today: int) -> tuple[int, int] | None:
    """The day meant, and month and day as one number where it comes every year (else _ONCE)."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    month, day = int(match[2]), int(match[3])
    try:
        date(_SOME_LEAP_YEAR, month, day)
        told = date(int(match[1]), month, day).toordinal() - _EPOCH if match[1] else None
    except ValueError:
        return None
    yearly = told is None or any(word in occasion for word in _YEARLY)
    if not yearly:
        return (told, _ONCE) if told is not None else None
    start = today if told is None else max(told, today)
    found = next_day((month, day), start)
    return None if found is None else (found, 100 * month + day)


def _set_at(timer: Timer) -> tuple[int, int]:
    return timer.since, timer.due


def _place(timer: Timer) -> tuple[int, str]:
    return timer.since, timer.subject or ""
