"""Rhythm: the instant that is computed in advance is the one at which the threshold is crossed."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.mechanisms.bg_nbd import p_alive
from agents.mechanisms.rhythm import silent_at, usual_gap
from schemas.customer import NEVER, Purchases
from schemas.instant import DAY, WEEK
from schemas.standards import GoneSilent

MODEL = GoneSilent()
OWN = GoneSilent(model="own_rhythm")
days = st.lists(st.integers(0, 1500), min_size=3, max_size=40, unique=True).map(sorted)
thresholds = st.floats(0.01, 0.99)


def alive(history: Purchases, at: int) -> float:
    """P(alive) at an instant, straight from the model."""
    first, last = history.first, history.days[-1]
    age = (at - first * DAY) / WEEK
    return p_alive(
        history.repeats, (last - first) / 7, age,
        r=MODEL.r, alpha=MODEL.alpha, a=MODEL.a, b=MODEL.b,
    )  # fmt: skip


@given(days, thresholds)
def test_p_alive_crosses_the_threshold_at_that_instant(bought: list[int], threshold: float) -> None:
    history = Purchases(first=bought[0], days=bought)
    at = silent_at(history, MODEL, threshold)
    assert at >= (bought[-1] + 1) * DAY
    assert alive(history, at) <= threshold + 1e-9
    if at > (bought[-1] + 1) * DAY:
        assert alive(history, at) == pytest.approx(threshold, abs=1e-9)


@given(days, thresholds, thresholds)
def test_a_lower_threshold_is_never_crossed_sooner(
    bought: list[int], one: float, other: float
) -> None:
    history = Purchases(first=bought[0], days=bought)
    low, high = sorted((one, other))
    assert silent_at(history, MODEL, low) >= silent_at(history, MODEL, high)


@given(days, st.floats(0.5, 5))
def test_the_own_rhythm_scales_with_its_factor(bought: list[int], factor: float) -> None:
    history = Purchases(first=bought[0], days=bought)
    gap = usual_gap(bought, OWN.percentile)
    at = silent_at(history, OWN, 0.5, factor)
    assert at == pytest.approx((bought[-1] + factor * gap) * DAY, abs=1)
    assert silent_at(history, OWN, 0.5) == silent_at(history, OWN, 0.1, OWN.factor)


@given(days, st.integers(-500, 500))
def test_silence_moves_with_the_history(bought: list[int], by: int) -> None:
    assume(bought[0] + by >= 0)
    moved = [day + by for day in bought]
    for model in (MODEL, OWN):
        here = silent_at(Purchases(first=bought[0], days=bought), model, 0.5)
        there = silent_at(Purchases(first=moved[0], days=moved), model, 0.5)
        assert there - here == pytest.approx(by * DAY, abs=2)


@given(st.lists(st.integers(0, 100), max_size=2, unique=True).map(sorted))
def test_two_days_make_no_rhythm(bought: list[int]) -> None:
    assume(bought)
    assert silent_at(Purchases(first=bought[0], days=bought), MODEL, 0.5) == NEVER


@given(days, st.sampled_from([1, 2, 3, 5, 7, 9]))
def test_a_quantile_of_gaps_is_that_of_the_standard_library(bought: list[int], tenths: int) -> None:
    gaps = [later - earlier for earlier, later in pairwise(bought)]
    deciles = statistics.quantiles(gaps, n=10, method="inclusive")
    assert usual_gap(bought, tenths / 10) == pytest.approx(deciles[tenths - 1])
