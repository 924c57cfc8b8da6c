"""What is remembered of the way that a customer and the house have gone together.

A part of `schemas.customer.Customer`: array-like, bounded, and small for an ordinary customer. What
is waited for stands in the customer's timers and not here.
"""

from msgspec import Struct, field

LOGGED_IN, VALUE, ONBOARDED = 1, 2, 4
"""Flags: a first login and a first value were told of, and the customer has settled in."""

MOST_LOOKS = 6
MOST_PRAISE = 6
MOST_CONTACT_DAYS = 6
MOST_PERKS = 4
KIND_BYTES = 32
"""Of the kind of a benefit."""


class Perk(Struct, array_like=True, gc=False):
    """A benefit of one kind, and with which orders it came.

    Bit 0 of `given` is of the order to come, bit 1 of the latest, bit 2 of the one before, and so
    on.
    """

    kind: str
    given: int = 0


class Journey(Struct, array_like=True):
    """Moments are in microseconds (0: never), days since 1970, money in hundredths.

    `order` is a hash of the last order's id; `units` and `paid` say what it held, and `returned`
    how many units have come back. `left_order` is the time of the order that was told as left.
    Until `revoked_at` no sign of cancelling counts any more. `looks` are those at the cancellation
    page, `praise` is what was praised, `contacts` are days with a contact in both directions.
    `advocate` is the last proof that they recommend the house. `perk_days` is how many purchase
    days `perks` know of.
    """

    flags: int = 0
    order: bytes = b""
    units: int = 0
    paid: int = -1
    returned: int = 0
    left_order: int = 0
    revoked_at: int = 0
    looks: list[int] = field(default_factory=list)
    praise: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    advocate: int = 0
    perks: list[Perk] = field(default_factory=list)
    perk_days: int = 0
