"""What the observers of a customer remember until an observation is complete.

A part of `schemas.customer.Customer`: None for whom nothing is under way, 500 bytes at most.
"""

from msgspec import Struct, field

MAX_WAITING = 3
MAX_VISITING = 2
STEP_BYTES = 24


class Waiting(Struct, array_like=True, gc=False):
    """A contact, by a hash of its name: when it was queued, put on hold, and how its wait ended.

    Instants are microseconds, 0 for not yet.
    """

    name: int
    queued: int = 0
    ended: int = 0
    held: int = 0
    gave_up: bool = False
    queue: str | None = None


class Visiting(Struct, array_like=True, gc=False):
    """A visit to a branch that goes on."""

    name: int
    arrived: int
    greeted: int = 0


class Observed(Struct, array_like=True):
    """`step` is the last step of a checkout, of that time; `queue` where the customer was last
    answered or gave up, for surveys that follow."""

    waiting: list[Waiting] = field(default_factory=list)
    visiting: list[Visiting] = field(default_factory=list)
    step: str | None = None
    step_at: int = 0
    queue: str | None = None
    queue_at: int = 0
