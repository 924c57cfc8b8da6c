"""What people think, and what they say of it in surveys and reviews when they are asked.

The mood is hidden: a person's nature, less every hurt that has not healed yet. What is said is the
mood with noise, and on the scale of each instrument.
"""

from collections.abc import Iterator, Sequence
from math import exp
from random import Random

from heed.simulator.catalogue import ALONE, GLAD
from heed.simulator.correspondence import DIMENSIONS
from heed.simulator.departure import Stay
from heed.simulator.dice import dice, moments, within_hours
from heed.simulator.episode import Episode, Hurt
from heed.simulator.people import Person
from schemas.instant import DAY

HEALS = 25 * DAY
REMEMBERS = 180 * DAY
"""For about half a year is a hurt not forgotten by who is hurt again."""
LOW = 0.5
RELUCTANT = 0.6
"""Below that nobody speaks well of us."""
PAIN = 0.38
ASKED = 1 / 55
"""Surveys a day: about one in eight weeks."""


def mood(person: Person, hurts: Sequence[Hurt], at: int) -> float:
    """What the person thinks at that instant, 0 to 1."""
    pain = sum(PAIN * hurt.weight * exp((hurt.at - at) / HEALS) for hurt in hurts if hurt.at <= at)
    return max(0.0, person.content - pain)


def opinions(seed: int, person: Person, stay: Stay, hurts: Sequence[Hurt]) -> Iterator[Episode]:
    """The answers to surveys, the reviews, and the unhappiness that lies behind them."""
    yield _unhappiness(person, stay, sorted(hurts), dice(seed, "mood", person.number))
    if person.region == ALONE and stay.left is None:
        yield _trapped(person, stay, sorted(hurts))
    rng = dice(seed, "opinion", person.number)
    for number, at in enumerate(moments(rng, ASKED, person.joined, stay.end)):
        own = dice(seed, "opinion", person.number, at)
        survey = Episode(person, f"survey-{number}", within_hours(own, at, 8, 21, 18), own)
        if not stay.holds(at):
            continue
        if own.random() < 0.25:
            _servqual(survey, mood(person, hurts, at))
        else:
            _answer(survey, mood(person, hurts, at))
        yield survey


def _answer(survey: Episode, mood: float) -> None:
    rng = survey.rng
    felt = min(1.0, max(0.0, rng.gauss(mood, 0.08)))
    roll = rng.random()
    if roll < 0.45:
        survey.tell("survey_answered", "survey", instrument="nps", score=round(10 * felt))
    elif roll < 0.7:
        survey.tell("survey_answered", "survey", instrument="csat", score=_of(5, felt), scale=5)
    elif roll < 0.8:
        survey.tell("survey_answered", "survey", instrument="ces", score=_of(7, felt), scale=7)
    elif roll < 0.9:
        survey.tell("review_posted", "social", rating=_of(5, felt))
    else:
        text = rng.choice(GLAD) if felt > 0.7 else "It was all right."
        survey.tell("feedback_given", "web", rating=_of(5, felt), text=text)
    if mood < RELUCTANT:
        survey.know("unhappy_when_asked")


def _of(scale: int, felt: float) -> int:
    return min(scale, max(1, 1 + round((scale - 1) * felt)))


def _servqual(survey: Episode, mood: float) -> None:
    """Pairs of expectation and perception on seven steps, for some of the five dimensions."""
    rng = survey.rng
    worst = best = 0.0
    for dimension in rng.sample(DIMENSIONS, rng.randint(2, 5)):
        hoped = rng.gauss(5.8, 0.5)
        found = hoped + rng.gauss(7 * (mood - 0.75), 0.5)
        worst, best = min(worst, found - hoped), max(best, found - hoped)
        survey.tell(
            "survey_answered", "survey", instrument="servqual", scale=7, dimension=dimension,
            expectation=_seven(hoped, rng), perception=_seven(found, rng), importance=20,
        )  # fmt: skip
        survey.wait(5, 40)
    if worst < -1.2 * rng.lognormvariate(0, 0.25):
        survey.know("disappointed", survey.begins)
    if best > 1.2 * rng.lognormvariate(0, 0.25):
        survey.know("delighted", survey.begins)


def _seven(felt: float, rng: Random) -> int:
    return min(7, max(1, round(felt + rng.gauss(0, 0.3))))


def _unhappiness(person: Person, stay: Stay, hurts: Sequence[Hurt], rng: Random) -> Episode:
    """When they began to think badly of us, and until when."""
    silent = Episode(person, "mood", stay.joined, rng)
    until = stay.joined
    if person.content < LOW:  # nobody has hurt them, and nobody will please them
        silent.know("unhappy", until, why="nature")
        return silent
    for hurt in hurts:
        if hurt.at < until or not stay.holds(hurt.at) or mood(person, hurts, hurt.at) >= LOW:
            continue
        until = hurt.at
        while until < stay.end and mood(person, hurts, until) < LOW:
            until += DAY
        silent.know("unhappy", hurt.at, until, why=hurt.why)
    return silent


def _trapped(person: Person, stay: Stay, hurts: Sequence[Hurt]) -> Episode:
    """Hurt again before the last hurt was forgotten, and nowhere else to go."""
    quiet = Episode(person, "trapped", stay.joined, dice("trapped"))
    until = last = stay.joined - REMEMBERS
    for hurt in hurts:
        if stay.holds(hurt.at):
            if hurt.at - last < REMEMBERS and hurt.at > until:
                until = hurt.at + REMEMBERS
                quiet.know("trapped_unhappy", hurt.at, until, why=hurt.why)
            last = hurt.at
    return quiet
