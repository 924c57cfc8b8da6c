"""The many of the demo's day: a shop with carts and checkouts, a phone queue, a store, e-mail.

Everyone lives one story of a fixed mix, so that each kind of alert opens, and each way of clearing
it is seen: carts and checkouts `returned`, `recovered` and `emptied`, callers who gave up
`recovered` by a later answer or a call back. One in ten shoppers stays nameless (an alias only),
one in ten signs in at the checkout, one in five callers is a phone number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

# Stories: how many of a deck live it, then what they do, with seconds to wait in between. Carts are
# due after 3,600 s, begun checkouts after 600 s, callers who give up count from 5 s.
Stories = Sequence[tuple[int, str]]
SHOPPERS: Stories = (
    (8, "browse"),
    (2, "browse view_again 30-200 view_again 30-200 view_again"),
    (10, "fill_cart start_checkout pay order"),
    (4, "fill_cart"),
    (3, "fill_cart 4300-7200 be_reminded view_cart start_checkout pay order"),  # returned
    (2, "fill_cart 4300-9000 order_by_phone"),  # recovered
    (2, "fill_cart 4300-7200 empty_cart"),  # emptied
    (2, "fill_cart start_checkout"),
    (1, "fill_cart start_checkout 1000-3600 pay order"),  # returned
    (2, "fill_cart start_checkout 3600-9000 order_in_store"),  # recovered
    (1, "fill_cart start_checkout 1000-3600 empty_cart"),  # emptied
    (1, "fill_cart start_checkout pay fail"),
    (1, "fill_cart start_checkout pay fail 40-300 pay order"),
    (1, "visitor_arrived 10-50 visitor_greeted 10-55 visitor_assisted 200-900 visitor_left"),
    (1, "visitor_arrived 100-600 visitor_left"),
    (1, "message_received 700-9000 message_sent"),
)
CALLERS: Stories = (
    (4, "queue 2-45 contact_answered 60-400 contact_ended"),
    (2, "queue 2-45 contact_answered 40-90 contact_held 5-50 contact_resumed 60-300 contact_ended"),
    (2, "queue 1-4 contact_abandoned"),  # a short abandonment: none
    (4, "queue 8-240 contact_abandoned"),
    (3, "queue 8-240 contact_abandoned 400-9000 queue 2-45 contact_answered 60-400 contact_ended"),
    (2, "queue 8-240 contact_abandoned 700-7200 callback_done"),
    (2, "queue 8-240 contact_abandoned 700-3600 queue 8-240 contact_abandoned"),  # an error
    (1, "queue 30-90 callback_requested 2-8 contact_abandoned 700-3600 callback_done"),  # none
)

HOUR = 3600
CURRENCY = "EUR"
QUEUES = ("orders", "support")
# product_id, name, category, price
PRODUCTS = (
    ("kettle", "Gooseneck kettle", "kitchen", 64.90),
    ("grinder", "Hand coffee grinder", "kitchen", 89.00),
    ("moka", "Moka pot for three", "kitchen", 32.50),
    ("knife", "Chef's knife, 20 cm", "kitchen", 79.00),
    ("board", "Oak cutting board", "kitchen", 45.00),
    ("lamp", "Reading lamp, brass", "home", 129.00),
    ("blanket", "Wool blanket", "home", 98.00),
    ("clock", "Wall clock, birch", "home", 54.00),
    ("vase", "Stoneware vase", "home", 38.00),
    ("notebook", "Dotted notebook A5", "desk", 14.90),
    ("pen", "Fountain pen, fine", "desk", 42.00),
    ("tray", "Felt desk tray", "desk", 27.50),
    ("backpack", "Canvas backpack", "travel", 149.00),
    ("bottle", "Steel bottle, 0.75 l", "travel", 29.90),
    ("umbrella", "Storm umbrella", "travel", 49.00),
    ("headphones", "Headphones, over-ear", "sound", 199.00),
)


@dataclass(slots=True)
class Visit:
    """One person's day: who they are, their own clock, cart and contact, and what was told."""

    person: dict[str, Any]
    channel: str
    number: int
    at: int
    """Seconds since the start of the day."""
    rng: Random
    signs_in_as: str | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    cart: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    told: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def live(self, story: str) -> None:
        """Do what the story says, one word after the other."""
        for word in story.split():
            if word[0].isdigit():
                least, _, most = word.partition("-")
                self.wait(int(least), int(most))
            elif word in ACTIONS:
                ACTIONS[word](self)
            else:
                self.say(word)

    def wait(self, least: int, most: int) -> None:
        """Let so many seconds pass."""
        self.at += self.rng.randint(least, most)

    def tell(self, kind: str, channel: str | None = None, **properties: Any) -> None:
        """One interaction, now."""
        event = {"type": kind, "channel": channel or self.channel, **self.person}
        self.told.append((self.at, {**event, "properties": properties}))

    def say(self, kind: str) -> None:
        """One interaction of a visit to the store, an e-mail or the call under way."""
        subject = kind.partition("_")[0]
        if subject == "visitor":
            self.tell(kind, "store", visit_id=f"visit-{self.number:04}")
        elif subject == "message":
            self.tell(kind, "email", thread_id=f"thread-{self.number:04}", medium="email")
        else:
            contact = f"call-{self.number:04}-{self.calls}"
            queue = QUEUES[self.number % len(QUEUES)]
            self.tell(kind, contact_id=contact, queue=queue, medium="phone")

    def browse(self, least: int = 3, most: int = 9) -> None:
        if self.channel == "app":
            self.tell("app_opened")
        for _ in range(self.rng.randint(least, most)):
            name, title, category, price = self.rng.choice(PRODUCTS)
            self.seen = {"product_id": name, "name": title, "category": category, "price": price}
            if self.channel == "web" and self.rng.random() < 0.5:
                self.tell("page_viewed", path=f"/{category}")
                self.wait(3, 20)
            self.view_again()
            self.wait(8, 90)

    def view_again(self) -> None:
        self.tell("product_viewed", **self.seen)

    def fill_cart(self) -> None:
        for quantity in self.rng.choice(((1,), (2,), (1, 1), (1, 1, 2))):
            self.browse(1, 5)
            self.cart.append({**self.seen, "quantity": quantity})
            self.tell("product_added", cart_id=self.cart_id, **self.cart[-1])
            self.wait(5, 60)
        self.view_cart()

    def view_cart(self) -> None:
        self.tell("cart_viewed", cart_id=self.cart_id, products=[*self.cart], cart_value=self.value)
        self.wait(5, 60)

    def empty_cart(self) -> None:
        if len(self.cart) == 1:
            self.tell("product_removed", cart_id=self.cart_id, **self.cart.pop())
        else:
            self.cart.clear()  # "empty the cart": the view states the whole content
            self.view_cart()

    def be_reminded(self) -> None:
        for kind in ("message_delivered", "message_opened", "message_clicked"):
            self.tell(kind, "email", campaign="cart-reminder", medium="email")
            self.wait(20, 300)

    def start_checkout(self) -> None:
        if self.signs_in_as and "customer_id" not in self.person:
            self.person = {"customer_id": self.signs_in_as, **self.person}
            self.tell("identified")
            self.wait(5, 30)
        self._check_out("checkout_started", cart_value=self.value, currency=CURRENCY)
        self._check_out("checkout_step_completed", step="address")

    def pay(self) -> None:
        self._check_out("payment_info_entered")

    def fail(self) -> None:
        self._check_out("payment_failed")

    def _check_out(self, kind: str, **properties: Any) -> None:
        checkout = f"checkout-{self.number:04}"
        self.tell(kind, cart_id=self.cart_id, checkout_id=checkout, **properties)
        self.wait(5, 90)

    def order(self, channel: str | None = None) -> None:
        paid = {"revenue": self.value, "currency": CURRENCY, "products": [*self.cart]}
        order = f"order-{self.number:04}"
        self.tell("order_completed", channel, order_id=order, cart_id=self.cart_id, **paid)

    def order_by_phone(self) -> None:
        self.order("phone")

    def order_in_store(self) -> None:
        self.order("store")

    def queue(self) -> None:
        self.calls += 1
        self.say("contact_queued")

    @property
    def cart_id(self) -> str:
        return f"cart-{self.number:04}"

    @property
    def value(self) -> float:
        """What lies in the cart, in euros."""
        total: float = sum(item["price"] * item["quantity"] for item in self.cart)
        return round(total, 2)


