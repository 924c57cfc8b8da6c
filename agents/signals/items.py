"""What a cart holds: product hashes and quantities packed into bytes, the oldest touched first.

Sixteen full carts fit into 6 KiB. Two products of one cart whose hashes agree (1 in 2 million for
a full cart) share a quantity, which leaves the sum right.
"""

import xxhash

from schemas.customer import ITEM, MAX_PRODUCTS, MAX_QUANTITY, Cart
from schemas.vocabulary import Product

_HASH = ITEM - 2


def _digest(product: Product) -> bytes:
    name = product.product_id or product.sku or product.name or ""
    return xxhash.xxh32_digest(name.encode())


def _find(items: bytes, digest: bytes) -> int:
    at = items.find(digest)
    while at >= 0 and at % ITEM:
        at = items.find(digest, at + 1)
    return at


def add(cart: Cart, product: Product) -> None:
    """Put a product in; beyond 64 products the oldest touched is forgotten."""
    quantity = 1 if product.quantity is None else product.quantity
    if not quantity:
        return
    digest, items = _digest(product), cart.items
    held, at = 0, _find(items, digest)
    if at >= 0:
        held = int.from_bytes(items[at + _HASH : at + ITEM], "big")
        items = items[:at] + items[at + ITEM :]
    elif len(items) == ITEM * MAX_PRODUCTS:
        cart.units -= int.from_bytes(items[_HASH:ITEM], "big")
        items = items[ITEM:]
    now = min(held + quantity, MAX_QUANTITY)
    cart.units += now - held
    cart.items = items + digest + now.to_bytes(2, "big")
    if product.price is not None:
        cart.value += (now - held) * product.price


def remove(cart: Cart, product: Product) -> bool:
    """Take a product out; whether it was held."""
    items = cart.items
    at = _find(items, _digest(product))
    if at < 0:
        return False
    held = int.from_bytes(items[at + _HASH : at + ITEM], "big")
    taken = min(held, 1 if product.quantity is None else product.quantity)
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
