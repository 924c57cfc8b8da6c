"""The phone service: queue, holds, transfers, call backs. How long one waits depends on the hour.

Patience and what hurts are each person's own, drawn for every call; no standard of the house is
known here.
"""

from collections.abc import Iterator

from heed.simulator.catalogue import QUEUES
from heed.simulator.dice import about, dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from schemas.instant import DAY, HOUR, SECOND

OPENS, CLOSES = 8, 20
# How much there is to do at each hour from 8 to 19: a wait is about so many times 7 s.
LOAD = (0.6, 1.2, 3.5, 5.0, 2.5, 1.0, 1.2, 1.0, 1.6, 4.0, 5.5, 2.0)
USUAL_WAIT = 7.0
MONDAY = 4  # 1970-01-01 was a Thursday: days since then, modulo 7
MOST_CALLS = 4


def load(at: int) -> float:
    """How much there is to do at that hour; Mondays are half as busy again.

    >>> load(4 * DAY + 10 * HOUR) > load(5 * DAY + 10 * HOUR) > load(5 * DAY + 8 * HOUR)
    True
    """
    hour = min(max(at % DAY // HOUR - OPENS, 0), len(LOAD) - 1)
    return LOAD[hour] * (1.5 if at // DAY % 7 == MONDAY else 1.0)


def calls(seed: int, person: Person, end: int) -> Iterator[Episode]:
    """The matters that a person calls about, each with as many calls as it takes."""
    rng = dice(seed, "phone", person.number)
    for number, at in enumerate(moments(rng, person.calls, person.joined, end)):
        begin = within_hours(rng, at, OPENS, CLOSES, 11)
        matter = Episode(person, f"matter-{number}", begin, dice(seed, "phone", person.number, at))
        _matter(matter)
        yield matter


def _matter(matter: Episode) -> None:
    rng = matter.rng
    if rng.random() < 0.05:
        _out_of_hours(matter)
        return
    important, waited, began = rng.random() < 0.93, 0.0, matter.at
    bearable = about(rng, 200, 0.5)  # seconds of waiting and hold that one matter may cost
    for number in range(MOST_CALLS):
        spent, is_answered = _call(matter, number, important)
        waited += spent
        if waited > bearable or number == MOST_CALLS - 1:
            matter.know("worn_out", began, subject=matter.subject)
            matter.hurt(0.8, "effort")
            return
        if is_answered and rng.random() < 0.85:
            return
        if not important or rng.random() < 0.35:
            return
        again = matter.at + round(about(rng, 3 if is_answered else 1.2) * HOUR)
        closing = again - again % DAY + CLOSES * HOUR
        matter.at = again if again < closing else within_hours(rng, again + DAY, OPENS, CLOSES, 10)
        if matter.at % DAY < OPENS * HOUR:
            matter.at = within_hours(rng, matter.at, OPENS, CLOSES, 10)


def _call(matter: Episode, number: int, important: bool) -> tuple[float, bool]:
    """One call: seconds of waiting and hold, and whether it was answered."""
    rng, person = matter.rng, matter.person
    queued = matter.at
    named = {
        "contact_id": f"{matter.subject}-{number}",
        "queue": QUEUES[(person.number + number) % len(QUEUES)],
        "medium": "phone",
    }
    wait = about(rng, USUAL_WAIT * load(queued), 0.8)
    bears = rng.expovariate(1 / person.patience) if important else rng.uniform(1, 12)
    matter.tell("contact_queued", "phone", **named)
    if bears < wait:
        return _gives_up(matter, bears, important, named)
    matter.at += round(wait * 1000) * (SECOND // 1000)
    by = f"agent-{rng.randrange(1, 25):02}"
    matter.tell("contact_answered", "phone", handled_by=by, **named)
    # What hurts is judged by the own patience: some mind ten seconds, some do not mind minutes.
    if wait > about(rng, person.patience * 0.35):
        matter.know("hurt_by_wait", queued, subject=named["contact_id"])
        matter.hurt(0.35, "wait", queued)
    held = 0.0
    matter.wait(30, 200)
    while rng.random() < 0.22:
        held += _hold(matter, by, named)
    if rng.random() < 0.1:
        matter.tell("contact_transferred", "phone", handled_by=by, **named)
        matter.wait(20, 90)
    matter.wait(20, 240)
    matter.tell("contact_ended", "phone", handled_by=by, **named)
    return wait + held, True


def _gives_up(
    matter: Episode, bears: float, important: bool, named: dict[str, str]
) -> tuple[float, bool]:
    rng, queued = matter.rng, matter.at
    leaves = queued + round(bears * 1000) * (SECOND // 1000)
    asks = important and rng.random() < 0.15
    if asks:
        matter.tell("callback_requested", "phone", leaves - SECOND, **named)
    matter.at = leaves
    matter.tell("contact_abandoned", "phone", **named)
    if asks:
        hours = about(rng, 1.5)
        matter.at += round(hours * HOUR)
        matter.tell("callback_done", "phone", **named)
        # By a chance of its own, so that the rest of the call is as it would be without it.
        if hours > about(dice("call back", named["contact_id"], leaves), 3):
            matter.know("called_back_late", leaves - SECOND, subject=named["contact_id"])
        return bears, True
    if important:
        matter.know("gave_up_in_queue", leaves, subject=named["contact_id"])
        matter.hurt(0.5, "queue", leaves)
    else:
        matter.know("called_in_error", leaves, subject=named["contact_id"])
    return bears, False


def _hold(matter: Episode, by: str, named: dict[str, str]) -> float:
    rng, began = matter.rng, matter.at
    held = about(rng, 9 + 4 * load(began), 0.8)
    matter.tell("contact_held", "phone", handled_by=by, **named)
    matter.at += round(held * 1000) * (SECOND // 1000)
    matter.tell("contact_resumed", "phone", handled_by=by, **named)
    if held > about(rng, matter.person.patience * 0.35):
        matter.know("hurt_by_hold", began, subject=named["contact_id"])
        matter.hurt(0.25, "hold", began)
    matter.wait(20, 120)
    return held


def _out_of_hours(matter: Episode) -> None:
    """A call that nobody took, at the edge of the day or while all lines were busy."""
    rng, named = matter.rng, {"contact_id": f"{matter.subject}-0", "medium": "phone"}
    missed = matter.at
    matter.tell("contact_missed", "phone", **named)
    hours = about(rng, 3, 1.2)
    matter.at += round(hours * HOUR)
    matter.tell("callback_done", "phone", **named)
    if hours > about(rng, 5):
        matter.know("left_unanswered", missed, subject=named["contact_id"])
        matter.hurt(0.4, "unanswered", missed)
