"""The other parties, and the house itself: internal requests, partners, authorities, the market."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from heed.simulator.catalogue import REGIONS
from heed.simulator.correspondence import ticket
from heed.simulator.dice import about, dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person, people
from schemas.instant import DAY, HOUR
from schemas.interaction import Party

# How many of each, and how often a day they are heard of.
PARTIES: dict[Party, tuple[int, float]] = {
    "employee": (6, 1 / 10),
    "department": (4, 1 / 5),
    "partner": (4, 1 / 8),
    "supplier": (4, 1 / 9),
    "shareholder": (3, 1 / 40),
    "government": (2, 1 / 45),
    "association": (2, 1 / 50),
    "community": (2, 1 / 30),
}


def others(seed: int, begin: int, end: int) -> Iterator[tuple[Person, list[Episode]]]:
    """Everyone who is no customer of the shop, with what is heard of them."""
    for party, (many, often) in PARTIES.items():
        for someone in people(seed, many, begin, end):
            person = replace(
                someone,
                customer_id=f"{party}-{someone.number}",
                party=party,
                joined=begin,
                fate="stays",
            )
            yield person, list(_episodes(seed, person, often, end))
    house = replace(person, customer_id="house", party="department", number=0)
    yield house, list(_market(seed, house, begin, end))


def _episodes(seed: int, person: Person, often: float, end: int) -> Iterator[Episode]:
    rng = dice(seed, "house", person.party, person.number)
    for number, at in enumerate(moments(rng, often, person.joined, end)):
        own = dice(seed, "house", person.party, person.number, at)
        begin = within_hours(own, at, 8, 17, 10)
        matter = Episode(person, f"matter-{number}", begin, own)
        if person.party in ("employee", "department"):
            _request(matter, own)
        elif own.random() < 0.3:
            kind = "meeting_held" if own.random() < 0.6 else "visit_made"
            matter.tell(kind, "partner" if person.party == "partner" else "system")
        else:
            ticket(matter, own.choice(("request", "question", "suggestion", "complaint")))
        yield matter


def _request(matter: Episode, rng: Random) -> None:
    """A request inside the house; at times a customer waits for it (`caused_by`)."""
    named = {"ticket_id": matter.subject, "kind": "request"}
    waits = {"caused_by": f"c{rng.randrange(1, 200):05}"} if rng.random() < 0.4 else {}
    opened = matter.at
    matter.tell("ticket_opened", "system", category="internal", **named, **waits)
    hours = about(rng, 4, 1.4)
    if hours > about(rng, 24, 0.5):
        matter.know("request_ignored", opened, subject=matter.subject)
    matter.at += round(hours * HOUR)
    matter.tell("ticket_replied", "system", **named)
    matter.wait(600, 86_400)
    matter.tell("ticket_resolved", "system", **named)


def _market(seed: int, house: Person, begin: int, end: int) -> Iterator[Episode]:
    """What is true of the market and of the house."""
    rng = dice(seed, "market")
    for number, at in enumerate(moments(rng, 1 / 12, begin, end)):
        news = Episode(house, f"news-{number}", at - at % DAY + 9 * HOUR, rng)
        kind = rng.choice(
            ("reach_reported", "reach_reported", "training_completed", "inspection_recorded",
             "correction_recorded", "change_declared")
        )  # fmt: skip
        if kind == "reach_reported":
            news.tell(kind, "system", campaign="posters", medium=rng.choice(("print", "radio")),
                      households=rng.randrange(1000, 90_000))  # fmt: skip
        else:
            news.tell(kind, "system", description="as recorded")
        yield news
    enters = Episode(house, "competitor", begin + round(0.6 * (end - begin)), rng)
    enters.tell("competitor_entered", "system", region=rng.choice(REGIONS[:2]), segment="all")
    yield enters
