"""One partition of an agent without Kafka, whose clock moves with the records and by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Generic, Self, TypeVar

from schemas.alert import Alert, decode
from schemas.instant import MINUTE, instant
from streams.contract import Broadcast, Decision, Forward, Logic, Output, Record, Refusal
from streams.in_memory import InMemory

S = TypeVar("S")


class Rehearsal(Generic[S]):
    """What both harnesses do: take records in batches, let time pass, and keep what was told."""

    def __init__(self, logic: Logic[S], lateness: int, **place: int) -> None:
        """`lateness` and `place` as of `InMemory`."""
        self.partition: InMemory[S] = InMemory(logic, lateness, **place)
        self.told = Decision()
        """All that was decided, as one decision."""
        self._sizes: Iterator[int] | None = None

    @property
    def alerts(self) -> list[Alert]:
        """Every alert record so far, in the order of decision."""
        return [decode(output.value) for output in self.outputs if output.topic == "alerts"]

    @property
    def rows(self) -> dict[str, bytes]:
        """What is stored, by row key."""
        return self.partition.rows

    @property
    def outputs(self) -> list[Output]:
        """What was told, on whatever topic."""
        return self.told.outputs

    @property
    def refusals(self) -> list[Refusal]:
        """What could not be taken."""
        return self.told.refusals

    @property
    def forwards(self) -> list[Forward]:
        """What belongs to other partitions."""
        return self.told.forwards

    @property
    def broadcasts(self) -> list[Broadcast]:
        """What was told every partition of a topic."""
        return self.told.broadcasts

    @property
    def counts(self) -> Counter[tuple[str, ...]]:
        """Increments of counters, by metric name and label values."""
        return self.told.counts

    @property
    def gauges(self) -> dict[tuple[str, ...], float]:
        """Gauges, by metric name and label values."""
        return self.told.gauges

    def batches(self, sizes: Sequence[int]) -> Self:
        """From here on records are taken in batches of these sizes in turn, not all at once."""
        self._sizes = cycle(sizes)
        return self

    def take(self, records: Sequence[Record]) -> Self:
        """Take whole records in their order of arrival."""
        if self._sizes is None:
            return self.batch(records)
        arrived = iter(records)
        for size in self._sizes:
            some = list(islice(arrived, size))
            if not some:
                break
            self.batch(some)
        return self

    def batch(self, records: Sequence[Record]) -> Self:
        """Take these records as one batch."""
        self.told.add(self.partition.decide(records))
        return self

    def advance(self, *, minutes: float = 0, to: str | float | None = None) -> Self:
        """Let time pass without records: by `minutes`, or to an instant as records state it."""
        clock = self.partition.view.clock
        start = max(clock.now, clock.newest)
        return self._until(start + round(minutes * MINUTE) if to is None else instant(to))

    def finish(self, until: str | float | None = None) -> Self:
        """The end of input: time goes to the newest record's, or to `until`."""
        return self._until(None if until is None else instant(until))

    def _until(self, at: int | None) -> Self:
        for decision in self.partition.finish(at):
            self.told.add(decision)
        return self
