"""`cart_abandoned` and `checkout_abandoned`: something was wanted, and left standing.

One mechanism for both, since at most one of them is open for a cart: idle since the last touch,
judged by the shorter limit once checkout has begun. Defaults: 60 min as most shop systems, 10 min
after Shopify's definition of an abandoned checkout; 30 d until a cart is lost as in CartFlows.
"""

import xxhash

from agents.alerts import Alerts, Facts, Kind
from agents.signals import items
from schemas.alert import Evidence, Resolution, Value
from schemas.customer import (
    HASH,
    MAX_CARTS,
    MAX_CHECKOUTS,
    MAX_CLOSED,
    Cart,
    Carts,
    Customer,
    bounded,
)
from schemas.instant import MINUTE, rfc3339
from schemas.interaction import Interaction
from schemas.standards import CartAbandoned, CheckoutAbandoned
from schemas.vocabulary import Product

CART, CHECKOUT = "cart_abandoned", "checkout_abandoned"
_CHECKOUT_STEPS = frozenset(
    {"checkout_started", "checkout_step_completed", "payment_info_entered", "payment_failed"}
)
_TOUCHES = frozenset({"product_added", "product_removed", "cart_viewed"}) | _CHECKOUT_STEPS


def _cart_reason(facts: Facts) -> str:
    units, _, _, touched, idle = facts
    things = "1 item" if units == 1 else f"{units} items"
    since = f"untouched for {idle} min since {rfc3339(int(touched or 0))}"
    return f"A cart with {things} stands {since}."


