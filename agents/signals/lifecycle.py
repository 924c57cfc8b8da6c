"""The stage of life as it follows from orders, subscriptions and referrals.

No signal that tells alerts: what it says goes to `lifecycle`.
"""

import xxhash

from agents.alerts import Alerts, Kind
from agents.lifecycle import (
    AWAY,
    CLOSED,
    HAS_BEEN_LOYAL,
    LEADS_TO,
    LOST,
    OF_ORDERS,
    REFERRED,
    RENEWED,
    SUBSCRIBED,
    WON_BACK,
    base,
    is_loyal,
)  # fmt: skip
from schemas.customer import Customer
from schemas.instant import day_of
from schemas.interaction import Interaction
from schemas.memory import MAX_CATEGORIES, Life
from schemas.standards import GoneSilent

_ORDER = "order_completed"
_FLAGS = {
    "subscription_started": SUBSCRIBED,
    "subscription_renewed": SUBSCRIBED | RENEWED,
    "referral_made": REFERRED,
    "referral_converted": REFERRED,
    "account_deleted": CLOSED,
}


class Lifecycle:
    """Told after all other signals of an interaction."""

    kinds: tuple[Kind, ...] = ()
    reacts_to = frozenset({_ORDER, "signed_up", *_FLAGS})

    def __init__(self, model: GoneSilent) -> None:
        """`model` says what P(alive) is, for those who may be loyal."""
        self.model = model

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        life = customer.life
        if life is None:
            life = customer.life = Life()
        if kind == _ORDER:
            self._ordered(customer, life, event, alerts)
            return
        flags = _FLAGS.get(kind, 0)
        if kind in ("signed_up", "subscription_started"):
            life.flags &= ~CLOSED
            life.begun_at, life.closed_at = max(life.begun_at, event.time), 0
        life.flags |= flags
        if flags == CLOSED:
            life.closed_at = max(life.closed_at, event.time)
            alerts.stage(LOST, event.time, kind)
        elif customer.stage not in AWAY and customer.stage != WON_BACK:
            alerts.stage(base(customer), event.time, kind)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Orders of both rows together may show somebody loyal."""
        life, history = customer.life, customer.purchases
        if life is None or history is None:
            return
        if is_loyal(history, life, history.last_at, self.model):
            life.flags |= HAS_BEEN_LOYAL

    def _ordered(self, customer: Customer, life: Life, event: Interaction, alerts: Alerts) -> None:
        at = event.time
        _keep_categories(life, event)
        if is_loyal(customer.purchases, life, at, self.model):
            life.flags |= HAS_BEEN_LOYAL
        if customer.stage in AWAY:
            # Where silence or capture ends with the order, they have said so already.
            if _is_return(customer, life, at, alerts):
                came_back(customer, at, alerts)
        elif customer.stage != WON_BACK or day_of(at) > life.won_back:
            alerts.stage(base(customer), at, _ORDER)


def _is_return(customer: Customer, life: Life, at: int, alerts: Alerts) -> bool:
    """Whether an order at `at` comes after what leads away; one with which spend goes on declining
    does not."""
    if life.flags & CLOSED:
        return at >= life.closed_at
    standing = [alert for alert in customer.alerts if LEADS_TO.get(alert.signal) in AWAY]
    if standing:
        return not any(each.signal in OF_ORDERS or at < each.opened_at for each in standing)
    return any(
        change.resolution == "recovered" and LEADS_TO.get(change.alert.signal) in AWAY
        for change in alerts.changes
    )


def came_back(customer: Customer, at: int, alerts: Alerts) -> None:
    """An order at `at`, by somebody who was being lost."""
    life = customer.life
    if life is None:
        life = customer.life = Life()
    won_back(life, day_of(at))
    alerts.stage(WON_BACK, at, _ORDER)


def won_back(life: Life, day: int) -> None:
    """They were, on that day: an account that was closed is so no more, and loyalty is to be shown
    anew."""
    life.flags &= ~(CLOSED | HAS_BEEN_LOYAL)
    life.won_back, life.closed_at = day, 0


def had_come_back(customer: Customer, day: int) -> None:
    """It turns out that they were won back on that day; whether an account that was closed still is
    has been found out by then."""
    life = customer.life
    if life is None:
        life = customer.life = Life()
    life.flags &= ~HAS_BEEN_LOYAL
    life.won_back = max(life.won_back, day)


def _keep_categories(life: Life, event: Interaction) -> None:
    products = event.properties.products if event.properties is not None else None
    for product in products or ():
        category, kept = product.category, life.categories
        if category and len(kept) < 4 * MAX_CATEGORIES:
            name = xxhash.xxh32_digest(category.encode())
            if name not in kept or not _holds(kept, name):
                life.categories = kept + name


def _holds(kept: bytes, name: bytes) -> bool:
    """Whether it is one of those kept, and not astride two of them."""
    return any(kept[at : at + 4] == name for at in range(0, len(kept), 4))
