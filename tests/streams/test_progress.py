"""Whether a worker gets on: what is not known is neither nothing nor quiet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import IllegalStateError

from agents.customers import metrics
from streams import progress as module
from streams.progress import Progress
from streams.settings import Settings

LIMIT = 60.0


class Reading:
    """A partition that is open, and a consumer that says how much there is to read, if it knows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, known: int | Exception | None) -> None:
        self.known = known
        self.now = 1000.0
        self.partition: Any = SimpleNamespace(view=object(), next_offset=7, last_commit=0.0)
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        settings = Settings(stalled_after_seconds=LIMIT, idle_after_seconds=5, idle_clock="auto")
        self.progress: Progress[Any] = Progress(
            settings, metrics(), {0: self.partition}, lambda: SimpleNamespace(lag=self.lag)
        )

    def lag(self, tp: Any, done: int) -> int | None:
        assert (tp.topic, tp.partition, done) == ("interactions", 0, 7)
        if isinstance(self.known, Exception):
            raise self.known
        return self.known

    def after(self, seconds: float) -> tuple[bool, list[int]]:
        """Whether the partition is quiet, and which are stalled, after so long."""
        self.progress.stalled()
        self.progress.is_quiet(0, waiting=False)
        self.now += seconds
        return self.progress.is_quiet(0, waiting=False), self.progress.stalled()


def test_read_to_its_end_it_is_quiet_and_not_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Reading(monkeypatch, 0).after(LIMIT + 1) == (True, [])


def test_with_records_that_are_not_decided_it_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, 3)
    assert reading.after(LIMIT - 1) == (False, [])
    assert reading.after(2) == (False, [0])
    reading.partition.last_commit = reading.now
    assert reading.after(1) == (False, [])
    assert reading.progress.lag(0) == 3


@pytest.mark.parametrize("known", [None, IllegalStateError("no longer assigned")])
def test_where_nothing_could_be_read_yet_it_is_not_quiet_and_stalls(
    monkeypatch: pytest.MonkeyPatch, known: Exception | None
) -> None:
    reading = Reading(monkeypatch, known)
    assert reading.after(LIMIT - 1) == (False, [])
    assert reading.after(2) == (False, [0])
    assert reading.progress.lag(0) == 0
    reading.known = 0
    assert reading.after(0) == (False, [])


def test_one_that_does_not_open_again_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, 0)
    reading.partition.view = None
    assert reading.after(LIMIT + 1) == (False, [0])
