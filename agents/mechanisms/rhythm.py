"""`rhythm`: silence against the own rhythm, its instant computed in advance.

By the BG/NBD model the instant at which P(alive) falls under a threshold has a closed form; without
a model, a multiple of the own usual gap.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from agents.mechanisms.bg_nbd import crossing
from schemas.customer import NEVER, Purchases
from schemas.instant import DAY, WEEK

REGULAR = 3
"""Purchase days from which a buyer is a regular: two gaps are the least that make a rhythm."""
_AGES = 1e17
"""Three thousand years: a crossing beyond that is none, whatever the parameters."""


class Model(Protocol):
    """The model of a house, as in `gone_silent` of its standards: BG/NBD per week, or own gaps."""

    @property
    def model(self) -> str: ...
    @property
    def r(self) -> float: ...
    @property
    def alpha(self) -> float: ...
    @property
    def a(self) -> float: ...
    @property
    def b(self) -> float: ...
    @property
    def percentile(self) -> float: ...
    @property
    def factor(self) -> float: ...


def silent_at(history: Purchases, model: Model, alive: float, factor: float | None = None) -> int:
    """The instant at which P(alive) falls under `alive`; NEVER for a history without a rhythm.

    Not before the day after the last purchase. In own-rhythm mode `alive` plays no part, and
    `factor`, else the model's, says how many of the own gaps are too long.
    """
    repeats = history.repeats
    if repeats + 1 < REGULAR:
        return NEVER
    last = history.days[-1]
    if model.model == "own_rhythm":
        gaps = model.factor if factor is None else factor
        return round((last + gaps * usual_gap(history.days, model.percentile)) * DAY)
    weeks = crossing(
        repeats, (last - history.first) / 7, alive,
        r=model.r, alpha=model.alpha, a=model.a, b=model.b,
    )  # fmt: skip
    crosses = history.first * DAY + round(min(weeks * WEEK, _AGES))
    return max(crosses, (last + 1) * DAY)


def known_until(history: Purchases, at: int) -> Purchases:
    """A history as it was at the instant `at` (microseconds), as far as its days say; no money."""
    day, back = at // DAY, returned(history, at)
    days = [each for each in history.days if each <= day and each < back]
    return Purchases(history.first, days or history.days[:1], history.older)


def returned(history: Purchases, at: int) -> int:
    """The first purchase day with an order not before the instant `at`, as far as is known; NEVER:
    none."""
    day, last_day = at // DAY, history.last_at // DAY
    for each in history.days:
        if each > day or (each == day == last_day and history.last_at >= at):
            return each
    return NEVER


def usual_gap(moments: Sequence[int], share: float) -> float:
    """A quantile of the gaps between ascending moments, interpolated linearly (type 7 of Hyndman
    and Fan), in their unit.

    >>> usual_gap([0, 10, 30, 40], 0.5)
    10.0
    """
    gaps = sorted(later - earlier for earlier, later in pairwise(moments))
    place = share * (len(gaps) - 1)
    below = int(place)
    above = min(below + 1, len(gaps) - 1)
    return gaps[below] + (place - below) * (gaps[above] - gaps[below])
