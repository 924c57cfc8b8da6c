"""Baseline: exact tests, against enumeration of every way in which chance could have dealt."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.mechanisms.baseline import (
    drop_by_chance,
    higher_by_chance,
    lower_by_chance,
    rise_by_chance,
)

counts = st.integers(0, 60)
spans = st.integers(1, 60)


def binomial_at_most(successes: int, trials: int, share: Fraction) -> Fraction:
    """By exact fractions, term by term."""
    return sum(
        (
            comb(trials, k) * share**k * (1 - share) ** (trials - k)
            for k in range(min(successes, trials) + 1)
        ),
        Fraction(0),
    )


@given(counts, spans, counts, spans)
def test_a_drop_is_the_lower_tail_of_a_binomial(now: int, a: int, base: int, b: int) -> None:
    exact = binomial_at_most(now, now + base, Fraction(a, a + b))
    assert drop_by_chance(now, a, base, b) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@given(counts, spans, counts, spans)
def test_a_rise_is_the_upper_tail(now: int, a: int, base: int, b: int) -> None:
    below = binomial_at_most(now - 1, now + base, Fraction(a, a + b)) if now else Fraction(0)
    exact = float(1 - below)
    assert rise_by_chance(now, a, base, b) == pytest.approx(exact, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("now", "base"), [(0, 6), (2, 5), (4, 4), (3, 0)])
def test_a_drop_counts_the_ways_in_which_events_fall_into_spans(now: int, base: int) -> None:
    # One span in three is the later one: every event falls into one of three with equal chance.
    ways = list(product(range(3), repeat=now + base))
    few = sum(1 for way in ways if way.count(0) <= now)
    assert drop_by_chance(now, 1, base, 2) == pytest.approx(few / len(ways))


@settings(max_examples=50)
@given(st.integers(150, 260), st.integers(260, 600))
def test_many_events_are_judged_as_exactly(now: int, base: int) -> None:
    exact = float(binomial_at_most(now, now + base, Fraction(1, 3)))
    assert drop_by_chance(now, 1, base, 2) == pytest.approx(exact, rel=1e-6, abs=1e-12)


@given(counts, spans, counts, spans)
def test_fewer_are_never_likelier_by_chance(now: int, a: int, base: int, b: int) -> None:
    assert drop_by_chance(now, a, base, b) <= drop_by_chance(now + 1, a, base, b) + 1e-12
    assert drop_by_chance(now, a, base, b) + 1e-12 >= drop_by_chance(now, a, base + 1, b)


def u_of(now: list[float], base: list[float]) -> float:
    """The statistic of Mann and Whitney, ties a half."""
    return sum(1.0 if b < a else 0.5 if b == a else 0.0 for a in now for b in base)


amounts = st.lists(st.integers(1, 9).map(float), min_size=1, max_size=5)
different = st.lists(st.integers(1, 10**6), min_size=2, max_size=9, unique=True)


@settings(max_examples=60, deadline=None)
@given(different, st.data())
def test_amounts_rank_as_low_in_so_many_ways(values: list[int], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(values) - 1))
    now, base = [float(v) for v in values[:first]], [float(v) for v in values[first:]]
    seen = u_of(now, base)
    every = [float(v) for v in values]
    low = total = 0
    for chosen in combinations(range(len(every)), first):
        some = [every[at] for at in chosen]
        rest = [every[at] for at in range(len(every)) if at not in chosen]
        total += 1
        low += u_of(some, rest) <= seen
    assert lower_by_chance(now, base) == pytest.approx(low / total)


@given(amounts, amounts)
def test_ties_count_half_and_never_make_an_alert_likelier(
    now: list[float], base: list[float]
) -> None:
    # With ties drawn apart in the worst way there are at least as many ways.
    apart = [amount + 0.5 for amount in now]
    together = lower_by_chance(now, base)
    assert lower_by_chance([amount - 0.5 for amount in now], base) <= together + 1e-12
    assert together <= lower_by_chance(apart, base) + 1e-12


@given(amounts, amounts)
def test_higher_is_lower_the_other_way_round(now: list[float], base: list[float]) -> None:
    assert higher_by_chance(now, base) == pytest.approx(lower_by_chance(base, now))
    assert 0 < lower_by_chance(now, base) <= 1
