"""Event time of a partition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.clock import MICROSECONDS, Clock

MINUTE = 60 * MICROSECONDS
instants = st.integers(631_152_000 * MICROSECONDS, 4_102_444_800 * MICROSECONDS)
lateness = st.integers(0, 3600 * MICROSECONDS)


@given(lateness, st.lists(instants, min_size=1))
def test_it_runs_behind_the_newest_record_by_the_lateness(late: int, times: list[int]) -> None:
    clock = Clock(late)
    for number, at in enumerate(times, 1):
        assert clock.advance(at) == clock.now == max(times[:number]) - late
        assert clock.newest == max(times[:number])


@given(lateness, st.lists(st.tuples(st.sampled_from(["advance", "idle"]), instants)))
def test_it_never_goes_back(late: int, moves: list[tuple[str, int]]) -> None:
    clock, before = Clock(late), 0
    for kind, at in moves:
        now = clock.advance(at) if kind == "advance" else clock.idle(at % (10 * MINUTE))
        assert now == clock.now >= before
        before = now


def test_a_quiet_partition_moves_by_elapsed_time() -> None:
    clock = Clock(2 * MINUTE)
    clock.advance(100 * MINUTE)
    assert clock.idle(MINUTE) == 99 * MINUTE
    assert clock.idle(10 * MINUTE) == 108 * MINUTE
    assert clock.idle(3 * MINUTE) == 108 * MINUTE


def test_a_record_after_a_quiet_time_moves_it_only_past_where_it_is() -> None:
    clock = Clock(2 * MINUTE)
    clock.advance(100 * MINUTE)
    clock.idle(10 * MINUTE)
    assert clock.advance(105 * MINUTE) == 108 * MINUTE
    assert clock.advance(120 * MINUTE) == 118 * MINUTE


def test_a_partition_that_has_had_no_record_has_no_time() -> None:
    clock = Clock()
    assert clock.idle(10**15) == clock.now == 0


def test_the_end_of_input_moves_it_to_the_newest_record_or_further() -> None:
    clock = Clock(2 * MINUTE)
    clock.advance(100 * MINUTE)
    assert clock.finish() == 100 * MINUTE
    assert clock.finish(130 * MINUTE) == 130 * MINUTE
    assert clock.finish(90 * MINUTE) == 130 * MINUTE
