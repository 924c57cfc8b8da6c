"""The demo's day: a busy day of the company, with a story for every signal of one customer.

The many come from `crowd`, the stories from `stories`: those that need a history have it in the
months before the day, so that what is slow falls due within days of it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from heed.simulator.crowd import shop_day
from heed.simulator.stories import STORIES, Story, Teller
from schemas.instant import DAY, instant

SHOPPERS, CALLERS = 200, 80


def busy_day(start: datetime | float, seed: int = 7) -> Iterator[dict[str, Any]]:
    """The interactions, in time order; `start` (midnight UTC) begins the day.

    About 2,500 on the day, about 500 in the half year before it, a few in the two days after it.
    """
    crowd = [(instant(event["time"]), event) for event in shop_day(start, seed, SHOPPERS, CALLERS)]
    told = [
        each for stories in STORIES.values() for story in stories for each in tell(story, start)
    ]
    for _, event in sorted(crowd + told, key=lambda each: each[0]):
        yield event


def tell(story: Story, start: datetime | float) -> list[tuple[int, dict[str, Any]]]:
    """One story in time order, told around the day that begins at `start`.

    Its person is named after it. Raises ValueError for a start that is not midnight UTC.
    """
    day = instant(start)
    if day % DAY:
        raise ValueError("a day begins at midnight UTC")
    teller = Teller(named(story), day)
    story(teller)
    return sorted(teller.told, key=lambda each: each[0])


def named(story: Story) -> str:
    """The customer id of the one who lives a story.

    >>> from heed.simulator.stories.relationship import stalled_goal
    >>> named(stalled_goal)
    'stalled-goal'
    """
    return story.__name__.replace("_", "-")
