"""One customer who is made up: acts that collide with the rules, at instants that matter."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from .facts import DAY, EPOCH, HOUR, MINUTE, SECOND

Record = dict[str, Any]

START = 20_000 * DAY  # a midnight in October 2024
PRODUCTS = ("tea", "milk", "bread", "salt", "rice")
CHECKOUT_STEPS = (
    "checkout_started",
    "checkout_step_completed",
    "payment_info_entered",
    "payment_failed",
)
SHORT_GAPS = (0, 0, 1, SECOND, 4 * SECOND, 5 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 9 * MINUTE)
LONG_GAPS = (10 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY, 7 * DAY, 31 * DAY)
AFTER_A_TOUCH = (
    10 * MINUTE,
    HOUR,
    DAY,
    DAY + 10 * MINUTE,
    DAY + HOUR,
    30 * DAY,
    30 * DAY + 10 * MINUTE,
    30 * DAY + HOUR,
)
AFTER_A_CALL = (5 * SECOND, DAY, 7 * DAY)
NUDGES = (0, 0, 0, 0, -1, 1, -SECOND, SECOND)
WAITS = (0, 4 * SECOND, 5 * SECOND - 1, 5 * SECOND, 5 * SECOND + 1, 6 * SECOND, MINUTE, HOUR)
SOON = (1, SECOND, 30 * SECOND, MINUTE, 2 * MINUTE - 1, 2 * MINUTE)
LATE = (2 * MINUTE + 1, 5 * MINUTE, 11 * MINUTE, HOUR + 1, 5 * HOUR, DAY, 8 * DAY, 40 * DAY)
BACKDATED = (0, 0, 1, -1, SECOND, -MINUTE, 5 * MINUTE, 10 * MINUTE - 1, 59 * MINUTE, DAY)
BETWEEN_PURCHASES = (0, HOUR, DAY, DAY, 2 * DAY, 5 * DAY, 7 * DAY, 14 * DAY, 40 * DAY, 150 * DAY)


class Person:
    """One customer who is being made up, record by record, in order of event time."""

    def __init__(self, rng: random.Random, name: str, contested: bool) -> None:
        self.rng = rng
        self.name = name
        self.contested = contested
        self.now = START + rng.randrange(3 * DAY // SECOND) * SECOND
        self.sent: list[tuple[int, int, Record]] = []  # arrival, event time, record
        self.anchors: list[int] = []
        self.held: dict[str | None, dict[str, int]] = {}
        self.visits: dict[str | None, int] = {}
        self.touched: list[tuple[str | None, int]] = []
        self.contacts = 0
        self.hoarded = False
        weights = (10, 6, 3, 2, 4, 4, 1, 1, 1, 4, 1)
        self.habits = [rng.choice((0, 1, 4)) * weight for weight in weights]
        if not any(self.habits):
            self.habits[0] = 1

    def live(self, records: int) -> None:
        acts = (
            self.fill,
            self.check_out,
            self.look,
            self.remove,
            self.order,
            self.call,
            self.wander,
            self.hoard,
            self.buy_in_bulk,
            self.backdate,
            self.buy_regularly,
        )
        while len(self.sent) < records:
            self.pass_time()
            self.rng.choices(acts, self.habits)[0]()
        del self.sent[records:]

    # -- time ---------------------------------------------------------------------------------

    def pass_time(self) -> None:
        """Mostly a little; often to, or just beside, an instant at which something is due."""
        choice = self.rng.random()
        ahead = [anchor for anchor in self.anchors if anchor >= self.now]
        if choice < 0.45 or (choice < 0.85 and not ahead):
            self.now += self.rng.choice(SHORT_GAPS)
        elif choice < 0.85:
            near = sorted(ahead)[: self.rng.choice((1, 3, 12))]
            self.now = max(self.now, self.rng.choice(near) + self.rng.choice(NUDGES))
        else:
            self.now += self.rng.choice(LONG_GAPS)

    def send(self, kind: str, at: int, **properties: object) -> None:
        chance = self.rng.random()
        delay = 0
        if chance < 0.12:
            delay = self.rng.choice(SOON)
        elif chance < 0.22:
            delay = self.rng.choice(LATE)
        record: Record = {
            "id": f"{self.name}/{len(self.sent)}",
            "type": kind,
            "time": self.wire(at),
            "channel": "web",
            "customer_id": self.name,
        }
        said = {name: value for name, value in properties.items() if value is not None}
        if said:
            record["properties"] = said
        self.sent.append((max(at, self.now) + delay, at, record))

    def wire(self, at: int) -> str | int:
        if at % SECOND == 0 and self.rng.random() < 0.3:
            return at // SECOND
        moment = EPOCH + timedelta(microseconds=at)
        return moment.isoformat().replace("+00:00", self.rng.choice(("Z", "+00:00")))

    # -- carts --------------------------------------------------------------------------------

    def cart(self) -> str | None:
        return self.rng.choice((None, "a", "a", "b", "c"))

    def checkout_id(self, cart: str | None) -> str:
        """One checkout never spans two carts, nor an order; unless contested."""
        if self.contested and self.rng.random() < 0.2:
            return f"checkout-{self.rng.randrange(3)}"
        return f"checkout-{cart}-{self.visits.get(cart, 0)}"

    def touch(self, kind: str, cart: str | None, **properties: object) -> None:
        self.touched = [*self.touched[-8:], (cart, self.now)]
        self.anchors = self.anchors[-40:] + [self.now + gap for gap in AFTER_A_TOUCH]
        self.send(kind, self.now, cart_id=cart, **properties)

    def some_products(self) -> list[Record]:
        names = self.rng.sample(PRODUCTS, self.rng.choice((1, 1, 2, 3)))
        return [self.product(name, self.rng.choice((1, 1, 2, 3))) for name in names]

    def product(self, name: str, quantity: int) -> Record:
        row: Record = {self.rng.choice(("product_id", "sku")): name, "price": 2.5}
        if quantity != 1 or self.rng.random() < 0.5:
            row["quantity"] = quantity
        return row

    def fill(self) -> None:
        cart = self.cart()
        rows = self.some_products()
        held = self.held.setdefault(cart, {})
        for row in rows:
            name = str(row.get("product_id", row.get("sku")))
            held[name] = held.get(name, 0) + int(row.get("quantity", 1))
        if len(rows) == 1 and self.rng.random() < 0.7:
            self.touch("product_added", cart, **rows[0])
        else:
            self.touch("product_added", cart, products=rows)

    def check_out(self) -> None:
        cart = self.cart()
        kind = self.rng.choice(CHECKOUT_STEPS)
        checkout = self.checkout_id(cart) if self.rng.random() < 0.6 else None
        named = cart if checkout is None or self.rng.random() < 0.7 else None
        self.touch(kind, named, checkout_id=checkout)

    def look(self) -> None:
        cart = self.cart()
        choice = self.rng.random()
        if choice < 0.4:
            self.touch("cart_viewed", cart)
        elif choice < 0.6:
            self.held[cart] = {}
            self.touch("cart_viewed", cart, products=[])
        else:
            rows = self.some_products()
            self.held[cart] = {
                str(row.get("product_id", row.get("sku"))): int(row.get("quantity", 1))
                for row in rows
            }
            self.touch("cart_viewed", cart, products=rows)

    def remove(self) -> None:
        """Some of what is held, all of it, more than it, or what is not held at all."""
        cart = self.cart()
        held = self.held.setdefault(cart, {})
        choice = self.rng.random()
        if choice < 0.2 or not held:
            self.touch("product_removed", cart, product_id=self.rng.choice((*PRODUCTS, "gold")))
        elif choice < 0.6:
            rows = [self.product(name, held[name]) for name in held]
            held.clear()
            self.touch("product_removed", cart, products=rows)
        else:
            name = self.rng.choice(sorted(held))
            quantity = self.rng.choice((1, held[name], held[name] + 2))
            held[name] -= quantity
            if held[name] <= 0:
                del held[name]
            self.touch("product_removed", cart, **self.product(name, quantity))

    def order(self) -> None:
        """An order that names a cart, a checkout, both, nothing, or a cart that nobody knows."""
        cart = self.cart()
        names: Record = {}
        choice = self.rng.random()
        if choice < 0.35:
            names = {"cart_id": cart}
        elif choice < 0.55:
            names = {"checkout_id": self.checkout_id(cart)}
        elif choice < 0.65:
            names = {"cart_id": cart, "checkout_id": self.checkout_id(cart)}
        elif choice < 0.75:
            names = {"cart_id": "nobody-knows"}
        if self.contested and self.rng.random() < 0.2:
            names = {"cart_id": "nobody-knows", "checkout_id": self.checkout_id(cart)}
        self.send("order_completed", self.now, order_id=f"o{len(self.sent)}", **names)
        for known in [*self.visits, *self.held]:
            self.visits[known] = len(self.sent)
        if self.rng.random() < 0.7:
            self.now += self.rng.choice(BETWEEN_PURCHASES) + self.rng.choice(NUDGES)
            self.now = max(self.now, START)

    def backdate(self) -> None:
        """Something about an earlier touch's time that is heard of only now."""
        if not self.touched:
            return
        cart, time = self.rng.choice(self.touched)
        at = min(self.now, time + self.rng.choice(BACKDATED))
        choice = self.rng.randrange(7)
        if choice == 0:
            self.send("product_added", at, cart_id=cart, product_id=self.rng.choice(PRODUCTS))
        elif choice == 1:
            self.send("cart_viewed", at, cart_id=cart)
        elif choice == 2:
            self.send("cart_viewed", at, cart_id=cart, products=[])
        elif choice == 3:
            rows = [{"product_id": name, "quantity": 99} for name in PRODUCTS]
            self.send("product_removed", at, cart_id=cart, products=rows)
        elif choice in (4, 5):
            self.send(self.rng.choice(CHECKOUT_STEPS), at, cart_id=cart)
        else:
            self.send("order_completed", at, cart_id=self.rng.choice((cart, None)))

    def buy_regularly(self) -> None:
        """A rhythm, a long silence, purchases that are heard of late, and perhaps a return."""
        gap = self.rng.choice((1, 3, 7, 14))
        days = []
        for _ in range(self.rng.randrange(3, 8)):
            self.now += gap * DAY + self.rng.choice((0, HOUR, -HOUR, DAY))
            days.append(self.now)
            self.send("order_completed", self.now)
        self.now += self.rng.choice((30, 60, 100, 200, 400)) * DAY
        self.wander()
        for _ in range(self.rng.randrange(3)):
            bought = self.rng.choice(days) + self.rng.choice((0, 1, gap, 5, 20, 60, -90)) * DAY
            self.send("order_completed", min(self.now, max(START - 100 * DAY, bought)))
        if self.rng.random() < 0.7:
            self.now += self.rng.choice((0, 1, 30)) * DAY
            self.send("order_completed", self.now)

    def hoard(self) -> None:
        """One cart more than a customer may have, and then back to the first ones."""
        if self.hoarded:
            return
        self.hoarded = True
        for number in range(self.rng.choice((16, 17, 18))):
            self.touch("product_added", f"hoard-{number}", product_id="tea")
            self.now += self.rng.choice((1, SECOND, MINUTE))
        for number in range(3):
            self.touch("cart_viewed", f"hoard-{number}")
            self.now += SECOND

    def buy_in_bulk(self) -> None:
        """65 products, so that one is forgotten; without the other 64 the cart is empty."""
        cart = "bulk"
        others = [{"product_id": f"bulk-{number}"} for number in range(64)]
        self.touch("product_added", cart, product_id="forgotten")
        self.now += SECOND
        if self.contested and self.rng.random() < 0.5:
            others.append({"product_id": "bulk-64"})
        self.touch("product_added", cart, products=others)
        self.now += self.rng.choice((SECOND, HOUR, 2 * HOUR))
        self.touch("product_removed", cart, products=others)

    # -- contacts and the rest ----------------------------------------------------------------

    def call(self) -> None:
        self.contacts += 1
        contact = f"call-{self.contacts}"
        wait = self.rng.choice(WAITS)
        queued, left = self.now, self.now + wait
        self.send("contact_queued", queued, contact_id=contact, queue="main", medium="phone")
        if self.rng.random() < 0.2:
            again = max(queued, left - self.rng.choice(WAITS[:5]))
            self.send("contact_queued", again, contact_id=contact)
        if self.rng.random() < 0.2:
            between = self.rng.choice((queued, (queued + left) // 2, left, left + 1, queued - 1))
            named = contact if self.rng.random() < 0.6 else None
            self.send("callback_requested", between, contact_id=named)
        if self.contested and self.rng.random() < 0.2:
            self.send("contact_answered", (queued + left) // 2, contact_id=contact)
        spoken = {"voicemail": True} if self.rng.random() < 0.1 else {}
        self.send("contact_abandoned", left, contact_id=contact, **spoken)
        if self.rng.random() < 0.1:
            later = self.rng.choice((left, left + 40 * SECOND, left + HOUR, queued - 1))
            self.send("message_received", later, contact_id=contact, medium="phone")
        if self.contested and self.rng.random() < 0.2:
            self.send("contact_abandoned", left + 10 * SECOND, contact_id=contact)
        self.anchors = self.anchors[-40:] + [left + gap for gap in AFTER_A_CALL]
        self.now = left
        if self.rng.random() < 0.4:
            self.pass_time()
            self.contacts += 1
            kind = self.rng.choice(("contact_answered", "callback_done"))
            self.send(kind, self.now, contact_id=f"call-{self.contacts}")

    def wander(self) -> None:
        """Nothing that the rules concern; but it moves the clock."""
        self.send("page_viewed", self.now)
