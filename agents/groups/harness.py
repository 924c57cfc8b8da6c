"""Signals about groups without Kafka: feed observations, let time pass, look at the alerts.

As `agents.harness`: the very logic that a worker runs, on a store of encoded bytes that is read
again for every batch.
"""

from collections.abc import Iterable
from typing import Self

from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from agents.rehearsal import Rehearsal
from schemas.group import Group
from schemas.observation import CLOCK, Clock, Observation, encode
from schemas.standards import Standards
from streams.clock import DEFAULT_LATENESS
from streams.contract import Line

Said = tuple[str, Observation]
"""The key of a group, and what was observed of it."""


class GroupHarness(Rehearsal[Group]):
    """One partition of groups in memory, whose clock moves with observations and by hand."""

    def __init__(
        self,
        standards: Standards | None = None,
        lateness: int = DEFAULT_LATENESS,
        *,
        logic: Groups | None = None,
    ) -> None:
        self.logic = logic or Groups(GroupBook(standards))
        self._lateness, self._clock = lateness, 0
        super().__init__(self.logic, lateness)

    def group(self, key: str) -> Group:
        """What is remembered of a group. Raises KeyError where nothing is."""
        return self.partition.codec.decode(self.rows[key])

    def restart(self, standards: Standards) -> Self:
        """Go on as another worker would, that knows only what is stored and has other standards:
        it looks at every row again."""
        self.partition.reopen()
        self.logic = self.partition.logic = Groups(GroupBook(standards))
        self.told.add(self.partition.revisit())
        return self

    def feed(self, said: Iterable[Said]) -> Self:
        """Take observations in their order of arrival, as one partition of customers would tell
        them whose clock runs the lateness behind the newest."""
        lines = []
        for key, observation in said:
            lines.append(Line(encode(observation), key=key.encode()))
            if observation.time - self._lateness > self._clock:
                self._clock = observation.time - self._lateness
                lines.append(Line(encode(Clock(0, 1, self._clock)), key=CLOCK.encode()))
        return self.take(lines)
