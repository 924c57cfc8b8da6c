"""The worst legal customer: everything that can be remembered of one, as long as it may be."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

Record = dict[str, Any]

START = 1_795_305_600  # a midnight in November 2026
MINUTE, DAY = 60, 86_400
ACTS = ("call", "fill")
CARTS, PRODUCTS, CONTACTS, PURCHASE_DAYS = 16, 64, 16, 64


class Hostile:
    """Writes the records of one customer, with names as long as they may be."""

    def __init__(self, seed: int, *, scope: int, longest: int) -> None:
        self.rng = random.Random(seed)
        self.longest = longest
        self.filler = self.rng.choice(("x", "\u00e9", "\u20ac", "\U0001f6d2"))
        self.scope = {name: name.ljust(scope, "x") for name in ("brand", "branch", "region")}
        self.scope["segment"] = "s" * scope
        self.customer = self.name("customer", 256)
        self.now = START
        self.records: list[Record] = []

    def name(self, name: object, most: int) -> str:
        return str(name).ljust(min(most, self.longest), self.filler)

    def say(self, kind: str, **properties: object) -> None:
        self.records.append(
            {
                "id": self.name(len(self.records), 128),
                "type": kind,
                "time": self.now,
                "channel": "inapp",
                "party": "association",
                "customer_id": self.customer,
                **self.scope,
                "properties": properties,
            }
        )
        self.now += 1

    def buy(self) -> None:
        """Purchase days in a rhythm, each with a cart and its checkouts to bury, then silence."""
        for day in range(PURCHASE_DAYS + 2):
            cart = self.name(f"bought-{day}", 256)
            for step in range(5):
                checkout = self.name(f"checkout-{day}-{step}", 256)
                self.say("checkout_started", cart_id=cart, checkout_id=checkout)
            self.say("order_completed", cart_id=cart, revenue=99999.99, currency=self.currency())
            self.now += self.rng.choice((DAY, 2 * DAY))
        self.now += 900 * DAY
        self.say("page_viewed")

    def call(self) -> None:
        for number in range(10):
            self.say("callback_requested")
            self.say("contact_answered", contact_id=str(number))
        for number in range(CONTACTS):
            contact, queue = self.name(f"contact-{number}", 256), self.name("queue", 256)
            self.say("callback_requested", contact_id=contact)
            self.say("contact_queued", contact_id=contact, queue=queue)
            self.now += 9
            self.say("contact_abandoned", contact_id=contact, queue=queue)

    def fill(self) -> None:
        """Carts to the brim, opened, touched and left again, so that all moments are known."""
        order = list(range(CARTS))
        for turn in range(3):
            self.rng.shuffle(order)
            for number in order:
                cart = self.name(f"cart-{number}", 256)
                products = [
                    {"product_id": f"{number}-{each}", "quantity": 65_000, "price": 99_999.99}
                    for each in range(PRODUCTS)
                ]
                kind = self.rng.choice(("product_added", "cart_viewed"))
                self.say(kind, cart_id=cart, products=products, currency=self.currency())
                if turn != 1:
                    self.say("cart_viewed", cart_id=cart, products=[])
                    self.say("product_added", cart_id=cart, products=products)
                for step in range(5 * self.rng.randrange(2)):
                    checkout = self.name(f"checkout-{number}-{step}", 256)
                    self.say("payment_failed", cart_id=cart, checkout_id=checkout)
            self.now += 25 * 60 * MINUTE

    def currency(self) -> str:
        return self.name("EUR", min(self.longest, 8))


def hostile(
    seed: int = 0, acts: Sequence[str] = ACTS, *, scope: int = 64, longest: int = 256
) -> list[Record]:
    """Records of one customer in order of time, about 700.

    Brand, branch, region and segment are `scope` bytes long, ids and names up to `longest` letters.
    """
    life = Hostile(seed, scope=scope, longest=longest)
    life.buy()
    for act in life.rng.sample(list(acts), len(acts)):
        getattr(life, act)()
    life.say("page_viewed")  # By now every alert is open.
    return life.records
