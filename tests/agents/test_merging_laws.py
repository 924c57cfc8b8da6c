"""Merging has a rule for every field, and does not depend on side, order or repetition."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from agents.merging import merge
from agents.merging.customers import BY_SIDE, DESCRIBED, FOLDS, PARTS, WHOLE
from schemas.customer import Customer
from tests.agents.rows import Joined, facts, lived, lives, split, state_of

SEEDS = st.integers(0, 2**32 - 1)


def inside(annotation: object) -> Iterator[type[Struct]]:
    """The structs in the type of a field."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield annotation
    for each in typing.get_args(annotation):
        yield from inside(each)


def parts(struct: type[Struct]) -> set[type[Struct]]:
    """All structs that one is made of."""
    own = {each for hint in typing.get_type_hints(struct).values() for each in inside(hint)}
    return own.union(*(parts(each) for each in own))


def test_every_field_of_a_customer_has_a_rule() -> None:
    assert set(Customer.__struct_fields__) == FOLDS.keys() | DESCRIBED | BY_SIDE


def test_every_part_of_a_customer_is_known() -> None:
    assert parts(Customer) == PARTS.keys() | WHOLE


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_field_of_a_part_has_a_rule(part: type[Struct]) -> None:
    assert PARTS[part].keys() == set(part.__struct_fields__)


def states(seed: int, cut: int, number: int) -> list[Customer]:
    return [state_of(lived(part)) for part in split(lives(seed), number, cut)]


def known(customer: Customer) -> object:
    """The state, apart from the order in which things were heard (see `facts`), and from
    cool-downs."""
    state = deepcopy(customer)
    state.seen = b""
    if state.purchases is not None:
        state.purchases.revenue = round(state.purchases.revenue, 6)
    if state.habits is not None:
        state.habits.mean_wait = 0  # Rounded down each time.
    if state.service is not None:
        state.service.orders = b""  # See `facts`.
    for cart in state.carts.carts if state.carts is not None else ():
        cart.cart_opened = cart.checkout_opened = 0
        cart.items = b""
    if state.carts is not None:
        state.carts.due = 0
    return state


@settings(max_examples=30, deadline=None)
@given(SEEDS, SEEDS)
def test_it_does_not_matter_which_row_is_folded_into_which(seed: int, cut: int) -> None:
    one, other = states(seed, cut, 2)
    assert merge(one, other, "h") == merge(other, one, "h")


@settings(max_examples=30, deadline=None)
@example(268, 0)  # Won back, left again, and signed up since under another name.
@given(SEEDS, SEEDS)
def test_it_does_not_matter_which_two_of_three_are_merged_first(seed: int, cut: int) -> None:
    a, b, c = states(seed, cut, 3)
    left = merge(merge(a, b, "h1"), c, "h2")
    right = merge(a, merge(b, c, "h2"), "h1")
    assert known(left) == known(right)
    assert facts(left) == facts(right)


@settings(max_examples=30, deadline=None)
@given(SEEDS, SEEDS)
def test_what_was_taken_once_is_not_taken_twice(seed: int, cut: int) -> None:
    mine, theirs = states(seed, cut, 2)
    once = merge(mine, theirs, "h")
    assert merge(once, theirs, "h") == once
    joined = Joined([deepcopy(mine), deepcopy(theirs)])
    settled, told = deepcopy(joined.customer), list(joined.decision.outputs)
    assert not joined.take(theirs, "row-0")
    assert joined.customer == settled
    assert joined.decision.outputs == told


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_without_a_name_what_is_no_sum_may_be_taken_twice(seed: int) -> None:
    customer = state_of(lived(lives(seed)))
    twice = merge(customer, customer)
    for name in ("last_seen", "seen", "brand", "segments", "pieces", "answers", "told", "timers"):
        assert getattr(twice, name) == getattr(merge(customer, Customer()), name), name


@settings(max_examples=30, deadline=None)
@given(SEEDS, SEEDS)
def test_neither_row_is_changed_by_looking_at_both(seed: int, cut: int) -> None:
    one, other = states(seed, cut, 2)
    before = deepcopy((one, other))
    merge(one, other, "h")
    assert (one, other) == before