def _checkout_reason(facts: Facts) -> str:
    _, _, _, touched, idle = facts
    since = f"no step and no order for {idle} min since {rfc3339(int(touched or 0))}"
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
    clears_if=_CLEARS,
    reason=_cart_reason,
    parameters=_parameters,
    value=_value,
)
CHECKOUT_ABANDONED = Kind(
    name=CHECKOUT,
    team="sales",
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

    kinds = (CART_ABANDONED, CHECKOUT_ABANDONED)
    reacts_to = _TOUCHES | {"order_completed"}

    def __init__(self, cart: CartAbandoned, checkout: CheckoutAbandoned) -> None:
        self.cart = cart
        self.checkout = checkout

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        known = customer.carts
        kind = event.kind
        if kind == "order_completed":
            if known is not None:
                self._order(known, event, alerts)
            return
        if known is None:
            if kind == "product_removed":
                return
            known = customer.carts = Carts()
        self._touch(known, event, kind, alerts)

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        known = customer.carts
        if known is None:
            return
        due = [cart for cart in known.carts if cart.due <= now]
        due.sort(key=lambda cart: (cart.due, cart.checkout_at > 0, cart.name or ""))
        for cart in due:
            if cart.opened_at:
                self._resolve(cart, cart.due, "expired", alerts)
                known.carts.remove(cart)
            elif cart.units or cart.checkout_at:
                self._open(cart, cart.due, alerts)
            else:
                known.carts.remove(cart)

    def due(self, cart: Cart) -> int:
        """When this cart is to be asked again."""
        if cart.opened_at:
            limits = self.checkout if cart.checkout_opened == cart.opened_at else self.cart
            return cart.opened_at + limits.expires
        if cart.checkout_at:
            checkout = self.checkout
            if checkout.enabled:
                cool = cart.checkout_opened + checkout.cool_down if cart.checkout_opened else 0
                return max(cart.touched + checkout.idle, cool)
        elif cart.units and self.cart.enabled:
            cool = cart.cart_opened + self.cart.cool_down if cart.cart_opened else 0
            return max(cart.touched + self.cart.idle, cool)
        return cart.touched + self.cart.expires

    def _touch(self, known: Carts, event: Interaction, kind: str, alerts: Alerts) -> None:
        at, said = event.time, event.properties
        named = said.cart_id if said is not None else None
        checkout = said.checkout_id if said is not None and kind in _CHECKOUT_STEPS else None
        cart = _named(known, named, checkout or (said and getattr(said, "checkout_id", None)))
        if cart is None:
            name = bounded(named) if named else None
            if _was_closed(known, name, at) or not _begins(kind, said):
                return
            cart = self._new(known, name, at, alerts)
        before, held = cart.touched, cart.units
        if not self._apply(cart, event, kind, said):
            return
        if checkout:
            digest = xxhash.xxh3_64_digest(checkout.encode())
            if digest not in _split(cart.checkouts):
                cart.checkouts = (cart.checkouts + digest)[-HASH * MAX_CHECKOUTS :]
        if at >= before:
            cart.touched, cart.last_id, cart.last_type = at, event.id, kind
        emptied = held > 0 and cart.units == 0 and kind not in _CHECKOUT_STEPS
        if emptied:
            cart.checkout_at = 0
            cart.emptied_at = max(cart.emptied_at, at)
        elif kind in _CHECKOUT_STEPS and at >= cart.emptied_at:
            cart.checkout_at = min(cart.checkout_at or at, at)
        if cart.opened_at:
            self._answer(cart, at, before, emptied, alerts)
        cart.due = self.due(cart)

    def _apply(self, cart: Cart, event: Interaction, kind: str, said: object) -> bool:
        """Change the content; whether the event is a touch of this cart."""
        at = event.time
        if kind == "product_added":
            if at >= cart.stated_at:
                for product in _products(event):
                    items.add(cart, product)
                cart.currency = event.properties.currency or cart.currency
        elif kind == "product_removed":
            if at < cart.stated_at:
                return True
            gone = [items.remove(cart, product) for product in _products(event)]
            return any(gone) or cart.units > 0 or cart.checkout_at > 0
        elif said is not None:
            products = getattr(said, "products", None)
            cart.currency = getattr(said, "currency", None) or cart.currency
            if kind == "cart_viewed" and products is not None and at >= cart.touched:
                items.state(cart, products)
                cart.stated_at = at
        return True

    def _answer(self, cart: Cart, at: int, before: int, emptied: bool, alerts: Alerts) -> None:
        """The open alert of this cart has been touched: is it over, or was it never right?"""
        if at >= cart.opened_at:
            self._resolve(cart, at, "emptied" if emptied else "returned", alerts)
        elif (
            at > before
            or emptied
            or (cart.cart_opened == cart.opened_at and 0 < cart.checkout_at < cart.opened_at)
        ):
            self._void(cart, at, alerts)

    def _open(self, cart: Cart, at: int, alerts: Alerts) -> None:
        cart.opened_at = at
        if cart.checkout_at:
            signal, idle = CHECKOUT, self.checkout.idle
            cart.checkout_opened = at
        else:
            signal, idle = CART, self.cart.idle
            cart.cart_opened = at
        cart.due = self.due(cart)
        value = round(cart.value, 2)
        facts: Facts = [cart.units, value, cart.currency, cart.touched, idle // MINUTE]
        evidence = [Evidence(cart.last_id, cart.last_type, cart.touched)]
        alerts.open(signal, cart.name, at, facts, evidence)

    def _resolve(self, cart: Cart, at: int, resolution: Resolution, alerts: Alerts) -> None:
        signal = CHECKOUT if cart.checkout_opened == cart.opened_at else CART
        alerts.resolve(signal, cart.name, at, resolution)
        cart.opened_at = 0

    def _void(self, cart: Cart, at: int, alerts: Alerts) -> None:
        """The opening was wrong: it leaves no cool-down either."""
        opened = cart.opened_at
        self._resolve(cart, at, "late_evidence", alerts)
        if cart.checkout_opened == opened:
            cart.checkout_opened = 0
        else:
            cart.cart_opened = 0

    def _order(self, known: Carts, event: Interaction, alerts: Alerts) -> None:
        at, order = event.time, event.properties
        cart = None
        if order is not None and (order.cart_id or order.checkout_id):
            cart = _named(known, order.cart_id, None) if order.cart_id else None
            if cart is None and order.checkout_id:
                cart = _named(known, None, order.checkout_id, nameless=False)
        if cart is None:
            known.all_closed_at = max(known.all_closed_at, at)
            closing = list(known.carts)
        else:
            closing = [cart]
            known.closed = (known.closed + _tomb(cart.name, at))[-2 * HASH * MAX_CLOSED :]
        for cart in closing:
            if at < cart.touched:
                continue  # It was touched again after this order.
            if cart.opened_at:
                late = at < cart.opened_at
                self._resolve(cart, at, "late_evidence" if late else "recovered", alerts)
            known.carts.remove(cart)

    def _new(self, known: Carts, name: str | None, at: int, alerts: Alerts) -> Cart:
        if len(known.carts) >= MAX_CARTS:
            oldest = min(known.carts, key=lambda cart: cart.touched)
            if oldest.opened_at:
                self._resolve(oldest, at, "expired", alerts)
            known.carts.remove(oldest)
        cart = Cart(name, touched=at)
        known.carts.append(cart)
        return cart


def _named(
    known: Carts, cart_id: str | None, checkout_id: str | None, *, nameless: bool = True
) -> Cart | None:
    """The known cart of that name, else the one that the checkout began in."""
    if cart_id:
        name = bounded(cart_id)
        for cart in known.carts:
            if cart.name == name:
                return cart
        return None
    if checkout_id:
        digest = xxhash.xxh3_64_digest(checkout_id.encode())
        for cart in known.carts:
            if digest in _split(cart.checkouts):
                return cart
    if nameless:
        for cart in known.carts:
            if cart.name is None:
                return cart
    return None


def _begins(kind: str, said: object) -> bool:
    """Whether an event of an unknown cart makes one."""
    if kind == "cart_viewed":
        return any(p.quantity != 0 for p in getattr(said, "products", None) or ())
    return kind != "product_removed"


def _products(event: Interaction) -> list[Product]:
    said = event.properties
    if said is None:
        return []
    return [said] if said.products is None else said.products


def _split(digests: bytes) -> list[bytes]:
    return [digests[at : at + HASH] for at in range(0, len(digests), HASH)]


def _tomb(name: str | None, at: int) -> bytes:
    return xxhash.xxh3_64_digest((name or "").encode()) + at.to_bytes(8, "big")


def _was_closed(known: Carts, name: str | None, at: int) -> bool:
    """Whether an order closed the cart of that name after `at`."""
    if at < known.all_closed_at:
        return True
    parts, digest = _split(known.closed), xxhash.xxh3_64_digest((name or "").encode())
    return any(
        tomb == digest and at < int.from_bytes(when, "big")
        for tomb, when in zip(parts[::2], parts[1::2], strict=True)
    )
