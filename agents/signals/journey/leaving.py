"""`left_after_purchase`: somebody has bought, and turns away at once.

Within 14 days of an order, the period in which distance buyers in the EU may withdraw: off the
list, account deleted, app removed, data taken along, consent withdrawn, or all of it sent back.
"""

import xxhash

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms.standing import open_ones, stand, standing
from agents.signals.journey.waits import journey_of
from schemas.alert import Evidence
from schemas.customer import EVENT_ID_BYTES, Customer, Purchases, bounded
from schemas.instant import DAY, MINUTE, rfc3339, spoken
from schemas.interaction import Interaction
from schemas.journey import Journey
from schemas.memory import Fact
from schemas.standards import LeftAfterPurchase
from schemas.vocabulary import OrderEvent, Product

_ORDER, _CONSENT = "order_completed", "consent_changed"
_SENT_BACK = ("order_returned", "order_cancelled")
_SIGNS = {
    "unsubscribed": "unsubscribed",
    "account_deleted": "deleted the account",
    "application_uninstalled": "removed the app",
    "data_exported": "took their data along",
    _CONSENT: "withdrew a consent",
    "order_returned": "sent all of it back",
    "order_cancelled": "cancelled all of it",
}
_MOST_UNITS = 2**62
_AGO = ((DAY, "d"), (60 * MINUTE, "h"), (MINUTE, "min"))


def _since(span: int) -> str:
    for size, unit in _AGO:
        if span >= 2 * size:
            return f"{span // size} {unit}"
    return "at once"


def _reason(facts: Facts) -> str:
    kind, ordered, left, _ = facts
    span = _since(int(left or 0) - int(ordered or 0))
    when = span if span == "at once" else f"{span} later"
    return f"Ordered at {spoken(ordered)}, and {when} {_SIGNS[str(kind)]}."


LEFT_AFTER_PURCHASE = Kind(
    name="left_after_purchase",
    team="retention",
    concern="abandonment",
    clears_if="The customer orders again, or is back on the list: consents, signs up, subscribes.",
    reason=_reason,
    parameters=lambda facts: {
        "sign": facts[0],
        "ordered_at": rfc3339(int(facts[1] or 0)),
        "window_days": int(facts[3] or 0) / DAY,
    },
    opens="within 14 d of an order: unsubscribed, account deleted, app removed, data exported, "
    "consent withdrawn, or the whole order returned or cancelled",
    default="14 d",
    source="right of withdrawal of distance buyers, Directive 2011/83/EU, article 9",
    mechanism="joint",
)


class Leaving:
    """Signs of leaving shortly after an order.

    >>> sorted(Leaving(LeftAfterPurchase()).reacts_to)[:3]
    ['account_deleted', 'application_uninstalled', 'consent_changed']
    """

    kinds = (LEFT_AFTER_PURCHASE,)
    reacts_to = frozenset({_ORDER, "signed_up", "subscription_started", *_SIGNS})

    def __init__(self, limits: LeftAfterPurchase) -> None:
        self.limits = limits
        self.name = LEFT_AFTER_PURCHASE.name

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None:
            return
        kind = event.kind
        if kind == _ORDER:
            self._order(customer, history, event, alerts)
            return
        if kind == _CONSENT:
            consent = event.properties.consent or {}
            withdraws = any(value is False for value in consent.values())
            back = not withdraws and any(value is True for value in consent.values())
        else:
            withdraws = kind in _SIGNS
            back = not withdraws
        if back:
            alert = standing(customer, self.name)
            if alert is not None and event.time >= alert.opened_at:
                alerts.resolve(self.name, None, event.time, "returned")
        elif withdraws and self.limits.enabled:
            self._leave(customer, history, event, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Whoever has ordered under the other row since then has not left."""
        history = customer.purchases
        if history is None:
            return
        for alert in open_ones(customer, self.name):
            if history.last_at >= alert.opened_at:
                alerts.end(alert, history.last_at, "recovered")
            elif history.last_at > int(alert.facts[1] or 0) and alert.facts[0] in _SENT_BACK:
                alerts.end(alert, history.last_at, "late_evidence")

    def _leave(
        self, customer: Customer, history: Purchases, event: Interaction, alerts: Alerts
    ) -> None:
        at, kind, ordered = event.time, event.kind, history.last_at
        if not ordered <= at <= ordered + self.limits.window:
            return
        journey = journey_of(customer)
        if kind in _SENT_BACK and not _is_whole(journey, event.properties):
            return
        if journey.left_order == ordered or standing(customer, self.name) is not None:
            return
        journey.left_order = ordered
        facts: list[Fact] = [kind, ordered, at, int(self.limits.window)]
        evidence = [
            Evidence(history.last_id, _ORDER, ordered),
            Evidence(bounded(event.id, EVENT_ID_BYTES), kind, at),
        ]
        stand(customer, LEFT_AFTER_PURCHASE, self.limits, None, at, facts, evidence, alerts)

    def _order(
        self, customer: Customer, history: Purchases, event: Interaction, alerts: Alerts
    ) -> None:
        at = event.time
        if at != history.last_at:
            return  # Not the last one: nothing of it is asked for.
        alert = standing(customer, self.name) if customer.alerts else None
        if alert is not None:
            if at >= alert.opened_at:
                alerts.resolve(self.name, None, at, "recovered")
            elif alert.facts[0] in _SENT_BACK:
                # What was sent back was not all that they had ordered by then.
                alerts.resolve(self.name, None, at, "late_evidence")
        journey, order = journey_of(customer), event.properties
        journey.order = _digest(order)
        journey.units = _units(order.products) if order.products is not None else 0
        journey.paid = _paid(order)
        journey.returned = 0


def _is_whole(journey: Journey, back: OrderEvent) -> bool:
    """Whether with this all of the last order has come back; notes the units that have."""
    if _digest(back) != journey.order:
        return False
    if back.products is not None:
        journey.returned = min(journey.returned + _units(back.products), _MOST_UNITS)
        return 0 < journey.units <= journey.returned
    refunded = _paid(back)
    return refunded < 0 or refunded >= journey.paid


def _digest(order: OrderEvent) -> bytes:
    return xxhash.xxh32_digest(order.order_id.encode()) if order.order_id else b""


def _units(products: list[Product]) -> int:
    units = 0
    for product in products:
        quantity = product.quantity
        units += 1 if quantity is None else quantity
    return units if units < _MOST_UNITS else _MOST_UNITS


def _paid(order: OrderEvent) -> int:
    """Hundredths; -1: not told."""
    amount = order.revenue if order.revenue is not None else order.total
    return -1 if amount is None or amount < 0 else round(amount * 100)
