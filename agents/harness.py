"""Signals without Kafka: feed interactions, let time pass, look at the alerts.

For tests of signals, one's own as well: the very logic that a worker runs, on a store that holds
encoded bytes and is read again for every batch. After Kafka Streams' `TopologyTestDriver`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any, Self

import msgspec

from agents.decide import Customers
from agents.rulebook import Rulebook
from schemas import lifecycle
from schemas.alert import Alert, decode
from schemas.instant import MINUTE, instant
from schemas.lifecycle import StageChange
from schemas.standards import Standards
from streams.clock import DEFAULT_LATENESS, Clock
from streams.contract import Decision, Forward, Line, Output, Record, Refusal
from streams.deadlines import NEVER
from streams.rows import Row, View
from streams.store import MemoryStore

Event = dict[str, Any] | bytes | Record


class Harness:
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
        cached: int = 0,
        partition: int = 0,
        partitions: int = 1,
    ) -> None:
        """`lateness` is in microseconds; at most about `cached` rows stay decoded between batches.

        A `logic` of one's own is taken instead of `standards`.
        """
        self.logic = logic or Customers(Rulebook(standards), future=None)
        self.store = MemoryStore()
        self.outputs: list[Output] = []
        self.refusals: list[Refusal] = []
        self.forwards: list[Forward] = []
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.gauges: dict[tuple[str, ...], float] = {}
        self._codec = self.logic.codec()
        self._place = (partition, partitions, cached)
        self._sizes: Iterator[int] | None = None
        self._view = self._opened(Clock(lateness))

    @property
    def alerts(self) -> list[Alert]:
        """Every alert record so far, in the order of decision."""
        return [decode(output.value) for output in self.outputs if output.topic == "alerts"]

    @property
    def changes(self) -> list[StageChange]:
        """Every change of a stage of life so far."""
        told = [output for output in self.outputs if output.topic == "lifecycle"]
        return [lifecycle.decode(output.value) for output in told]

    @property
    def rows(self) -> dict[str, bytes]:
        """What is stored, by row key."""
        return {key.decode(): value for key, value in self.store.items()}

    def batches(self, sizes: Sequence[int]) -> Self:
        """From here on events are taken in batches of these sizes in turn, not all at once."""
        self._sizes = cycle(sizes)
        return self

    def feed(self, events: Iterable[Event]) -> Self:
        """Take interactions in their order of arrival: dicts, JSON bytes or whole records."""
        arrived = iter([_record(event) for event in events])
        if self._sizes is None:
            return self._batch(list(arrived))
        for size in self._sizes:
            batch = list(islice(arrived, size))
            if not batch:
                break
            self._batch(batch)
        return self

    def advance(self, *, minutes: float = 0, to: str | float | None = None) -> Self:
        """Let time pass without events: by `minutes`, or to an instant as events state it."""
        clock = self._view.clock
        start = max(clock.now, clock.newest)
        return self._until(start + round(minutes * MINUTE) if to is None else instant(to))

    def finish(self, until: str | float | None = None) -> Self:
        """The end of input: time goes to the newest event's, or to `until`."""
        return self._until(None if until is None else instant(until))

    def restart(self, standards: Standards | None = None) -> Self:
        """Go on as another worker would, that knows only what is stored: with other standards it
        looks again at what waits."""
        self._view = self._opened(self._view.clock)
        if standards is not None:
            self.logic = Customers(Rulebook(standards), future=None)
            waiting = sorted(key for _, key in self._view.deadlines.entries)
            self._commit(self.logic.revisit(self._view, waiting, None))
        return self

    def _until(self, at: int | None) -> Self:
        view = self._view
        view.clock.finish(at)
        while view.deadlines.next <= view.clock.now:
            self._commit(self.logic.tick(view, None))
        return self

    def _batch(self, records: list[Record]) -> Self:
        taken: int | None = 0
        while taken is not None:
            records = records[taken:]
            decision = self.logic.decide(self._view, records, None)
            self._commit(decision)
            taken = decision.taken
        return self

    def _commit(self, decision: Decision) -> None:
        view, codec = self._view, self._codec
        rows = [(row.key.encode(), codec.encode(row.state, row.deadline)) for row in view.touched]
        self.store.write(rows, None, 0)
        view.settle()
        self.outputs += decision.outputs
        self.refusals += decision.refusals
        self.forwards += decision.forwards
        self.counts += decision.counts
        for name, change in decision.gauges.items():
            self.gauges[name] = self.gauges.get(name, 0) + change

    def _opened(self, clock: Clock) -> View[Any]:
        partition, partitions, cached = self._place
        view: View[Any] = View(
            self._read, clock, partition=partition, partitions=partitions, cached=cached
        )
        due = [(int.from_bytes(value[:8], "big"), key) for key, value in self.rows.items()]
        view.deadlines.fill([entry for entry in due if entry[0] != NEVER])
        return view

    def _read(self, key: str) -> Row[Any] | None:
        value = self.store.get(key.encode())
        if value is None:
            return None
        return Row(key, self._codec.decode(value), int.from_bytes(value[:8], "big"))


def _record(event: Event) -> Record:
    if isinstance(event, dict):
        return Line(msgspec.json.encode(event))
    return Line(event) if isinstance(event, bytes) else event
