"""Means: Student's t against its tables and its integral, Welch against the two-sample case."""

from __future__ import annotations

from math import exp, lgamma, log, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.mechanisms.means import Scores, at_most, lower_mean_by_chance

scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=2, max_size=60)


def of(values: list[float]) -> Scores:
    return Scores(len(values), sum(values), sum(value * value for value in values))


def by_integration(t: float, freedom: float) -> float:
    """P(T <= t) for t <= 0, by Simpson's rule over the density from t to 0."""
    front = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / (freedom * pi) ** 0.5
    steps = 400
    width = -t / steps
    total = 0.0
    for k in range(steps + 1):
        weight = 1 if k in (0, steps) else 4 if k % 2 else 2
        x = t + k * width
        total += weight * exp(-(freedom + 1) / 2 * log(1 + x * x / freedom))
    return 0.5 - front * total * width / 3


# Critical values of one-sided tests, from the usual table.
@pytest.mark.parametrize(
    ("t", "freedom", "tail"),
    [
        (6.3138, 1, 0.05), (2.9200, 2, 0.05), (1.8125, 10, 0.05), (1.6973, 30, 0.05),
        (2.7638, 10, 0.01), (2.4573, 30, 0.01), (3.3852, 30, 0.001), (2.3263, 1e7, 0.01),
    ],
)  # fmt: skip
def test_student_as_in_the_tables(t: float, freedom: float, tail: float) -> None:
    assert at_most(-t, freedom) == pytest.approx(tail, rel=2e-4)
    assert at_most(t, freedom) == pytest.approx(1 - tail, rel=2e-4)


@settings(max_examples=30)
@given(st.floats(-8, -0.001), st.floats(1, 300))
def test_student_is_the_integral_of_its_density(t: float, freedom: float) -> None:
    assert at_most(t, freedom) == pytest.approx(by_integration(t, freedom), rel=1e-4, abs=1e-8)


@given(scores, scores)
def test_a_lower_mean_is_less_likely_than_not(now: list[float], base: list[float]) -> None:
    chance = lower_mean_by_chance(of(now), of(base))
    assert 0 <= chance <= 1
    if of(now).mean < of(base).mean - 1e-9:
        assert chance <= 0.5
    elif of(now).mean > of(base).mean + 1e-9:
        assert chance >= 0.5


def test_welch_as_published() -> None:
    # Two groups of ten, variances 1.0 and 4.0, means 10 and 11.5: t = -2.1213, freedom 13.235.
    low = Scores(10, 100.0, 1000.0 + 9 * 1.0)
    high = Scores(10, 115.0, 1322.5 + 9 * 4.0)
    assert lower_mean_by_chance(low, high) == pytest.approx(at_most(-2.1213203, 13.2353), rel=1e-4)


def test_means_without_spread() -> None:
    assert lower_mean_by_chance(Scores(3, 0.0, 0.0), Scores(3, 3.0, 3.0)) == 0.0
    assert lower_mean_by_chance(Scores(3, 3.0, 3.0), Scores(3, 3.0, 3.0)) == 1.0
    assert lower_mean_by_chance(Scores(1, 0.0, 0.0), Scores(30, 30.0, 30.0)) == 1.0
