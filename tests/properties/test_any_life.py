"""Lives of the whole vocabulary: nothing fails, and no batch, cache or restart decides."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.harness import Harness
from heed.replay import Replay
from schemas.standards import Standards, parse
from schemas.vocabulary import VOCABULARY
from tests.agents.any_life import Record, answered, any_life, any_lives, properties_of
from tests.properties.test_batches import EVERYTHING, SIZES, outcome

LONGEST = 250
OWN = parse("""
[resolution_unconfirmed]
enabled = true
[hold_too_long]
cumulated = true
[[standard]]
name = "drink"
from = "visitor_arrived"
to = "service_delivered"
within = "2 min"
[[override]]
brand = "brand0"
[override.cart_abandoned]
idle = "5 min"
[[override]]
party = "employee"
[override.gone_silent]
enabled = false
[[override]]
queue = "queue1"
[override.answer_late]
within = "1 min"
""")
HOUSES = st.sampled_from([None, OWN])


def whole(records: list[Record], house: Standards | None = None) -> Harness:
    """In one batch. Every record is legal, so none is refused, and no signal fails."""
    harness = Harness(house, cached=EVERYTHING).feed(records).finish()
    assert [(each.reason, each.message) for each in harness.refusals] == []
    assert [name for name in harness.counts if name[0] == "signal_errors"] == []
    return harness


@settings(max_examples=30, deadline=None)
@given(any_lives(LONGEST), HOUSES, SIZES, st.sampled_from([0, 2, EVERYTHING]))
def test_any_split_into_batches_leads_to_the_same_bytes(
    records: list[Record], house: Standards | None, sizes: list[int], cached: int
) -> None:
    records = answered(records, house)
    split = Harness(house, cached=cached).batches(sizes).feed(records).finish()
    assert outcome(split) == outcome(whole(records, house))


@settings(max_examples=20, deadline=None)
@given(any_lives(LONGEST), HOUSES, SIZES, st.integers(1, 3))
def test_another_worker_goes_on_where_one_has_stopped(
    records: list[Record], house: Standards | None, sizes: list[int], most: int
) -> None:
    harness, rest = Harness(house, cached=EVERYTHING), list(records)
    harness.logic.most_due = most
    for size in sizes * 3:
        harness.feed(rest[:size]).restart()
        rest = rest[size:]
    assert outcome(harness.feed(rest).finish()) == outcome(whole(records, house))


@settings(max_examples=10, deadline=None)
@given(any_lives(LONGEST))
def test_groups_fail_at_nothing_either(records: list[Record]) -> None:
    replay = Replay(OWN)
    for _ in replay.run(map(msgspec.json.encode, records)):
        pass
    assert not replay.rejected
    assert [name for name in replay.counts if name[0] == "signal_errors"] == []


def test_lives_are_of_every_type_and_say_every_property() -> None:
    said = {name: set[str]() for name in VOCABULARY}
    for seed in range(40):
        for record in any_life(seed, 300):
            said.get(record["type"], set()).update(record["properties"])
    assert said == {
        kind: {each.name for each in properties_of(form)} for kind, form in VOCABULARY.items()
    }


def test_lives_open_nearly_every_signal_of_a_customer() -> None:
    told = {alert.signal for seed in range(10) for alert in whole(any_life(seed), OWN).alerts}
    assert len(told) >= 40, sorted(told)
