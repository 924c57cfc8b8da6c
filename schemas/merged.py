"""What a customer's row keeps of the rows that were folded into it.

Part of `schemas.customer.Customer`: array-like, bounded, and None for whoever has one row only.
"""

from msgspec import Struct

MAX_HANDED = 16
HASH = 8
STATED = 16  # four bytes of the field's name, four of its value, eight of an instant
MAX_STATED = 11


class Merged(Struct, array_like=True, gc=False):
    """`handed` packs hashes of the hand-overs folded in, in order of hash: none is taken twice.

    `stated` packs when what describes the customer was stated, where that was before `last_seen`;
    an entry holds as long as the field has the value that it is of.
    """

    handed: bytes = b""
    stated: bytes = b""
