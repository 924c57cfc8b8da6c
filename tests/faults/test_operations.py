"""What operators do to workers and brokers, by intent and by accident."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from streams.changelog import OWN_KEY, OwnRecord, encode_own
from tests.faults.season import bare_logic, season
from tests.support.fixtures import need_kafka
from tests.support.kafka import Kafka, free_ports
from tests.support.topics import (
    MIB,
    Names,
    Progress,
    Sent,
    committed,
    create,
    names,
    outcome,
    publish,
    publish_at_once,
    verdict,
)
from tests.support.wait import pause, until
from tests.support.workers import OTHER_OFFSET, Worker, is_all_decided, wait_decided

EVENTS = 6_000
SETTINGS = {"batch_records": 100, "session_timeout_seconds": 3}


@pytest.fixture(scope="module")
def records() -> list[Sent]:
    seed = int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)
    print(f"\nseed {seed}")
    return season(seed, EVENTS)


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker to be killed and frozen; every test leaves it running."""
    need_kafka()
    with Kafka(tmp_path_factory.mktemp("fragile")) as broker:
        yield broker


class Run:
    """A worker in the middle of a season."""

    def __init__(self, kafka: Kafka, records: list[Sent], folder: Path, **settings: object) -> None:
        self.kafka = kafka
        self.records = records
        self.at = names()
        create(kafka, self.at)
        publish(kafka.address, self.at.interactions, records)
        self.worker = Worker(kafka.address, self.at, folder, **{**SETTINGS, **settings})
        self.progress = Progress(kafka.address, self.at)

    @contextmanager
    def begun(self) -> Iterator[Worker]:
        """The worker, once it has done a part of its work."""
        with self.worker as worker:
            until(lambda: self.progress.done() > EVENTS / 10, 60, worker.tail)
            yield worker

    def finish(self, *others: Worker) -> None:
        """Go on to the end, with restarts where it takes some; nothing lost, nothing doubled."""

        def is_decided() -> bool:
            if not self.worker.is_running:
                self.worker.kill()
                self.worker.start()
            return is_all_decided(self.progress)

        until(is_decided, 90, lambda: f"{self.progress}\n{self.worker.tail()}", 0.2)
        for each in (self.worker, *others):
            assert each.stop() == 0, each.tail()
        found = outcome(self.kafka.address, self.at)._replace(gauges={}, clocks=[])
        assert verdict(bare_logic(self.records), found) == (0, 0, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_ends_in_time_and_goes_on_where_it_was(
    kafka: Kafka, records: list[Sent], tmp_path: Path, number: signal.Signals
) -> None:
    run = Run(kafka, records, tmp_path, store="rocks")
    with run.begun() as worker:
        worker.send(number)
        assert worker.ended(seconds=10) == 0
        assert worker.events("worker stopped")
        assert not run.progress.is_decided(), "it had nothing left to do: the test shows nothing"
        worker.start()
        worker.wait_ready(partitions=4)
        opened = worker.events("partition opened")
        assert sum(int(str(each["restored_records"])) for each in opened) == 0
        assert not worker.events(OTHER_OFFSET)
        until(lambda: is_all_decided(run.progress), 90, worker.tail)
        told = run.progress.decided()
        until(lambda: committed(kafka.address, run.at) == told, 30, worker.tail)
        run.finish()


def test_an_unreachable_broker_is_named_in_a_sentence(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    with Worker(address, names(), tmp_path, connect_timeout_seconds=2) as worker:
        assert worker.ended(seconds=20) == 2
        assert f"no Kafka broker answers at {address} after" in worker.sentence()


def test_a_worker_that_waits_for_a_broker_can_be_stopped(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Worker(f"127.0.0.1:{port}", names(), tmp_path) as worker:
        until(lambda: worker.events("broker does not answer, trying again"), 30, worker.tail)
        assert worker.stop() == 0


def test_a_killed_broker_that_comes_back_costs_nothing(
    fragile: Kafka, records: list[Sent], tmp_path: Path
) -> None:
    run = Run(fragile, records, tmp_path)
    with run.begun():
        fragile.kill()
        pause(3)
        fragile.restart()
        run.finish()


def test_a_worker_whose_broker_hangs_says_so_and_ends(
    fragile: Kafka, records: list[Sent], tmp_path: Path
) -> None:
    run = Run(fragile, records, tmp_path, stalled_after_seconds=5)
    with run.begun() as worker:
        hang(fragile, signal.SIGSTOP)
        try:
            until(lambda: worker.get("/readyz")[0] == 503, 30, worker.tail)
            assert worker.get("/healthz")[0] == 200
            assert worker.ended(seconds=40) in (1, 2)
        finally:
            hang(fragile, signal.SIGCONT)
        assert "exiting to be restarted" in worker.sentence()
        worker.start()
        run.finish()


def test_a_worker_whose_broker_hangs_can_be_stopped(
    fragile: Kafka, records: list[Sent], tmp_path: Path
) -> None:
    run = Run(fragile, records, tmp_path)
    with run.begun() as worker:
        hang(fragile, signal.SIGSTOP)
        try:
            assert worker.stop(seconds=10) == 0
        finally:
            hang(fragile, signal.SIGCONT)
        worker.start()
        run.finish()


def hang(kafka: Kafka, number: signal.Signals) -> None:
    """The broker's process is there, and does not answer; or goes on."""
    assert kafka._process is not None
    kafka._process.send_signal(number)


def wrong_partitions(kafka: Kafka, at: Names) -> str:
    kafka.create(at.customers, 3, cleanup_policy="compact", max_message_bytes=2 * MIB)
    return f"topic {at.customers} has 3 partitions, {at.interactions} has 4"


def no_compaction(kafka: Kafka, at: Names) -> str:
    kafka.create(at.customers, 4, max_message_bytes=2 * MIB)
    return f"topic {at.customers} has cleanup.policy=delete"


def small_records(kafka: Kafka, at: Names) -> str:
    kafka.create(at.rejected, 4, max_message_bytes=MIB)
    return f"topic {at.rejected} takes records of {MIB} bytes"


def newer_partition(kafka: Kafka, at: Names) -> str:
    kafka.create(at.customers, 4, cleanup_policy="compact", max_message_bytes=2 * MIB)
    own = encode_own(OwnRecord(version=99, next_offset=7, state_version=99))
    publish(kafka.address, at.customers, [Sent(own, OWN_KEY, 2)])
    return "the state was written by a newer version of Heed"


def newer_row(kafka: Kafka, at: Names) -> str:
    kafka.create(at.customers, 4, cleanup_policy="compact", max_message_bytes=2 * MIB)
    row = b"\x7f" + b"\xff" * 7 + b"\x63" + b"a form that is not known yet"
    publish(kafka.address, at.customers, [Sent(row, b"c:ann", 1)])
    return "the state was written by a newer version of Heed"


@pytest.mark.parametrize(
    "prepare", [wrong_partitions, no_compaction, small_records, newer_partition, newer_row]
)
def test_a_worker_does_not_start_on_topics_that_are_not_for_it(
    kafka: Kafka, tmp_path: Path, prepare: Callable[[Kafka, Names], str]
) -> None:
    at = names()
    create(kafka, at)
    sentence = prepare(kafka, at)
    with Worker(kafka.address, at, tmp_path) as worker:
        assert worker.ended(seconds=30) == 2, worker.tail()
        assert worker.sentence().startswith(f"heed: {sentence}")
        assert "Traceback" not in worker.said()


def test_topics_are_not_created_where_that_is_not_wanted(kafka: Kafka, tmp_path: Path) -> None:
    at = names()
    with Worker(kafka.address, at, tmp_path, create_topics="false") as worker:
        assert worker.ended(seconds=30) == 2
        assert worker.sentence().startswith(f"heed: missing topics: {at.interactions}, ")


def test_two_processes_share_the_work_and_stop_together(
    kafka: Kafka, records: list[Sent], tmp_path: Path
) -> None:
    at = names()
    create(kafka, at)
    with Worker(kafka.address, at, tmp_path, "--processes", "2", **SETTINGS) as both:
        until(lambda: len(both.events("metrics served")) == 2, 60, both.tail)
        publish_at_once(kafka.address, at.interactions, records)
        wait_decided(Progress(kafka.address, at), both)
        assert both.stop() == 0
        assert len(both.events("worker stopped")) == 2
    found = outcome(kafka.address, at)._replace(gauges={}, clocks=[])
    assert verdict(bare_logic(records), found) == (0, 0, 0)


def allow(admin: AdminClient, kind: ResourceType, name: str, *what: AclOperation) -> None:
    """Exactly this name; or all that begin with it, where it ends in a dot or a hyphen."""
    prefixed = name[-1] in ".-"
    pattern = ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL
    allowed = AclPermissionType.ALLOW
    acls = [AclBinding(kind, name, pattern, "User:worker", "*", each, allowed) for each in what]
    for future in admin.create_acls(acls).values():
        future.result()


def needed(at: Names) -> Iterator[tuple[ResourceType, str, AclOperation]]:
    """What a worker needs, as docs/operators.md lists it, in the order in which it is missed."""
    topic, group = ResourceType.TOPIC, ResourceType.GROUP
    read, write = AclOperation.READ, AclOperation.WRITE
    for name in (at.interactions, at.customers):
        yield from ((topic, name, read), (topic, name, write))
    for name in (
        at.alerts, at.lifecycle, at.profiles, at.rejected, at.observations, f"{at.alerts}."
    ):  # fmt: skip
        yield topic, name, write
    yield group, at.app, read
    yield topic, at.observations, read
    yield from ((topic, at.groups, read), (topic, at.groups, write))
    yield topic, at.service_levels, write
    yield group, f"{at.app}-groups", read


def test_a_missing_permission_is_named_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    need_kafka()
    at, operation = names(), AclOperation
    login = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "worker",
        "sasl_plain_password": "secret",
    }
    with Kafka(tmp_path_factory.mktemp("guarded"), users={"worker": "secret"}) as kafka:
        create(kafka, at)
        admin = AdminClient({"bootstrap.servers": kafka.address, "log_level": 0})
        worker = Worker(
            kafka.guarded_address, at, tmp_path, extra_kafka=json.dumps(login),
            team_topic_prefix=f"{at.alerts}.", **SETTINGS,
        )  # fmt: skip

        def refused() -> str:
            with worker:
                assert worker.ended(seconds=30) == 2, worker.tail()
            assert "Traceback" not in worker.said(), worker.said()
            return worker.sentence()

        assert f"topic {at.interactions} " in refused()
        allow(admin, ResourceType.TOPIC, at.interactions, operation.DESCRIBE)
        assert f"topic {at.customers} cannot be created" in refused()
        for name in (*at[2:], f"{at.alerts}."):
            allow(admin, ResourceType.TOPIC, name, operation.CREATE, operation.DESCRIBE)
        for kind, name, what in needed(at):
            whole = f"{name}after_sales" if name.endswith(".") else name  # the first team's
            wanted = f"no permission to {what.name.lower()} {kind.name.lower()} {whole}: grant it"
            assert wanted in refused()
            allow(admin, kind, name, what)
        assert "TransactionalId" in refused()
        allow(admin, ResourceType.TRANSACTIONAL_ID, f"{at.app}-", operation.WRITE)
        with worker:
            worker.wait_ready(partitions=4)
            assert worker.stop() == 0
