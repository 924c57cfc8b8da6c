"""A worker that is frozen longer than its session lasts, and wakes up as somebody else's zombie."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

from confluent_kafka import Producer

from tests.faults.season import bare_logic, season
from tests.support.kafka import Kafka
from tests.support.topics import Progress, create, names, outcome, publish, publish_at_once, verdict
from tests.support.wait import until
from tests.support.workers import Worker, wait_decided

EVENTS = 8_000
SETTINGS = {"batch_records": 50, "session_timeout_seconds": 3}


def test_a_frozen_worker_adds_nothing_and_lives_on(kafka: Kafka, tmp_path: Path) -> None:
    seed = int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)
    print(f"\nseed {seed}")
    records, at = season(seed, EVENTS), names()
    half, rest = EVENTS // 2, EVENTS * 3 // 4
    parts = records[:half], records[half:rest], records[rest:]
    progress = Progress(kafka.address, at)
    create(kafka, at)
    publish(kafka.address, at.interactions, parts[0])
    frozen, other = (Worker(kafka.address, at, tmp_path / name, **SETTINGS) for name in "ab")
    with frozen, other:
        until(lambda: progress.done() > EVENTS / 10, 60, frozen.tail)
        frozen.send(signal.SIGSTOP)
        wait_decided(progress, other)  # the other has taken over and done all there was
        assert other.partitions() == {0, 1, 2, 3}

        publish_at_once(kafka.address, at.interactions, parts[1])
        frozen.send(signal.SIGCONT)
        until(lambda: frozen.get("/readyz")[0] == 200, 60, frozen.tail)
        wait_decided(progress, frozen, other)

        assert other.stop() == 0
        frozen.wait_ready(partitions=4)
        publish_at_once(kafka.address, at.interactions, parts[2])
        wait_decided(progress, frozen)
        assert frozen.stop() == 0
    found = outcome(kafka.address, at)._replace(gauges={}, clocks=[])
    assert verdict(bare_logic(*parts), found) == (0, 0, 0)


def test_a_worker_takes_its_partitions_back_from_a_stranger(kafka: Kafka, tmp_path: Path) -> None:
    """Fenced, but still a member: what it has fetched and not committed must be read again."""
    seed = int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)
    print(f"\nseed {seed}")
    records, at = season(seed, EVENTS), names()
    progress = Progress(kafka.address, at)
    create(kafka, at)
    publish(kafka.address, at.interactions, records)
    with Worker(kafka.address, at, tmp_path, **SETTINGS) as worker:
        for part in (10, 3):
            until(lambda part=part: progress.done() > EVENTS / part, 60, worker.tail)  # type: ignore[misc]
            for number in range(4):
                settings = {"bootstrap.servers": kafka.address, "log_level": 0}
                stranger = Producer({**settings, "transactional.id": f"{at.app}-{number}"})
                stranger.init_transactions(30)
        wait_decided(progress, worker)
        assert worker.events("partition is someone else's now")
        assigned = Counter(each["input"] for each in worker.events("partitions assigned"))
        assert assigned == {at.interactions: 1, at.observations: 1}
        assert worker.stop() == 0
    found = outcome(kafka.address, at)._replace(gauges={}, clocks=[])
    assert verdict(bare_logic(records), found) == (0, 0, 0)
