"""Signals without Kafka: feed interactions, let time pass, look at the alerts.

For tests of signals, one's own as well: the very logic that a worker runs, on a store that holds
encoded bytes and is read again for every batch. After Kafka Streams' `TopologyTestDriver`.
"""

from collections.abc import Iterable
from typing import Any, Self

import msgspec

from agents.decide import Customers
from agents.rehearsal import Rehearsal
from agents.rulebook import Rulebook
from schemas import lifecycle
from schemas.customer import Customer
from schemas.lifecycle import StageChange
from schemas.standards import Standards
from streams.clock import DEFAULT_LATENESS
from streams.contract import Line, Record

Event = dict[str, Any] | bytes | Record


class Harness(Rehearsal[Customer]):
    """One partition in memory, whose clock moves with the events and by hand.

    >>> added = {"id": "e1", "type": "product_added", "time": "2026-11-22T10:00:00Z",
    ...          "channel": "web", "customer_id": "c7", "properties": {"sku": "tea"}}
    >>> shop = Harness().feed([added]).advance(minutes=59)
    >>> shop.alerts
    []
    >>> [(alert.signal, alert.event_time) for alert in shop.advance(minutes=1).alerts]
    [('cart_abandoned', '2026-11-22T11:00:00.000000Z')]
    """

    def __init__(
        self,
        standards: Standards | None = None,
        lateness: int = DEFAULT_LATENESS,
        *,
        logic: Customers | None = None,
        **place: int,
    ) -> None:
        """`lateness` is in microseconds; `place` is of `InMemory`: `cached` rows stay decoded
        between batches, and which `partition` of how many `partitions` it is.

        A `logic` of one's own is taken instead of `standards`.
        """
        self.logic = logic or Customers(Rulebook(standards), future=None)
        super().__init__(self.logic, lateness, **place)

    @property
    def changes(self) -> list[StageChange]:
        """Every change of a stage of life so far."""
        told = [output for output in self.outputs if output.topic == "lifecycle"]
        return [lifecycle.decode(output.value) for output in told]

    def feed(self, events: Iterable[Event]) -> Self:
        """Take interactions in their order of arrival: dicts, JSON bytes or whole records."""
        return self.take([_record(event) for event in events])

    def restart(self, standards: Standards | None = None) -> Self:
        """Go on as another worker would, that knows only what is stored: with other standards it
        looks again at what waits."""
        self.partition.reopen()
        if standards is not None:
            self.logic = self.partition.logic = Customers(Rulebook(standards), future=None)
            view = self.partition.view
            waiting = sorted(key for _, key in view.deadlines.entries)
            self.told.add(self.partition.keep(self.logic.revisit(view, waiting, None)))
        return self


def _record(event: Event) -> Record:
    if isinstance(event, dict):
        return Line(msgspec.json.encode(event))
    return Line(event) if isinstance(event, bytes) else event
