"""How often products come back: what the groups agent tells, and what customers' orders keep of it.

A rate is one of eight levels, so that an order remembers in three bits what was known of its
products when it was made.
"""

from typing import NamedTuple

import msgspec
import xxhash
from msgspec import Struct

from schemas.instant import DAY

LEVELS = (0.0, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75)
"""The share of a product's orders that was returned, rounded down to one of these."""
ENTRY = 12
MOST = 4_096
"""So many products are remembered as coming back often."""


class Rate(Struct, array_like=True, gc=False):
    """From the day `since` (since 1970) on a product, by the hash of its name, has that level."""

    product: int
    level: int
    since: int


class Rates(Struct, array_like=True):
    """What is remembered of one product: orders and returns by windows of four weeks.

    `days` are those that are not over yet, `told` is the level that was told last.
    """

    windows: list[tuple[int, int, int]] = msgspec.field(default_factory=list)
    days: list[tuple[int, int, int]] = msgspec.field(default_factory=list)
    told: int = 0


class Known(NamedTuple):
    """What customers' partitions know of a product: its level since a day, and the one before."""

    since: int
    level: int
    before: int


def level_of(orders: int, returns: int) -> int:
    """The level of a product.

    >>> level_of(20, 2), level_of(20, 7), level_of(10, 12)
    (0, 3, 7)
    """
    return max(level for level, share in enumerate(LEVELS) if returns >= share * orders)


def hashed(product: str) -> int:
    """What names a product here."""
    return xxhash.xxh3_64_intdigest(product.encode()) >> 1


def level_at(known: Known, at: int) -> int:
    """The level that holds for an order of the instant `at`."""
    return known.level if at >= known.since * DAY else known.before


def put(table: dict[int, Known], rate: Rate) -> None:
    """Take note of a rate; of too many products the one of the lowest level is forgotten."""
    old = table.get(rate.product)
    if old is not None and old.since > rate.since:
        return
    if old is not None and old.since == rate.since:
        before = old.before
    else:
        before = old.level if old is not None else 0
    table[rate.product] = Known(rate.since, rate.level, before)
    # Who has come back seldom since then need not be remembered.
    for product in [p for p, k in table.items() if not k.level and k.since < rate.since - 1]:
        del table[product]
    if len(table) > MOST:
        del table[min(table, key=lambda product: (table[product].level, product))]


def pack(table: dict[int, Known]) -> bytes:
    """The table in 12 bytes a product."""
    return b"".join(
        product.to_bytes(8, "big") + since.to_bytes(2, "big") + bytes((level, before))
        for product, (since, level, before) in sorted(table.items())
    )


def unpack(packed: bytes) -> dict[int, Known]:
    """The table of `pack`.

    >>> unpack(pack({7: Known(20_000, 3, 0)}))
    {7: Known(since=20000, level=3, before=0)}
    """
    return {
        int.from_bytes(packed[at : at + 8], "big"): Known(
            int.from_bytes(packed[at + 8 : at + 10], "big"), packed[at + 10], packed[at + 11]
        )
        for at in range(0, len(packed), ENTRY)
    }


encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Rate).decode


def decode(value: bytes) -> Rate | None:
    """The rate in `value`; None where there is none that this version knows."""
    try:
        rate = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    fits = 0 <= rate.level < len(LEVELS) and 0 <= rate.since <= 0xFFFF and rate.product >= 0
    return rate if fits else None
