"""How far a partition of customers has come: time passes for groups once all have come so far."""

from schemas.customer import Customer
from schemas.instant import SECOND
from schemas.observation import CLOCK, NOWHERE, Clock
from schemas.observation import encode as encode_clock
from streams.contract import Broadcast, Decision
from streams.rows import View

TELL_EVERY = 30 * SECOND


def tell_clock(view: View[Customer], decision: Decision) -> None:
    """Tell the groups how far this partition has come, every half minute of event time.

    Behind all that is told here of before.
    """
    clock = view.clock
    at = NOWHERE if not clock.newest else clock.now - clock.now % TELL_EVERY
    if view.deadlines.next <= clock.now or at == view.told:
        return  # More is due, which may be told of before this.
    view.told = at
    value = encode_clock(Clock(view.partition, view.partitions, at))
    decision.counts[("observations_told",)] += view.partitions
    decision.broadcasts.append(Broadcast("observations", CLOCK.encode(), value))
