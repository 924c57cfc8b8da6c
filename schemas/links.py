"""How rows of one person hang together: links of customers to aliases, and pointers back.

Part of `schemas.customer.Customer`, like it array-like and bounded. Aliases are written as row keys
(`email:ann@example.com`), see agents.identity.
"""

from msgspec import Struct, field

MAX_ALIASES = 16
"""Aliases that one customer can have at once, of all types together."""
MAX_CLAIMANTS = 6
"""Customers of whom one alias remembers that they were seen with it: their ids are of up to 1 KiB,
and the row stays within 8 KiB."""
MAX_KEY_BYTES = 320
"""The longest alias that can be linked."""
LINK_BYTES = 1024
"""What the aliases of one customer may take, or the customers of a shared alias."""
MAX_REFUSED = 16
"""Customers of whom a shared alias remembers that they were refused it."""

SEEN, ASKED, LINKED, REFUSED, SHARED = range(5)
"""What an alias of a row is: seen together with the row's own alias; asked for; linked; another
customer's; nobody's, since too many were seen with it."""


class Link(Struct, array_like=True, gc=False):
    """An alias, what it is to this row, and since when, or when last seen to about a day
    (microseconds)."""

    key: str
    at: int
    state: int = ASKED

    @property
    def weight(self) -> int:
        """Bytes, at most."""
        return len(self.key.encode()) + 16


class Links(Struct, array_like=True):
    """The links of one row.

    Of a customer: `aliases`. Of an alias: `to`, the customer whom it points to; `claimants`, all
    customers seen with it, the earliest first; `shared`, whether those were too many: then as many
    of them as there is room for (none in rows of an older version); or, while it points to nobody,
    in `aliases` the others that were seen with it. `told_at` is when the customer was last said to
    have too many aliases; `lifted` is the hash of the event that last took the alias from its
    customer.
    """

    aliases: list[Link] = field(default_factory=list)
    to: str | None = None
    claimants: list[str] = field(default_factory=list)
    shared: bool = False
    told_at: int = 0
    lifted: bytes = b""

    def find(self, key: str) -> Link | None:
        """What is known of that alias."""
        for link in self.aliases:
            if link.key == key:
                return link
        return None

    def drop(self, key: str) -> Link | None:
        """Forget that alias; what was known of it."""
        link = self.find(key)
        if link is not None:
            self.aliases.remove(link)
        return link

    def has_room_for(self, customer: str) -> bool:
        """Whether a shared alias can remember one more customer who was refused it."""
        known = self.claimants
        if customer in known or len(known) >= MAX_REFUSED:
            return False
        return sum(map(_weight_of, known)) + _weight_of(customer) <= LINK_BYTES

    @property
    def weight(self) -> int:
        """Bytes, at most, of a row that points nowhere."""
        return 32 + sum(link.weight for link in self.aliases)


def _weight_of(customer: str) -> int:
    """Bytes of an id in a row, at most."""
    return len(customer.encode()) + 3
