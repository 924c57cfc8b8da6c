"""What a cart holds: product hashes and quantities packed into bytes, the oldest touched first.

Sixteen full carts fit into 6 KiB. Two products of one cart whose hashes agree (1 in 2 million for
a full cart) share a quantity, which leaves the sum right.
"""

import xxhash

from schemas.customer import ITEM, MAX_PRODUCTS, MAX_QUANTITY, Cart
from schemas.vocabulary import Product

_HASH = ITEM - 2

_digest = xxhash.xxh32_digest


def _find(items: bytes, product: bytes) -> int:
    at = items.find(product)
    while at > 0 and at % ITEM:
        at = items.find(product, at + 1)
    return at


def add(cart: Cart, product: Product) -> bool:
    """Put a product in, and say whether any was; beyond 64 the oldest touched is forgotten."""
    added = product.quantity
    if added is None:
        added = 1
    elif not added:
        return False
    name = _digest((product.product_id or product.sku or product.name or "").encode())
    items = cart.items
    at = _find(items, name)
    now = added
    if at >= 0:
        now += (items[at + _HASH] << 8) + items[at + _HASH + 1]
        items = items[:at] + items[at + ITEM :]
    elif len(items) == ITEM * MAX_PRODUCTS:
        cart.units -= int.from_bytes(items[_HASH:ITEM], "big")
        items = items[ITEM:]
    if now > MAX_QUANTITY:
        added -= now - MAX_QUANTITY
        now = MAX_QUANTITY
    cart.units += added
    cart.items = items + name + now.to_bytes(2, "big")
    if product.price is not None:
        cart.value += added * product.price
    return True


def remove(cart: Cart, product: Product) -> bool:
    """Take a product out; whether it was held."""
    quantity = 1 if product.quantity is None else product.quantity
    items = cart.items
    at = _find(items, _digest((product.product_id or product.sku or product.name or "").encode()))
    if at < 0 or not quantity:
        return False
    held = int.from_bytes(items[at + _HASH : at + ITEM], "big")
    taken = min(held, quantity)
    rest = items[:at] + items[at + ITEM :]
    if taken < held:
        rest += items[at : at + _HASH] + (held - taken).to_bytes(2, "big")
    cart.items = rest
    # The price of what goes: as stated, else the mean of what was there.
    price = product.price if product.price is not None else cart.value / cart.units
    cart.units -= taken
    cart.value = max(cart.value - taken * price, 0.0) if cart.units else 0.0
    return True


def state(cart: Cart, products: list[Product]) -> None:
    """The whole content is what `products` says."""
    cart.items, cart.units, cart.value = b"", 0, 0.0
    for product in products:
        add(cart, product)
