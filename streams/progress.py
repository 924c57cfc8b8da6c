"""Whether a worker gets on: lag, the age of the last commit, quiet partitions, and the gauges."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from aiokafka.errors import IllegalStateError
from faust.types import TP

from streams.metrics import Metrics
from streams.partition import Partition
from streams.settings import Settings

S = TypeVar("S")


class Progress(Generic[S]):
    """Looks at the partitions of a worker; `consumer` gives the one that reads for them."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        partitions: Mapping[int, Partition[S]],
        consumer: Callable[[], Any],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._partitions = partitions
        self._consumer = consumer
        self._lagging_since: dict[int, float] = {}
        self._quiet_since: dict[int, float] = {}

    def begin(self, number: int) -> None:
        """A partition starts anew: neither lagging nor quiet so far."""
        self._lagging_since.pop(number, None)
        self._quiet_since.pop(number, None)

    def lag(self, number: int) -> int:
        """Records of a partition that can be read and are not yet decided, as far as known."""
        return self._known(number) or 0

    def _known(self, number: int) -> int | None:
        """The same, None where it is not known: then nothing has been read yet."""
        partition = self._partitions[number]
        if partition.view is None:
            return None
        tp = TP(self._settings.input_topic, number)
        try:
            known: int | None = self._consumer().lag(tp, partition.next_offset)
        except (AttributeError, KeyError, IllegalStateError):
            return None  # Between assignments the client knows no offsets.
        return known

    def is_quiet(self, number: int, waiting: bool) -> bool:
        """Whether a partition has been read to its end for `idle_after_seconds`."""
        if self._settings.idle_clock == "off":
            return False
        now = time.monotonic()
        if waiting or self._known(number) != 0:
            self._quiet_since.pop(number, None)
            return False
        since = self._quiet_since.setdefault(number, now)
        return now - since >= self._settings.idle_after_seconds

    def stalled(self) -> list[int]:
        """Partitions without a commit for `stalled_after_seconds` while there is lag, or while not
        even that can be read how much there is."""
        now, limit = time.monotonic(), self._settings.stalled_after_seconds
        return [n for n in sorted(self._partitions) if self._age(n, now) > limit]

    def refresh(self) -> None:
        """Bring the gauges up to date."""
        metrics, totals = self._metrics, dict[tuple[str, ...], float]()
        now, overdue, held = time.monotonic(), 0, 0
        metrics.lag.clear()
        metrics.age.clear()
        for number, partition in self._partitions.items():
            for name, value in partition.gauges.items():
                totals[name] = totals.get(name, 0) + value
            metrics.lag.labels(number).set(self.lag(number))
            metrics.age.labels(number).set(self._age(number, now))
            held += partition.store.size()
            if partition.view is not None:
                overdue += partition.view.deadlines.overdue(partition.view.clock.now)
        metrics.overdue.set(overdue)
        metrics.state_bytes.set(held)
        metrics.show(totals)

    def _age(self, number: int, now: float) -> float:
        partition = self._partitions[number]
        if self._known(number) == 0:
            self._lagging_since.pop(number, None)
            return 0.0
        # One that had to be closed and does not open again, or cannot be read, is behind as well.
        since = self._lagging_since.setdefault(number, now)
        return now - max(since, partition.last_commit)
