"""One person's life split over several rows, and what is known of them, for tests of merging.

What the rules of merging leave open (docs/rules/merging.md) is left out: a cart is not taken up
again after an order, nothing is taken out of it, and a contact is queued once.
"""

from __future__ import annotations

import random
from typing import Any

from agents.alerts import Alerts
from agents.decide import Customers
from agents.harness import Harness
from agents.lifecycle import HAS_BEEN_LOYAL
from agents.merging import give_up, hand_over
from agents.merging.rules import entries
from agents.rulebook import Rulebook
from agents.signals.service import order_book
from schemas.customer import HASH, ITEM, Carts, Contacts, Customer, decode, encode
from schemas.habits import KIND, Habits
from schemas.journey import Journey
from schemas.memory import Life
from schemas.service import RATING, Service
from streams.contract import Decision

Record = dict[str, Any]

START = 1_767_225_600  # 2026-01-01
MINUTE, HOUR, DAY = 60, 3600, 86_400
KEY = "c:c7"
LOGIC = Customers(Rulebook(), future=None)

NOTED = frozenset({"complaint", "detractor", "data_exported", "number_ported"})
"""Pieces of evidence that an interaction leaves, whatever else is known."""


class Life7:
    """Everything that c7 does, in order of time, no two things at once."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = START
        self.records: list[Record] = []
        self.orders = 0
        self.contacts = 0

    def say(self, kind: str, /, **properties: Any) -> None:
        rng = self.rng
        self.now += rng.choice((1, 5, 20))
        self.records.append({
            "id": f"e{len(self.records)}",
            "type": kind,
            "time": self.now,
            "channel": "web",
            "customer_id": "c7",
            "brand": rng.choice(("North", "South")),
            "branch": rng.choice(("b1", "b2")),
            "segments": {"tier": rng.choice("AB")},
            "properties": properties,
        })  # fmt: skip

    def year(self) -> None:
        """Purchase days, and what else is remembered for long."""
        rng = self.rng
        for _ in range(rng.randrange(6)):
            self.now += rng.choice((HOUR, 2 * DAY, 9 * DAY, 30 * DAY))
            self.order()
            self.rarely()
        self.now += rng.choice((0, DAY, 20 * DAY))

    def order(self) -> None:
        rng = self.rng
        self.orders += 1
        products = [{"product_id": "p", "category": rng.choice(("tea", "milk", "salt"))}]
        self.say(
            "order_completed", order_id=f"o{self.orders}", revenue=rng.randrange(400) / 4,
            currency="EUR", products=products,
        )  # fmt: skip
        if rng.random() < 0.3:
            kind = rng.choice(("order_delivered", "order_returned", "order_cancelled"))
            self.say(kind, order_id=f"o{self.orders}")

    def rarely(self) -> None:
        rng = self.rng
        kind = rng.choice((
            "subscription_started", "subscription_renewed", "referral_made", "feature_used",
            "usage_reported", "competitor_entered", "number_ported_out", "benefit_given",
            "survey_answered", "account_deleted", "signed_up", "meeting_held", "visitor_assisted",
        ))  # fmt: skip
        said: Record = {}
        if kind == "survey_answered":
            said = {"instrument": "nps", "score": rng.choice((3, 9))}
        elif kind == "benefit_given":
            said = {"kind": rng.choice(("gift", "discount"))}
        self.say(kind, **said)

    def days(self) -> None:
        """Some days, in which carts, calls and tickets are of the present."""
        acts = (
            self.fill,
            self.fill,
            self.check_out,
            self.call,
            self.complain,
            self.look,
            self.rarely,
        )
        for _ in range(self.rng.randrange(1, 14)):
            self.now += self.rng.choice((1, MINUTE, 30 * MINUTE, 5 * HOUR))
            self.rng.choice((*acts, self.order))()

    def cart(self) -> str:
        return f"{self.rng.choice('ab')}{self.orders}"

    def fill(self) -> None:
        product = {
            "product_id": self.rng.choice("xyz"), "quantity": self.rng.choice((1, 2)), "price": 2.5,
        }  # fmt: skip
        self.say("product_added", cart_id=self.cart(), currency="EUR", **product)

    def check_out(self) -> None:
        cart = self.cart()
        self.say("checkout_started", cart_id=cart, checkout_id=f"of-{cart}")

    def call(self) -> None:
        self.contacts += 1
        name = f"k{self.contacts}"
        self.say("contact_queued", contact_id=name, queue="main")
        kind = self.rng.choice(("contact_abandoned", "contact_abandoned", "callback_requested"))
        self.say(kind, contact_id=name)
        if self.rng.random() < 0.3:
            self.contacts += 1
            self.say("contact_answered", contact_id=f"k{self.contacts}")

    def complain(self) -> None:
        self.say("ticket_opened", ticket_id=f"t{len(self.records)}", kind="complaint")

    def look(self) -> None:
        self.say("page_viewed", url="/tea")


def lives(seed: int) -> list[Record]:
    """The records of one life."""
    life = Life7(seed)
    life.year()
    life.days()
    return life.records


def split(
    records: list[Record], parts: int, seed: int, *, whole: bool = False
) -> list[list[Record]]:
    """The records over so many rows: each anywhere, or with `whole` one row after the other."""
    rng = random.Random(seed)
    if whole:
        cuts = sorted(rng.randrange(len(records) + 1) for _ in range(parts - 1))
        return [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)], strict=True)]
    rows: list[list[Record]] = [[] for _ in range(parts)]
    for record in records:
        rng.choice(rows).append(record)
    return rows


def lived(records: list[Record]) -> Harness:
    """One row that has lived these records."""
    return Harness(logic=LOGIC).feed(records)


def state_of(harness: Harness) -> Customer:
    """The state of the one row, empty where nothing was heard."""
    rows = harness.rows
    return decode(rows[KEY]) if rows else Customer()


class Joined:
    """Rows of several partitions folded into the first, and all that was decided in doing so."""

    def __init__(self, rows: list[Customer], at: int | None = None) -> None:
        self.book = LOGIC.rulebook
        self.decision = Decision()
        self.alerts = Alerts(self.book.kinds, self.decision, None)
        self.customer = rows[0]
        self.alerts.about(KEY, rows[0])
        for number, other in enumerate(rows[1:]):
            self.take(other, f"row-{number}", at)

    def take(self, other: Customer, handed: str, at: int | None = None) -> bool:
        give_up("anonymous_id:" + handed, other, self.alerts)
        when = max(self.customer.last_seen, other.last_seen) if at is None else at
        return hand_over(KEY, self.customer, other, handed, when, self.alerts, self.book)

    def live_on(self) -> Harness:
        """A harness that goes on with the merged row."""
        harness = Harness(logic=LOGIC)
        value = encode(self.customer, self.customer.deadline)
        harness.rows[KEY] = value
        return harness.restart()


def facts(customer: Customer) -> dict[str, Any]:
    """What is known of somebody, apart from the order in which it is kept and from what alerts
    have made of it."""
    known = {
        "last_seen": customer.last_seen,
        "seen": set(entries(customer.seen, HASH)),
        "scope": (customer.party, customer.brand, customer.branch, customer.segments),
        "pieces": {(p.kind, p.at, p.id) for p in customer.pieces if p.kind in NOTED},
    }
    carts = customer.carts or Carts()
    known["carts"] = {
        cart.name: (
            cart.touched, cart.units, cart.value, cart.currency, cart.checkout_at, cart.changed_at,
            cart.last_id, cart.last_type, set(entries(cart.checkouts, HASH)),
            {item[:4]: item[4:] for item in entries(cart.items, ITEM)},
        )
        for cart in carts.carts
    }  # fmt: skip
    contacts = customer.contacts or Contacts()
    known["calls"] = set(contacts.answers), set(contacts.callbacks)
    known["contacts"] = {
        contact.name: (contact.queued_at, contact.abandoned_at, contact.callback_at)
        for contact in contacts.contacts
        if contact.abandoned_at
    }
    bought = customer.purchases
    if bought is not None:
        known["purchases"] = (
            bought.first, bought.days, bought.older, bought.orders, bought.revenue,
            bought.currency, bought.last_at, bought.last_id,
        )  # fmt: skip
    life = customer.life or Life()
    known["life"] = life.flags & ~HAS_BEEN_LOYAL, set(entries(life.categories, 4))
    said = customer.correspondence
    known["complaints"] = set() if said is None else set(entries(said.complaints, 16))
    journey = customer.journey or Journey()
    known["journey"] = (
        journey.revoked_at, journey.contacts, journey.order, journey.units, journey.paid,
    )  # fmt: skip
    service = customer.service or Service()
    known["service"] = (
        service.assisted,
        service.contacted,
        service.taken,
        set(entries(service.ratings, RATING)),
    )
    known["orders"] = {
        service.orders[at : at + 4]: order_book.find(service.orders, service.orders[at : at + 4])
        for at, _ in order_book.places(service.orders)
    }
    habits = customer.habits or Habits()
    begin = habits.week - len(habits.uses) + 1
    known["habits"] = (
        {week: uses for week, uses in enumerate(habits.uses, begin) if uses},
        {entry[:4]: entry[4:] for entry in entries(habits.categories, KIND)},
        habits.good_at, habits.competitor_at,
    )  # fmt: skip
    return known
