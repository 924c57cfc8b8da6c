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

Place = tuple[int, int]
"""Event time and arrival: which of two records is the later one."""


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
    held: dict[str, int] = {}  # in the order in which products were last mentioned
    changes: list[int] = []  # times of what changed the content
    stated: list[int] = []  # times of the views that stated the whole content
    emptyings: list[Place] = []
    checkouts: list[Place] = []
    touches: list[int] = []
    verdict = "nothing"

    def mention(name: str, quantity: int) -> None:
        held[name] = held.pop(name, 0) + quantity
        if held[name] <= 0:
            del held[name]
        elif len(held) > MOST_PRODUCTS:
            del held[next(iter(held))]

    for fact in story:
        verdict = "touch"
        here = (fact.at, fact.order)
        before_a_view = any(view > fact.at for view in stated)
        before_a_change = any(change > fact.at for change in changes)

        if fact.kind == "product_added" and not before_a_view:
            for name, quantity in products(fact):
                mention(name, quantity)
                changes.append(fact.at)

        elif fact.kind == "product_removed":
            if not before_a_view and any(name in held for name, _ in products(fact)):
                for name, quantity in products(fact):
                    if name in held:
                        mention(name, -quantity)
                changes.append(fact.at)
                if not held:
                    verdict = "emptying"
            elif not held and not checkout_begun(checkouts, emptyings):
                verdict = "nothing"

        elif fact.kind == "cart_viewed" and fact.has.get("products") is not None:
            if not before_a_change:
                stated.append(fact.at)
                changes.append(fact.at)
                held.clear()
                for name, quantity in products(fact):
                    mention(name, quantity)
                if not held:
                    verdict = "emptying"

        elif fact.kind in CHECKOUT:
            checkouts.append(here)

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
    lost: dict[str, int] = field(default_factory=dict)
    """Checkouts that turned out to be of another cart, and when that was heard of."""

    @property
    def now(self) -> Standing:
        return standing(self.story)

    @property
    def checkouts(self) -> list[tuple[int, str]]:
        """The checkout ids that were heard of with this cart, with their arrival."""
        steps = [fact for fact in self.story if fact.kind in CHECKOUT]
        names = [(fact.order, fact.text("checkout_id")) for fact in steps]
        return [(o, name) for o, name in names if name is not None and o > self.lost.get(name, -1)]

    @property
    def open_alert(self) -> Alert | None:
        return next((alert for alert in self.alerts if alert.is_open), None)

    def next_opening(self) -> tuple[int, str]:
        """When and as what an alert opens that is not open yet, if nothing more is heard."""
        now = self.now
        signal = "checkout_abandoned" if now.in_checkout else "cart_abandoned"
        past = [alert for alert in self.alerts if not (alert.is_void or alert.is_open)]
        earlier = [alert.opened_at for alert in past if alert.signal == signal]
        idle_until = now.last_touch + IDLE[signal]
        return max([idle_until] + [opening + COOL_DOWN for opening in earlier]), signal


@dataclass(frozen=True)
class Closing:
    """An order that closed one cart, with its name and its checkouts, or every cart."""

    at: int
    names: frozenset[str | None]
    checkouts: frozenset[str | None]
    every: bool

    def closed(self, name: str | None, checkout: str | None) -> bool:
        return self.every or name in self.names or checkout in self.checkouts


class Carts:
    """All carts of one customer."""

    def __init__(self, customer: str, book: Book) -> None:
        self.customer = customer
        self.book = book
        self.known: list[Cart] = []
        self.closings: list[Closing] = []

    def take(self, fact: Fact) -> None:
        if fact.kind == "order_completed":
            self._order(fact)
        elif fact.kind in TOUCHES:
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
        name, checkout = fact.text("cart_id"), fact.text("checkout_id")
        if name is None and checkout is not None:
            holder = self._began_in(checkout)
            name = holder.name if holder is not None else None
        elif name is not None:
            checkout = None
        if any(past.closed(name, checkout) and fact.at < past.at for past in self.closings):
            return
        cart = self._find(name)
        new = Cart(name, [fact])
        begun = fact.text("checkout_id") if fact.kind in CHECKOUT else None
        if name is not None and begun is not None:
            holder = self._began_in(begun)
            if holder is not None and holder is not cart:
                loser = holder if holder.name is None else cart or new
                loser.lost[begun] = fact.order
        if cart is None:
            self._begin(new, fact)
            return

        cart.story.append(fact)
        alert = cart.open_alert
        if alert is None or cart.now.verdict == "nothing":
            return
        if fact.at >= alert.opened_at:
            emptied = cart.now.verdict == "emptying"
            self.book.resolves(alert, "emptied" if emptied else "returned", fact.at)
        elif not cart.now.is_open or cart.next_opening() != (alert.opened_at, alert.signal):
            self.book.resolves(alert, "late_evidence", fact.at)

    def _begin(self, cart: Cart, fact: Fact) -> None:
        if not cart.now.is_open:
            return  # a removal, a mere view or an empty view of a cart that nobody knows
        self.known.append(cart)
        if len(self.known) > MOST_CARTS:
            self._expire(min(self.known, key=lambda known: known.now.last_touch), fact.at)

    def _order(self, fact: Fact) -> None:
        named = self._cart_of_order(fact)
        if named is None:
            nobody: frozenset[str | None] = frozenset()
            self.closings.append(Closing(fact.at, nobody, nobody, every=True))
        else:
            names, checkouts = frozenset({named.name}), frozenset(self._checkouts_of(named))
            self.closings.append(Closing(fact.at, names, checkouts, every=False))

        targets = list(self.known) if named is None else [named]
        closed = [cart for cart in targets if fact.at >= cart.now.last_touch]
        alerts = [cart.open_alert for cart in closed]
        for alert in sorted((alert for alert in alerts if alert is not None), key=by_name):
            too_late = fact.at < alert.opened_at
            self.book.resolves(alert, "late_evidence" if too_late else "recovered", fact.at)
        self.known = [cart for cart in self.known if cart not in closed]

    def _cart_of_order(self, fact: Fact) -> Cart | None:
        name, checkout = fact.text("cart_id"), fact.text("checkout_id")
        if name is not None:
            return self._find(name)
        return None if checkout is None else self._began_in(checkout)

    def _checkouts_of(self, cart: Cart) -> set[str]:
        return {name for _, name in cart.checkouts if self._began_in(name) is cart}

    def _began_in(self, checkout: str) -> Cart | None:
        """The named cart that was first heard of with this checkout, else the nameless one."""
        heard = [
            (cart.name is None, order, cart)
            for cart in self.known
            for order, name in cart.checkouts
            if name == checkout
        ]
        return min(heard, key=lambda one: one[:2])[2] if heard else None
