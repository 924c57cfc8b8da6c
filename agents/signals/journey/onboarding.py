"""`onboarding_stalled` and `trial_lapsing`: somebody has begun, and does not get into it.

That those who do not reach a first value soon leave is practice of customer success (time to first
value); a week, and three days before the end of a trial, are ours.
"""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, Expected
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from agents.signals.journey.waits import (
    NEVER_BEGAN,
    USES,
    began_at,
    conclude,
    journey_of,
    last_order,
    wait,
)
from schemas.customer import Customer, OpenAlert
from schemas.instant import DAY, NotAnInstant, day_of, instant, rfc3339, spoken
from schemas.interaction import Interaction
from schemas.journey import ONBOARDED
from schemas.memory import Timer
from schemas.standards import OnboardingStalled, TrialLapsing, written

_ORDER, _VALUE, _DELETED = "order_completed", "value_reached", "account_deleted"
_BEGUN = {"signed_up": "Signed up", "trial_started": "Began a trial", _ORDER: "Ordered first"}
USUAL_TRIAL = 14 * DAY
"""Of a trial whose end is not told."""


def _stalled_reason(facts: Facts) -> str:
    since, within, kind = facts
    began = _BEGUN[str(kind)]
    return (
        f"{began} at {spoken(since)}, and {written(int(within or 0))} later has neither "
        "reached a first value nor come back to use it."
    )


ONBOARDING_STALLED = Kind(
    name="onboarding_stalled",
    team="success",
    concern="abandonment",
    clears_if="The customer reaches a first value, uses it on a later day, or orders again.",
    reason=_stalled_reason,
    parameters=lambda facts: {"within_days": int(facts[1] or 0) / DAY, "began_with": facts[2]},
    opens="signed up, on trial or first order, and no value reached and no repeated use",
    default="7 d",
    source="practice of customer success (time to first value); the week is ours",
    mechanism="expected",
)


class OnboardingBegun(Expected):
    """Somebody begins, and is expected to get into it.

    >>> OnboardingBegun(OnboardingStalled()).limits.within == 7 * DAY
    True
    """

    def __init__(self, limits: OnboardingStalled) -> None:
        super().__init__(ONBOARDING_STALLED, limits, begins={}, ends={})
        self.reacts_to = frozenset({*_BEGUN, *USES, _VALUE, _DELETED})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        journey = customer.journey
        if journey is not None and journey.flags & ONBOARDED:
            return  # Whoever has got into it waits for nothing, and never begins again.
        kind, at = event.kind, event.time
        if kind == _VALUE:
            journey_of(customer).flags |= ONBOARDED
            if began_at(customer, self.name) != NEVER_BEGAN:
                conclude(customer, self.name, at, "recovered", alerts)
            return
        since = began_at(customer, self.name)
        if since != NEVER_BEGAN:
            if kind == _DELETED:
                if at >= since:
                    conclude(customer, self.name, at, "superseded", alerts)
            elif _is_again(customer, kind, at, since):
                journey_of(customer).flags |= ONBOARDED
                conclude(customer, self.name, at, "recovered", alerts)
                return
        if kind in _BEGUN and self.limits.enabled and self._is_new(customer, kind):
            begin = Begin(None, self.limits.within, [kind])
            # The history of purchases has the order.
            evidence = [] if kind == _ORDER else evidence_of(event)
            if since == NEVER_BEGAN and begin.within > 0:
                wait(self, customer, begin, at, evidence)
            else:
                timer = self.begin(customer, begin, event, alerts)
                if timer is not None:
                    timer.evidence = evidence

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if self.limits.enabled:
            timer.evidence = timer.evidence or last_order(customer)
            super().open(customer, timer, alerts)

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        journey, history = customer.journey, customer.purchases
        if history is not None and history.repeats > 0:
            return max(history.last_at, since)
        return since if journey is not None and journey.flags & ONBOARDED else None

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        since = began_at(customer, self.name)
        if since != NEVER_BEGAN and self.ended(customer, None, since) is not None:
            journey_of(customer).flags |= ONBOARDED
        super().on_merge(customer, at, alerts)

    def _is_new(self, customer: Customer, kind: str) -> bool:
        """Whether the customer has still to get into it."""
        journey, history = customer.journey, customer.purchases
        if journey is not None and journey.flags & ONBOARDED:
            return False
        if kind == _ORDER:
            return self.limits.after_order and history is not None and history.orders == 1
        return history is None or history.repeats == 0


def _is_again(customer: Customer, kind: str, at: int, since: int) -> bool:
    """Whether it is used on a later day, or bought on a second one."""
    if kind == _ORDER:
        return customer.purchases is not None and customer.purchases.repeats > 0
    return kind in USES and day_of(at) > day_of(since)


def _lapsing_reason(facts: Facts) -> str:
    since, idle, end, _ = facts
    used = f"not used for {written(int(idle or 0))}, since {spoken(since)}"
    return f"The trial ends at {spoken(end)}; {used}."


