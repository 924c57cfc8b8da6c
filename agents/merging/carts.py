"""Carts of two rows: by name, closed by the orders of either."""

from agents.merging.rules import Rules, content, entries, fold, last, packed, paired, total
from agents.signals import named_carts
from schemas.customer import (
    HASH,
    ITEM,
    MAX_CHECKOUTS,
    MAX_CLOSED,
    MAX_PRODUCTS,
    MAX_QUANTITY,
    Cart,
    Carts,
    Customer,
)

_QUANTITY = ITEM - 2


def _tomb(entry: bytes) -> bytes:
    return entry[HASH:] + entry[:HASH]


CARTS: Rules = {
    "carts": total,
    "due": min,
    "closed": packed(2 * HASH, MAX_CLOSED, _tomb),
    "all_closed_at": max,
    "ordered_at": max,
}

CART: Rules = {
    "name": last,
    "touched": max,
    "items": last,  # With units and value, see `_fill`.
    "units": last,
    "value": last,
    "checkouts": last,  # See `_checkouts`.
    "checkout_at": max,
    "changed_at": max,
    "stated_at": max,
    "emptied_at": max,
    "opened_at": last,  # With as_checkout, see `_stand`.
    "as_checkout": last,
    "cart_opened": max,
    "checkout_opened": max,
    "currency": lambda earlier, later: later or earlier,
    "last_id": last,
    "last_type": last,
}
"""Of two parts of one cart, the one touched later last."""


def carts(earlier: Customer, later: Customer) -> Carts | None:
    """The carts of both, without those that an order under the other row has closed."""
    if earlier.carts is None and later.carts is None:
        return None
    one, other = _known(earlier), _known(later)
    left = [cart for cart in one.carts if not _is_closed(cart, other)]
    right = [cart for cart in other.carts if not _is_closed(cart, one)]
    merged = fold(CARTS, one, other)
    merged.carts = sorted(paired(left, right, _name, join), key=_place)
    _share_checkouts(merged.carts)
    return merged


def join(one: Cart, other: Cart) -> Cart:
    """Two parts of one cart. What either held when the other was stated anew is void."""
    earlier, later = sorted((one, other), key=_touched)
    cart = fold(CART, earlier, later)
    _fill(cart, earlier, later)
    cart.checkouts = _checkouts(earlier, later)
    if not cart.units and cart.emptied_at >= cart.checkout_at:
        cart.checkout_at = 0
    _stand(cart, earlier, later)
    return cart


def _known(customer: Customer) -> Carts:
    """The row's carts; without any, every order so far has closed all there were."""
    if customer.carts is not None:
        return customer.carts
    bought = customer.purchases.last_at if customer.purchases is not None else 0
    return Carts(all_closed_at=bought, ordered_at=bought)


def _is_closed(cart: Cart, other: Carts) -> bool:
    if cart.touched <= other.all_closed_at:
        return True
    names = {named_carts.digest((cart.name or "").encode()), *entries(cart.checkouts, HASH)}
    return any(
        tomb[:HASH] in names and cart.touched <= int.from_bytes(tomb[HASH:], "big")
        for tomb in entries(other.closed, 2 * HASH)
    )


def _fill(cart: Cart, earlier: Cart, later: Cart) -> None:
    """What it holds: quantities are added up, unless a view that stated all is newer."""
    if earlier.stated_at > later.changed_at:
        parts = [earlier]
    elif later.stated_at > earlier.changed_at:
        parts = [later]
    else:
        parts = [earlier, later]
    held: dict[bytes, int] = {}
    cart.units, cart.value = 0, 0.0
    for part in parts:
        cart.units += part.units
        cart.value += part.value
        for item in entries(part.items, ITEM):
            name = item[:_QUANTITY]
            held[name] = held.pop(name, 0) + int.from_bytes(item[_QUANTITY:], "big")
    for name, quantity in held.items():
        if quantity > MAX_QUANTITY:
            cart.units -= quantity - MAX_QUANTITY
            held[name] = MAX_QUANTITY
    for name in list(held)[: max(len(held) - MAX_PRODUCTS, 0)]:
        cart.units -= held.pop(name)
    cart.items = b"".join(name + held[name].to_bytes(2, "big") for name in held)


def _checkouts(earlier: Cart, later: Cart) -> bytes:
    every = dict.fromkeys((*entries(earlier.checkouts, HASH), *entries(later.checkouts, HASH)))
    return b"".join(list(every)[-MAX_CHECKOUTS:])


def _share_checkouts(carts: list[Cart]) -> None:
    """A checkout is of one cart: of a named one rather than of the nameless, else of the first."""
    taken: set[bytes] = set()
    for cart in sorted(carts, key=_named):
        if cart.checkouts:
            own = [name for name in entries(cart.checkouts, HASH) if name not in taken]
            taken.update(own)
            cart.checkouts = b"".join(own)


def _stand(cart: Cart, earlier: Cart, later: Cart) -> None:
    """Which opening stands: one that a touch under the other row has answered does not, nor one
    that would not have been with it."""
    cart.opened_at, cart.as_checkout = 0, False
    stand = []
    for own, other in ((earlier, later), (later, earlier)):
        opened = own.opened_at
        if not opened:
            continue
        if other.touched >= opened:
            if own.as_checkout:
                cart.checkout_opened = max(cart.checkout_opened, opened)
            else:
                cart.cart_opened = max(cart.cart_opened, opened)
        elif (
            other.touched <= own.touched
            and own.as_checkout == (cart.checkout_at > 0)
            and (cart.units or cart.checkout_at)
        ):
            stand.append((opened, own.as_checkout))
    if stand:
        cart.opened_at, cart.as_checkout = min(stand)


def _name(cart: Cart) -> str | None:
    return cart.name


def _touched(cart: Cart) -> tuple[int, bytes]:
    return cart.touched, content(cart)


def _place(cart: Cart) -> tuple[int, str]:
    return cart.touched, cart.name or ""


def _named(cart: Cart) -> tuple[bool, str]:
    return cart.name is None, cart.name or ""
