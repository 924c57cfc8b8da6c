"""Carts: what a cart is after all that is known of it, and when its alerts open and clear.

A cart keeps its story: every record that was applied to it, in arrival order. Whatever is asked of
the cart is read from the whole story again each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .facts import DAY, HOUR, MINUTE, Alert, Book, Due, Fact, by_name

CHECKOUT = frozenset(
    {"checkout_started", "checkout_step_completed", "payment_info_entered", "payment_failed"}
)
TOUCHES = CHECKOUT | {"product_added", "product_removed", "cart_viewed"}

MOST_CARTS = 16
MOST_PRODUCTS = 64
REMEMBERED = 30 * DAY
COOL_DOWN = 24 * HOUR
IDLE = {"cart_abandoned": 60 * MINUTE, "checkout_abandoned": 10 * MINUTE}

Place = tuple[int, int, int]
"""Event time, arrival, position in the record: which of two mentions is the later one."""


@dataclass(frozen=True)
class Standing:
    """What a story amounts to. `verdict` says what the last record of the story was."""

    quantity: int
    in_checkout: bool
    last_touch: int
    verdict: str  # "touch", "emptying" or "nothing"

    @property
    def is_open(self) -> bool:
        return self.quantity > 0 or self.in_checkout


def products(fact: Fact) -> list[tuple[str, int]]:
    """The products of one record with their quantities: a list, else Segment's flat fields.

    >>> products(Fact(0, 0, "product_added", "c", "e", {"sku": "tea", "quantity": 2}))
    [('tea', 2)]
    """
    listed = fact.has.get("products")
    rows = [fact.has] if listed is None else listed
    found = []
    for row in rows:
        name = row.get("product_id")
        if name is None:
            name = row.get("sku", "")
        quantity = row.get("quantity")
        found.append((str(name), 1 if quantity is None else int(quantity)))
    return [(name, quantity) for name, quantity in found if quantity > 0]


def checkout_begun(checkouts: Iterable[Place], emptyings: Iterable[Place]) -> bool:
    """Some checkout event comes after every emptying."""
    return any(all(event > emptying for emptying in emptyings) for event in checkouts)


def standing(story: list[Fact]) -> Standing:
    held: dict[str, int] = {}
    mentioned: dict[str, Place] = {}
    stated: list[int] = []  # times of the views that stated the whole content
    emptyings: list[Place] = []
    checkouts: list[Place] = []
    touches: list[int] = []
    verdict = "nothing"

    for fact in story:
        verdict = "touch"
        here = (fact.at, fact.order, 0)
        before_a_view = any(view > fact.at for view in stated)

        if fact.kind == "product_added" and not before_a_view:
            for position, (name, quantity) in enumerate(products(fact)):
                held[name] = held.get(name, 0) + quantity
                mentioned[name] = max(mentioned.get(name, here), (*here[:2], position))

        elif fact.kind == "product_removed":
            if not before_a_view and any(name in held for name, _ in products(fact)):
                for position, (name, quantity) in enumerate(products(fact)):
                    if name in held:
                        held[name] -= quantity
                        mentioned[name] = max(mentioned[name], (*here[:2], position))
                        if held[name] <= 0:
                            del held[name], mentioned[name]
                if not held:
                    verdict = "emptying"
            elif not held and not checkout_begun(checkouts, emptyings):
                verdict = "nothing"

        elif fact.kind == "cart_viewed" and fact.has.get("products") is not None:
            if not before_a_view:
                stated.append(fact.at)
                held, mentioned = {}, {}
                for position, (name, quantity) in enumerate(products(fact)):
                    held[name] = held.get(name, 0) + quantity
                    mentioned[name] = (*here[:2], position)
                if not held:
                    verdict = "emptying"

        elif fact.kind in CHECKOUT:
            checkouts.append(here)

        while len(held) > MOST_PRODUCTS:
            oldest = min(held, key=lambda name: mentioned[name])
            del held[oldest], mentioned[oldest]
        if verdict == "emptying":
            emptyings.append(here)
        if verdict != "nothing":
            touches.append(fact.at)

    return Standing(
        quantity=sum(held.values()),
        in_checkout=checkout_begun(checkouts, emptyings),
        last_touch=max(touches, default=0),
        verdict=verdict,
    )


@dataclass(eq=False)
class Cart:
    name: str | None
    story: list[Fact]
    alerts: list[Alert] = field(default_factory=list)

    @property
    def now(self) -> Standing:
        return standing(self.story)

    @property
    def open_alert(self) -> Alert | None:
        return next((alert for alert in self.alerts if alert.is_open), None)

    def next_opening(self) -> tuple[int, str]:
        """When and as what the next alert opens, if nothing more is heard of the cart."""
        now = self.now
        signal = "checkout_abandoned" if now.in_checkout else "cart_abandoned"
        earlier = [a.opened_at for a in self.alerts if a.signal == signal and not a.is_void]
        idle_until = now.last_touch + IDLE[signal]
        return max([idle_until] + [opening + COOL_DOWN for opening in earlier]), signal


@dataclass(frozen=True)
class Closing:
    """An order that closed carts: one by name, or every cart but those touched after it."""

    at: int
    one: bool
    names: frozenset[str | None]

    def closed(self, name: str | None) -> bool:
        return name in self.names if self.one else name not in self.names


class Carts:
    """All carts of one customer."""

    def __init__(self, customer: str, book: Book) -> None:
        self.customer = customer
        self.book = book
        self.known: list[Cart] = []
        self.heard: list[Fact] = []
        self.closings: list[Closing] = []

    def take(self, fact: Fact) -> None:
        if fact.kind == "order_completed":
            self._order(fact)
        elif fact.kind in TOUCHES:
            self.heard.append(fact)
            self._touch(fact)

    def due(self) -> list[Due]:
        return [self._cart_due(cart) for cart in self.known]

    def _cart_due(self, cart: Cart) -> Due:
        alert = cart.open_alert
        if alert is not None:
            at = alert.opened_at + REMEMBERED
            return Due(at, alert.signal, cart.name, lambda: self._expire(cart, at))
        if cart.now.is_open:
            opening, signal = cart.next_opening()
            return Due(opening, signal, cart.name, lambda: self._open(cart, signal, opening))
        return Due(cart.now.last_touch + REMEMBERED, "", cart.name, lambda: self.known.remove(cart))

    def _open(self, cart: Cart, signal: str, at: int) -> None:
        cart.alerts.append(self.book.opens(signal, self.customer, cart.name, at))

    def _expire(self, cart: Cart, at: int) -> None:
        alert = cart.open_alert
        if alert is not None:
            self.book.expires(alert, at)
        self.known.remove(cart)

    def _find(self, name: str | None) -> Cart | None:
        return next((cart for cart in self.known if cart.name == name), None)

    def _touch(self, fact: Fact) -> None:
        name = self._name_of_touch(fact)
        if any(closing.closed(name) and fact.at < closing.at for closing in self.closings):
            return
        cart = self._find(name)
        if cart is None:
            self._begin(Cart(name, [fact]), fact)
            return

        before = cart.now
        cart.story.append(fact)
        after = cart.now
        alert = cart.open_alert
        if alert is None or after.verdict == "nothing":
            return
        too_late = fact.at < alert.opened_at
        if after.verdict == "emptying" and fact.at >= before.last_touch:
            self.book.resolves(alert, "late_evidence" if too_late else "emptied", fact.at)
        elif after.verdict == "touch" and fact.at > before.last_touch:
            self.book.resolves(alert, "late_evidence" if too_late else "returned", fact.at)
        elif alert.signal == "cart_abandoned" and after.in_checkout and not before.in_checkout:
            self.book.resolves(alert, "late_evidence", fact.at)

    def _begin(self, cart: Cart, fact: Fact) -> None:
        if not cart.now.is_open:
            return  # a removal, a mere view or an empty view of a cart that nobody knows
        self.known.append(cart)
        if len(self.known) > MOST_CARTS:
            self._expire(min(self.known, key=lambda known: known.now.last_touch), fact.at)

    def _order(self, fact: Fact) -> None:
        named = self._cart_of_order(fact)
        targets = list(self.known) if named is None else [named]
        closed = [cart for cart in targets if fact.at >= cart.now.last_touch]
        spared = [cart for cart in targets if fact.at < cart.now.last_touch]
        told = closed if named is not None else spared
        names = frozenset(cart.name for cart in told)
        self.closings.append(Closing(fact.at, one=named is not None, names=names))

        alerts = [cart.open_alert for cart in closed]
        for alert in sorted((alert for alert in alerts if alert is not None), key=by_name):
            too_late = fact.at < alert.opened_at
            self.book.resolves(alert, "late_evidence" if too_late else "recovered", fact.at)
        self.known = [cart for cart in self.known if cart not in closed]

    def _name_of_touch(self, fact: Fact) -> str | None:
        name, checkout = fact.text("cart_id"), fact.text("checkout_id")
        if name is None and checkout is not None:
            return self._began_in(checkout)
        return name

    def _cart_of_order(self, fact: Fact) -> Cart | None:
        name, checkout = fact.text("cart_id"), fact.text("checkout_id")
        if name is not None:
            return self._find(name)
        if checkout is None or checkout not in self._checkouts():
            return None
        return self._find(self._began_in(checkout))

    def _checkouts(self) -> set[str | None]:
        return {fact.text("checkout_id") for fact in self.heard if fact.kind in CHECKOUT}

    def _began_in(self, checkout: str) -> str | None:
        """The cart that the earliest event of this checkout names; without one, the nameless."""
        events = [
            fact
            for fact in self.heard
            if fact.kind in CHECKOUT and fact.text("checkout_id") == checkout
        ]
        naming = [fact for fact in events if fact.text("cart_id") is not None]
        if not naming:
            return None
        return min(naming, key=lambda fact: (fact.at, fact.order)).text("cart_id")
