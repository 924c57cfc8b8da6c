"""`expected`: after A, B is expected within T; else an alert opens, and a late B clears it.

One wait a subject (a ticket, an order, a contact; None: the customer as such). The first A counts,
and B ends the wait whenever it happened after A, also where it arrives before A.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import open_ones, stand, standing
from agents.mechanisms.timers import ANY as ANY
from agents.working_time import ALWAYS, Hours
from schemas.alert import Evidence, Resolution
from schemas.customer import EVENT_ID_BYTES, Customer, OpenAlert, bounded
from schemas.interaction import Interaction
from schemas.memory import PIECE_ID_BYTES, Answer, Piece, Timer


class Begin(NamedTuple):
    """A wait begins: about what, how long it may take (microseconds), what is to be told of it.

    `severity` is for what is worse, or less, than the signal's own.
    """

    subject: str | None
    within: int
    facts: Facts
    severity: int | None = None


class End(NamedTuple):
    """A wait is over: of that subject, or of ANY."""

    subject: str | None
    resolution: Resolution = "recovered"


Begins = Callable[[Customer, Interaction], Begin | None]
Ends = Callable[[Customer, Interaction], End | None]


class Expected:
    """One signal of this mechanism: by type of interaction, what begins a wait and what ends it.

    The facts of its alerts are those of `Begin`, after since when (microseconds) and how long
    (microseconds) was waited: `reason` and `parameters` of its kind take `[since, within, ...]`.
    """

    renews = False
    """Whether a later beginning takes the place of an earlier one."""
    margin = 0
    """So much longer than agreed (microseconds) a wait is missed."""

    def __init__(
        self,
        kind: Kind,
        limits: Any,
        *,
        begins: Mapping[str, Begins],
        ends: Mapping[str, Ends],
        hours: Hours = ALWAYS,
        keeps: int = 0,
        remembered_as: str | None = None,
    ) -> None:
        """`limits` is the signal's part of Thresholds; waits run in `hours`.

        Where `keeps` is not 0, each opening is kept that long (microseconds) as a piece of evidence
        of the signal's name. Signals with the same ends remember them together under one name,
        `remembered_as`.
        """
        self.kind = kind
        self.name = kind.name
        self.limits = limits
        self.begins = dict(begins) if limits.enabled else {}
        self.ends = dict(ends)
        self.hours = hours
        self.kinds: tuple[Kind, ...] = (kind,)
        self.reacts_to = frozenset({*begins, *ends})
        self.cool_down: int = getattr(limits, "cool_down", 0)
        self.keeps = keeps
        self.remembered_as = remembered_as or kind.name

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        ends = self.ends.get(kind)
        if ends is not None:
            end = ends(customer, event)
            if end is not None:
                self.end(customer, end, event.time, alerts)
        begins = self.begins.get(kind)
        if begins is not None:
            begin = begins(customer, event)
            if begin is not None:
                self.begin(customer, begin, event, alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        self.open(customer, timer, alerts)

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        """Begin to wait, unless that wait runs, stands as an alert, or has ended already."""
        subject = None if begin.subject is None else bounded(begin.subject)
        at = event.time
        running = timers.find(customer, self.name, subject)
        if running is not None and running.since <= at:
            return None
        if standing(customer, self.name, subject) is not None:
            return None
        if timers.answered(customer, self.remembered_as, subject, at) is not None:
            return None
        evidence = [Evidence(bounded(event.id, EVENT_ID_BYTES), event.kind, at)]
        severity = -1 if begin.severity is None else begin.severity
        # A Duration of the standards is an int that is not stored as one.
        facts: Facts = [severity, at, int(begin.within), *begin.facts]
        said = getattr(event.properties, "queue", None)
        queue = bounded(said) if said else None
        timer = Timer(self.name, subject, self.due(customer, at, begin), at, facts, evidence, queue)
        if begin.within <= 0 and timer.due <= at:
            self.open(customer, timer, alerts)
            return None
        timers.start(customer, timer)
        return timer

    def due(self, customer: Customer, since: int, begin: Begin) -> int:
        """When the wait is too long: in working time, and not before the cool-down is over."""
        due = self.hours.add(since, begin.within)
        if self.cool_down and begin.subject is None:
            last = customer.told.get(self.name)
            if last is not None:
                due = max(due, last + self.cool_down)
        return due + self.margin

    def restate(self, customer: Customer, timer: Timer) -> None:
        """A wait that runs takes as long as the house allows today."""
        within = self.allowed(customer, timer)
        if within is not None and within != timer.facts[2]:
            timer.facts[2] = within
            timer.due = self.due(customer, timer.since, Begin(timer.subject, within, []))

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        """How long that wait may take by the standards of today; None: as long as it was told."""
        limits = self.limits
        said = getattr(limits, "within", None) or getattr(limits, "idle", None)
        return None if said is None else int(said)

    def end(self, customer: Customer, end: End, at: int, alerts: Alerts) -> None:
        """End the waits that are meant, and the alerts that stand for them."""
        name, subject = self.name, end.subject
        every = subject == ANY
        if subject is not None and not every:
            subject = bounded(subject)
        if every:
            for timer in timers.running(customer, name):
                if timer.since <= at:
                    timers.stop(customer, timer)
        else:
            waiting = timers.find(customer, name, subject)
            if waiting is not None and waiting.since <= at:
                timers.stop(customer, waiting)
        if customer.alerts:
            for alert in open_ones(customer, name):
                if every or alert.subject == subject:
                    if at >= alert.opened_at:
                        alerts.resolve(name, alert.subject, at, end.resolution)
                    elif at >= began(alert):
                        self.void(customer, alert, at, alerts)
        if self.begins:
            timers.remember(customer, Answer(self.remembered_as, subject, at))

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        """When a wait that began at `since` was over, as far as the customer's facts say."""
        answer = timers.answered(customer, self.remembered_as, subject, since)
        return None if answer is None else answer.at

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """End what is over by what another row knew; an alert goes over a wait of its subject."""
        name = self.name
        for timer in timers.running(customer, name):
            end = self.ended(customer, timer.subject, timer.since)
            if end is not None:
                self.over(customer, timer, end)
        for alert in open_ones(customer, name):
            end = self.ended(customer, alert.subject, began(alert))
            if end is not None and end >= alert.opened_at:
                alerts.end(alert, end, "recovered")
            elif end is not None:
                if self.keeps:
                    joint.forget(customer, name, alert.opened_at)
                alerts.end(alert, end, "late_evidence")
        if not self.renews:
            told = {alert.subject for alert in open_ones(customer, name)}
            for timer in timers.running(customer, name):
                if timer.subject in told:
                    timers.stop(customer, timer)

    def over(self, customer: Customer, timer: Timer, end: int) -> None:
        """A wait was over at the instant `end`."""
        timers.stop(customer, timer)

    def void(self, customer: Customer, alert: OpenAlert, at: int, alerts: Alerts) -> None:
        """An alert would not have opened with what is now known of `at`."""
        if self.keeps:
            joint.forget(customer, self.name, alert.opened_at)
        alerts.resolve(self.name, alert.subject, at, "late_evidence")

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        """The wait was too long: tell it, at the instant at which it became so."""
        severity, *facts = timer.facts
        if self.keeps:
            name = timer.evidence[0].id if timer.evidence else ""
            piece = Piece(self.name, timer.due, bounded(name, PIECE_ID_BYTES))
            joint.add(customer, piece, self.keeps)
        stand(
            customer, self.kind, self.limits, timer.subject, timer.due, facts, timer.evidence,
            alerts, severity=None if severity == -1 else int(severity or 0),
        )  # fmt: skip


def began(alert: OpenAlert) -> int:
    """Since when was waited, of an alert of this mechanism."""
    return int(alert.facts[0] or 0)
