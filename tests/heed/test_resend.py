"""What is remembered of rejected records that were sent again: ranges of offsets, by reason."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.rejects import EVERY, Sent, decoded, done_with, merged, trimmed, within
from streams.errors import Unusable

ranges = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(ranges)
def test_merged_ranges_hold_the_same_offsets_and_lie_apart(some: list[tuple[int, int]]) -> None:
    found = merged(some)
    for offset in range(41):
        assert within(found, offset) == any(begin <= offset < end for begin, end in some)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_what_was_sent_for_every_reason_is_done_with_for_each() -> None:
    sent: Sent = {EVERY: [(0, 5)], "unknown_type": [(7, 9)]}
    assert done_with(sent, "unknown_type") == [(0, 5), (7, 9)]
    assert done_with(sent, "not_json") == [(0, 5)]


def test_those_who_were_erased_are_not_done_with_before_they_are_asked_for() -> None:
    sent: Sent = {EVERY: [(0, 5)], "erased": [(1, 2)]}
    assert done_with(sent, "erased") == [(1, 2)]
    assert trimmed(sent, 0) == sent


def test_what_kafka_no_longer_has_is_forgotten() -> None:
    sent: Sent = {EVERY: [(0, 5), (9, 12)], "unknown_type": [(10, 11), (20, 30)]}
    assert trimmed(sent, 6) == {EVERY: [(9, 12)], "unknown_type": [(20, 30)]}
    assert decoded(None) == {}


def test_a_group_that_is_somebody_elses_is_told() -> None:
    with pytest.raises(Unusable, match="choose another HEED_APP_ID"):
        decoded("written by another program")
