"""Shares of groups against each other: exact tests, and what many of them at once come to.

Of `hits` among `trials` here, and `other_hits` among `other_trials` there, all margins taken as
given, the hits here are hypergeometric if nothing differs: Fisher's exact test (1922), which holds
for any size and needs no bell curve. Both tails are taken as twice the smaller one.

Where several groups are judged at once, some would stand out by chance: Holm (1979) keeps the
probability of even one false finding under alpha.
"""

from collections.abc import Sequence
from math import exp, lgamma
from typing import NamedTuple


class Share(NamedTuple):
    """So many hits among so many trials."""

    hits: int
    trials: int


class Found(NamedTuple):
    """The group at that place of a list differs from the others, which together are `others`."""

    place: int
    others: Share
    chance: float


_NEGLIGIBLE = 1e-17
"""Terms below this part of the sum no longer change it."""


def more_by_chance(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """How likely `hits` or more here are, if both have the same share (0..1).

    >>> round(more_by_chance(12, 30, 40, 300), 5)
    0.00065
    """
    return _upper(hits, trials, hits + other_hits, trials + other_trials)


def fewer_by_chance(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """How likely `hits` or fewer here are, if both have the same share (0..1)."""
    return more_by_chance(trials - hits, trials, other_trials - other_hits, other_trials)


def differs_by_chance(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """How likely a difference as large, either way, is by chance (0..1).

    >>> round(differs_by_chance(12, 30, 40, 300), 4)
    0.0013
    """
    one = more_by_chance(hits, trials, other_hits, other_trials)
    other = fewer_by_chance(hits, trials, other_hits, other_trials)
    return min(1.0, 2 * min(one, other))


def apart(
    groups: Sequence[Share], alpha: float, *, tests: int, least: int, difference: float
) -> list[Found]:
    """Which groups differ from all the others, the one that differs most first.

    Step by step: each group with `least` trials or more is held against all others together; the
    least likely one, if its chance is no more than alpha / `tests` and its share `difference` or
    more from theirs, is set apart, and the rest are held against each other without it and against
    alpha / (tests - 1), and so on, after Holm (1979). Without setting apart, one very bad group
    would make good ones of all the others.

    >>> good, bad = Share(4, 100), Share(30, 100)
    >>> [found.place for found in apart([good, bad, good], 0.01, tests=3, least=30, difference=0.1)]
    [1]
    """
    rest = list(range(len(groups)))
    hits, trials = sum(group.hits for group in groups), sum(group.trials for group in groups)
    out: list[Found] = []
    while True:
        best: tuple[float, float, Found] | None = None
        for place in rest:
            group = groups[place]
            others = Share(hits - group.hits, trials - group.trials)
            if group.trials < least or others.trials < least:
                continue
            away = group.hits / group.trials - others.hits / others.trials
            if abs(away) >= difference:
                chance = differs_by_chance(*group, *others)
                # Of two that differ from each other as much, the one with more hits.
                found = chance, -away, Found(place, others, chance)
                if best is None or found[:2] < best[:2]:
                    best = found
        if best is None or best[0] * max(1, tests - len(out)) > alpha:
            return out
        found_now = best[2]
        out.append(found_now)
        rest.remove(found_now.place)
        hits, trials = found_now.others


def _upper(hits: int, trials: int, all_hits: int, all_trials: int) -> float:
    """P(X >= hits) of the hypergeometric with those margins."""
    least = max(0, trials - (all_trials - all_hits))
    most = min(trials, all_hits)
    if hits <= least:
        return 1.0
    if hits > most:
        return 0.0
    # The smaller tail is summed, away from the middle, where the terms only fall.
    middle = (trials + 1) * (all_hits + 1) // (all_trials + 2)
    if hits > middle:
        return min(1.0, _tail(hits, most, 1, trials, all_hits, all_trials))
    return max(0.0, 1.0 - _tail(hits - 1, least, -1, trials, all_hits, all_trials))


def _tail(first: int, last: int, step: int, trials: int, all_hits: int, all_trials: int) -> float:
    """The sum of the probabilities from `first` to `last`."""
    misses = all_trials - all_hits
    term = total = exp(
        _chosen(all_hits, first) + _chosen(misses, trials - first) - _chosen(all_trials, trials)
    )
    for k in range(first, last, step):
        if step > 0:
            term *= (all_hits - k) * (trials - k) / ((k + 1) * (misses - trials + k + 1))
        else:
            term *= k * (misses - trials + k) / ((all_hits - k + 1) * (trials - k + 1))
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return total


def _chosen(many: int, some: int) -> float:
    """The logarithm of the number of ways to choose `some` of `many`."""
    return lgamma(many + 1) - lgamma(some + 1) - lgamma(many - some + 1)
