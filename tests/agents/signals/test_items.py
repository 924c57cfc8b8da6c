"""What a cart holds, packed."""

from __future__ import annotations

import random

import pytest

from agents.signals import items
from schemas.customer import ITEM, MAX_QUANTITY, Cart
from schemas.vocabulary import Product


def product(name: str, quantity: int | None = None, price: float | None = None) -> Product:
    return Product(product_id=name, quantity=quantity, price=price)


@pytest.fixture
def cart() -> Cart:
    return Cart("k1", touched=0)


def test_quantities_add_up_per_product(cart: Cart) -> None:
    assert items.add(cart, product("tea"))
    assert items.add(cart, product("milk", 3))
    assert items.add(cart, product("tea", 2))
    assert (cart.units, len(cart.items) // ITEM) == (6, 2)


def test_nothing_is_no_quantity(cart: Cart) -> None:
    assert not items.add(cart, product("tea", 0))
    items.add(cart, product("tea"))
    assert not items.remove(cart, product("tea", 0))
    assert cart.units == 1


def test_what_is_not_held_cannot_be_removed(cart: Cart) -> None:
    assert not items.remove(cart, product("tea"))
    items.add(cart, product("milk"))
    assert not items.remove(cart, product("tea"))
    assert cart.units == 1


def test_quantities_never_fall_below_zero(cart: Cart) -> None:
    items.add(cart, product("tea", 2))
    assert items.remove(cart, product("tea", 5))
    assert (cart.units, cart.items, cart.value) == (0, b"", 0.0)


def test_a_product_is_named_by_its_id_else_its_sku_else_its_name(cart: Cart) -> None:
    items.add(cart, Product(product_id="tea", sku="other"))
    assert items.remove(cart, Product(sku="tea"))
    items.add(cart, Product(name="tea"))
    assert items.remove(cart, Product(product_id="tea"))


def test_the_value_follows_prices_and_their_mean_where_none_is_stated(cart: Cart) -> None:
    items.add(cart, product("tea", 2, 5.0))
    items.add(cart, product("milk", 2, 1.0))
    assert cart.value == 12.0
    items.remove(cart, product("tea", 1, 5.0))
    assert cart.value == 7.0
    items.remove(cart, product("milk", 1))
    assert cart.value == pytest.approx(7 - 7 / 3)


def test_beyond_64_products_the_one_touched_longest_ago_goes(cart: Cart) -> None:
    for number in range(64):
        items.add(cart, product(f"p{number}"))
    items.add(cart, product("p0"))
    items.add(cart, product("one more"))
    assert len(cart.items) == 64 * ITEM
    assert cart.units == 65
    assert not items.remove(cart, product("p1"))
    assert items.remove(cart, product("p0", 2))
    assert cart.units == 63


def test_huge_quantities_are_held_as_65535(cart: Cart) -> None:
    items.add(cart, product("tea", 1_000_000_000, 2.0))
    items.add(cart, product("tea", 5, 2.0))
    assert (cart.units, cart.value) == (MAX_QUANTITY, 2.0 * MAX_QUANTITY)
    items.remove(cart, product("tea", 1_000_000_000))
    assert cart.units == 0


def test_a_view_states_everything(cart: Cart) -> None:
    items.add(cart, product("tea", 7, 1.0))
    items.state(cart, [product("milk", 2, 3.0), product("salt")])
    assert (cart.units, cart.value) == (3, 6.0)
    assert not items.remove(cart, product("tea"))


@pytest.mark.parametrize("seed", range(20))
def test_it_counts_as_a_dict_would(cart: Cart, seed: int) -> None:
    rng = random.Random(seed)
    held: dict[str, int] = {}
    for _ in range(300):
        name, quantity = f"p{rng.randrange(40)}", rng.randrange(1, 4)
        if rng.random() < 0.5:
            held[name] = held.get(name, 0) + quantity
            items.add(cart, product(name, quantity))
        else:
            assert items.remove(cart, product(name, quantity)) == (name in held)
            held[name] = held.get(name, 0) - quantity
            if held[name] <= 0:
                del held[name]
        assert cart.units == sum(held.values())
