"""`baseline`: now against the own history, beyond chance, with a minimum n.

Counts are taken as Poisson: with `base` events in `base_span` and `now` events in `now_span`, each
of the `base + now` fell into the later span with probability now_span / (now_span + base_span) if
nothing has changed; so the exact test of Przyborowski and Wilenski (1940) is a binomial tail.
Amounts are compared by ranks (Mann and Whitney, 1947), exactly: few orders, and no bell curve.
"""

from functools import lru_cache
from math import comb, erfc, sqrt

_MANY = 400
"""Beyond so many the bell curve is right to the third digit, and powers leave the range."""


def drop_by_chance(now: int, now_span: float, base: int, base_span: float) -> float:
    """How likely `now` events or fewer are, had the rate of the base gone on (0..1).

    >>> round(drop_by_chance(2, 4, 30, 12), 3)
    0.007
    """
    total, share = now + base, now_span / (now_span + base_span)
    return _at_most(now, total, share)


def rise_by_chance(now: int, now_span: float, base: int, base_span: float) -> float:
    """How likely `now` events or more are, had the rate of the base gone on (0..1)."""
    total, share = now + base, now_span / (now_span + base_span)
    return 1.0 if now == 0 else _at_most(base, total, 1 - share)


def lower_by_chance(now: list[float], base: list[float]) -> float:
    """How likely amounts rank as low as those of `now`, or lower, by chance (0..1).

    Exact over all ways of choosing; ties count half. For at most 12 amounts in each list.

    >>> round(lower_by_chance([1, 2, 3], [10, 11, 12, 13, 14]), 4)
    0.0179
    """
    below = sum(2 if b < a else 1 if b == a else 0 for a in now for b in base)
    return _u_at_most((below + 1) // 2, len(now), len(base))


def higher_by_chance(now: list[float], base: list[float]) -> float:
    """The same for amounts that rank as high or higher."""
    return lower_by_chance([-a for a in now], [-b for b in base])


def _at_most(successes: int, trials: int, share: float) -> float:
    """P(X <= successes) of a binomial."""
    if successes >= trials:
        return 1.0
    rest = 1.0 - share
    if trials > _MANY:
        deviation = (successes + 0.5 - trials * share) / sqrt(trials * share * rest)
        return erfc(-deviation / sqrt(2)) / 2
    return sum(comb(trials, k) * share**k * rest ** (trials - k) for k in range(successes + 1))


def _u_at_most(u: int, first: int, second: int) -> float:
    """P(U <= u) of the Mann-Whitney statistic under chance."""
    return sum(_ways(k, first, second) for k in range(u + 1)) / comb(first + second, first)


@lru_cache(maxsize=20_000)
def _ways(u: int, first: int, second: int) -> int:
    """In how many orders of the two lists the statistic is `u`."""
    if u < 0:
        return 0
    if first == 0 or second == 0:
        return int(u == 0)
    return _ways(u - second, first - 1, second) + _ways(u, first, second - 1)
