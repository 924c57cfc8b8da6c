"""What is known of a person does not depend on the rows under which it became known."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.merging import merge
from schemas.customer import Customer
from tests.agents.rows import Joined, facts, lived, lives, split, state_of

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=80, deadline=None)
@given(SEEDS, SEEDS, st.sampled_from((2, 3)), st.booleans())
def test_merged_rows_know_what_one_row_would_know(
    seed: int, cut: int, parts: int, whole: bool
) -> None:
    records = lives(seed)
    rows = [state_of(lived(part)) for part in split(records, parts, cut, whole=whole)]
    one = state_of(lived(records))
    assert facts(Joined(rows).customer) == facts(one)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_row_that_knows_nothing_adds_nothing(seed: int) -> None:
    customer = state_of(lived(lives(seed)))
    assert facts(merge(customer, Customer())) == facts(customer)