TRIAL_LAPSING = Kind(
    name="trial_lapsing",
    team="success",
    concern="abandonment",
    clears_if="The customer uses it or subscribes; it expires where the trial is told as ended.",
    reason=_lapsing_reason,
    parameters=lambda facts: {
        "idle_days": int(facts[1] or 0) / DAY,
        "ends_at": rfc3339(int(facts[2] or 0)),
    },
    opens="a trial ends soon, and has not been used of late",
    default="3 d before the end, no use for 3 d",
    source="practice of customer success; both figures are ours",
    mechanism="idle",
)


class TrialEnding:
    """A trial of which little is left, unused.

    A timer's facts are when the trial ends and when it began; it runs since the last use.

    >>> trial = TrialEnding(TrialLapsing())
    >>> trial.due(end=14 * DAY, used=2 * DAY) // DAY, trial.due(end=14 * DAY, used=10 * DAY) // DAY
    (11, 13)
    """

    kinds = (TRIAL_LAPSING,)
    renews = True
    reacts_to = frozenset(
        {"trial_started", "trial_ended", "subscription_started", _VALUE, _DELETED, *USES}
    )

    def __init__(self, limits: TrialLapsing) -> None:
        self.limits = limits
        self.name = TRIAL_LAPSING.name

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind, at = event.kind, event.time
        if kind == "trial_started":
            if self.limits.enabled:
                self._start(customer, event, alerts)
            return
        timer, alert = timers.find(customer, self.name, None), standing(customer, self.name)
        if timer is None and alert is None:
            return
        if kind in USES or kind == _VALUE:
            if timer is not None:
                self._use(customer, timer, at)
            elif alert is not None:
                self._answer(customer, alert, at, alerts)
            return
        if at >= _started(timer, alert):
            if kind == "subscription_started":
                conclude(customer, self.name, at, "recovered", alerts)
            else:
                ended = kind == "trial_ended"
                conclude(customer, self.name, at, "expired" if ended else "superseded", alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if not self.limits.enabled:
            return
        end, started = timer.facts
        facts: Facts = [timer.since, int(self.limits.idle), end, started]
        at, evidence = timer.due, timer.evidence
        stand(customer, TRIAL_LAPSING, self.limits, None, at, facts, evidence, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """The newest trial counts; an alert goes over a wait."""
        running, told = timers.running(customer, self.name), open_ones(customer, self.name)
        newest = max([_started(timer, None) for timer in running], default=0)
        newest = max([newest, *(_started(None, alert) for alert in told)])
        for alert in told:
            used = [timer.since for timer in running if _started(timer, None) == newest]
            if _started(None, alert) < newest:
                alerts.end(alert, newest, "superseded")
            elif used and max(used) >= alert.opened_at:
                alerts.end(alert, max(used), "returned")
            elif used and max(used) > int(alert.facts[0] or 0):
                alerts.end(alert, max(used), "late_evidence")
        for timer in running:
            if _started(timer, None) < newest or standing(customer, self.name) is not None:
                timers.stop(customer, timer)

    def due(self, end: int, used: int) -> int:
        """When a trial last used then is lapsing: `before` its end, or `idle` after that use."""
        return max(end - self.limits.before, used + self.limits.idle)

    def _start(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        """The newest trial counts."""
        at = event.time
        timer, alert = timers.find(customer, self.name, None), standing(customer, self.name)
        if (timer is not None or alert is not None) and at <= _started(timer, alert):
            return
        conclude(customer, self.name, at, "superseded", alerts)
        evidence = evidence_of(event)
        self._wait(customer, Timer(self.name, None, 0, at, [_end_of(event), at], evidence))

    def _wait(self, customer: Customer, timer: Timer) -> None:
        end = int(timer.facts[0] or 0)
        timer.due = self.due(end, timer.since)
        if timer.due < end:
            timers.start(customer, timer)
        else:
            running = timers.find(customer, self.name, None)
            if running is not None:
                timers.stop(customer, running)

    def _use(self, customer: Customer, timer: Timer, at: int) -> None:
        if at > timer.since:
            timer.since = at
            self._wait(customer, timer)

    def _answer(self, customer: Customer, alert: OpenAlert, at: int, alerts: Alerts) -> None:
        if at >= alert.opened_at:
            alerts.resolve(self.name, None, at, "returned")
            return
        since, _, end, _ = alert.facts
        if at > int(since or 0) and self.due(int(end or 0), at) > alert.opened_at:
            facts, evidence = alert.facts[2:], alert.evidence
            alerts.resolve(self.name, None, at, "late_evidence")
            self._wait(customer, Timer(self.name, None, 0, at, facts, evidence))


def _started(timer: Timer | None, alert: OpenAlert | None) -> int:
    facts = timer.facts if timer is not None else alert.facts if alert is not None else [0]
    return int(facts[-1] or 0)


def _end_of(event: Interaction) -> int:
    """When the trial ends: as told, if that is a time after its beginning, else as usual."""
    told = event.properties.ends_at
    if told is not None:
        try:
            end = instant(told)
        except NotAnInstant:
            end = 0
        if end > event.time:
            return end
    return event.time + USUAL_TRIAL
