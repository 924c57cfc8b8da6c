"""Waits for which the house has a standard: what is done exactly in time is in time, and what was
missed is evidence for signals that weigh several things together.
"""

from collections.abc import Mapping
from typing import Any

from agents.alerts import Kind
from agents.mechanisms import joint
from agents.mechanisms.expected import Begins, Ends, Expected
from schemas.alert import Evidence
from schemas.customer import Customer, bounded
from schemas.instant import DAY
from schemas.memory import PIECE_ID_BYTES, Piece
from schemas.service import Service

KEEP = 180 * DAY
"""So long other signals may weigh a missed promise: the window of `captive_dissatisfied`."""


class Promise(Expected):
    """`expected`, where the wait is missed at the first instant at which it is longer than agreed.

    With `weighs`, its alerts are pieces of evidence of the signal's name.
    """

    margin = 1

    def __init__(
        self,
        kind: Kind,
        limits: Any,
        *,
        begins: Mapping[str, Begins],
        ends: Mapping[str, Ends],
        weighs: bool = True,
    ) -> None:
        super().__init__(kind, limits, begins=begins, ends=ends, keeps=KEEP if weighs else 0)


def weigh(customer: Customer, signal: str, at: int, evidence: list[Evidence]) -> None:
    """What opened at `at` counts for those signals that weigh several things."""
    name = evidence[-1].id if evidence else ""
    joint.add(customer, Piece(signal, at, bounded(name, PIECE_ID_BYTES)), KEEP)


def service_of(customer: Customer) -> Service:
    """The group's part of the customer, begun where there is none."""
    known = customer.service
    if known is None:
        known = customer.service = Service()
    return known