ACTIONS: dict[str, Callable[[Visit], None]] = {
    "browse": Visit.browse,
    "view_again": Visit.view_again,
    "fill_cart": Visit.fill_cart,
    "view_cart": Visit.view_cart,
    "empty_cart": Visit.empty_cart,
    "be_reminded": Visit.be_reminded,
    "start_checkout": Visit.start_checkout,
    "pay": Visit.pay,
    "fail": Visit.fail,
    "order": Visit.order,
    "order_by_phone": Visit.order_by_phone,
    "order_in_store": Visit.order_in_store,
    "queue": Visit.queue,
}


def shop_day(
    start: datetime | float, seed: int = 7, shoppers: int = 400, callers: int = 150
) -> Iterator[dict[str, Any]]:
    """The interactions of the day that begins at `start`, in time order; all of them are valid.

    `start` is a datetime (without zone: UTC) or epoch seconds. The same arguments give the same
    day: about 5,000 interactions with the defaults, the last of them before midnight.
    """
    rng = Random(seed)
    known = rng.sample(range(1, max(shoppers, callers) + 1), callers)
    visits = [_shopper(number, rng) for number in range(1, shoppers + 1)]
    calls = [_caller(number, customer, rng) for number, customer in enumerate(known, start=1)]
    for people, stories in ((visits, SHOPPERS), (calls, CALLERS)):
        deck = [story for times, story in stories for _ in range(times)]
        rng.shuffle(deck)
        for visit, story in zip(people, cycle(deck), strict=False):
            visit.live(story)
    told = sorted((each for visit in visits + calls for each in visit.told), key=lambda t: t[0])
    begin = _moment(start)
    for number, (at, event) in enumerate(told, start=1):
        time = (begin + timedelta(seconds=at)).isoformat().replace("+00:00", "Z")
        yield {"id": f"day-{number}", "time": time, **event}


def _shopper(number: int, rng: Random) -> Visit:
    channel = "app" if rng.random() < 0.35 else "web"
    customer = f"shop-{number:04}"
    alias = {"device_id" if channel == "app" else "anonymous_id": f"visitor-{number:04}"}
    begins = round(rng.triangular(7 * HOUR, 19.5 * HOUR, 12 * HOUR))
    if number % 5:
        return Visit({"customer_id": customer}, channel, number, begins, rng)
    signs_in_as = customer if number % 10 else None
    return Visit({"aliases": alias}, channel, number, begins, rng, signs_in_as)


def _caller(number: int, customer: int, rng: Random) -> Visit:
    # The block of numbers that is kept free for fiction.
    line = {"aliases": {"phone": f"+493023125{number % 1000:03}"}}
    person = {"customer_id": f"shop-{customer:04}"} if number % 5 else line
    return Visit(person, "phone", number, round(rng.triangular(8 * HOUR, 18 * HOUR)), rng)


def _moment(start: datetime | float) -> datetime:
    if isinstance(start, datetime):
        return start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)
    return datetime.fromtimestamp(start, UTC)
