"""Which cart is meant: by its own name, by a checkout that began in it, or the nameless one.

A checkout belongs to the named cart that was first heard of with it, else to the nameless cart. An
order buries what it closes, name and checkouts, so that older touches which arrive later are known
to be of the past. The last 16 names are kept.
"""

import xxhash

from schemas.customer import HASH, MAX_CHECKOUTS, MAX_CLOSED, Cart, Carts, bounded

_TOMB = 2 * HASH  # a hash, and the time of the order

digest = xxhash.xxh3_64_digest


def meant(
    known: Carts, cart_id: str | None, checkout: bytes | None
) -> tuple[str | None, Cart | None]:
    """The name of the cart that an event is of, and the cart where it is known."""
    if cart_id:
        name = bounded(cart_id)
        return name, find(known, name)
    cart = begun_in(known, checkout) if checkout is not None else None
    return (cart.name, cart) if cart is not None else (None, find(known, None))


def find(known: Carts, name: str | None) -> Cart | None:
    """The known cart of that name."""
    for cart in known.carts:
        if cart.name == name:
            return cart
    return None


def begun_in(known: Carts, checkout: bytes) -> Cart | None:
    """The known cart in which the checkout of that hash began."""
    for cart in known.carts:
        if cart.checkouts and checkout in _split(cart.checkouts):
            return cart
    return None


def begin(known: Carts, cart: Cart, checkout: bytes) -> None:
    """The checkout of that hash is one of this cart, unless a named cart had it first."""
    holder = begun_in(known, checkout)
    if holder is None or (holder.name is None and cart.name is not None):
        if holder is not None:
            rest = [other for other in _split(holder.checkouts) if other != checkout]
            holder.checkouts = b"".join(rest)
        cart.checkouts = (cart.checkouts + checkout)[-HASH * MAX_CHECKOUTS :]


def bury(known: Carts, cart: Cart, at: int) -> None:
    """An order of time `at` was of this cart."""
    when = at.to_bytes(HASH, "big")
    names = [digest((cart.name or "").encode()), *_split(cart.checkouts)]
    tombs = known.closed + b"".join(name + when for name in names)
    known.closed = tombs[-_TOMB * MAX_CLOSED :]


def is_past(known: Carts, name: str | None, checkout: bytes | None, at: int) -> bool:
    """Whether an order later than `at` was of that cart, of that checkout, or of every cart."""
    if at < known.all_closed_at:
        return True
    closed, own = known.closed, digest((name or "").encode())
    for place in range(0, len(closed), _TOMB):
        tomb = closed[place : place + _TOMB]
        if tomb[:HASH] in (own, checkout) and at < int.from_bytes(tomb[HASH:], "big"):
            return True
    return False


def closed_at(known: Carts, name: str | None) -> int:
    """The latest order that closed the cart of that name (microseconds).

    Of one whose name was never told that is the latest order of all.
    """
    own, found = digest((name or "").encode()), known.all_closed_at
    for place in range(0, len(known.closed), _TOMB):
        tomb = known.closed[place : place + _TOMB]
        if tomb[:HASH] == own:
            found = max(found, int.from_bytes(tomb[HASH:], "big"))
    return found or known.ordered_at


def _split(digests: bytes) -> list[bytes]:
    return [digests[at : at + HASH] for at in range(0, len(digests), HASH)]
