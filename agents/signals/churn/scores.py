"""Answers and ratings on the scale of their instrument: what is bad, and what is good.

NPS from 0 to 10 (Reichheld, 2003), CSAT and reviews from 1 to 5, CES from 1 to 7 (Dixon, Freeman
and Toman, 2010). Another scale that an answer states is stretched to that.
"""

from typing import NamedTuple

from schemas.interaction import Interaction
from schemas.standards import Detractor

SURVEY = "survey_answered"
RATED = frozenset({"review_posted", "product_reviewed", "feedback_given"})
OPINIONS = frozenset({SURVEY, *RATED})

SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0), "review": (1.0, 5.0)}
_GOOD = {"nps": 7.0, "csat": 4.0, "ces": 5.0, "review": 4.0}
"""From here on nobody is dissatisfied: what NPS calls passive or promoter, CSAT's two best."""
_MOST = 1e6


class Opinion(NamedTuple):
    """An answer: `score` on the instrument's own scale, and as it was said."""

    instrument: str
    score: float
    said: float
    of: float

    @property
    def good(self) -> bool:
        return self.score >= _GOOD[self.instrument]


def opinion(event: Interaction) -> Opinion | None:
    """The opinion in an interaction of OPINIONS; None where there is none, or it lies outside its
    scale."""
    said = event.properties
    if said is None:
        return None
    if event.kind == SURVEY:
        if said.instrument is None or said.instrument == "servqual" or said.score is None:
            return None
        return _opinion(said.instrument, said.score, said.scale)
    return None if said.rating is None else _opinion("review", said.rating, None)


def is_bad(said: Opinion, limits: Detractor) -> bool:
    """Whether the house calls that bad."""
    worst: float = getattr(limits, said.instrument)
    return said.score <= worst


def stretched(score: float, top: float, low: float, high: float) -> float:
    """A score of a scale from `low` to `top`, on the one from `low` to `high`.

    >>> stretched(5.5, 10, 1, 5), stretched(3, 5, 0, 10)
    (3.0, 6.0)
    """
    return low + (score - low) * (high - low) / (top - low)


def _opinion(instrument: str, score: float, scale: float | None) -> Opinion | None:
    low, high = SCALES[instrument]
    top = high if scale is None else scale
    if not low + 1 <= top <= _MOST or not 0 <= score <= top:
        return None
    # Scales of five are answered with a zero, too: no worse than the worst.
    return Opinion(instrument, stretched(max(score, low), top, low, high), score, top)
