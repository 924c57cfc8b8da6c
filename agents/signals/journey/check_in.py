"""`check_in_due`: nobody has spoken with this customer for too long.

Key accounts are seen at fixed distances by value: practice of account management. The distances are
ours, and so is twice the own gap: whoever is used to a word every week misses it sooner. The own
gap is a long one of theirs, as in `gone_silent`: contacts come in bursts, and of gaps that are
irregular a quarter is over twice the median by mere chance.
"""

from bisect import insort
from itertools import accumulate, pairwise

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, began
from agents.mechanisms.idle import Idle
from agents.mechanisms.rhythm import REGULAR, usual_gap
from agents.mechanisms.standing import evidence_of, standing
from agents.signals.journey.waits import NEVER_BEGAN, began_at, conclude, wait
from schemas.customer import Customer
from schemas.instant import DAY, day_of, spoken
from schemas.interaction import Interaction
from schemas.journey import MOST_CONTACT_DAYS, Journey
from schemas.memory import Timer
from schemas.standards import CheckInDue

_SUBSCRIBED, _DELETED = "subscription_started", "account_deleted"
CONTACTS = (
    "contact_answered", "callback_done", "visitor_assisted", "meeting_held", "visit_made",
    "interview_held", "message_received", "ticket_customer_replied", "ticket_replied",
    "survey_answered",
)  # fmt: skip
"""Both sides are there. Whether a message received was answered, `contact_unanswered` judges."""
ONE_MATTER = 7
"""One matter often takes some days in a row: that is no rhythm to be held to."""
SHORTEST = ONE_MATTER * DAY


def _reason(facts: Facts) -> str:
    since, within = facts
    days = f"{round(int(within or 0) / DAY, 1):g} d"
    return f"No contact in both directions for {days}, since {spoken(since)}."


CHECK_IN_DUE = Kind(
    name="check_in_due",
    team="success",
    concern="relationship",
    severity=INFO,
    clears_if="The customer and the house are in touch again.",
    reason=_reason,
    parameters=lambda facts: {"within_days": int(facts[1] or 0) / DAY},
    opens="no contact in both directions and no answered survey for too long",
    default="90 d (30 d and 180 d by value), or twice the own gap if sooner",
    source="practice of account management; the figures are ours",
    mechanism="idle",
)


class CheckIn(Idle):
    """The time since the last contact, or since a subscription began.

    >>> check_in = CheckIn(CheckInDue())
    >>> check_in.within([]) // DAY, check_in.within([0, 20, 40, 60]) // DAY
    (90, 40)
    """

    def __init__(self, limits: CheckInDue) -> None:
        super().__init__(CHECK_IN_DUE, limits, begins={}, ends={})
        self.reacts_to = frozenset({_SUBSCRIBED, _DELETED, *CONTACTS})
        self.percentile = float(limits.percentile)
        self.usual = int((limits.tier_1, limits.tier_2, limits.tier_3)[limits.tier - 1])

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind, at = event.kind, event.time
        if kind in (_SUBSCRIBED, _DELETED):
            since = began_at(customer, self.name)
            if kind == _DELETED:
                if NEVER_BEGAN != since <= at:
                    conclude(customer, self.name, at, "superseded", alerts)
                return
            if since != NEVER_BEGAN:
                return
        if not self.limits.enabled:
            return
        journey = customer.journey
        if journey is None:
            journey = customer.journey = Journey()
        if kind != _SUBSCRIBED:
            _keep(journey, day_of(at))
        contacts = journey.contacts
        within = self.usual if len(contacts) < REGULAR else self.within(contacts)
        begin = Begin(None, within, [])
        if within > 0 and (not customer.alerts or standing(customer, self.name) is None):
            running = timers.find(customer, self.name, None)
            if running is None or at > running.since:
                # By far the most: the wait begins anew.
                if running is not None:
                    _forget(customer, running)
                wait(self, customer, begin, at, evidence_of(event))
                return
        if not self._is_late(customer, at, within, alerts):
            self.begin(customer, begin, event, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """The last contact counts also where its wait is over: told, and long expired."""
        super().on_merge(customer, at, alerts)
        alert = standing(customer, self.name)
        contacts = customer.journey.contacts if customer.journey is not None else []
        if alert is not None and contacts and day_of(began(alert)) < contacts[-1]:
            last = contacts[-1] * DAY
            late = last < alert.opened_at
            alerts.end(alert, last, "late_evidence" if late else "returned")

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if self.limits.enabled:
            super().open(customer, timer, alerts)

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        return self.within(customer.journey.contacts if customer.journey is not None else [])

    def renew(self, customer: Customer, timer: Timer) -> None:
        contacts = customer.journey.contacts if customer.journey is not None else []
        timer.facts[2] = self.within(contacts)
        super().renew(customer, timer)

    def within(self, contacts: list[int]) -> int:
        """How long without a contact is too long, after contacts on these days."""
        if len(contacts) < REGULAR:
            return self.usual
        gaps = [gap for one, next in pairwise(contacts) if (gap := next - one) >= ONE_MATTER]
        if len(gaps) < REGULAR - 1:
            return self.usual
        moments = list(accumulate(gaps, initial=0))
        own = int(usual_gap(moments, self.percentile) * float(self.limits.factor) * DAY)
        return min(self.usual, max(own, SHORTEST))

    def _is_late(self, customer: Customer, at: int, within: int, alerts: Alerts) -> bool:
        """Whether that contact was before the last one known: only the own gap may have changed."""
        timer, alert = timers.find(customer, self.name, None), standing(customer, self.name)
        if timer is not None:
            if at > timer.since:
                return False
            timer.facts[2] = within
            timer.due = timer.since + within
            timers.settle(customer)
            return True
        if alert is None or at > began(alert):
            return False
        since = began(alert)
        if since + within > alert.opened_at:
            evidence = alert.evidence
            alerts.resolve(self.name, None, at, "late_evidence")
            timer = Timer(self.name, None, since + within, since, [-1, since, within], evidence)
            timers.start(customer, timer)
        return True


def _forget(customer: Customer, timer: Timer) -> None:
    """It runs no more. Found as itself, since to compare what timers hold costs more."""
    running = customer.timers
    for place, other in enumerate(running):
        if other is timer:
            del running[place]
            break
    if timer.due <= customer.timers_due:
        timers.settle(customer)


def _keep(journey: Journey, day: int) -> None:
    """Note a day with a contact; the last six are kept."""
    days = journey.contacts
    if day not in days:
        insort(days, day)
        if len(days) > MOST_CONTACT_DAYS:
            del days[0]
