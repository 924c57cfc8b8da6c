"""`gone_silent` and `won_back`: a regular buyer falls silent beyond their own rhythm, and returns.

The instant at which P(alive) will cross the threshold is known in advance, so it is a deadline and
no search. Source: Fader, Hardie and Lee (2005); the default parameters are their fit of CDNOW.
"""

from bisect import insort

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import rhythm
from agents.signals.lifecycle import came_back
from schemas.alert import Evidence, Value
from schemas.customer import (
    EVENT_ID_BYTES,
    MAX_PURCHASE_DAYS,
    NEVER,
    Customer,
    Purchases,
    bounded,
)
from schemas.instant import day_of, iso_day
from schemas.interaction import Interaction
from schemas.standards import GoneSilent


def _reason(facts: Facts) -> str:
    _, last, days, alive, *_ = facts
    silent = f"Bought on {days} days, the last time on {iso_day(int(last or 0))}"
    if alive is None:
        return f"{silent}; silent beyond the own rhythm."
    return f"{silent}; the probability that they will buy again has fallen to {alive:.0%}."


def _parameters(facts: Facts) -> dict[str, object]:
    first, last, days, alive, _, _ = facts
    model = "own_rhythm" if alive is None else "bg_nbd"
    return {
        "model": model,
        "threshold": alive,
        "purchase_days": days,
        "first_day": iso_day(int(first or 0)),
        "last_day": iso_day(int(last or 0)),
    }


def _a_year(facts: Facts) -> Value | None:
    """What a year at the own rhythm brought: the spend a day, from first to last purchase day."""
    first, last, _, _, revenue, currency = facts
    days = int(last or 0) - int(first or 0)
    if not revenue or days <= 0:
        return None
    return Value(round(float(revenue) / days * 365, 2), str(currency) if currency else None)


def _probability(facts: Facts) -> float | None:
    alive = facts[3]
    return None if alive is None else 1 - float(alive)


GONE_SILENT = Kind(
    name="gone_silent",
    team="retention",
    mechanism="rhythm",
    opens="a regular buyer (3 or more purchase days) is silent beyond the own rhythm",
    default="P(alive) < 0.5",
    source="BG/NBD: Fader, Hardie and Lee (2005), fit of CDNOW",
    clears_if="The customer buys again.",
    reason=_reason,
    parameters=_parameters,
    value=_a_year,
    probability=_probability,
)
WON_BACK = Kind(
    name="won_back",
    team="success",
    mechanism="rhythm",
    opens="a customer whose silence was told buys again",
    source="the mirror of `gone_silent`",
    severity=INFO,
    notice=True,
    clears_if="Nothing to clear: this is told once.",
    reason=lambda facts: f"Bought again, after falling silent on {iso_day(int(facts[0] or 0))}.",
    parameters=lambda facts: {"silent_since": iso_day(int(facts[0] or 0))},
)


class Silence:
    """A regular buyer silent beyond the own rhythm.

    >>> cdnow = Silence(GoneSilent())
    >>> history = Purchases(first=0, days=[0, 70, 213])
    >>> round(cdnow.due(history) / (7 * 86_400_000_000), 4)
    62.4885
    """

    field = "purchases"
    kinds = (GONE_SILENT, WON_BACK)
    reacts_to = frozenset({"order_completed"})

    def __init__(self, thresholds: GoneSilent, *, won_back: bool = True) -> None:
        self.thresholds = thresholds
        self.won_back = won_back

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at = event.time
        day = day_of(at)
        history = customer.purchases
        if history is None:
            history = customer.purchases = Purchases(first=day, days=[])
        new_day = _insert(history, day)
        _add_money(history, event)
        if at >= history.last_at:
            history.last_at = at
            history.last_id = bounded(event.id, EVENT_ID_BYTES)
        if new_day:
            due = self.due(history)
            if history.opened_at and at < history.opened_at < due:
                alerts.resolve("gone_silent", None, at, "late_evidence")
                history.opened_at = 0
            if not history.opened_at:
                history.due = due
        if history.opened_at and at >= history.opened_at:
            self._return(customer, history, event, alerts)

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None or history.due > now:
            return
        at = self.due(history)
        if at > now:  # The customer's standards have changed since.
            history.due = at
            return
        history.due = NEVER
        history.opened_at = at
        alive = self.thresholds.alive if self.thresholds.model == "bg_nbd" else None
        last, days = history.days[-1], history.repeats + 1
        facts: Facts = [history.first, last, days, alive, history.revenue, history.currency]
        evidence = [Evidence(history.last_id, "order_completed", history.last_at)]
        alerts.open("gone_silent", None, at, facts, evidence)

    def due(self, history: Purchases) -> int:
        """The instant at which this history becomes a silence; NEVER for one without a rhythm."""
        if not self.thresholds.enabled:
            return NEVER
        return rhythm.silent_at(history, self.thresholds, self.thresholds.alive)

    def _return(
        self, customer: Customer, history: Purchases, event: Interaction, alerts: Alerts
    ) -> None:
        silent_since = day_of(history.opened_at)
        alerts.resolve("gone_silent", None, event.time, "recovered")
        history.opened_at = 0
        history.due = self.due(history)
        came_back(customer, event.time, alerts)
        if self.won_back:
            evidence = [Evidence(event.id, event.kind, event.time)]
            alerts.notice("won_back", event.time, [silent_since], evidence)


def _insert(history: Purchases, day: int) -> bool:
    """Insert a purchase day; whether it is a new one as far as is known."""
    days = history.days
    if day < history.first:
        history.first = day
    if day in days:
        return False
    if history.older and day < days[0]:
        # Before the exact ones: counted only where it moves the beginning of the history.
        if day != history.first:
            return False
        history.older += 1
        return True
    insort(days, day)
    if len(days) > MAX_PURCHASE_DAYS:
        del days[0]
        history.older += 1
    return True


def _add_money(history: Purchases, event: Interaction) -> None:
    history.orders += 1
    order = event.properties
    if order is None:
        return
    paid = order.revenue if order.revenue is not None else order.total
    if paid is None:
        return
    if history.currency == order.currency or not history.revenue:
        history.currency = order.currency
        history.revenue += paid
