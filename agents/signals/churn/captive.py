"""`captive_dissatisfied`: dissatisfied more than once, and still there as ever.

Such customers stay while they have no alternative, and only so long (Hirschman, 1970): a competitor
in their region makes the alert critical. Where one has come is declared for a region
(agents.competitors), or said of this customer alone.
"""

from agents.alerts import CRITICAL, INFO, Alerts, Change, Facts, Kind
from agents.mechanisms.standing import open_ones, remember, stand, standing
from agents.signals.churn import dissatisfactions
from agents.signals.churn.dissatisfactions import SIGNALS
from agents.signals.churn.dissatisfied import TICKET, complained
from agents.signals.churn.scores import OPINIONS
from agents.signals.churn.spending import counts
from agents.signals.churn.usage import compare, spans
from schemas.alert import Evidence
from schemas.customer import Customer
from schemas.habits import Habits
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction
from schemas.standards import CaptiveDissatisfied as Limits
from schemas.standards import SpendDeclined, UsageDeclined

SIGNAL = "captive_dissatisfied"
COMPETITOR = "competitor_entered"
LEAVING = frozenset({
    "gone_silent", "lost", "usage_declined", "spend_declined", "captured", "cancellation_intended",
})  # fmt: skip
"""Of whoever has one of these it cannot be said that they stay."""
FEWEST_DAYS = 3


def _reason(facts: Facts) -> str:
    number, window, competitor = facts
    where = "a competitor has come" if competitor else "until a competitor comes"
    return f"Dissatisfied {number} times in {window} days, and stays as ever: {where}."


CAPTIVE_DISSATISFIED = Kind(
    name=SIGNAL,
    team="management",
    concern="churn",
    severity=INFO,
    mechanism="joint",
    opens="two or more dissatisfactions while orders or usage stay as ever, in a region without an "
    "alternative where the house names these; critical once a competitor has come",
    clears_if="The customer gives a good answer.",
    default="2 in 180 d, over 80 % of the usual",
    source="ours, after Hirschman (1970)",
    reason=_reason,
    parameters=lambda facts: {
        "dissatisfactions": facts[0], "window_days": facts[1], "competitor": bool(facts[2]),
    },
)  # fmt: skip


