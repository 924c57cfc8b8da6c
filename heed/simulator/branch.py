"""The branches: visitors greeted, assisted, or left standing, by the hour and by the house."""

from collections.abc import Iterator

from heed.simulator.catalogue import BRANCHES, CHAIN, TURNED_BAD, Branch
from heed.simulator.dice import about, dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from heed.simulator.trouble import NO_TROUBLE, Troubles
from schemas.instant import DAY, HOUR, SECOND

OPENS, CLOSES = 9, 19
# How busy the counters are at each hour from 9 to 18.
LOAD = (0.6, 0.8, 1.4, 2.2, 1.8, 0.8, 0.7, 1.2, 2.4, 1.6)
MORE_OFTEN = 3.0
"""A chain is nearer to its customers: they come so many times as often."""
ASKED = 0.35
"""The share of a chain's visitors who answer a survey about the branch."""
SUNDAY = 3  # days since 1970-01-01 (a Thursday), modulo 7


def visits(
    seed: int, person: Person, end: int, troubles: Troubles = NO_TROUBLE
) -> Iterator[Episode]:
    """A person's visits: mostly to their own branch, at times to another.

    With a bad branch among the `troubles` they are to a chain of branches that are much alike, and
    some visitors are asked afterwards what they think of it.
    """
    if bad := troubles.of("bad-branch"):
        yield from _to_a_chain(seed, person, end, bad)
        return
    rng = dice(seed, "branch", person.number)
    met: set[str] = set()
    names = list(BRANCHES)
    for number, at in enumerate(moments(rng, person.visits, person.joined, end)):
        branch = person.branch if rng.random() < 0.75 else rng.choice(names)
        begin = within_hours(rng, at + (DAY if at // DAY % 7 == SUNDAY else 0), OPENS, CLOSES, 12.5)
        own = dice(seed, "branch", person.number, at)
        visit = Episode(person, f"visit-{number}", begin, own)
        _visit(visit, branch, BRANCHES[branch], met)
        yield visit


def _to_a_chain(seed: int, person: Person, end: int, bad: Troubles) -> Iterator[Episode]:
    rng = dice(seed, "chain", person.number)
    names = list(CHAIN)
    own = rng.choice(names)
    met: set[str] = set()
    for number, at in enumerate(moments(rng, MORE_OFTEN * person.visits, person.joined, end)):
        branch = own if rng.random() < 0.75 else rng.choice(names)
        begin = within_hours(rng, at + (DAY if at // DAY % 7 == SUNDAY else 0), OPENS, CLOSES, 12.5)
        visit = Episode(
            person, f"visit-{number}", begin, dice(seed, "chain", person.number, number)
        )
        house = TURNED_BAD if bad.befall((branch,), begin) else CHAIN[branch]
        _visit(visit, branch, house, met)
        _asked(visit, branch)
        yield visit


def _asked(visit: Episode, branch: str) -> None:
    """Some are asked: the score is their nature less what hurt, and less what they missed."""
    rng = visit.rng
    if rng.random() >= ASKED:
        return
    hurt = sum(hurt.weight for hurt in visit.hurts)
    felt = min(1.0, max(0.0, rng.gauss(visit.person.content - 0.6 * hurt, 0.1)))
    visit.wait(3600, 40_000)
    visit.tell("survey_answered", "survey", instrument="csat", scale=5,
               score=min(5, 1 + round(4 * felt)), branch=branch)  # fmt: skip


def _visit(visit: Episode, branch: str, house: Branch, met: set[str]) -> None:
    rng = visit.rng
    busy = LOAD[min(max(visit.at % DAY // HOUR - OPENS, 0), len(LOAD) - 1)] * house.slowness
    named = {"visit_id": visit.subject}
    arrived = visit.at
    visit.tell("visitor_arrived", "store", branch=branch, **named)
    looks = rng.random() < 0.12
    bears = about(rng, 300, 0.6)
    greeted, assisted = about(rng, 16 * busy), about(rng, 22 * busy)
    minds = about(rng, 70, 0.5)
    if greeted < bears:
        visit.tell("visitor_greeted", "store", _after(arrived, greeted), branch=branch, **named)
        if greeted > minds and not looks:
            visit.know("hurt_by_greeting", arrived, subject=visit.subject)
            visit.hurt(0.3, "greeting", arrived)
    if looks or greeted + assisted > bears:
        visit.at = _after(arrived, bears)
        visit.tell("visitor_left", "store", branch=branch, **named)
        if looks:
            visit.know("only_looked", arrived, subject=visit.subject)
            return
        visit.know("left_branch_unhelped", subject=visit.subject)
        what = "hurt_at_counter" if greeted < bears else "hurt_by_greeting"
        visit.know(what, _after(arrived, greeted) if greeted < bears else arrived)
        visit.hurt(0.5, "unhelped")
        return
    visit.at = _after(arrived, greeted + assisted)
    by = f"{branch}-{rng.randrange(1, 9):02}"
    visit.tell("visitor_assisted", "store", branch=branch, handled_by=by, **named)
    if assisted > minds:
        visit.know("hurt_at_counter", _after(arrived, greeted), subject=visit.subject)
        visit.hurt(0.3, "counter", arrived)
    visit.wait(120, 900)
    given = [element for element, chance in house.elements.items() if rng.random() < chance]
    visit.tell("service_delivered", "store", branch=branch, handled_by=by, elements=given, **named)
    if met - set(given) and rng.random() < 0.45:
        visit.know("uneven_welcome", subject=visit.subject)
        visit.hurt(0.2, "welcome")
    met.update(given)
    visit.wait(5, 60)
    visit.tell("visitor_left", "store", branch=branch, **named)


def _after(at: int, seconds: float) -> int:
    return at + round(seconds * 1000) * (SECOND // 1000)
