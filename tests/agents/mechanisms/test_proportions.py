"""Proportions: Fisher's exact test against fractions, and Holm against its definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mechanisms.proportions import (
    differs_by_chance,
    fewer_by_chance,
    holm,
    more_by_chance,
)

groups = st.integers(0, 60).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)
Group = tuple[int, int]


def hypergeometric(here: Group, there: Group) -> Fraction:
    """P(X >= hits here), term by term."""
    hits, trials = here[0] + there[0], here[1] + there[1]
    ways = sum(
        comb(hits, k) * comb(trials - hits, here[1] - k)
        for k in range(here[0], min(hits, here[1]) + 1)
        if 0 <= here[1] - k <= trials - hits
    )
    return Fraction(ways, comb(trials, here[1]))


@given(groups, groups)
def test_more_is_the_upper_tail_of_the_hypergeometric(here: Group, there: Group) -> None:
    exact = float(hypergeometric(here, there))
    assert more_by_chance(*here, *there) == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_it_counts_the_ways_in_which_hits_fall() -> None:
    # Three hits among nine, four of the nine are here: how often two or more hits fall here.
    ways = list(combinations(range(9), 3))
    found = sum(sum(place < 4 for place in way) >= 2 for way in ways) / len(ways)
    assert more_by_chance(2, 4, 1, 5) == pytest.approx(found)


@given(groups, groups)
def test_fewer_hits_are_more_misses(here: Group, there: Group) -> None:
    hits, trials = here
    below = (
        float(1 - hypergeometric((hits + 1, trials), (there[0] - 1, there[1])))
        if (hits < trials and there[0])
        else 1.0
    )
    assert fewer_by_chance(*here, *there) == pytest.approx(below, rel=1e-9, abs=1e-12)


@given(groups, groups)
def test_a_difference_is_the_same_from_either_side(here: Group, there: Group) -> None:
    chance = differs_by_chance(*here, *there)
    assert 0 <= chance <= 1
    assert chance == pytest.approx(differs_by_chance(*there, *here), rel=1e-6, abs=1e-12)


def test_the_lady_tasting_tea() -> None:
    # Fisher, The Design of Experiments (1935): all eight cups right is one way in seventy.
    assert more_by_chance(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert more_by_chance(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_large_groups_stay_exact() -> None:
    here, there = (560, 1_000), (10_100, 20_000)
    exact = float(hypergeometric(here, there))
    assert more_by_chance(*here, *there) == pytest.approx(exact, rel=1e-6)


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(1e-6, 0.5))
def test_holm_finds_what_its_definition_finds(chances: list[float], alpha: float) -> None:
    ordered = sorted(chances)
    many = 0
    while many < len(ordered) and ordered[many] * (len(ordered) - many) <= alpha:
        many += 1
    found = holm(chances, alpha)
    assert sum(found) == many
    assert (
        sorted(chance for chance, stands in zip(chances, found, strict=True) if stands)
        == (ordered[:many])
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(1e-6, 0.5))
def test_holm_finds_all_that_bonferroni_finds(chances: list[float], alpha: float) -> None:
    for chance, stands in zip(chances, holm(chances, alpha), strict=True):
        assert stands or chance * len(chances) > alpha
