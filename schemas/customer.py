"""What is remembered of one customer: small, bounded, versioned.

Stored as an 8-byte deadline (big endian, so that the store can order and restore without
decoding), one byte of version, and MessagePack. The row key (`c:<customer_id>` or
`<alias type>:<value>`) names the row and is not repeated inside it.

Every list has a cap, and `fits` keeps what lies between them: whatever is sent, the worst legal
customer stays within 8 KiB. It is asked after every event and never when encoding, so that what is
remembered depends on the events alone and not on when they were committed.
"""

from typing import Any, Final

import msgspec
import xxhash
from msgspec import Struct

from schemas.alert import Evidence
from schemas.correspondence import Correspondence
from schemas.habits import Habits
from schemas.journey import Journey
from schemas.links import Links
from schemas.manners import Handled, Manners
from schemas.memory import NEVER as NEVER
from schemas.memory import Answer, Fact, Life, Piece, Timer
from schemas.merged import Merged
from schemas.observed import Observed
from schemas.service import Service

VERSION = 3

MAX_CARTS: Final = 16
MAX_PRODUCTS = 64
MAX_CHECKOUTS = 4
MAX_CONTACTS = 16
MAX_PURCHASE_DAYS = 64
MAX_SEEN: Final = 64
MAX_AXES = 6
AXIS_BYTES = 32
MAX_CLOSED = 16
MAX_ANSWERS = 8
MAX_BYTES = 8192

HASH: Final = 8
ITEM = 6  # four bytes of product hash, two of quantity
MAX_QUANTITY = 0xFFFF

NAME_BYTES: Final = 64
EVENT_ID_BYTES: Final = 128
_ROOM = MAX_BYTES - 64
"""What the encoded customer may take: header, deadline, and what an event changes in passing."""
_FEW = 4
"""So many carts, contacts, timers and alerts fit whatever they hold."""
_DUES = 16
"""What is written less when dues are not: two instants, each of 9 bytes and of 1."""


class OpenAlert(Struct, array_like=True):
    """An alert that stands: enough to tell it again when it is resolved.

    At `until` it expires by itself. `team` is set where the house routes it otherwise than usual.
    `routed`: its team has been told, and is told of all that becomes of it. At `held_until` it is
    to be judged again whether the team is told (0: no such time).
    `told_as` is its `alert_id` (16 bytes), where it opened under another row than the present one.
    """

    signal: str
    subject: str | None
    opened_at: int
    severity: int
    facts: list[Fact]
    evidence: list[Evidence]
    suppressed_by: str | None = None
    until: int = NEVER
    team: str | None = None
    routed: bool = False
    held_until: int = 0
    handled: Handled | None = None
    told_as: bytes | None = None


class Cart(Struct, array_like=True, gc=False):
    """One cart, its moments in microseconds (0: not yet).

    `items` packs product hashes and quantities, the oldest touched first. `checkout_at` is the
    last step of a checkout that stands; `changed_at` and `stated_at` are the last change of the
    content and the last view that stated it. `opened_at` is of the alert that is open, and
    `as_checkout` says which; `cart_opened` and `checkout_opened` are earlier openings.
    """

    name: str | None
    touched: int
    items: bytes = b""
    units: int = 0
    value: float = 0.0
    checkouts: bytes = b""
    checkout_at: int = 0
    changed_at: int = 0
    stated_at: int = 0
    emptied_at: int = 0
    opened_at: int = 0
    as_checkout: bool = False
    cart_opened: int = 0
    checkout_opened: int = 0
    currency: str | None = None
    last_id: str = ""
    last_type: str = ""


class Carts(Struct, array_like=True):
    """The carts, and which of them orders have closed: older touches of those are void.

    `closed` packs hashes of cart names and checkout ids, each with the time of its order;
    `all_closed_at` is of the last order that closed every cart, `ordered_at` of the last one.
    """

    carts: list[Cart] = msgspec.field(default_factory=list)
    due: int = NEVER
    closed: bytes = b""
    all_closed_at: int = 0
    ordered_at: int = 0


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
    """Contacts that may still matter; when the customer was answered, or asked for a call back
    without naming the contact."""

    contacts: list[Contact] = msgspec.field(default_factory=list)
    due: int = NEVER
    answers: list[int] = msgspec.field(default_factory=list)
    callbacks: list[int] = msgspec.field(default_factory=list)


class Purchases(Struct, array_like=True):
    """Purchase days (days since 1970, ascending): the last 64 exact, the older ones counted.

    `opened_at` is of an open `gone_silent`, `lost_at` of an open `lost`, which takes over from it.
    """

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
    lost_at: int = 0

    @property
    def repeats(self) -> int:
        """x of BG/NBD: purchase days after the first."""
        return self.older + len(self.days) - 1


