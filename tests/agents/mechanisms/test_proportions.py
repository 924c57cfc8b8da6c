"""Proportions: Fisher's exact test against fractions, and step by step against its definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mechanisms.proportions import (
    Share,
    apart,
    differs_by_chance,
    fewer_by_chance,
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


shares = st.lists(groups.map(lambda group: Share(*group)), max_size=8)


@given(shares, st.floats(1e-6, 0.5), st.integers(1, 20))
def test_what_is_apart_is_unlikely_and_far(many: list[Share], alpha: float, tests: int) -> None:
    found = apart(many, alpha, tests=tests, least=10, difference=0.1)
    assert len({each.place for each in found}) == len(found)
    left = Share(sum(one.hits for one in many), sum(one.trials for one in many))
    for number, each in enumerate(found):
        one = many[each.place]
        left = Share(left.hits - one.hits, left.trials - one.trials)
        assert each.others == left
        assert each.chance == differs_by_chance(*one, *left)
        assert each.chance * max(1, tests - number) <= alpha
        assert one.trials >= 10 <= left.trials
        assert abs(one.hits / one.trials - left.hits / left.trials) >= 0.1


def test_a_bad_group_does_not_make_good_ones_of_the_others() -> None:
    many = [Share(10, 100), Share(12, 100), Share(70, 100)]
    together = [differs_by_chance(*many[0], 82, 200), differs_by_chance(*many[1], 80, 200)]
    assert max(together) < 0.001
    found = apart(many, 0.01, tests=3, least=30, difference=0.1)
    assert [each.place for each in found] == [2]


def test_of_two_that_differ_from_each_other_the_worse_is_told() -> None:
    for many in ([Share(5, 100), Share(40, 100)], [Share(40, 100), Share(5, 100)]):
        (found,) = apart(many, 0.01, tests=2, least=30, difference=0.1)
        assert many[found.place].hits == 40


def test_many_groups_that_are_alike_seldom_have_one_apart() -> None:
    rng, told = Random(3), 0
    for _ in range(60):
        many = [Share(sum(rng.random() < 0.2 for _ in range(60)), 60) for _ in range(12)]
        told += bool(apart(many, 0.1, tests=12, least=30, difference=0.01))
    assert told <= 9  # 6 at most are expected
