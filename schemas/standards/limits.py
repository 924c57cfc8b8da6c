"""What the thresholds of all signals have in common."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.instant import DAY
from schemas.standards.units import Duration

Severity = Literal["info", "warning", "error", "critical"]
Team = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9][a-z0-9._-]*\Z",
        max_length=64,
        description='lower case letters, digits, ".", "_" and "-", such as "after_sales"',
    ),
]
"""A team is part of a topic's name, hence so few signs."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether a signal is on, and whom it is told, where the house does not leave that to us.

    `team` and `severity` are None where the signal's own hold; a house may set others.
    """

    enabled: bool = True
    team: Team | None = None
    severity: Severity | None = None


class Standing(Limits, frozen=True, kw_only=True):
    """Limits of a signal whose alerts stand open until something clears them.

    `expires`: an alert that nothing cleared ends after this long; 30 d is after CartFlows, which
    counts a cart as lost by then.
    """

    expires: Duration = Duration(30 * DAY)
