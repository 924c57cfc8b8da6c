"""Shares of groups against each other: exact tests, and what many of them at once come to.

Of `hits` among `trials` here, and `other_hits` among `other_trials` there, all margins taken as
given, the hits here are hypergeometric if nothing differs: Fisher's exact test (1922), which holds
for any size and needs no bell curve. Both tails are taken as twice the smaller one.

Where several groups are judged at once, some would stand out by chance: Holm (1979) keeps the
probability of even one false finding under alpha, and finds no less than Bonferroni.
"""

from collections.abc import Sequence
from math import exp, lgamma

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


def holm(chances: Sequence[float], alpha: float) -> list[bool]:
    """Which of several findings stand, each given by how likely it is by chance.

    The smallest is held against alpha / m, the next against alpha / (m - 1), and so on; the first
    that fails ends it. Holm, "A simple sequentially rejective multiple test procedure" (1979).

    >>> holm([0.04, 0.001, 0.02], alpha=0.05)
    [True, True, True]
    >>> holm([0.04, 0.001, 0.03], alpha=0.05)
    [False, True, False]
    """
    stands = [False] * len(chances)
    ordered = sorted(range(len(chances)), key=chances.__getitem__)
    for place, index in enumerate(ordered):
        if chances[index] * (len(chances) - place) > alpha:
            break
        stands[index] = True
    return stands


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
