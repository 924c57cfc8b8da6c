"""kill -9 at random points: nothing lost, nothing twice, nothing wrong."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from agents.rulebook import Rulebook
from heed.simulator.stories import NEED_STANDARDS
from tests.faults.season import EVENTS, bare_logic, season
from tests.support.kafka import Kafka
from tests.support.topics import (
    Names,
    Outcome,
    Progress,
    Sent,
    Verdict,
    create,
    names,
    outcome,
    publish,
    verdict,
)
from tests.support.wait import pause, until
from tests.support.workers import OTHER_OFFSET, Worker, wait_decided

KILLS = 10
SIGNALS = Rulebook().kinds.keys() - NEED_STANDARDS  # of a customer
# Small batches make many transactions to be killed in; a short session, since the partitions of a
# killed worker wait for its end.
SETTINGS = {"batch_records": 200, "session_timeout_seconds": 2}


@pytest.fixture(scope="module")
def seed() -> int:
    """Printed with every result; HEED_SEED repeats a run."""
    return int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)


@pytest.fixture(scope="module")
def records(seed: int) -> list[Sent]:
    return season(seed)


@pytest.fixture(scope="module")
def undisturbed(
    kafka: Kafka, records: list[Sent], tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """What one worker makes of the season when nobody disturbs it."""
    at = sent(kafka, records)
    with Worker(kafka.address, at, tmp_path_factory.mktemp("undisturbed")) as worker:
        wait_decided(Progress(kafka.address, at), worker)
        assert worker.stop() == 0
    return outcome(kafka.address, at)


def sent(kafka: Kafka, records: list[Sent]) -> Names:
    """Fresh topics with the season in them."""
    at = names()
    create(kafka, at)
    assert publish(kafka.address, at.interactions, records) == EVENTS
    return at


class Killer:
    """Kills workers at random points of a season, until it has killed often enough."""

    def __init__(self, kafka: Kafka, records: list[Sent], seed: int, kills: int = KILLS) -> None:
        self.at = sent(kafka, records)
        self.rng = Random(seed)
        self.progress = Progress(kafka.address, self.at)
        self.points = sorted(self.rng.uniform(0.02, 0.95) * EVENTS for _ in range(kills))
        self.killed = 0
        self.began = time.monotonic()

    def rounds(self, *workers: Worker) -> Iterator[None]:
        """Once for each kill, when its point has been reached."""
        for point in self.points:
            self._wait(point, workers)
            pause(self.rng.uniform(0, 0.1))
            yield
            self.killed += 1

    def _wait(self, point: float, workers: tuple[Worker, ...]) -> None:
        def said() -> str:
            return "\n".join(each.tail() for each in workers)

        def is_there() -> bool:
            assert any(each.is_running for each in workers), said()
            return self.progress.done() >= point

        until(is_there, 90, said, 0.02)

    def judge(self, kafka: Kafka, undisturbed: Outcome, what: str, seed: int) -> Verdict:
        found = outcome(kafka.address, self.at)
        judged = verdict(undisturbed, found)
        told = sum(len(states) for states in found.alerts.values())
        print(
            f"\n{what}: seed {seed}, {self.killed} kills, {EVENTS} events, {told} alert states, "
            f"{len(found.state)} rows, {found.rejected.total()} rejected: {judged.lost} lost, "
            f"{judged.duplicate} duplicate, {judged.wrong} wrong, "
            f"{time.monotonic() - self.began:.0f} s"
        )
        return judged


def test_a_season_opens_and_clears_alerts_of_every_signal(undisturbed: Outcome) -> None:
    told = [json.loads(state) for states in undisturbed.alerts.values() for state in states]
    assert {alert["signal"] for alert in told} >= SIGNALS
    assert {alert["status"] for alert in told} >= {
        "open", "updated", "resolved", "expired", "notice",
    }  # fmt: skip
    assert undisturbed.rejected.total() > EVENTS / 200


def test_a_worker_decides_as_the_bare_logic_does(
    kafka: Kafka, records: list[Sent], undisturbed: Outcome, seed: int
) -> None:
    print(f"\nseed {seed}")
    bare = bare_logic(records)
    assert verdict(bare, undisturbed._replace(gauges={}, clocks=[])) == (0, 0, 0)


@pytest.mark.parametrize("store", ["memory", "rocks", "rocks with its folder deleted"])
def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(
    kafka: Kafka, records: list[Sent], undisturbed: Outcome, seed: int, tmp_path: Path, store: str
) -> None:
    killer = Killer(kafka, records, seed)
    settings = {**SETTINGS, "store": store.split()[0]}
    with Worker(kafka.address, killer.at, tmp_path, **settings) as worker:
        for _ in killer.rounds(worker):
            worker.kill()
            if "deleted" in store:
                shutil.rmtree(worker.state, ignore_errors=True)
            worker.start()
        wait_decided(killer.progress, worker)
        assert not worker.events(OTHER_OFFSET)
        assert worker.stop() == 0
    assert killer.judge(kafka, undisturbed, f"one worker, {store}", seed) == (0, 0, 0)


def test_nothing_is_lost_or_doubled_when_two_workers_join_and_die(
    kafka: Kafka, records: list[Sent], undisturbed: Outcome, seed: int, tmp_path: Path
) -> None:
    killer = Killer(kafka, records, seed)
    settings = {**SETTINGS, "store": "rocks", "batch_records": 100}
    one, two = (Worker(kafka.address, killer.at, tmp_path / name, **settings) for name in "ab")
    with one, two:
        for _ in killer.rounds(one, two):
            victim = killer.rng.choice([each for each in (one, two) if each.is_running])
            victim.kill()
            for each in (one, two):  # who died before is back; sometimes both are away
                if not each.is_running and (each is not victim or killer.rng.random() < 0.5):
                    each.start()
            if not one.is_running and not two.is_running:
                victim.start()
        wait_decided(killer.progress, one, two)
        for each in (one, two):
            assert not each.is_running or each.stop() == 0
    assert killer.judge(kafka, undisturbed, "two workers", seed) == (0, 0, 0)
