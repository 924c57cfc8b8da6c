"""What a customer was dissatisfied with: pieces of evidence, and alerts that stand.

Several tellings of one matter are one kind: a complaint, its late answer and its court case; a wait
in a queue and one on hold.
"""

from typing import NamedTuple

from schemas.customer import Customer, OpenAlert
from schemas.memory import Piece

COMPLAINT, WAIT = "complaint", "wait"
SORTS = {
    "complaint": COMPLAINT,
    "complaint_unanswered": COMPLAINT,
    "complaint_unresolved": COMPLAINT,
    "complaint_repeated": COMPLAINT,
    "complaint_external": COMPLAINT,
    "resolution_unconfirmed": COMPLAINT,
    "answer_late": WAIT,
    "hold_too_long": WAIT,
    "contact_unanswered": "contact_unanswered",
    "effort_high": "effort_high",
    "negative_message": "negative_message",
    "delivery_late": "delivery_late",
    "visit_abandoned": "visit_abandoned",
    "visit_inconsistent": "visit_inconsistent",
    "standard_missed": "standard_missed",
    "detractor": "detractor",
    "expectation_gap": "expectation_gap",
}
"""Signals and pieces of evidence that say that a customer is dissatisfied, by their sort."""
SIGNALS = frozenset(SORTS)


class Dissatisfaction(NamedTuple):
    """One: its sort, when, and the interaction that says so."""

    at: int
    sort: str
    kind: str
    id: str


def found(customer: Customer, since: int, at: int) -> list[Dissatisfaction]:
    """Those after `since` and up to `at`, in order of time, each once.

    Pieces, and those open alerts of whose signal there is no piece then.
    """
    every = {
        Dissatisfaction(piece.at, SORTS[piece.kind], piece.kind, piece.id)
        for piece in customer.pieces
        if piece.kind in SORTS and since < piece.at <= at
    }
    told = {one.kind for one in every}
    for alert in customer.alerts:
        if alert.signal in SORTS and alert.signal not in told and since < alert.opened_at <= at:
            first = alert.evidence[0].id if alert.evidence else ""
            every.add(Dissatisfaction(alert.opened_at, SORTS[alert.signal], alert.signal, first))
    return sorted(every)


def may_be_sorts(customer: Customer, least: int) -> bool:
    """Whether there are so many sorts at any time at all: quicker asked than which there are."""
    known = set()
    for piece in customer.pieces:
        known.add(SORTS.get(piece.kind))
    for alert in customer.alerts:
        known.add(SORTS.get(alert.signal))
    known.discard(None)
    return len(known) >= least


def may_matter(customer: Customer, least: int) -> bool:
    """The same of what `matters`: for most it is one thing, noted and told."""
    known = set()
    for piece in customer.pieces:
        sort = SORTS.get(piece.kind)
        if sort is not None:
            known.add((piece.at, sort))
    for alert in customer.alerts:
        sort = SORTS.get(alert.signal)
        if sort is not None:
            known.add((alert.opened_at, sort))
    return len(known) >= least


def sorts(every: list[Dissatisfaction]) -> list[str]:
    """The different sorts, in the order in which they came first."""
    return list(dict.fromkeys(one.sort for one in every))


def firsts(every: list[Dissatisfaction]) -> list[Dissatisfaction]:
    """The first of each sort."""
    return list({one.sort: one for one in reversed(every)}.values())[::-1]


def matters(every: list[Dissatisfaction]) -> list[Dissatisfaction]:
    """One for each instant of a sort: a complaint that is a complaint to a regulator is one."""
    return list({(one.at, one.sort): one for one in reversed(every)}.values())[::-1]


def forget(customer: Customer, alert: OpenAlert) -> None:
    """An alert was wrong: so are the pieces of evidence that it was noted with."""
    wrong = alert.signal, alert.opened_at
    if any((piece.kind, piece.at) == wrong for piece in customer.pieces):
        customer.pieces = [piece for piece in customer.pieces if not _is(piece, wrong)]


def _is(piece: Piece, wrong: tuple[str, int]) -> bool:
    return (piece.kind, piece.at) == wrong
