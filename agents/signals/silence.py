"""`gone_silent`, `lost` and `won_back`: a regular buyer falls silent beyond their own rhythm, then
far beyond it, and returns.

The instants at which P(alive) will cross the thresholds are known in advance, so they are deadlines
and no search. Source: Fader, Hardie and Lee (2005); the default parameters are their fit of CDNOW.
"""

from bisect import insort

from agents.alerts import ERROR, INFO, Alerts, Facts, Kind
from agents.mechanisms import rhythm
from agents.mechanisms.rhythm import known_until, returned
from agents.mechanisms.standing import announce, stand, standing
from agents.signals.lifecycle import came_back, had_come_back
from schemas.alert import Evidence, Value
from schemas.customer import (
    EVENT_ID_BYTES,
    MAX_PURCHASE_DAYS,
    NEVER,
    Customer,
    OpenAlert,
    Purchases,
    bounded,
)
from schemas.instant import DAY, day_of, iso_day
from schemas.interaction import Interaction
from schemas.standards import GoneSilent, Lost, WonBack


def _reason(facts: Facts) -> str:
    _, last, days, alive, *_ = facts
    silent = f"Bought on {days} days, the last time on {iso_day(int(last or 0))}"
    if alive is None:
        return f"{silent}; silent beyond the own rhythm."
    return f"{silent}; the probability that they will buy again has fallen to {alive:.0%}."


def _parameters(facts: Facts) -> dict[str, object]:
    first, last, days, alive, *_ = facts
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
    first, last, _, _, revenue, currency, *_ = facts
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
    concern="churn",
    mechanism="rhythm",
    opens="a regular buyer (3 or more purchase days) silent beyond the own rhythm",
    default="P(alive) < 0.5",
    source="BG/NBD: Fader, Hardie and Lee (2005), fit of CDNOW",
    clears_if="The customer buys again.",
    reason=_reason,
    parameters=_parameters,
    value=_a_year,
    probability=_probability,
)
LOST = Kind(
    name="lost",
    team="retention",
    concern="churn",
    parts=frozenset({"gone_silent"}),
    severity=ERROR,
    mechanism="rhythm",
    opens="the same silence, far beyond: takes over from `gone_silent`",
    clears_if="The customer buys again.",
    default="P(alive) < 0.1",
    source="BG/NBD: Fader, Hardie and Lee (2005), fit of CDNOW; the threshold is ours",
    reason=_reason,
    parameters=_parameters,
    value=_a_year,
    probability=_probability,
)
WON_BACK = Kind(
    name="won_back",
    team="success",
    concern="churn",
    severity=INFO,
    notice=True,
    mechanism="rhythm",
    opens="a customer with an open or past `gone_silent` or `lost` buys again",
    source="ours",
    clears_if="Nothing to clear: this is told once.",
    reason=lambda facts: f"Bought again, after falling silent on {iso_day(int(facts[0] or 0))}.",
    parameters=lambda facts: {"silent_since": iso_day(int(facts[0] or 0))},
)


