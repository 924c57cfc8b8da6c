"""What is usual for a customer: usage by week, money by order, waits, and what they said of us.

One part of `schemas.customer.Customer`, array-like and bounded: about 100 bytes for somebody who
uses or buys regularly, 410 at the very most.
"""

from msgspec import Struct, field

MAX_WEEKS = 20
MAX_USES = 0xFFFF
MAX_ORDERS = 18
MAX_KINDS = 8
MAX_WAITING = 2

ORDER = 7  # three bytes of day, four of amount (single precision)
KIND = 7  # four bytes of category hash, three of the day it was last bought


class Waiting(Struct, array_like=True, gc=False):
    """A contact of which one end is known: the hash of its id, when queued and answered (0: not
    yet)."""

    name: int
    queued_at: int = 0
    answered_at: int = 0


class Habits(Struct, array_like=True):
    """All instants are microseconds, 0 for none.

    `uses` counts by week, the last of them `week` (Mondays since 1970). `usual_uses` is the sum of
    the baseline against which usage was found declined, 0 while it is not. `orders` packs days and
    amounts, in order of day; `categories` packs what was bought, the longest ago first.
    `usual_spend` is what was usual before spend was found declined, in what `measure` says (1
    purchase days, 2 money an order), None while it is not; `grown` whether it is above the usual.
    `mean_wait` (microseconds) is of `waits` contacts.

    `good_at` is of the last good answer, `praised_at` and `surprised_at` are the two halves of
    delight. Up to `content_at` dissatisfaction, and up to `captured_over` signs of capture, count
    no more. A competitor came at `competitor_at`.
    """

    week: int = 0
    uses: list[int] = field(default_factory=list)
    usual_uses: int = 0
    orders: bytes = b""
    categories: bytes = b""
    measure: int = 0
    usual_spend: float | None = None
    grown: bool = False
    waiting: list[Waiting] = field(default_factory=list)
    waits: int = 0
    mean_wait: int = 0
    good_at: int = 0
    praised_at: int = 0
    surprised_at: int = 0
    content_at: int = 0
    captured_over: int = 0
    competitor_at: int = 0
