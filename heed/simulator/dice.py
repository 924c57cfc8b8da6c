"""Seeded chance: a stream of its own for each part of each person.

So the same seed gives the same bytes, and a change in one part does not move the others.
"""

from collections.abc import Iterator
from random import Random

from schemas.instant import DAY, HOUR, SECOND


def dice(*part: object) -> Random:
    """The stream of that part.

    >>> dice(1, "shop", 7).random() == dice(1, "shop", 7).random() != dice(1, "phone", 7).random()
    True
    """
    return Random("/".join(map(str, part)))


def moments(rng: Random, per_day: float, begin: int, end: int) -> Iterator[int]:
    """Instants of a Poisson process between `begin` and `end`, in order."""
    if per_day <= 0:
        return
    at = begin
    while (at := at + round(rng.expovariate(per_day) * DAY)) < end:
        yield at


def within_hours(rng: Random, at: int, opens: float, closes: float, peak: float) -> int:
    """A second of the day of `at`, between two hours of the clock (UTC), most often at `peak`."""
    return at - at % DAY + round(rng.triangular(opens, closes, peak) * HOUR) // SECOND * SECOND


def seconds(rng: Random, least: float, most: float) -> int:
    """A span of so many seconds, to the millisecond."""
    return round(rng.uniform(least, most) * 1000) * (SECOND // 1000)


def about(rng: Random, median: float, spread: float = 0.7) -> float:
    """A log-normal figure around `median`: mostly near it, at times several times as large."""
    return median * rng.lognormvariate(0, spread)
