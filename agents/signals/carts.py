"""`cart_abandoned` and `checkout_abandoned`: something was wanted, and left standing.

One mechanism for both, since at most one of them is open for a cart: idle since the last touch,
judged by the shorter limit once checkout has begun. Defaults: 60 min as most shop systems, 10 min
after Shopify's definition of an abandoned checkout; 30 d until a cart is lost as in CartFlows.
"""

from typing import Any, Final

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import idle
from agents.mechanisms.standing import severity_of
from agents.signals import items, named_carts
from schemas.alert import Evidence, Resolution, Value
from schemas.customer import (
    EVENT_ID_BYTES,
    MAX_CARTS,
    NEVER,
    Cart,
    Carts,
    Customer,
    bounded,
    fits,
)
from schemas.instant import MINUTE, spoken
from schemas.interaction import Interaction
from schemas.standards import CartAbandoned, CheckoutAbandoned
from schemas.vocabulary import CartEvent, ProductEvent

CART, CHECKOUT = "cart_abandoned", "checkout_abandoned"
_ORDER: Final = "order_completed"
_ADDED, _REMOVED, _VIEWED = "product_added", "product_removed", "cart_viewed"
_STEPS: Final = frozenset(
    {"checkout_started", "checkout_step_completed", "payment_info_entered", "payment_failed"}
)
_NOTHING, _TOUCHED, _EMPTIED = range(3)


def _cart_reason(facts: Facts) -> str:
    units, _, _, touched, minutes = facts
    things = "1 item" if units == 1 else f"{units} items"
    since = f"untouched for {minutes} min since {spoken(touched)}"
    return f"A cart with {things} stands {since}."


def _checkout_reason(facts: Facts) -> str:
    _, _, _, touched, minutes = facts
    since = f"no step and no order for {minutes} min since {spoken(touched)}"
    return f"A checkout was begun and left: {since}."


def _value(facts: Facts) -> Value | None:
    amount, currency = facts[1], facts[2]
    return Value(float(amount), str(currency) if currency else None) if amount else None


def _parameters(facts: Facts) -> dict[str, object]:
    return {"idle_minutes": facts[4], "items": facts[0]}


_CLEARS = "The customer orders, empties the cart, or touches it again."
CART_ABANDONED = Kind(
    name=CART,
    team="sales",
    concern="abandonment",
    mechanism="idle",
    opens="a cart holds items and its owner has not touched it",
    default="60 min; expires after 30 d",
    source="what most shop systems use",
    clears_if=_CLEARS,
    reason=_cart_reason,
    parameters=_parameters,
    value=_value,
)
CHECKOUT_ABANDONED = Kind(
    name=CHECKOUT,
    team="sales",
    concern="abandonment",
    mechanism="idle",
    opens="a checkout was begun, and no further step and no order came; never both for one cart",
    default="10 min after the last touch; expires after 30 d",
    source="Shopify's definition of an abandoned checkout",
    clears_if=_CLEARS,
    reason=_checkout_reason,
    parameters=_parameters,
    value=_value,
)


