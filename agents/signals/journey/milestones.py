"""`milestone_reached`: a first login, a first value, a round number of orders, a full year.

Occasions to thank somebody, told once each. The numbers are ours.
"""

from datetime import date

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.standing import announce, evidence_of
from agents.signals.journey.occasions import next_day
from agents.signals.journey.waits import journey_of, last_order, start
from schemas.alert import Evidence
from schemas.customer import Customer
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction
from schemas.journey import LOGGED_IN, VALUE
from schemas.memory import Timer
from schemas.standards import MilestoneReached

_LOGIN, _VALUE, _ORDER = "app_opened", "value_reached", "order_completed"
_EPOCH = date(1970, 1, 1).toordinal()


def _reason(facts: Facts) -> str:
    what, number = facts
    if what == "login":
        return "Opened the app for the first time."
    if what == "value":
        return "Reached a first value."
    if what == "order":
        return f"Has ordered {number} times." if number != 1 else "Has ordered for the first time."
    return f"A customer for {number} years." if number != 1 else "A customer for a year."


MILESTONE_REACHED = Kind(
    name="milestone_reached",
    team="success",
    concern="relationship",
    severity=INFO,
    clears_if="Nothing to clear: this is told once.",
    reason=_reason,
    parameters=lambda facts: {"milestone": facts[0], "number": facts[1]},
    opens="first login, first value, 1st, 5th, 10th or 50th order, full years since the first "
    "order of somebody who still buys",
    default="1, 5, 10, 50",
    source="practice of customer success; the numbers are ours",
    mechanism="expected",
    notice=True,
)


class Milestones:
    """What deserves a word of thanks.

    A timer waits for the next full year; its fact is the day of the first order.

    >>> Milestones(MilestoneReached()).numbers == {1, 5, 10, 50}
    True
    """

    kinds = (MILESTONE_REACHED,)
    renews = True
    reacts_to = frozenset({_LOGIN, _VALUE, _ORDER})

    def __init__(self, limits: MilestoneReached) -> None:
        self.limits = limits
        self.name = MILESTONE_REACHED.name
        self.numbers = frozenset(limits.orders)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        if kind == _ORDER:
            if self.limits.enabled:
                self._order(customer, event, alerts)
            return
        flag, what = (LOGGED_IN, "login") if kind == _LOGIN else (VALUE, "value")
        journey = customer.journey
        if journey is not None and journey.flags & flag:
            return
        journey_of(customer).flags |= flag
        self._tell(what, 1, event.time, evidence_of(event), alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None or not (self.limits.enabled and self.limits.years):
            return
        day = timer.due // DAY
        first = history.first
        before = _anniversary(first, day - 367)
        if before is None or history.days[-1] <= before:
            return  # Has not bought in this year: the next order begins to count again.
        self._tell("year", _year(day) - _year(first), timer.due, last_order(customer), alerts)
        self._wait(customer, first, day, None)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Years are counted from the first order under either row."""
        history = customer.purchases
        running = timers.running(customer, self.name)
        if history is None or not (running or history.repeats == 1):
            return
        if len(running) == 1 and running[0].facts[0] == history.first:
            return
        after = max([day_of(history.last_at), *(timer.since // DAY for timer in running)])
        for timer in running:
            timers.stop(customer, timer)
        if history.repeats and self.limits.enabled and self.limits.years:
            self._wait(customer, history.first, after, None)

    def _order(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None:
            return
        number = history.orders
        if number in self.numbers:
            self._tell("order", number, history.last_at, evidence_of(event), alerts)
        if history.repeats and self.limits.years:
            timer = timers.find(customer, self.name, None)
            if timer is None or timer.facts[0] != history.first:
                self._wait(customer, history.first, day_of(history.last_at), timer)

    def _wait(self, customer: Customer, first: int, after: int, running: Timer | None) -> None:
        """Until the next full year after day `after`, in place of what runs."""
        day = _anniversary(first, after)
        if day is not None:
            timer = Timer(self.name, None, day * DAY, after * DAY, [first])
            if running is None:
                start(customer, timer)
            else:
                timers.start(customer, timer)

    def _tell(
        self, what: str, number: int, at: int, evidence: list[Evidence], alerts: Alerts
    ) -> None:
        if self.limits.enabled:
            facts: Facts = [what, number]
            subject = f"{what} {number}"
            announce(MILESTONE_REACHED, self.limits, at, facts, evidence, alerts, subject)


def _anniversary(first: int, after: int) -> int | None:
    """The next anniversary of day `first` after day `after`."""
    begun = date.fromordinal(first + _EPOCH)
    return next_day((begun.month, begun.day), after + 1)


def _year(day: int) -> int:
    return date.fromordinal(day + _EPOCH).year
