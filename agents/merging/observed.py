"""Observations of queues, branches and steps that are not complete yet, of two rows.

Each is for the groups' agent, and told once complete: so a contact of which both rows have heard is
gone on with as the row knows it that has heard of it last.
"""

from agents.merging.rules import Rules, content, fold, last, paired
from schemas.customer import Customer
from schemas.observed import MAX_VISITING, MAX_WAITING, Observed, Visiting, Waiting


def _waiting(one: list[Waiting], other: list[Waiting]) -> list[Waiting]:
    joined = paired(one, other, lambda each: each.name, waiting)
    return sorted(joined, key=_heard)[-MAX_WAITING:]


def _visiting(one: list[Visiting], other: list[Visiting]) -> list[Visiting]:
    joined = paired(one, other, lambda each: each.name, visiting)
    return sorted(joined, key=_arrived)[-MAX_VISITING:]


OBSERVED: Rules = {
    "waiting": _waiting,
    "visiting": _visiting,
    "step": last,  # With step_at, see `observed`.
    "step_at": last,
    "queue": last,
    "queue_at": last,
}

WAITING: Rules = dict.fromkeys(("name", "queued", "ended", "held", "gave_up", "queue"), last)
VISITING: Rules = {"name": last, "arrived": max, "greeted": max}


def observed(earlier: Customer, later: Customer) -> Observed | None:
    """What is under way for both."""
    one, other = earlier.observed, later.observed
    if one is None or other is None:
        return one or other
    merged = fold(OBSERVED, one, other)
    merged.step_at, merged.step = max((each.step_at, each.step or "") for each in (one, other))
    merged.step = merged.step or None
    merged.queue_at, merged.queue = max((each.queue_at, each.queue or "") for each in (one, other))
    merged.queue = merged.queue or None
    return merged


def waiting(one: Waiting, other: Waiting) -> Waiting:
    """Of one contact, what was heard last."""
    return fold(WAITING, *sorted((one, other), key=_heard))


def visiting(one: Visiting, other: Visiting) -> Visiting:
    """One visit, by its last arrival."""
    return fold(VISITING, one, other)


def _heard(each: Waiting) -> tuple[int, bytes]:
    return max(each.queued, each.ended, each.held), content(each)


def _arrived(each: Visiting) -> tuple[int, int]:
    return each.arrived, each.name
