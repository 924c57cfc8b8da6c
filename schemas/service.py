"""What is remembered of service met: visits, holds, orders, elements, ratings, and looks.

Part of `schemas.customer.Customer`, like it array-like and bounded.
"""

from msgspec import Struct, field

MAX_VISITS = 2
MAX_HOLDS = 2
MAX_ORDERS = 12
MAX_ELEMENTS = 6
MAX_RATINGS = 4
MAX_LOOKS = 10

VISIT_BYTES = 32
ELEMENT_BYTES = 20

ORDER = 5  # four bytes of hash, one of flags
DATED_ORDER = 12  # and seven of an instant
RATING = 11  # four of brand, four of branch, one of rating, two of the day
PLACE = 7  # four of branch, two of the day, one of how often
MAX_PLACES = 2
LOOK = 5  # four of hash, one of how often


class Visit(Struct, array_like=True, gc=False):
    """A visit of which the arrival or the leaving is known (microseconds, 0: not yet), not both;
    `id` is of the interaction that said so."""

    name: str
    arrived: int = 0
    left: int = 0
    id: str = ""


class Held(Struct, array_like=True, gc=False):
    """How long one contact has been on hold so far, where holds are cumulated (microseconds)."""

    name: str
    total: int


class Element(Struct, array_like=True, gc=False):
    """An element of service met in a brand (four bytes of hash), and in which branches last."""

    name: str
    brand: bytes
    places: bytes


class Service(Struct, array_like=True):
    """The group's memory; instants in microseconds, 0 for none.

    `assisted` is the last visit with help, `contacted` the last contact, `pleased` the last visit
    that lacked nothing, `taken` the last time that something went into a cart or was bought.
    `orders` packs the last orders, `ratings` the last rating of each branch, `looks` how often each
    product and category was looked at in the session from `looked_since` to `looked_last`.
    """

    visits: list[Visit] = field(default_factory=list)
    assisted: int = 0
    contacted: int = 0
    pleased: int = 0
    holds: list[Held] = field(default_factory=list)
    orders: bytes = b""
    returning: bool = False
    elements: list[Element] = field(default_factory=list)
    ratings: bytes = b""
    looks: bytes = b""
    looked_since: int = 0
    looked_last: int = 0
    taken: int = 0
