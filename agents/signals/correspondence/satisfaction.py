"""Whether somebody says to be satisfied."""

from schemas.interaction import Interaction

SATISFACTION = frozenset({"survey_answered", "feedback_given", "review_posted"})
"""Types that say so, or the contrary."""
_GOOD = {"nps": (9, 10), "csat": (4, 5), "ces": (5, 7)}
_STARS = 5


def satisfied(event: Interaction) -> bool:
    """A good answer: NPS 9-10, CSAT 4-5 of 5, CES 5-7 of 7, a rating of 4-5.

    On another scale than the instrument's own the same share of it counts.
    """
    said = event.properties
    if event.kind != "survey_answered":
        return said.rating is not None and said.rating >= _STARS - 1
    good = _GOOD.get(said.instrument or "")
    if good is None or said.score is None:
        return False
    least, scale = good
    top = float(scale)
    if said.scale:
        top = float(said.scale)
    return bool(float(said.score) * scale >= least * top)
