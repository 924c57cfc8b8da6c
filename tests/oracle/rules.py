"""What the exact rules of carts, queues and silence lead to, told a second time.

`expected` takes interactions in arrival order, all of one partition, and says which alerts must be
told, in the order of decision. It is slow and literal on purpose: each customer's records are kept
whole, and nearly everything is read from the complete history again at each step. Only what was
told, what is forgotten and which carts an order closed is remembered as such.

Where the text of the rules is open, this is what the oracle takes it to mean.

Given with the task:

- A resolution holds from max(time of the record, opened_at) on; `late_evidence` too.
- A record whose id is among the last 64 distinct ids of the customer is dropped.
- A touch older than an order of its cart does nothing, whether or not that order closed it; an
  order that names no cart or an unknown one is of all carts. An order older than the last touch of
  a cart does not close it.
- A record that is older than the opening of an open alert of its cart voids it (`late_evidence`, no
  cool-down) if the alert would not have opened at that instant with it: because the deadline lies
  elsewhere, because it would have been the other signal, or because nothing is left in the cart.
  The rule then applies as usual, so that it may open again.
- Additions and removals older than the latest view that stated the content change no quantities;
  a checkout event older than the latest emptying does not begin checkout.
- A view with products states the content (and makes an unknown cart); with an empty list it empties
  the cart; without `products` it is a mere touch, and of an unknown cart nothing.
- An open cart alert has no deadline but its expiry. After `returned` the cart goes on, not before
  the last opening of the same signal + 24 h.
- An emptied cart is remembered with its cool-downs for 30 d after its last touch.
- A queue alert opens as soon as enough is known, at the time of abandonment; if an answer not
  earlier than it and before its expiry is known already, it is told open and resolved at the
  earliest such answer. A `callback_requested` without `contact_id` counts for every contact then
  waiting. A `contact_abandoned` with `voicemail` is a `callback_requested` of its contact; a spoken
  message that names a contact queued not later ends it well at that queueing. `error` if another
  one opened in [t - 24 h, t]; voided ones do not count.
- A purchase before the opening of an open `gone_silent` is inserted; if the deadline then lies
  after opened_at, the alert is void (no `won_back`) and may open again; otherwise it stays.
- At the instant at which P(alive) falls under 0.1 (or after 3 times the own gap) an open
  `gone_silent` is `superseded`, and `lost` opens; where that is no later than the silence would
  open, it opens alone. A purchase treats it as it does `gone_silent`.
- Deadlines due at once fire by (deadline, customer, signal, subject or "").

Chosen here:

- Before a record, first the partition's deadlines up to the clock fire, then the customer's own up
  to the record's time. A deadline that a record leaves in the past fires before the next record.
- A dropped record moves the clock and lets its customer's own deadlines fire, like any other.
  Dropping does not make an id more recent.
- Several alerts resolved by one record: by signal name, then subject; then notices.
- Content follows arrival order, with the guard above; and a view that is older than a change of
  the content states nothing, while one that is not older than it does, later checkout steps or not.
  A stating view may be empty. A removal older than a stating view never empties.
- Checkout has begun when some checkout event comes after (by time, then arrival) every emptying.
- A `checkout_id` is of the named cart that was first heard of with it in a checkout event, else of
  the nameless cart, as long as that cart is known: it is forgotten with it. An order buries the
  checkouts of its cart together with its name. `cart_id` comes first: an order with an unknown
  `cart_id` and a known `checkout_id` is of all carts.
- With 17 carts the one with the oldest last touch is forgotten, even if it is the new one (ties:
  the one known longest), and its alert told as `expired` (status and resolution). With 65 products
  the one mentioned longest ago goes, by arrival.
- A contact opens one alert in all, voided ones aside; what is later than it changes nothing. It is
  abandoned when it is first left after its last queueing, and not at all if it was answered or
  called back by then: the rules speak of the customer's next answer only.
- A contact that is answered while it waits is forgotten. So is one without an open alert that was
  last heard of 7 d before a record of any contact, or before an expiry, of the customer; and of 17
  contacts the one heard of longest ago (its alert told as `expired`). The 8 latest answers, and the
  8 latest call backs that name no contact, are remembered.
- Only what these rules name is told: no party, brand or alias is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .carts import Carts
from .contacts import Contacts
from .facts import Book, Due, Fact, Told, read
from .silence import Parameters, Silence

__all__ = ["CDNOW", "LATENESS", "Told", "expected"]

LATENESS = 120_000_000
CDNOW: Parameters = (0.243, 4.414, 0.793, 2.426, 0.5)
REMEMBERED_IDS = 64


class Life:
    """One customer."""

    def __init__(self, customer: str, book: Book, crossing: Parameters | None) -> None:
        self.customer = customer
        self.ids: list[str] = []
        self.carts = Carts(customer, book)
        self.contacts = Contacts(customer, book)
        self.silence = Silence(customer, book, crossing)

    def has_heard(self, fact: Fact) -> bool:
        return fact.id in self.ids[-REMEMBERED_IDS:]

    def take(self, fact: Fact) -> None:
        self.ids.append(fact.id)
        self.carts.take(fact)
        self.contacts.take(fact)
        self.silence.take(fact)

    def due(self) -> list[Due]:
        return [*self.carts.due(), *self.contacts.due(), *self.silence.due()]


def fire(lives: Iterable[Life], until: int) -> None:
    """Let everything happen that is due by `until`, one deadline at a time, in order."""
    lives = list(lives)
    while True:
        waiting = [
            (due.at, life.customer, due.signal, due.subject or "", due.happens)
            for life in lives
            for due in life.due()
            if due.at <= until
        ]
        if not waiting:
            return
        *_, happens = min(waiting, key=lambda due: due[:4])
        happens()


def expected(
    records: Sequence[Mapping[str, Any]],
    *,
    lateness: int = LATENESS,
    until: int | None = None,
    crossing: Parameters | None = CDNOW,
) -> list[Told]:
    """The alerts that these interactions lead to, in the order of decision.

    `until` (microseconds) is where the clock ends, else the greatest time seen. `crossing` holds
    r, alpha, a, b and theta; None means own-rhythm mode.
    """
    book = Book()
    lives: dict[str, Life] = {}
    newest: int | None = None
    for order, record in enumerate(records):
        fact = read(record, order)
        newest = fact.at if newest is None else max(newest, fact.at)
        fire(lives.values(), newest - lateness)
        if fact.customer not in lives:
            lives[fact.customer] = Life(fact.customer, book, crossing)
        life = lives[fact.customer]
        fire([life], fact.at)
        if not life.has_heard(fact):
            life.take(fact)
    end = newest if until is None else until
    if end is not None:
        fire(lives.values(), end)
    return book.told