class AbandonedCarts:
    """A cart that holds items, or a checkout begun, and its owner does not touch it.

    >>> carts = AbandonedCarts(CartAbandoned(), CheckoutAbandoned())
    >>> carts.due(Cart(None, touched=0, units=1)) // MINUTE
    60
    >>> carts.due(Cart(None, touched=0, units=1, checkout_at=1)) // MINUTE
    10
    """

    field = "carts"
    kinds = (CART_ABANDONED, CHECKOUT_ABANDONED)
    reacts_to = _STEPS | {_ORDER, _ADDED, _REMOVED, _VIEWED}

    def __init__(self, cart: CartAbandoned, checkout: CheckoutAbandoned) -> None:
        self.cart = cart
        self.checkout = checkout

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        known, kind = customer.carts, event.kind
        if kind == _ORDER:
            if known is not None:
                self._order(known, event, alerts)
            return
        if known is None:
            # Every order so far has closed all carts there were.
            bought = customer.purchases.last_at if customer.purchases is not None else 0
            known = Carts(all_closed_at=bought, ordered_at=bought)
        if self._touch(known, event, kind, alerts):
            customer.carts = known
            self._settle(customer, known, event.time, alerts)

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        known = customer.carts
        if known is None or known.due > now:
            return
        ripe = [cart for cart in known.carts if self.due(cart) <= now]
        ripe.sort(key=_by_signal)
        for cart in ripe:
            if cart.opened_at:
                _tell(cart, self.due(cart), "expired", alerts)
                known.carts.remove(cart)
            elif (cart.checkout_at and self.checkout.enabled) or (
                cart.units and not cart.checkout_at and self.cart.enabled
            ):
                self._open(cart, self.due(cart), alerts)
            else:
                known.carts.remove(cart)
        self._settle(customer, known, now, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Alerts of carts that were ordered or touched under the other row are over."""
        known = customer.carts
        if known is None:
            return
        told: set[str | None] = set()
        for alert in [alert for alert in customer.alerts if alert.signal in (CART, CHECKOUT)]:
            opened, name = alert.opened_at, alert.subject
            cart = named_carts.find(known, name)
            if cart is None:
                end = named_carts.closed_at(known, name)
                alerts.end(alert, end, "recovered" if end >= opened else "late_evidence")
            elif cart.touched >= opened:
                emptied = not cart.units and cart.emptied_at >= opened
                alerts.end(alert, cart.touched, "emptied" if emptied else "returned")
            elif cart.opened_at != opened or _signal(cart) != alert.signal or name in told:
                alerts.end(alert, at, "superseded" if cart.opened_at else "late_evidence")
            elif self._opens_later(cart):
                cart.opened_at = 0
                alerts.end(alert, at, "late_evidence")
            else:
                told.add(name)
        self._settle(customer, known, at, alerts)

    def _opens_later(self, cart: Cart) -> bool:
        """Whether a cart would not have its alert yet when that opened."""
        opened, cart.opened_at = cart.opened_at, 0
        due, cart.opened_at = self.due(cart), opened
        return due > opened

    def restate(self, customer: Customer) -> None:
        """Carts are judged by the standards of today."""
        known = customer.carts
        if known is not None:
            known.due = min(map(self.due, known.carts), default=NEVER)

    def due(self, cart: Cart) -> int:
        """When this cart is to be asked again."""
        limits: CartAbandoned | CheckoutAbandoned
        if cart.opened_at:
            limits = self.checkout if cart.as_checkout else self.cart
            return cart.opened_at + limits.expires
        if cart.checkout_at:
            limits, last = self.checkout, cart.checkout_opened
        else:
            limits, last = self.cart, cart.cart_opened
            if not cart.units:
                return cart.touched + limits.expires
        if not limits.enabled:
            return cart.touched + limits.expires
        return idle.due(cart.touched, limits.idle, last, limits.cool_down)

    def _touch(self, known: Carts, event: Interaction, kind: str, alerts: Alerts) -> bool:
        """Apply a touch; whether it has changed anything."""
        at, is_step, checkout = event.time, kind in _STEPS, None
        of_product = kind in (_ADDED, _REMOVED)
        said: Any = event.properties or (ProductEvent() if of_product else CartEvent())
        if not of_product and said.checkout_id:
            checkout = named_carts.digest(said.checkout_id.encode())
        name, cart = named_carts.meant(known, said.cart_id, checkout)
        if at < known.ordered_at:
            buried = None if said.cart_id else checkout
            if named_carts.is_past(known, name, buried, at):
                return False
        if cart is None:
            if not is_step and not _fills(kind, said):
                return False
            cart = Cart(name, touched=at)
            known.carts.append(cart)

        verdict = _TOUCHED if is_step else _change(cart, kind, said, at)
        if verdict == _NOTHING:
            return False
        if at >= cart.touched:
            cart.touched, cart.last_type = at, kind
            cart.last_id = event.id if event.id.isascii() else bounded(event.id, EVENT_ID_BYTES)
        if is_step:
            if at >= cart.emptied_at and at > cart.checkout_at:
                cart.checkout_at = at
            if checkout is not None:
                named_carts.begin(known, cart, checkout)
        elif verdict == _EMPTIED:
            cart.emptied_at = max(cart.emptied_at, at)
            if cart.checkout_at <= at:
                cart.checkout_at = 0
        if cart.opened_at:
            self._answer(cart, at, verdict, alerts)
        return True

    def _answer(self, cart: Cart, at: int, verdict: int, alerts: Alerts) -> None:
        """A cart with an open alert was touched: is it over, or was it never right?"""
        opened = cart.opened_at
        if at >= opened:
            _tell(cart, at, "emptied" if verdict == _EMPTIED else "returned", alerts)
            if cart.as_checkout:
                cart.checkout_opened = opened
            else:
                cart.cart_opened = opened
            cart.opened_at = 0
            return
        if not self._would_open(cart, opened):
            _tell(cart, at, "late_evidence", alerts)
            cart.opened_at = 0

    def _would_open(self, cart: Cart, at: int) -> bool:
        """Whether the open alert would open at that instant, were it decided now."""
        if cart.as_checkout != (cart.checkout_at > 0) or not (cart.units or cart.checkout_at):
            return False
        cart.opened_at = 0
        due = self.due(cart)
        cart.opened_at = at
        return due == at

    def _open(self, cart: Cart, at: int, alerts: Alerts) -> None:
        cart.opened_at = at
        cart.as_checkout = cart.checkout_at > 0
        limits: CartAbandoned | CheckoutAbandoned = self.checkout if cart.as_checkout else self.cart
        kind = CHECKOUT_ABANDONED if cart.as_checkout else CART_ABANDONED
        value, untouched = round(cart.value, 2), limits.idle // MINUTE
        facts: Facts = [cart.units, value, cart.currency, cart.touched, untouched]
        evidence = [Evidence(cart.last_id, cart.last_type, cart.touched)] if cart.last_id else []
        severity = severity_of(kind, limits)
        alerts.open(kind.name, cart.name, at, facts, evidence, severity, team=limits.team)

    def _order(self, known: Carts, event: Interaction, alerts: Alerts) -> None:
        at, order = event.time, event.properties
        cart = None
        if order is not None:
            if order.cart_id:
                cart = named_carts.find(known, bounded(order.cart_id))
            elif order.checkout_id:
                digest = named_carts.digest(order.checkout_id.encode())
                cart = named_carts.begun_in(known, digest)
        known.ordered_at = max(known.ordered_at, at)
        if cart is not None:
            named_carts.bury(known, cart, at)
            meant = [cart]
        else:
            known.all_closed_at = max(known.all_closed_at, at)
            meant = known.carts
        # What was touched after this order stays.
        closed = [cart for cart in meant if at >= cart.touched]
        closed.sort(key=_by_signal)
        for cart in closed:
            if cart.opened_at:
                _tell(cart, at, "late_evidence" if at < cart.opened_at else "recovered", alerts)
            known.carts.remove(cart)
        known.due = min(map(self.due, known.carts), default=NEVER)

    def _settle(self, customer: Customer, known: Carts, at: int, alerts: Alerts) -> None:
        """Keep within the bounds, and know when to be asked again."""
        carts = known.carts
        while len(carts) > MAX_CARTS or (carts and not fits(customer)):
            oldest = min(carts, key=_touched)
            if oldest.opened_at:
                _tell(oldest, at, "expired", alerts)
            carts.remove(oldest)
        due = NEVER
        for cart in carts:
            next_due = self.due(cart)
            if next_due < due:
                due = next_due
        known.due = due


def _signal(cart: Cart) -> str:
    """Of the alert that is open, or would be."""
    is_checkout = cart.as_checkout if cart.opened_at else cart.checkout_at > 0
    return CHECKOUT if is_checkout else CART


def _by_signal(cart: Cart) -> tuple[str, str]:
    return _signal(cart), cart.name or ""


def _touched(cart: Cart) -> int:
    return cart.touched


def _tell(cart: Cart, at: int, resolution: Resolution, alerts: Alerts) -> None:
    alerts.resolve(_signal(cart), cart.name, at, resolution)


def _fills(kind: str, said: ProductEvent | CartEvent) -> bool:
    """Whether an event of an unknown cart puts anything into it."""
    if kind == _REMOVED:
        return False
    if said.products is None:
        return isinstance(said, ProductEvent) and said.quantity != 0
    return any(product.quantity != 0 for product in said.products)


def _change(cart: Cart, kind: str, said: Any, at: int) -> int:
    """Change the content; what the event was to this cart.

    What is older than a view that stated the content changes nothing, and so does a view that is
    older than a change.
    """
    products = said.products
    if kind == _VIEWED:
        if products is None or at < cart.changed_at:
            return _TOUCHED
        items.state(cart, products)
        cart.stated_at = cart.changed_at = at
        cart.currency = said.currency or cart.currency
        return _TOUCHED if cart.units else _EMPTIED
    changed = False
    if at >= cart.stated_at:
        change = items.add if kind == _ADDED else items.remove
        if products is None:
            changed = change(cart, said)
        else:
            for product in products:
                changed |= change(cart, product)
    if changed:
        cart.changed_at = max(cart.changed_at, at)
        if kind == _ADDED:
            cart.currency = said.currency or cart.currency
        elif not cart.units:
            return _EMPTIED
    elif kind == _REMOVED and not cart.units and not cart.checkout_at:
        return _NOTHING
    return _TOUCHED
