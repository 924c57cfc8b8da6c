"""The last orders of a customer, 12 bytes each: what became of them, and when they came."""

import xxhash

from schemas.service import MAX_ORDERS, ORDER, Service

ORDERED, DELIVERED, RETURNED, OFF = 1, 2, 4, 8
"""Flags of an order. Of one that was returned and is not known to be delivered, the instant is
that of the return, else that of the delivery."""


def key(order_id: str) -> bytes:
    """What names an order here."""
    return xxhash.xxh32_digest(order_id.encode())


def find(orders: bytes, name: bytes) -> tuple[int, int]:
    """Flags and instant (microseconds) of an order; 0 and 0 for one that is not known."""
    at = _place(orders, name)
    if at < 0:
        return 0, 0
    return orders[at + 4], int.from_bytes(orders[at + 5 : at + ORDER], "big")


def put(orders: bytes, name: bytes, flags: int, at: int) -> bytes:
    """The orders with that one as stated; of more than 12 the first heard of goes."""
    entry = name + bytes([flags]) + at.to_bytes(ORDER - 5, "big")
    place = _place(orders, name)
    if place >= 0:
        return orders[:place] + entry + orders[place + ORDER :]
    return (orders + entry)[-ORDER * MAX_ORDERS :]


def counted(orders: bytes) -> tuple[int, int]:
    """How many were ordered and not called off, and how many were returned.

    >>> counted(put(put(b"", b"aaaa", ORDERED, 0), b"bbbb", ORDERED | RETURNED, 7))
    (2, 1)
    """
    ordered = returned = 0
    for flags in orders[4::ORDER]:
        if not flags & OFF:
            ordered += flags & ORDERED
            returned += flags & RETURNED > 0
    return ordered, returned


def newest(orders: bytes) -> bytes | None:
    """The name of the order heard of last that stands and has not been returned."""
    for at in range(len(orders) - ORDER, -1, -ORDER):
        if orders[at + 4] & (ORDERED | RETURNED | OFF) == ORDERED:
            return orders[at : at + 4]
    return None


def is_over(service: Service | None, order_id: str | None) -> bool:
    """Whether nothing is to be delivered of that order any more."""
    if service is None or order_id is None or not service.orders:
        return False
    return find(service.orders, key(order_id))[0] & (DELIVERED | RETURNED | OFF) > 0


def _place(orders: bytes, name: bytes) -> int:
    """Where the entry of that name begins; -1 for none."""
    at = orders.find(name)
    while at >= 0 and at % ORDER:  # Elsewhere it is no name, but bytes that look like one.
        at = orders.find(name, at + 1)
    return at