class CaptiveDissatisfied:
    """Weighs what other signals tell.

    >>> rule = CaptiveDissatisfied(Limits(), SpendDeclined(), UsageDeclined())
    >>> rule.steady(Customer(), 0)
    False
    """

    kinds = (CAPTIVE_DISSATISFIED,)
    watches = SIGNALS | LEAVING | {SIGNAL}
    reacts_to = OPINIONS | {TICKET, COMPETITOR}

    def __init__(self, limits: Limits, spend: SpendDeclined, usage: UsageDeclined) -> None:
        """What is usual is reckoned with the windows of `spend_declined` and `usage_declined`."""
        self.limits = limits
        self.window, self.baseline = max(1, spend.window // DAY), max(1, spend.baseline // DAY)
        self.weeks = spans(usage)
        self.uses = usage.least

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at = event.time
        if event.kind == TICKET:
            if complained(customer, event):
                self._weigh(customer, at, alerts)
        elif event.kind == COMPETITOR:
            _take_note(customer, at)
            self.on_news(customer, alerts)
        else:
            # `detractor` has heard of it before, and knows whether it is good.
            alert, habits = standing(customer, SIGNAL), customer.habits
            if alert is not None and habits is not None and habits.good_at >= alert.opened_at:
                alerts.resolve(SIGNAL, None, at, "recovered")

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        opened = 0
        for alert, resolution in changes:
            if alert.signal == SIGNAL:
                if resolution not in (None, "late_evidence"):
                    # It opens again with something later than its end alone.
                    remember(customer.told, CAPTIVE_DISSATISFIED, max(at, alert.opened_at))
            elif alert.signal in LEAVING:
                if resolution is None:
                    alerts.resolve(SIGNAL, None, alert.opened_at, "superseded")
            elif alert.signal in SIGNALS:
                if resolution is None:
                    opened = max(opened, alert.opened_at)
                elif resolution == "late_evidence":
                    dissatisfactions.forget(customer, alert)
                    self._void(customer, at, alerts)
        if opened:
            self._weigh(customer, opened, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A good answer, or a competitor, that the other row heard of, too."""
        good = customer.habits.good_at if customer.habits is not None else 0
        for alert in open_ones(customer, SIGNAL):
            if good >= alert.opened_at:
                alerts.end(alert, good, "recovered")
        self.on_news(customer, alerts)

    def on_news(self, customer: Customer, alerts: Alerts) -> None:
        """A competitor has come, to the customer or to the region: what stands is critical."""
        came = _came(customer, alerts)
        for alert in open_ones(customer, SIGNAL) if came else ():
            if not alert.facts[2]:
                alert.facts[2] = 1
                if self.limits.severity is None:
                    alerts.escalate(alert, came, CRITICAL)
                else:
                    alerts.update(alert, came)

    def steady(self, customer: Customer, at: int) -> bool:
        """Whether what is known of orders and usage stays as ever; False where nothing is known."""
        steady, history, habits = False, customer.purchases, customer.habits
        share = self.limits.steady
        if any(alert.signal in LEAVING for alert in customer.alerts):
            return False
        if history is not None:
            now, base, span = counts(history, day_of(at), self.window, self.baseline)
            if base >= FEWEST_DAYS and span >= self.window:
                if now * span < share * base * self.window:
                    return False
                steady = True
        if habits is not None:
            window, baseline = self.weeks
            compared = compare(habits, window, baseline)
            if compared is not None and compared[1] >= self.uses:
                if compared[0] * baseline < share * compared[1] * window:
                    return False
                steady = True
        return steady

    def _is_known(self, customer: Customer) -> bool:
        """Whether enough is known of orders or usage that somebody may be called steady."""
        history, habits = customer.purchases, customer.habits
        if history is not None and len(history.days) >= FEWEST_DAYS:
            return True
        return habits is not None and len(habits.uses) > sum(self.weeks)

    def _weigh(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A dissatisfaction of the instant `at`, not necessarily the latest one."""
        limits = self.limits
        if not limits.enabled or standing(customer, SIGNAL) is not None:
            return
        if limits.regions and customer.region not in limits.regions:
            return
        if not (self._is_known(customer) and dissatisfactions.may_matter(customer, limits.least)):
            return
        habits = customer.habits
        content = habits.good_at if habits is not None else 0
        every = dissatisfactions.found(customer, content, at + limits.window)
        end = every[-1].at if every else at
        every = [one for one in dissatisfactions.matters(every) if one.at >= end - limits.window]
        if len(every) < limits.least or not self.steady(customer, end):
            return
        if end <= customer.told.get(SIGNAL, 0):
            return  # That was told, and is over.
        competitor = 0 < _came(customer, alerts) <= end
        facts: Facts = [len(every), limits.window // DAY, int(competitor)]
        evidence = [Evidence(one.id, one.kind, one.at) for one in every if one.id][-4:]
        stand(
            customer, CAPTIVE_DISSATISFIED, limits, None, end, facts, evidence, alerts,
            severity=CRITICAL if competitor else INFO,
        )  # fmt: skip
        self.on_news(customer, alerts)

    def _void(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """One of them was wrong: where too few are left, so was this."""
        alert = standing(customer, SIGNAL)
        if alert is None:
            return
        since = alert.opened_at - self.limits.window - 1
        left = dissatisfactions.found(customer, since, alert.opened_at)
        if len(dissatisfactions.matters(left)) < self.limits.least:
            alerts.resolve(SIGNAL, None, at, "late_evidence")


def _take_note(customer: Customer, at: int) -> None:
    habits = customer.habits
    if habits is None:
        habits = customer.habits = Habits()
    if not habits.competitor_at or at < habits.competitor_at:
        habits.competitor_at = at


def _came(customer: Customer, alerts: Alerts) -> int:
    """When the first competitor came that the customer may turn to; 0: none has."""
    came = alerts.competitors.since(customer)
    own = customer.habits.competitor_at if customer.habits is not None else 0
    return min(came, own) if came and own else came or own