class Silence:
    """A regular buyer silent beyond the own rhythm, and far beyond it.

    >>> cdnow = Silence(GoneSilent())
    >>> history = Purchases(first=0, days=[0, 70, 213])
    >>> round(cdnow.due(history) / (7 * 86_400_000_000), 4)
    62.4885
    >>> round(cdnow.lost_due(history) / (7 * 86_400_000_000), 4)
    173.7721
    """

    field = "purchases"
    kinds = (GONE_SILENT, LOST, WON_BACK)
    reacts_to = frozenset({"order_completed"})

    def __init__(
        self, thresholds: GoneSilent, lost: Lost | None = None, won_back: WonBack | None = None
    ) -> None:
        """`lost` shares the model of `gone_silent`, and has a switch of its own."""
        self.thresholds = thresholds
        self.lost = lost or Lost()
        self.won_back = won_back or WonBack()
        # Then the loss never comes before the silence, and need not be reckoned until that is told.
        self.lost_is_later = (
            thresholds.enabled
            and self.lost.alive <= thresholds.alive
            and self.lost.factor >= thresholds.factor
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at = event.time
        day = at // DAY
        history = customer.purchases
        if history is None:
            history = customer.purchases = Purchases(first=day, days=[])
        new_day = _insert(history, day)
        _add_money(history, event)
        if at >= history.last_at:
            history.last_at = at
            history.last_id = bounded(event.id, EVENT_ID_BYTES)
        if new_day:
            if history.opened_at and at < history.opened_at < self.due(history):
                alerts.resolve("gone_silent", None, at, "late_evidence")
                history.opened_at = 0
            elif history.lost_at and at < history.lost_at < self.lost_due(history):
                alerts.resolve("lost", None, at, "late_evidence")
                history.lost_at = 0
            history.due = self.next_due(history)
        opened = history.lost_at or history.opened_at
        if opened and at >= opened:
            self._return(customer, history, event, alerts)

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None or history.due > now:
            return
        at = self.next_due(history)
        if at > now:  # The customer's standards have changed since.
            history.due = at
            return
        is_lost = at == self.lost_due(history)
        alive = self.lost.alive if is_lost else self.thresholds.alive
        last, days = history.days[-1], history.repeats + 1
        facts: Facts = [
            history.first, last, days, alive if self.thresholds.model == "bg_nbd" else None,
            history.revenue, history.currency,
        ]  # fmt: skip
        evidence = [Evidence(history.last_id, "order_completed", history.last_at)]
        if is_lost:
            if history.opened_at:
                alerts.resolve("gone_silent", None, at, "superseded")
            facts.append(day_of(history.opened_at or at))
            history.opened_at, history.lost_at = 0, at
            stand(customer, LOST, self.lost, None, at, facts, evidence, alerts)
        else:
            history.opened_at = at
            stand(customer, GONE_SILENT, self.thresholds, None, at, facts, evidence, alerts)
        history.due = self.next_due(history)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A silence that purchases under the other row have broken is over; one that would not
        have begun yet, with those before it, was none."""
        history = customer.purchases
        if history is None:
            return
        told = {"gone_silent": 0, "lost": 0}
        for alert in [alert for alert in customer.alerts if alert.signal in told]:
            opened, signal = alert.opened_at, alert.signal
            before = known_until(history, opened)
            if not told[signal] and self._stands(before, alert):
                back = returned(history, opened)
                if back == NEVER:
                    told[signal] = opened
                    continue
                self._came_back(customer, history, alert, back, alerts)
            else:
                alerts.end(alert, at, "superseded" if told[signal] else "late_evidence")
        history.opened_at, history.lost_at = told["gone_silent"], told["lost"]
        if history.opened_at and history.lost_at:
            alerts.resolve("gone_silent", None, history.lost_at, "superseded")
            history.opened_at = 0
        history.due = self.next_due(history)

    def _stands(self, before: Purchases, alert: OpenAlert) -> bool:
        """Whether an alert would have opened, with what is now known of the days before it."""
        if alert.facts[:3] == [before.first, before.days[-1], before.repeats + 1]:
            return True  # Nothing new: it was judged by the standards of its time.
        due = self.lost_due(before) if alert.signal == "lost" else self.due(before)
        return due <= alert.opened_at

    def _came_back(
        self,
        customer: Customer,
        history: Purchases,
        alert: OpenAlert,
        day: int,
        alerts: Alerts,
    ) -> None:
        """They bought again on that day, under the other row."""
        at, is_lost = history.last_at, alert.signal == "lost"
        if day < day_of(at):
            at = max(alert.opened_at, day * DAY)
        silent_since = int(alert.facts[6] or 0) if is_lost else day_of(alert.opened_at)
        alerts.end(alert, at, "recovered")
        had_come_back(customer, day)
        if self.won_back.enabled:
            evidence = [Evidence(history.last_id, "order_completed", history.last_at)]
            announce(WON_BACK, self.won_back, at, [silent_since], evidence, alerts)

    def restate(self, customer: Customer) -> None:
        """Silence is judged by the standards of today."""
        if customer.purchases is not None:
            customer.purchases.due = self.next_due(customer.purchases)

    def next_due(self, history: Purchases) -> int:
        """What comes next of this history: the silence, or the loss where that is first or at the
        same time. A loss stands until they buy, and nothing follows from it."""
        if history.lost_at:
            return NEVER
        if history.opened_at:
            return self.lost_due(history)
        due = self.due(history)
        return due if self.lost_is_later else min(due, self.lost_due(history))

    def lost_due(self, history: Purchases) -> int:
        """The instant at which this history becomes a loss; NEVER for one without a rhythm."""
        if not self.lost.enabled:
            return NEVER
        return rhythm.silent_at(history, self.thresholds, self.lost.alive, self.lost.factor)

    def due(self, history: Purchases) -> int:
        """The instant at which this history becomes a silence; NEVER for one without a rhythm."""
        if not self.thresholds.enabled:
            return NEVER
        return rhythm.silent_at(history, self.thresholds, self.thresholds.alive)

    def _return(
        self, customer: Customer, history: Purchases, event: Interaction, alerts: Alerts
    ) -> None:
        if history.lost_at:
            alert = standing(customer, "lost")
            silent_since = day_of(history.lost_at) if alert is None else int(alert.facts[6] or 0)
            alerts.resolve("lost", None, event.time, "recovered")
        else:
            silent_since = day_of(history.opened_at)
            alerts.resolve("gone_silent", None, event.time, "recovered")
        history.opened_at = history.lost_at = 0
        history.due = self.next_due(history)
        came_back(customer, event.time, alerts)
        if self.won_back.enabled:
            evidence = [Evidence(event.id, event.kind, event.time)]
            announce(WON_BACK, self.won_back, event.time, [silent_since], evidence, alerts)


def _insert(history: Purchases, day: int) -> bool:
    """Insert a purchase day; whether it is a new one as far as is known."""
    days = history.days
    if days:
        last = days[-1]
        if day == last:
            return False
        if day > last:  # By far the most.
            days.append(day)
            if len(days) > MAX_PURCHASE_DAYS:
                del days[0]
                history.older += 1
            return True
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
