"""At least one short story for every signal of one customer, for the demo's day.

Days count from the demo's day: `on(-31)` is a month before. A story is told so that its signal
falls due within a few days of the day; where a rule changes, change the days.
"""

from heed.simulator.stories.abandonment import ABANDONMENT
from heed.simulator.stories.churn import CHURN
from heed.simulator.stories.dissatisfaction import DISSATISFACTION
from heed.simulator.stories.relationship import RELATIONSHIP
from heed.simulator.stories.service import SERVICE
from heed.simulator.stories.story import Story as Story
from heed.simulator.stories.story import Teller as Teller

STORIES: dict[str, tuple[Story, ...]] = {
    **ABANDONMENT, **CHURN, **DISSATISFACTION, **SERVICE, **RELATIONSHIP,
}  # fmt: skip
"""The stories in which each signal opens, by its name; a person lives one story."""

NEED_STANDARDS = frozenset({"resolution_unconfirmed", "standard_missed", "captive_dissatisfied"})
"""Told too, but they open only where a house's standards switch them on or declare them."""
