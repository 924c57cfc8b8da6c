"""What is decided depends on the records alone: not on batches, caches, restarts or key order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.harness import Harness
from schemas import customer as state
from tests.agents.hostile import hostile
from tests.oracle.lives import Record, lives, random_lives

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=6)
EVERYTHING = 1_000_000


def outcome(harness: Harness) -> tuple[list[tuple[bytes, bytes]], dict[str, bytes]]:
    """The bytes of all alerts in order, and the bytes of all rows."""
    return [(output.key, output.value) for output in harness.outputs], harness.rows


def at_once(records: list[Record], **options: Any) -> Harness:
    return Harness(**options).feed(records).finish()


@settings(max_examples=80, deadline=None)
@given(lives(max_records=120, contested=True), SIZES, st.sampled_from([0, 2, EVERYTHING]))
def test_any_split_into_batches_leads_to_the_same_bytes(
    records: list[Record], sizes: list[int], cached: int
) -> None:
    split = Harness(cached=cached).batches(sizes).feed(records).finish()
    assert outcome(split) == outcome(at_once(records, cached=EVERYTHING))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 7])
def test_shedding_does_not_depend_on_batches_either(seed: int, size: int) -> None:
    records = hostile(seed)
    for cached in (0, EVERYTHING):
        split = Harness(cached=cached).batches([size]).feed(records).finish()
        assert outcome(split) == outcome(at_once(records, cached=EVERYTHING))


@settings(max_examples=40, deadline=None)
@given(lives(max_records=120, contested=True), SIZES)
def test_another_worker_goes_on_where_one_has_stopped(
    records: list[Record], sizes: list[int]
) -> None:
    harness = Harness(cached=EVERYTHING)
    rest = list(records)
    for size in sizes:
        harness.feed(rest[:size]).restart()
        rest = rest[size:]
    assert outcome(harness.feed(rest).finish()) == outcome(at_once(records))


@settings(max_examples=40, deadline=None)
@given(lives(max_records=120, contested=True))
def test_state_survives_encoding_without_loss(records: list[Record]) -> None:
    rows = at_once(records).rows
    assert rows
    for value in rows.values():
        customer = state.decode(value)
        assert state.encode(customer, state.deadline_of(value)) == value
        assert customer.deadline == state.deadline_of(value)
        assert state.decode(state.encode(customer, customer.deadline)) == customer


def turned(value: Any) -> Any:
    """The same JSON with all keys in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_keys_decides_nothing(seed: int) -> None:
    records = random_lives(seed)
    for record in records[::3]:
        record["aliases"] = {"email": f"{record['customer_id']}@example.com", "zz": "1", "aa": "2"}
    for record in records[::9]:
        del record["customer_id"]
    assert outcome(at_once([turned(record) for record in records])) == outcome(at_once(records))


def test_ticks_of_any_size_fire_the_same_deadlines_in_the_same_order() -> None:
    records = random_lives(3, customers=20, records=300)
    one = Harness().feed(records).finish()
    small = Harness().feed(records)
    view, logic = small.partition.view, small.logic
    view.clock.finish()
    while view.deadlines.next <= view.clock.now:
        small.told.add(small.partition.keep(logic.tick(view, None, limit=1)))
    assert outcome(small) == outcome(one)


@settings(max_examples=60, deadline=None)
@given(lives(max_records=120, contested=True), SIZES, st.integers(1, 3))
def test_a_jump_in_time_is_committed_in_pieces_of_any_size(
    records: list[Record], sizes: list[int], most: int
) -> None:
    pieces = Harness().batches(sizes)
    pieces.logic.most_due = most
    assert outcome(pieces.feed(records).finish()) == outcome(at_once(records))


def test_counts_and_gauges_are_the_same_too() -> None:
    records = random_lives(5, customers=8, records=300)
    one, pieces = at_once(records), Harness().batches([3, 1, 11])
    pieces.logic.most_due = 1
    many = pieces.feed(records).finish()
    for told in (one, many):
        # How far time has come is told the groups once a batch.
        del told.counts["observations_told",]
    assert one.counts == many.counts
    assert {name: round(number, 6) for name, number in one.gauges.items() if number} == {
        name: round(number, 6) for name, number in many.gauges.items() if number
    }
