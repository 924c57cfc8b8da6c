"""What is remembered of one customer so that alerts about them keep their manners.

Part of `schemas.customer.Customer`, like it array-like and bounded; None for most.
"""

from msgspec import Struct, field

from schemas.memory import NEVER

MAX_SNOOZED = 6
MAX_TOLD = 12
ZONE_BYTES = 40
BY_BYTES = 32


class Handled(Struct, array_like=True, gc=False):
    """What a team has said about an alert that stands (microseconds; 0: not).

    What comes after `snoozed_until` is told with its end, and never stored.
    """

    acknowledged_at: int = 0
    acknowledged_by: str | None = None
    snoozed_until: int = 0
    outcome: str | None = None
    amount: float | None = None
    cost: float | None = None
    by: str | None = None


class Snooze(Struct, array_like=True, gc=False):
    """A signal that a team does not want to hear of for this customer, until an instant; said at
    another."""

    signal: str
    until: int
    said_at: int


class Manners(Struct, array_like=True):
    """When a class of alerts was last told to a team, what is snoozed, and the customer's own zone.

    `told` has the instant by class, of alerts that are not urgent; for a composite signal, of those
    of its class that are none of its parts, under the signal's name. At `due` the earliest of the
    alerts that are held back is to be judged again.
    """

    told: dict[str, int] = field(default_factory=dict)
    snoozed: list[Snooze] = field(default_factory=list)
    zone: str | None = None
    zone_at: int = 0
    due: int = NEVER
