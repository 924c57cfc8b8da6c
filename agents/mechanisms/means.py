"""Mean scores against each other: Welch's test, from sums alone.

Welch, "The generalization of Student's problem" (Biometrika 1947): the two need not spread alike.
Scores are bounded and their sums keep no order, so a few numbers a week are all that is kept; from
about 30 scores on, the mean of bounded scores is near enough to a bell curve.
"""

from math import exp, lgamma, log, sqrt
from typing import NamedTuple

_TINY = 1e-300
_CLOSE = 1e-15
_MOST_TERMS = 1000


class Scores(NamedTuple):
    """How many scores, their sum, and the sum of their squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """0 without scores."""
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of the population that they were drawn from; 0 of fewer than two."""
        if self.n < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1))


def lower_mean_by_chance(now: Scores, base: Scores) -> float:
    """How likely a mean as low as that of `now` is, had it stayed that of `base` (0..1).

    1 where either has fewer than two scores; where neither spreads at all, means that differ are
    no chance.

    >>> before = Scores(n=200, total=160.0, squares=150.0)
    >>> round(lower_mean_by_chance(Scores(n=40, total=26.0, squares=22.0), before), 4)
    0.0093
    """
    if now.n < 2 or base.n < 2:
        return 1.0
    own, other = now.variance / now.n, base.variance / base.n
    spread = own + other
    if spread <= _TINY:
        return 0.0 if now.mean < base.mean else 1.0
    t = (now.mean - base.mean) / sqrt(spread)
    freedom = spread * spread / (own * own / (now.n - 1) + other * other / (base.n - 1))
    return at_most(t, freedom)


def at_most(t: float, freedom: float) -> float:
    """P(T <= t) of Student's t with so many degrees of freedom.

    >>> round(at_most(-2.0, 10), 6)
    0.036694
    """
    tail = _beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    return tail if t <= 0 else 1 - tail


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for 0 <= x <= 1.

    By its continued fraction, on the side on which that converges quickly (Press and others,
    "Numerical Recipes", 6.4, after Lentz).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
