"""The index of deadlines by itself; with rows it is in test_rows.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.deadlines import NEVER, Deadlines

entries = st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abcdef")))


def drained(index: Deadlines) -> list[tuple[int, str]]:
    out = []
    while len(index):
        assert index.next == min(at for at, _ in index._heap)
        out.append(index.pop())
    return out


@given(entries)
def test_entries_come_out_by_time_then_by_key(pushed: list[tuple[int, str]]) -> None:
    index = Deadlines()
    for at, key in pushed:
        index.push(at, key)
    assert len(index) == len(pushed)
    assert drained(index) == sorted(pushed)
    assert index.next == NEVER


@given(entries, entries)
def test_filling_replaces_everything(
    before: list[tuple[int, str]], after: list[tuple[int, str]]
) -> None:
    index = Deadlines()
    for at, key in before:
        index.push(at, key)
    index.fill(list(after))
    assert index.next == min((at for at, _ in after), default=NEVER)
    assert drained(index) == sorted(after)


@given(entries, st.integers(-1, 51), st.integers(1, 60))
def test_overdue_counts_what_has_come_up_to_a_limit(
    pushed: list[tuple[int, str]], now: int, most: int
) -> None:
    index = Deadlines()
    index.fill(list(pushed))
    due = sum(at <= now for at, _ in pushed)
    assert index.overdue(now, most) == min(due, most)
    assert len(index) == len(pushed)


def test_there_is_nothing_to_take_from_an_empty_index() -> None:
    index = Deadlines()
    assert index.next == NEVER
    assert index.overdue(NEVER) == 0
    with pytest.raises(IndexError):
        index.pop()