class Customer(Struct, array_like=True):
    """One row. Each signal owns one field (None while idle) and may read the shared ones.

    `timers` wake signals up, the earliest at `timers_due`; the earliest alert that expires by
    itself does so at `alerts_due`. `told` is when a signal last opened, as long as its cool-down
    asks for it. `pieces` are evidence that several signals weigh together, in order of time.
    `extra` is for signals of third parties, a field each under the signal's name.
    """

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
    segments: dict[str, str] | None = None
    life: Life | None = None
    timers: list[Timer] = msgspec.field(default_factory=list)
    timers_due: int = NEVER
    alerts_due: int = NEVER
    answers: list[Answer] = msgspec.field(default_factory=list)
    told: dict[str, int] = msgspec.field(default_factory=dict)
    pieces: list[Piece] = msgspec.field(default_factory=list)
    extra: dict[str, Any] | None = None
    correspondence: Correspondence | None = None
    journey: Journey | None = None
    service: Service | None = None
    habits: Habits | None = None
    manners: Manners | None = None
    observed: Observed | None = None
    merged: Merged | None = None
    links: Links | None = None

    @property
    def deadline(self) -> int:
        """The earliest instant at which a signal wants to be asked again."""
        due = self.timers_due
        if self.alerts_due < due:
            due = self.alerts_due
        if self.carts is not None and self.carts.due < due:
            due = self.carts.due
        if self.contacts is not None and self.contacts.due < due:
            due = self.contacts.due
        if self.purchases is not None and self.purchases.due < due:
            due = self.purchases.due
        if self.manners is not None and self.manners.due < due:
            due = self.manners.due
        return due

    def has_seen(self, digest: bytes) -> bool:
        """Whether this hash is one of the last 64 event ids', and not astride two of them."""
        at = self.seen.find(digest)
        while at >= 0:
            if at % HASH == 0:
                return True
            at = self.seen.find(digest, at + 1)
        return False


class NewerState(Exception):
    """State written by a newer version of Heed than this one."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Customer).decode
_VERSION = bytes([VERSION])


def pack(customer: Customer) -> bytes:
    """The customer as MessagePack.

    When timers and alerts are due follows from them and is not stored: 0 stands there.
    """
    timers_due, alerts_due = customer.timers_due, customer.alerts_due
    customer.timers_due = customer.alerts_due = 0
    packed = _encode(customer)
    customer.timers_due, customer.alerts_due = timers_due, alerts_due
    return packed


def encode(customer: Customer, deadline: int) -> bytes:
    """The stored form; `deadline` is the customer's, which the caller has at hand."""
    return deadline.to_bytes(8, "big") + _VERSION + pack(customer)


def decode(value: bytes) -> Customer:
    """The customer in a stored value. Raises NewerState for one of a later version."""
    if value[8] > VERSION:
        raise NewerState(
            f"state of version {value[8]}, this worker knows up to {VERSION}: upgrade it"
        )
    customer: Customer = _decode(memoryview(value)[9:])
    due = NEVER
    for timer in customer.timers:
        if timer.due < due:
            due = timer.due
    customer.timers_due = due
    due = NEVER
    for alert in customer.alerts:
        if alert.until < due:
            due = alert.until
    customer.alerts_due = due
    return customer


def deadline_of(value: bytes) -> int:
    """The deadline in a stored value, without decoding it."""
    return int.from_bytes(value[:8], "big")


def bounded(name: str, most: int = NAME_BYTES) -> str:
    """`name`, or where it is longer its beginning and a hash: still one name for one thing.

    >>> bounded("cart-7"), len(bounded("cart" * 60)), len(bounded("\u00e9" * 60).encode())
    ('cart-7', 64, 63)
    """
    if len(name) <= most and name.isascii():
        return name
    raw = name.encode()
    if len(raw) <= most:
        return name
    return f"{raw[: most - 17].decode(errors='ignore')}~{xxhash.xxh3_64_hexdigest(raw)}"


def holds_little(customer: Customer) -> bool:
    """Whether so little is held that it fits, however long its names are."""
    held = len(customer.timers) + len(customer.alerts) + len(customer.pieces) // 4
    links = customer.links
    if links is not None:
        # Ids of customers may be long: two of them are not little any more.
        held += 1 + len(links.aliases) // 2 + 2 * len(links.claimants)
    if customer.carts is not None:
        held += len(customer.carts.carts)
    if customer.contacts is not None:
        held += len(customer.contacts.contacts)
    return held <= _FEW


def packed_if_fitting(customer: Customer) -> bytes | None:
    """The customer as MessagePack, None where that takes more than 8 KiB."""
    packed = pack(customer)
    return packed if len(packed) + _DUES <= _ROOM else None


def fits(customer: Customer) -> bool:
    """Whether the customer stays within 8 KiB; sheds what explains alerts, the oldest first.

    Then the lists of the oldest touched carts go, whose sums stay. Where that is not enough,
    something is to be forgotten: a cart, a contact, a timer, an alert. None of it goes for what
    manners remember: that goes first.
    """
    return holds_little(customer) or _has_room(customer) or _shed(customer)


def _has_room(customer: Customer) -> bool:
    """Whether the customer fits without what manners remember, which goes where it has no room."""
    if packed_if_fitting(customer) is not None:
        return True
    manners, alerts = customer.manners, customer.alerts
    held = [(alert.suppressed_by, alert.held_until, alert.handled) for alert in alerts]
    customer.manners = None
    for alert in alerts:
        alert.suppressed_by, alert.held_until, alert.handled = None, 0, None
    if packed_if_fitting(customer) is not None:
        return True
    customer.manners = manners
    for alert, (reason, until, handled) in zip(alerts, held, strict=True):
        alert.suppressed_by, alert.held_until, alert.handled = reason, until, handled
    return False


def _shed(customer: Customer) -> bool:
    explained: list[OpenAlert | Timer] = [*customer.alerts, *customer.timers]
    for one in sorted(explained, key=_age):
        if one.evidence:
            one.evidence = []
            if _has_room(customer):
                return True
    for contact in customer.contacts.contacts if customer.contacts is not None else ():
        if contact.queued_id or contact.abandoned_id:
            contact.queued_id = contact.abandoned_id = ""
            if _has_room(customer):
                return True
    carts = customer.carts.carts if customer.carts is not None else []
    for cart in sorted(carts, key=lambda cart: cart.touched):
        if cart.items or cart.last_id:
            cart.items, cart.last_id = b"", ""
            if _has_room(customer):
                return True
    return False


def _age(one: OpenAlert | Timer) -> int:
    return one.opened_at if isinstance(one, OpenAlert) else one.since
