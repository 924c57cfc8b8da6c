"""Signals about groups without Kafka: feed observations, let time pass, look at the alerts.

As `agents.harness`: the very logic that a worker runs, on a store of encoded bytes that is read
again for every batch.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from typing import Self

from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from schemas.alert import Alert, decode
from schemas.group import Group
from schemas.instant import MINUTE, instant
from schemas.observation import CLOCK, Clock, Observation, encode
from schemas.standards import Standards
from streams.clock import DEFAULT_LATENESS
from streams.clock import Clock as PartitionClock
from streams.contract import Broadcast, Decision, Line, Output, Refusal
from streams.rows import Row, View

Said = tuple[str, Observation]
"""The key of a group, and what was observed of it."""


class GroupHarness:
    """One partition of groups in memory, whose clock moves with observations and by hand."""

    def __init__(
        self,
        standards: Standards | None = None,
        lateness: int = DEFAULT_LATENESS,
        *,
        logic: Groups | None = None,
    ) -> None:
        self.logic = logic or Groups(GroupBook(standards))
        self.outputs: list[Output] = []
        self.broadcasts: list[Broadcast] = []
        self.refusals: list[Refusal] = []
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.gauges: dict[tuple[str, ...], float] = {}
        self.stored: dict[str, bytes] = {}
        self._codec = self.logic.codec()
        self._sizes: Iterable[int] | None = None
        self._lateness, self._told = lateness, 0
        self._view: View[Group] = View(self._fetch, PartitionClock(lateness))

    @property
    def alerts(self) -> list[Alert]:
        """Every alert record so far, in the order of decision."""
        return [decode(output.value) for output in self.outputs if output.topic == "alerts"]

    def group(self, key: str) -> Group:
        """What is remembered of a group. Raises KeyError where nothing is."""
        return self._codec.decode(self.stored[key])

    def batches(self, sizes: Sequence[int]) -> Self:
        """From here on observations are taken in batches of these sizes in turn."""
        self._sizes = cycle(sizes)
        return self

    def feed(self, said: Iterable[Said]) -> Self:
        """Take observations in their order of arrival, as one partition of customers would tell
        them whose clock runs the lateness behind the newest."""
        lines = []
        for key, observation in said:
            lines.append(Line(encode(observation), key=key.encode()))
            if observation.time - self._lateness > self._told:
                self._told = observation.time - self._lateness
                lines.append(Line(encode(Clock(0, 1, self._told)), key=CLOCK.encode()))
        if self._sizes is None:
            return self._batch(lines)
        arrived = iter(lines)
        for size in self._sizes:
            batch = list(islice(arrived, size))
            if not batch:
                break
            self._batch(batch)
        return self

    def advance(self, *, minutes: float = 0, to: str | float | None = None) -> Self:
        """Let time pass without observations: by `minutes`, or to an instant."""
        clock = self._view.clock
        start = max(clock.now, clock.newest)
        return self._until(start + round(minutes * MINUTE) if to is None else instant(to))

    def finish(self) -> Self:
        """The end of input: time goes to the newest observation's."""
        return self._until(None)

    def _until(self, at: int | None) -> Self:
        view = self._view
        view.clock.finish(at)
        while view.deadlines.next <= view.clock.now:
            self._commit(self.logic.tick(view, None))
        return self

    def _batch(self, lines: list[Line]) -> Self:
        self._commit(self.logic.decide(self._view, lines, None))
        return self

    def _commit(self, decision: Decision) -> None:
        view = self._view
        for row in view.touched:
            self.stored[row.key] = self._codec.encode(row.state, row.deadline)
        view.settle()
        self.outputs += decision.outputs
        self.broadcasts += decision.broadcasts
        self.refusals += decision.refusals
        self.counts += decision.counts
        for name, change in decision.gauges.items():
            self.gauges[name] = self.gauges.get(name, 0) + change

    def _fetch(self, key: str) -> Row[Group] | None:
        value = self.stored.get(key)
        if value is None:
            return None
        deadline = int.from_bytes(value[:8], "big")
        return Row(key, self._codec.decode(value), deadline)
