"""`one_and_gone`: a first-time buyer is silent beyond the usual gap to a second purchase.

Most buyers of CDNOW's cohort never bought again (Fader, Hardie and Lee, 2005), and those who did
came back soon; 60 days are ours, until the house has learned its own gap.
"""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, Expected
from agents.signals.journey.waits import NEVER_BEGAN, began_at, conclude, last_order, wait
from schemas.customer import Customer
from schemas.instant import DAY, spoken
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import OneAndGone, written

_ORDER, _DELETED = "order_completed", "account_deleted"


def _reason(facts: Facts) -> str:
    since, within = facts
    silent = f"and not again within {written(int(within or 0))}"
    return f"Bought once, at {spoken(since)}, {silent}, when most have come back."


ONE_AND_GONE = Kind(
    name="one_and_gone",
    team="retention",
    concern="abandonment",
    clears_if="The customer buys again.",
    reason=_reason,
    parameters=lambda facts: {"within_days": int(facts[1] or 0) / DAY},
    opens="a first-time buyer has been silent beyond the usual gap between the first and the "
    "second purchase day",
    default="60 d",
    source="repeat buying in CDNOW's cohort: Fader, Hardie and Lee (2005); the figure is ours",
    mechanism="expected",
)


class FirstPurchase(Expected):
    """After a first purchase day a second one is expected.

    >>> FirstPurchase(OneAndGone()).limits.within // DAY
    60
    """

    def __init__(self, limits: OneAndGone) -> None:
        super().__init__(ONE_AND_GONE, limits, begins={}, ends={})
        self.reacts_to = frozenset({_ORDER, _DELETED})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at, history = event.time, customer.purchases
        if event.kind == _ORDER and history is not None:
            days = history.repeats
            if days > 1:
                return  # The second purchase day has ended the wait.
            if days == 0:
                if not self.limits.enabled:
                    return
                begin = Begin(None, self.limits.within, [])
                if history.orders == 1 and not customer.alerts and begin.within > 0:
                    # Nothing has been waited for yet. The history of purchases has the order.
                    wait(self, customer, begin, at, [])
                    return
                running = timers.find(customer, self.name, None)
                if history.orders == 1 or running is not None:
                    timer = self.begin(customer, begin, event, alerts)
                    if timer is not None:
                        timer.evidence = []
                return
        since = began_at(customer, self.name)
        if since == NEVER_BEGAN:
            return
        if event.kind == _ORDER:
            conclude(customer, self.name, at, "recovered", alerts)
        elif at >= since:
            conclude(customer, self.name, at, "superseded", alerts)

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        history = customer.purchases
        return history.last_at if history is not None and history.repeats > 0 else None

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if self.limits.enabled:
            timer.evidence = last_order(customer)
            super().open(customer, timer, alerts)
