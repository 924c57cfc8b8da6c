"""Markets: which churn signals open and end, by region, segment and brand."""

from agents.alerts import Alerts, Change
from agents.observers.telling import tell
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.observation import Churn, group_key, market_key

CHURN = frozenset({
    "gone_silent", "lost", "usage_declined", "spend_declined", "cancellation_intended", "captured",
    "one_and_gone", "left_after_purchase",
})  # fmt: skip


class MarketObserver:
    """Watches churn signals; which of them count is the business of who hears of it."""

    kinds = ()
    reacts_to: frozenset[str] = frozenset()
    watches = CHURN

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        """No interaction concerns it."""

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        keys = _markets(customer)
        if not keys:
            return
        for change in changes:
            alert = change.alert
            if alert.signal in CHURN:
                over = change.resolution is not None
                seen = Churn(
                    max(at, alert.opened_at) if over else alert.opened_at, alerts.id_of(alert),
                    alert.signal, alerts.who, customer.brand, customer.branch, alert.signal, over,
                )  # fmt: skip
                tell(alerts, keys, seen)


def _markets(customer: Customer) -> list[str]:
    keys = []
    if customer.region is not None:
        keys.append(market_key("region", customer.region))
    if customer.segment is not None:
        keys.append(market_key("segment", customer.segment))
    for axis, value in (customer.segments or {}).items():
        keys.append(market_key(axis, value))
    if customer.brand is not None:
        keys.append(group_key("brand", customer.brand))
    return keys
