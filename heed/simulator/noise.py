"""A noisy company: everybody buys, calls and writes often, in several time zones, by day and night.

For the manners of alerts: many fall due for one customer, at hours at which nobody should be told.
It is no picture of a real house, and no signal's worth is measured on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from heed.simulator.dice import dice
from heed.simulator.episode import Episode, Said
from heed.simulator.people import Person
from schemas.instant import HOUR, SECOND

# Hours ahead of UTC in winter: with summer time an hour more, which nobody here minds.
ZONES = {
    "Europe/Berlin": 1, "America/New_York": -5, "America/Los_Angeles": -8, "Asia/Tokyo": 9,
    "Asia/Kolkata": 5.5, "Australia/Sydney": 10,
}  # fmt: skip
AT_NIGHT = 0.3
"""The share of what people do that falls on any hour of the day."""


def busy(person: Person) -> Person:
    """The same person with much more to do with us, and less patience."""
    return replace(
        person,
        buys=person.buys * 4,
        calls=person.calls * 6,
        visits=person.visits * 4,
        writes=person.writes * 6,
        decisive=person.decisive * 0.5,
        patience=person.patience * 0.5,
    )


def around_the_clock(seed: int, person: Person, episodes: Iterable[Episode]) -> Iterator[Episode]:
    """The same episodes on the person's own clock, some at night; and the zone, as it is told.

    An episode moves as a whole, by less than two days, and never to an earlier time.
    """
    rng = dice(seed, "zone", person.number)
    zone = rng.choice(list(ZONES))
    told = Episode(person, "zone", person.joined, rng)
    told.tell("identified", "web", traits={"timezone": zone})
    yield told
    for episode in episodes:
        own = dice(seed, "noise", person.number, episode.name)
        hours = -ZONES[zone] % 24 + (own.randrange(24) if own.random() < AT_NIGHT else 0)
        _move(episode, round(hours * HOUR))
        yield episode


def _move(episode: Episode, by: int) -> None:
    episode.said = [Said(at + by, _promised(event, by)) for at, event in episode.said]
    episode.truths = [
        replace(truth, at=truth.at + by, until=None if truth.until is None else truth.until + by)
        for truth in episode.truths
    ]


def _promised(event: dict[str, object], by: int) -> dict[str, object]:
    properties = event["properties"]
    if isinstance(properties, dict) and "promised_at" in properties:
        at = properties["promised_at"] + by / SECOND
        return {**event, "properties": {**properties, "promised_at": at}}
    return event
