"""What is remembered of one customer: small, bounded, versioned.

Stored as an 8-byte deadline (big endian, so that the store can order and restore without
decoding), one byte of version, and MessagePack. The row key (`c:<customer_id>` or
`<alias type>:<value>`) names the row and is not repeated inside it.

Every list has a cap: whatever is sent, the worst legal customer stays under 8 KiB.
"""

import msgspec
import xxhash
from msgspec import Struct

from schemas.alert import Evidence

VERSION = 1
NEVER = 2**63 - 1
"""No deadline."""

MAX_CARTS = 16
MAX_PRODUCTS = 64
MAX_CHECKOUTS = 2
MAX_CONTACTS = 16
MAX_PURCHASE_DAYS = 64
MAX_SEEN = 64
MAX_CLOSED = 4
MAX_ANSWERS = 4
MAX_BYTES = 8192

HASH = 8
ITEM = 6  # four bytes of product hash, two of quantity
MAX_QUANTITY = 0xFFFF
_LONGEST_NAME = 40


class OpenAlert(Struct, array_like=True):
    """An alert that stands: enough to tell it again when it is resolved."""

    signal: str
    subject: str | None
    opened_at: int
    severity: int
    facts: list[float | int | str | None]
    evidence: list[Evidence]
    suppressed_by: str | None = None


class Cart(Struct, array_like=True, gc=False):
    """One cart. `items` packs product hashes and quantities, the oldest touched first."""

    name: str | None
    touched: int
    items: bytes = b""
    units: int = 0
    value: float = 0.0
    checkouts: bytes = b""
    checkout_at: int = 0
    stated_at: int = 0
    emptied_at: int = 0
    opened_at: int = 0
    cart_opened: int = 0
    checkout_opened: int = 0
    due: int = NEVER
    currency: str | None = None
    last_id: str = ""
    last_type: str = ""


class Carts(Struct, array_like=True):
    """The carts, and which were closed by an order lately: late touches of those are void."""

    carts: list[Cart] = msgspec.field(default_factory=list)
    closed: bytes = b""
    all_closed_at: int = 0


class Contact(Struct, array_like=True, gc=False):
    """One contact in a queue, its moments in microseconds (0: not known)."""

    name: str
    queued_at: int = 0
    abandoned_at: int = 0
    callback_at: int = 0
    opened_at: int = 0
    is_open: bool = False
    queue: str | None = None
    queued_id: str = ""
    abandoned_id: str = ""


class Contacts(Struct, array_like=True):
    """Contacts that may still matter, and when the customer was last answered."""

    contacts: list[Contact] = msgspec.field(default_factory=list)
    answers: list[int] = msgspec.field(default_factory=list)
    due: int = NEVER


class Purchases(Struct, array_like=True):
    """Purchase days (days since 1970, ascending): the last 64 exact, the older ones counted."""

    first: int
    days: list[int]
    older: int = 0
    orders: int = 0
    revenue: float = 0.0
    currency: str | None = None
    last_at: int = 0
    last_id: str = ""
    opened_at: int = 0
    due: int = NEVER

    @property
    def repeats(self) -> int:
        """x of BG/NBD: purchase days after the first."""
        return self.older + len(self.days) - 1


class Customer(Struct, array_like=True):
    """One row. Each signal owns one field (None while idle) and may read the shared ones."""

    last_seen: int = 0
    seen: bytes = b""
    party: str | None = None
    brand: str | None = None
    branch: str | None = None
    region: str | None = None
    segment: str | None = None
    stage: str | None = None
    alerts: list[OpenAlert] = msgspec.field(default_factory=list)
    carts: Carts | None = None
    contacts: Contacts | None = None
    purchases: Purchases | None = None

    @property
    def deadline(self) -> int:
        """The earliest instant at which a signal wants to be asked again."""
        due = NEVER
        if self.carts is not None:
            for cart in self.carts.carts:
                due = min(due, cart.due)
        if self.contacts is not None:
            due = min(due, self.contacts.due)
        if self.purchases is not None:
            due = min(due, self.purchases.due)
        return due

    def remember(self, event_id: str) -> bool:
        """Whether `event_id` is new among the last 64 distinct ones; from now on it is known."""
        digest = xxhash.xxh3_64_digest(event_id.encode())
        seen = self.seen
        at = seen.find(digest)
        while at >= 0:
            if at % HASH == 0:
                return False
            at = seen.find(digest, at + 1)
        self.seen = (seen + digest)[-HASH * MAX_SEEN :]
        return True


class NewerState(Exception):
    """State written by a newer version of Heed than this one."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Customer).decode
_VERSION = bytes([VERSION])


def encode(customer: Customer) -> bytes:
    """The stored form; sheds evidence, oldest first, should it pass 8 KiB."""
    body = _encode(customer)
    if len(body) > MAX_BYTES - 9:
        body = _shed(customer)
    return customer.deadline.to_bytes(8, "big") + _VERSION + body


def decode(value: bytes) -> Customer:
    """The customer in a stored value. Raises NewerState for one of a later version."""
    if value[8] > VERSION:
        raise NewerState(
            f"state of version {value[8]}, this worker knows up to {VERSION}: upgrade it"
        )
    return _decode(memoryview(value)[9:])


def deadline_of(value: bytes) -> int:
    """The deadline in a stored value, without decoding it."""
    return int.from_bytes(value[:8], "big")


def bounded(name: str) -> str:
    """`name`, or where it is long its beginning and a hash: still one name for one thing."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:23]}~{xxhash.xxh3_64_hexdigest(name.encode())}"


def _shed(customer: Customer) -> bytes:
    for alert in sorted(customer.alerts, key=lambda alert: alert.opened_at):
        alert.evidence = []
        body = _encode(customer)
        if len(body) <= MAX_BYTES - 9:
            return body
    for cart in sorted(customer.carts.carts if customer.carts else [], key=lambda c: c.touched):
        cart.last_id = ""
        body = _encode(customer)
        if len(body) <= MAX_BYTES - 9:
            return body
    return _encode(customer)
