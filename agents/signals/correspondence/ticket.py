"""Tickets: which one an interaction is of, and who else waits for it."""

from collections.abc import Collection

import xxhash

from agents.alerts import Facts
from agents.mechanisms.expected import Begin, Begins, End, Ends
from schemas.correspondence import HASH, INSTANT
from schemas.customer import Customer, bounded
from schemas.instant import DAY, HOUR, rfc3339
from schemas.interaction import Interaction
from schemas.standards import WORKING_DAYS, written

OPENED, REOPENED = "ticket_opened", "ticket_reopened"
REPLIED, RESOLVED = "ticket_replied", "ticket_resolved"
CUSTOMER_REPLIED = "ticket_customer_replied"
KEPT = 180 * DAY
"""So long pieces of dissatisfaction are kept, for the signals that weigh several together."""

COMPLAINT = frozenset({"complaint"})
REQUEST = frozenset({"request", "question", None})
"""A question asks for an answer as a request does; so does what does not say what it is."""
SUGGESTION = frozenset({"suggestion"})

Kinds = Collection[str | None]


def named(event: Interaction) -> str | None:
    """The subject of a ticket's interaction: its id, or None for the one that has none."""
    said: str | None = event.properties.ticket_id
    return said or None


def opens(kinds: Kinds, within: int) -> Begins:
    """A ticket of one of these kinds begins a wait; its facts are those of `about`."""

    def begins(customer: Customer, event: Interaction) -> Begin | None:
        if event.properties.kind not in kinds:
            return None
        return Begin(named(event), within, about(event))

    return begins


def reopens(kinds: Kinds, within: int) -> Begins:
    """The same for one opened again, which says its kind, or is known for a complaint."""

    def begins(customer: Customer, event: Interaction) -> Begin | None:
        kind = event.properties.kind
        if kind is None and is_complaint(customer, event):
            kind = "complaint"
        if kind is None or kind not in kinds:
            return None
        return Begin(named(event), within, about(event))

    return begins


def is_complaint(customer: Customer, event: Interaction) -> bool:
    """Whether a ticket that does not say so is among the complaints last heard of."""
    known = customer.correspondence
    return known is not None and digest_of(named(event)) in tickets_of(known.complaints)


def digest_of(ticket: str | None) -> bytes:
    """The hash under which a complaint is known."""
    return bytes(HASH) if ticket is None else xxhash.xxh3_64_digest(ticket.encode())


def tickets_of(complaints: bytes) -> list[bytes]:
    """The hashes in `Correspondence.complaints`."""
    return [complaints[at : at + HASH] for at in range(0, len(complaints), HASH + INSTANT)]


def closes(kinds: Kinds) -> Ends:
    """The end of a wait for the ticket named; of the nameless one, unless of another kind."""

    def ends(customer: Customer, event: Interaction) -> End | None:
        kind = event.properties.kind
        return End(named(event)) if kind is None or kind in kinds else None

    return ends


def about(event: Interaction) -> Facts:
    """What is told of a ticket: who waits for it, and its category."""
    said = event.properties
    cause, category = said.caused_by, said.category
    return [bounded(cause) if cause else None, bounded(category) if category else None]


def waited(within: float | int | str | None) -> str:
    """A standard of the facts, as it is written; days of working time in hours, up to five.

    >>> waited(72 * HOUR), waited(7 * DAY), waited(0)
    ('72 h', '7 d', '0 s')
    """
    span = int(within or 0)
    if DAY < span < 5 * DAY and span % HOUR == 0:
        return f"{span // HOUR} h"
    return written(span)


def in_working_time(within: float | int | str | None) -> str:
    """The same in a sentence.

    >>> in_working_time(72 * HOUR), in_working_time(WORKING_DAYS + 7)
    ('72 h of working time', '7 working days')
    """
    said = waited(within)
    return said if int(within or 0) > WORKING_DAYS else f"{said} of working time"


def waiting(cause: float | int | str | None) -> str:
    """Who waits for it, to be added to a sentence."""
    return f"; customer {cause} is waiting for it" if cause else ""


def parameters(facts: Facts) -> dict[str, object]:
    """The figures of a wait for a ticket: from `[since, within, caused_by, category]`."""
    since, within, cause, category = facts[:4]
    found: dict[str, object] = {
        "since": rfc3339(int(since or 0)), "within": waited(within),
    }  # fmt: skip
    if category:
        found["category"] = category
    if cause:
        found["caused_by"] = cause
    return found
