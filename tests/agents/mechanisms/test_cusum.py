"""CUSUM: the two forms of the chart are one, and chance seldom carries it over h."""

from __future__ import annotations

from math import exp, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mechanisms.cusum import dispersion, reference, step

counts = st.lists(st.integers(0, 60), max_size=40)


@given(counts, st.floats(0.5, 30), st.floats(1.1, 4))
def test_it_is_the_chart_of_counts_with_k(weeks: list[int], usual: float, rise: float) -> None:
    total = chart = 0.0
    for count in weeks:
        total = step(total, count, usual, rise)
        chart = max(0.0, chart + count - reference(usual, rise))
        assert total == pytest.approx(chart * log(rise), rel=1e-9, abs=1e-9)


@given(counts, st.floats(0.5, 30), st.floats(1.1, 4))
def test_a_higher_count_never_lowers_it(weeks: list[int], usual: float, rise: float) -> None:
    low = high = 0.0
    for count in weeks:
        low, high = step(low, count, usual, rise), step(high, count + 1, usual, rise)
        assert 0 <= low < high or low == high == 0


@given(st.lists(st.integers(0, 60), min_size=2, max_size=40), st.floats(1, 9))
def test_clumps_take_weight(weeks: list[int], clumps: float) -> None:
    plain = clumped = 0.0
    for count in weeks:
        plain, clumped = step(plain, count, 5, 2), step(clumped, count, 5, 2, clumps)
        assert clumped == pytest.approx(plain / clumps)


def poisson(rng: Random, mean: float) -> int:
    """By Knuth's product of uniforms."""
    many, product, floor = 0, rng.random(), exp(-mean)
    while product > floor:
        many, product = many + 1, product * rng.random()
    return many


def test_chance_takes_longer_than_the_bound_says() -> None:
    # Lorden (1971): exp(5) = 148 periods or more on average, with nothing changed.
    rng, lengths = Random(5), []
    for _ in range(25):
        total, weeks = 0.0, 0
        while total <= 5 and weeks < 2000:
            total, weeks = step(total, poisson(rng, 4), 4, 2), weeks + 1
        lengths.append(weeks)
    assert sum(lengths) / len(lengths) > exp(5)


def test_a_doubling_is_found_in_a_few_periods() -> None:
    rng, lengths = Random(6), []
    for _ in range(50):
        total, weeks = 0.0, 0
        while total <= 5:
            total, weeks = step(total, poisson(rng, 8), 4, 2), weeks + 1
        lengths.append(weeks)
    assert sum(lengths) / len(lengths) < 7


def test_dispersion_is_variance_over_mean() -> None:
    assert dispersion([]) == dispersion([7]) == dispersion([0, 0]) == 1.0
    assert dispersion([2, 4, 6]) == 1.0
    assert dispersion([0, 10]) == 10.0
