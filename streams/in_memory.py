"""One partition of a logic without Kafka: what it decides is kept encoded, and read again."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from streams.clock import DEFAULT_LATENESS, Clock
from streams.contract import Decision, Logic, Record, Revisiting
from streams.deadlines import NEVER
from streams.rows import Row, View

S = TypeVar("S")


class InMemory(Generic[S]):
    """For replays and tests: the very logic that a worker runs, on a store of encoded bytes."""

    def __init__(
        self,
        logic: Logic[S],
        lateness: int = DEFAULT_LATENESS,
        *,
        cached: int = 0,
        partition: int = 0,
        partitions: int = 1,
    ) -> None:
        """`lateness` in microseconds; at most about `cached` rows stay decoded."""
        self.logic = logic
        self.codec = logic.codec()
        self.rows: dict[str, bytes] = {}
        """What is stored, by row key."""
        self._place = (partition, partitions, cached)
        self.view = self._opened(Clock(lateness))

    def decide(self, records: Sequence[Record]) -> Decision:
        """Decide about a batch, and keep what follows of it."""
        whole = Decision()
        taken: int | None = 0
        while taken is not None:
            records = records[taken:]
            part = self.keep(self.logic.decide(self.view, records, None))
            whole.add(part)
            if part.again:
                whole.add(self.revisit())
            taken = part.taken
        return whole

    def revisit(self) -> Decision:
        """Look at every row again."""
        assert isinstance(self.logic, Revisiting)
        return self.keep(self.logic.revisit(self.view, sorted(self.rows), None))

    def finish(self, until: int | None = None) -> Iterator[Decision]:
        """Time goes on to the newest record's, or to `until`."""
        view = self.view
        view.clock.finish(until)
        while view.deadlines.next <= view.clock.now:
            yield self.keep(self.logic.tick(view, None))

    def keep(self, decision: Decision) -> Decision:
        """Store the rows that a decision has touched."""
        for row in self.view.touched:
            self.rows[row.key] = row.stored(self.codec)
        self.view.settle()
        return decision

    def reopen(self) -> None:
        """Go on as another worker would, that knows only what is stored."""
        self.view = self._opened(self.view.clock)

    def _opened(self, clock: Clock) -> View[S]:
        partition, partitions, cached = self._place
        view: View[S] = View(
            self._fetch, clock, partition=partition, partitions=partitions, cached=cached
        )
        due = [(int.from_bytes(value[:8], "big"), key) for key, value in self.rows.items()]
        view.deadlines.fill([entry for entry in due if entry[0] != NEVER])
        return view

    def _fetch(self, key: str) -> Row[S] | None:
        value = self.rows.get(key)
        if value is None:
            return None
        return Row(key, self.codec.decode(value), int.from_bytes(value[:8], "big"))
