"""One-sided CUSUM of counts: small rises that go on add up, single odd periods do not.

Page, "Continuous inspection schemes" (Biometrika 1954), for Poisson counts after Lucas (1985) and
Hawkins and Olwell, "Cumulative Sum Charts and Charting for Quality Improvement" (1998). The sum is
of log-likelihood ratios, in nats: how much more likely the counts are under a rise to `rise` times
the usual than under the usual,

    S = max(0, S + (x ln(rise) - usual (rise - 1)) / dispersion)

which is the chart of counts S' = max(0, S' + x - k) with the reference value
k = usual (rise - 1) / ln(rise) (1.44 times the usual for a doubling) and a decision interval of
h / ln(rise) counts. With nothing changed and the usual known, it takes exp(h) periods or more on
average until chance alone carries S over h (Lorden 1971): 148 for h = 5.

Counts of people's doings come in clumps, so they vary more than Poisson counts do: the dispersion
(variance over mean of the own history, 1 at the least) takes weight from each of them.
"""

from collections.abc import Sequence
from math import log


def reference(usual: float, rise: float) -> float:
    """k: the count of a period above which the sum grows.

    >>> round(reference(10, 2), 2)
    14.43
    """
    return usual * (rise - 1) / log(rise)


def step(total: float, count: int, usual: float, rise: float, dispersion: float = 1.0) -> float:
    """The sum after a period with `count` where `usual` were expected.

    >>> s = 0.0
    >>> for count in (11, 19, 21, 22):
    ...     s = step(s, count, usual=10, rise=2)
    ...     print(round(s, 2))
    0.0
    3.17
    7.73
    12.98
    """
    return max(0.0, total + (count * log(rise) - usual * (rise - 1)) / dispersion)


def dispersion(counts: Sequence[int]) -> float:
    """Variance over mean of the counts of equal periods, 1 at the least.

    >>> dispersion([4, 4, 4, 4]), dispersion([0, 8, 0, 8])
    (1.0, 5.333333333333333)
    """
    n, total = len(counts), sum(counts)
    if n < 2 or not total:
        return 1.0
    mean = total / n
    return max(1.0, sum((count - mean) ** 2 for count in counts) / (n - 1) / mean)
