"""`baseline`: now against the own history, beyond chance, with a minimum n.

Counts are taken as Poisson: with `base` events in `base_span` and `now` events in `now_span`, each
of the `base + now` fell into the later span with probability now_span / (now_span + base_span) if
nothing has changed; so the exact test of Przyborowski and Wilenski (1940) is a binomial tail.
Amounts are compared by ranks (Mann and Whitney, 1947), exactly: few orders, and no bell curve.
"""

from functools import lru_cache
from math import comb, exp, lgamma, log

_MANY = 400
"""Beyond so many, powers leave the range."""
_NEGLIGIBLE = 1e-17


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
        return _sum_of_many(successes, trials, share, rest)
    return sum(comb(trials, k) * share**k * rest ** (trials - k) for k in range(successes + 1))


def _sum_of_many(successes: int, trials: int, share: float, rest: float) -> float:
    """The same where powers leave the range: the smaller tail, from its largest term outwards."""
    upper = successes + 1 > trials * share
    k = successes + 1 if upper else successes
    ways = lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1)
    term = total = exp(ways + k * log(share) + (trials - k) * log(rest))
    while (k < trials if upper else k > 0) and term > total * _NEGLIGIBLE:
        if upper:
            term *= (trials - k) * share / ((k + 1) * rest)
            k += 1
        else:
            term *= k * rest / ((trials - k + 1) * share)
            k -= 1
        total += term
    return max(0.0, 1.0 - total) if upper else min(1.0, total)


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
