"""What is remembered of letters, tickets and calls, beside timers: effort, and complaints."""

from msgspec import Struct, field

MAX_MATTERS = 4
MATTER_BYTES = 40
MOST_COUNTED = 16
"""So many contacts of one matter, and so many complaints, are known by their time."""
INSTANT = 8
HASH = 8


class Matter(Struct, array_like=True, gc=False):
    """What one matter has cost the customer; instants and `spent` in microseconds.

    A ticket, a contact, or (None) all that has neither. `contacts` packs the instants at which
    contacts began, in order; `contact` is the hash of the last one's id. `queued_at` and `held_at`
    are of a wait that lasts; `answered_at` and `resumed_at` ended one whose beginning is not yet
    known. `told` where its alert has been opened.
    """

    name: str | None
    ticket: bool = False
    last: int = 0
    spent: int = 0
    transfers: int = 0
    contacts: bytes = b""
    contact: bytes = b""
    queued_at: int = 0
    answered_at: int = 0
    held_at: int = 0
    resumed_at: int = 0
    told: bool = False


class Correspondence(Struct, array_like=True):
    """Matters that may still cost too much; complaints, each the hash of its ticket's id and its
    instant, in order of time; when complaints were last found repeated (0: never)."""

    matters: list[Matter] = field(default_factory=list)
    complaints: bytes = b""
    repeated_at: int = 0
