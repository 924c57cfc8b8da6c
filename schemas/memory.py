"""What the mechanisms of signals remember: timers, answers, and pieces of evidence.

Parts of `schemas.customer.Customer`, like it array-like and bounded.
"""

from typing import Final

from msgspec import Struct, field

from schemas.alert import Evidence

NEVER: Final = 2**63 - 1
"""No deadline."""

MAX_TIMERS: Final = 24
MAX_ANSWERS_KEPT: Final = 8
MAX_CATEGORIES = 8
MAX_PIECES = 16
PIECE_ID_BYTES = 40

Fact = float | int | str | None


class Timer(Struct, array_like=True):
    """Something of `signal` that falls due unless it happens before (instants in microseconds).

    `since` is when it began to run. What else the signal needs when it falls due stands in `facts`.
    `queue` is that of the interaction, where it has one: it may have standards of its own.
    """

    signal: str
    subject: str | None
    due: int
    since: int
    facts: list[Fact] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    queue: str | None = None


class Answer(Struct, array_like=True, gc=False):
    """What ended a wait, kept for some minutes: the beginning of that wait may arrive after it."""

    signal: str
    subject: str | None
    at: int


class Piece(Struct, array_like=True, gc=False):
    """One piece of evidence for joint signals: its kind, when, how heavy, and its interaction."""

    kind: str
    at: int
    id: str = ""
    weight: float = 1.0


class Life(Struct, array_like=True, gc=False):
    """What the stage of life rests on, beside purchases: flags of agents.lifecycle, four-byte
    hashes of the categories bought, and the day (since 1970) on which they were won back.

    The account was closed at `closed_at`, and is so unless they came back; they signed up or
    subscribed, the last time at `begun_at`
    (microseconds, 0: never).
    """

    flags: int = 0
    categories: bytes = b""
    won_back: int = 0
    closed_at: int = 0
    begun_at: int = 0
