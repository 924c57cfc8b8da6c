"""What people do, in acts of one to five interactions: calls, tickets, visits, opinions.

An act is heard under one name as long as Heed does not know that name and another as one person's:
the end of a wait is remembered for 15 minutes under a row that has not heard of its beginning
(docs/rules/merging.md), and here days may lie between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

Step = tuple[str, dict[str, Any]]
"""The type of an interaction, and its properties."""
Steps = list[Step]


class Family(NamedTuple):
    """Acts of one sort: how one is made up, and where it may be heard.

    A `brief` one is over within its phase, as calls and visits are. All acts `bound` by one word
    are heard under one row, until their names are known as one person's: what ends an alert is not
    remembered by a row under which none stands. After `orders` they are heard under the row of the
    last order, for the same reason. At most `most` of them: no list of what is kept is ever full.
    """

    made: Callable[[Random, str], Steps]
    most: int = 3
    brief: bool = False
    bound: str = ""
    orders: bool = False


def call(rng: Random, name: str) -> Steps:
    """Somebody waits in a queue until they are answered, give up or ask to be called back."""
    contact = {"contact_id": name, "queue": "q"}
    gives_up = rng.choice((True, True, False))
    other = rng.choice(("contact_answered", "callback_requested"))
    end = "contact_abandoned" if gives_up else other
    return [("contact_queued", contact), (end, contact)]


def talk(rng: Random, name: str) -> Steps:
    """Somebody is put on hold, or from one to the other."""
    contact = {"contact_id": name}
    between = rng.choice((["contact_held"], ["contact_held", "contact_resumed"],
                          ["contact_transferred"] * 2))  # fmt: skip
    return [(kind, contact) for kind in ("contact_answered", *between)]


def ticket(rng: Random, name: str) -> Steps:
    """A complaint, request or suggestion, in working order or left lying."""
    kind = rng.choice(("complaint", "complaint", "request", "suggestion"))
    said = {"ticket_id": name, "kind": kind}
    forum = {"forum": "regulator"} if rng.random() < 0.2 else {}
    order = ("ticket_replied", "ticket_customer_replied", "ticket_resolved", "ticket_reopened")
    return [
        ("ticket_opened", {**said, **forum}),
        *((kind, said) for kind in order[: rng.choice((0, 0, 1, 2, 3, 4))]),
    ]


def message(rng: Random, _: str) -> Steps:
    """A letter to the house, mostly without an answer."""
    medium = {"medium": rng.choice(("email", "chat"))}
    answer: Steps = [("message_sent", medium)]
    return [("message_received", medium), *(answer if rng.random() < 0.4 else [])]


def opinion(rng: Random, _: str) -> Steps:
    """A survey answered, or a review."""
    if rng.random() < 0.3:
        return [("review_posted", {"rating": rng.choice((1, 2, 4, 5))})]
    if rng.random() < 0.5:
        return [("survey_answered", {"instrument": "nps", "score": rng.choice((2, 3, 8, 10))})]
    felt = {"expectation": 6, "perception": rng.choice((2, 3, 6, 7))}
    return [("survey_answered", {"instrument": "servqual", "dimension": "speed", **felt})]


def visit(rng: Random, name: str) -> Steps:
    """In a branch: greeted, assisted, or neither."""
    between = rng.choice(([], ["visitor_greeted"], ["visitor_greeted", "visitor_assisted"]))
    kinds = ("visitor_arrived", *between, *rng.choice(([], ["visitor_left"])))
    return [(kind, {"visit_id": name}) for kind in kinds]


def goal(rng: Random, name: str) -> Steps:
    """A goal, reached or not."""
    said = {"goal": name}
    return [("goal_set", said), *rng.choice(([], [("goal_reached", said)]))]


def trial(rng: Random, _: str) -> Steps:
    """A beginning, and what may come of it."""
    return [("trial_started", {}), *rng.choice(([], [("value_reached", {})]))]


def occasion(_: Random, name: str) -> Steps:
    """A day in the week after all."""
    return [("occasion_set", {"occasion": name, "date": "2027-03-12"})]


def payment(_: Random, name: str) -> Steps:
    """A payment that failed."""
    return [("payment_failed", {"cart_id": name})]


def leaving(rng: Random, _: str) -> Steps:
    """A sign of leaving. None of staying: an alert that stands does not note that the stage of life
    has moved on from it (docs/rules/merging.md)."""
    kinds = ("auto_renew_disabled", "subscription_cancelled", "data_exported",
             "number_ported_out", "unsubscribed")  # fmt: skip
    return [(rng.choice(kinds), {})]


def look(_: Random, __: str) -> Steps:
    """A look at the page on which one cancels."""
    return [("page_viewed", {"path": "/cancel"})]


def use(_: Random, __: str) -> Steps:
    """Something is used."""
    return [("feature_used", {})]


_CALLS = (Family(call, brief=True), Family(talk, brief=True))
_OTHERS = (
    Family(occasion, most=2, bound="house"),
    Family(visit, brief=True, bound="visit"),
    Family(trial, most=1, bound="use", orders=True),
    Family(use, most=9, bound="use", orders=True),
    Family(goal, most=2, bound="use", orders=True),
    Family(leaving, bound="leaving", orders=True),
    Family(payment, most=1),
    Family(look),
)
_MATTERS = (
    Family(ticket),
    Family(ticket),
    Family(message, bound="house"),
    Family(opinion, bound="opinion"),
)
FAMILIES: tuple[Sequence[Family], ...] = ((*_CALLS, *_OTHERS), (*_MATTERS, *_OTHERS))
"""Who calls does nothing else of the kind: a ticket resolved, or a satisfied answer, under one name
does not end the `effort_high` of calls under another, nor a call answered the wait of a letter."""
