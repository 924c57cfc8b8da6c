"""The last orders of a customer: what became of them, and when they came.

Each takes five bytes, or 12 once it has come or gone back: of most nothing more is ever heard.
"""

from collections.abc import Iterator

import xxhash

from schemas.rates import LEVELS
from schemas.service import DATED_ORDER, MAX_ORDERS, ORDER, Service

ORDERED, DELIVERED, RETURNED, OFF = 1, 2, 4, 8
"""Flags of an order. Of one that was returned and is not known to be delivered, the instant is
that of the return, else that of the delivery."""
_DATED = 16
"""Set where an instant follows; it stays in here."""
LEVEL, LEVEL_BITS = 5, 0b11100000
"""From that bit on: how often its products come back, as was known when it was made
(schemas.rates)."""


def key(order_id: str) -> bytes:
    """What names an order here."""
    return xxhash.xxh32_digest(order_id.encode())


def places(orders: bytes) -> Iterator[tuple[int, int]]:
    """Where each order begins and ends, the one first heard of first.

    >>> list(places(put(put(b"", b"aaaa", ORDERED, 0), b"bbbb", DELIVERED, 7)))
    [(0, 5), (5, 17)]
    """
    at, end = 0, len(orders)
    while at < end:
        after = at + (DATED_ORDER if orders[at + 4] & _DATED else ORDER)
        yield at, after
        at = after


def find(orders: bytes, name: bytes) -> tuple[int, int]:
    """Flags and instant (microseconds) of an order; 0 and 0 for one that is not known."""
    if name in orders:
        for at, after in places(orders):
            if orders[at : at + 4] == name:
                return orders[at + 4] & ~_DATED, int.from_bytes(orders[at + ORDER : after], "big")
    return 0, 0


def put(orders: bytes, name: bytes, flags: int, at: int) -> bytes:
    """The orders with that one as stated; of more than 12 the first heard of goes."""
    if at:
        entry = name + bytes([flags | _DATED]) + at.to_bytes(DATED_ORDER - ORDER, "big")
    else:
        entry = name + bytes([flags])
    if name in orders:
        for place, after in places(orders):
            if orders[place : place + 4] == name:
                return orders[:place] + entry + orders[after:]
    orders += entry
    if len(orders) > MAX_ORDERS * ORDER:
        begins = [place for place, _ in places(orders)]
        if len(begins) > MAX_ORDERS:
            return orders[begins[-MAX_ORDERS] :]
    return orders


def counted(orders: bytes) -> tuple[int, int]:
    """How many were ordered and not called off, and how many were returned.

    >>> counted(put(put(b"", b"aaaa", ORDERED, 0), b"bbbb", ORDERED | RETURNED, 7))
    (2, 1)
    """
    ordered = returned = 0
    for at, _ in places(orders):
        flags = orders[at + 4]
        if not flags & OFF:
            ordered += flags & ORDERED
            returned += flags & RETURNED > 0
    return ordered, returned


def usual(orders: bytes) -> float:
    """How many returns the products' own rates let expect of the orders that were not called off.

    >>> usual(put(put(b"", b"aaaa", ORDERED | 5 << LEVEL, 0), b"bbbb", ORDERED | 2 << LEVEL, 0))
    0.7
    """
    found = 0.0
    for at, _ in places(orders):
        flags = orders[at + 4]
        if flags & ORDERED and not flags & OFF:
            found += LEVELS[flags >> LEVEL]
    return found


def newest(orders: bytes) -> bytes | None:
    """The name of the order heard of last that stands and has not been returned."""
    found = None
    for at, _ in places(orders):
        if orders[at + 4] & (ORDERED | RETURNED | OFF) == ORDERED:
            found = orders[at : at + 4]
    return found


def is_over(service: Service | None, order_id: str | None) -> bool:
    """Whether nothing is to be delivered of that order any more."""
    if service is None or order_id is None or not service.orders:
        return False
    return find(service.orders, key(order_id))[0] & (DELIVERED | RETURNED | OFF) > 0
