"""The commands that speak to Kafka, on a real one: what they find, and what is committed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from heed.inbox import Inbox
from schemas.alert import Alert, Rule, encode
from streams.settings import Settings
from tests.support.kafka import Kafka
from tests.support.topics import Names, names, read
from tests.support.wait import until
from tests.support.workers import Worker

ADD = {"id": "e1", "type": "product_added", "time": "2026-01-05T10:00:00Z", "channel": "web"}
ADD |= {"customer_id": "ann", "properties": {"cart_id": "k1", "product_id": "p1", "price": 20}}
LATER = {"id": "e2", "type": "page_viewed", "time": "2026-01-05T12:00:00Z", "channel": "web"}
LATER |= {"customer_id": "bob"}


def heed(
    kafka: Kafka, at: Names, *arguments: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HEED_")}
    return subprocess.run(
        [sys.executable, "-m", "heed", *arguments, "--bootstrap", kafka.address],
        input=stdin, capture_output=True, text=True, timeout=120, check=False,
        env={**inherited, **at.settings(), **env},
    )  # fmt: skip


def existing(kafka: Kafka) -> set[str]:
    admin = AdminClient({"bootstrap.servers": kafka.address, "log_level": 0})
    return set(admin.list_topics(timeout=20).topics)


def test_publishing_to_a_topic_that_is_not_there_is_told_and_makes_none(kafka: Kafka) -> None:
    at = names()
    done = heed(kafka, at, "publish", "-", stdin=json.dumps(ADD))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"heed: topic {at.interactions} is not there: run `heed topics` or start a worker\n"
    )
    assert at.interactions not in existing(kafka)


def test_alerts_of_a_topic_that_is_not_there_is_told(kafka: Kafka) -> None:
    at = names()
    done = heed(kafka, at, "alerts")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"heed: topic {at.alerts} is not there: run `heed topics` or start a worker\n"
    )


def test_who_is_known_by_a_telephone_alone_is_published_as_the_house_reads_it(
    kafka: Kafka, tmp_path: Path
) -> None:
    at, house = names(), tmp_path / "standards.toml"
    house.write_text('[identity]\nregion = "DE"\n')
    assert heed(kafka, at, "topics", "--partitions", "1").returncode == 0
    call = {**LATER, "aliases": {"phone": "030 901820"}}
    del call["customer_id"]
    for options in ([], ["--standards", str(house)]):
        done = heed(kafka, at, "publish", "-", *options, stdin=json.dumps(call))
        assert done.returncode == 0, done.stderr
    written = [record.key for record in read(kafka.address, at.interactions)]
    assert written == [b"030901820", b"+4930901820"]


TEAM_TOPICS = [
    f"alerts.{team}"
    for team in (
        "after_sales", "branch", "management", "product", "retention", "sales", "success",
        "support",
    )
]  # fmt: skip


def test_topics_creates_what_is_missing_and_then_finds_it(kafka: Kafka) -> None:
    at = names()
    for _ in range(2):
        done = heed(kafka, at, "topics", "--partitions", "3")
        assert done.returncode == 0, done.stderr
        assert [line.partition(", records")[0] for line in done.stdout.splitlines()] == [
            f"{at.interactions}: 3 partitions, delete",
            f"{at.customers}: 3 partitions, compact",
            f"{at.alerts}: 3 partitions, compact",
            f"{at.lifecycle}: 3 partitions, delete",
            f"{at.profiles}: 3 partitions, compact",
            f"{at.rejected}: 3 partitions, delete",
            *(f"{topic}: 1 partitions, compact" for topic in TEAM_TOPICS),
            f"{at.observations}: 3 partitions, delete",
            f"{at.groups}: 3 partitions, compact",
            f"{at.service_levels}: 3 partitions, compact",
        ]
    assert {*at[1:], *TEAM_TOPICS} <= existing(kafka)


def test_a_topic_of_the_wrong_kind_is_told_with_what_to_do(kafka: Kafka) -> None:
    at = names()
    kafka.create(at.interactions, 2, max_message_bytes=6 << 20)
    kafka.create(at.customers, 4, cleanup_policy="compact", max_message_bytes=2 << 20)
    done = heed(kafka, at, "topics")
    assert done.returncode == 2
    assert f"topic {at.customers} has 4 partitions, {at.interactions} has 2: " in done.stderr
    assert len(done.stderr.splitlines()[-1:]) == 1
    assert "Traceback" not in done.stderr


def test_what_is_published_becomes_an_alert_that_is_listed(kafka: Kafka, tmp_path: Path) -> None:
    at = names()
    assert heed(kafka, at, "topics", "--partitions", "1").returncode == 0
    with Worker(kafka.address, at, tmp_path, partitions=1) as worker:
        worker.wait_ready()
        stdin = f"{json.dumps(ADD)}\n{{\n{json.dumps(LATER)}\n"
        done = heed(kafka, at, "publish", "-", stdin=stdin)
        assert done.returncode == 0, done.stderr
        assert done.stderr == f"3 interactions published to {at.interactions}\n"

        def listed() -> str:
            return heed(kafka, at, "alerts", "--json", "--team", "sales").stdout

        alert = json.loads(until(listed, 30, worker.tail))
        assert (alert["signal"], alert["customer_id"]) == ("cart_abandoned", "ann")
        assert worker.stop() == 0


@pytest.mark.parametrize("ending", ["aborted", "open"])
def test_alerts_that_were_not_committed_are_not_listed(kafka: Kafka, ending: str) -> None:
    at = names()
    kafka.create(at.alerts, 2)
    settings = Settings(bootstrap=kafka.address, alerts_topic=at.alerts)
    producer = Producer(
        {"bootstrap.servers": kafka.address, "transactional.id": at.app, "log_level": 0}
    )
    producer.init_transactions(30)
    for name in ("committed", ending):
        told = Alert(
            alert_id=name, party="customer", signal="s", status="open", severity="info",
            event_time="", opened_at="", team="sales", evidence=[], reason="",
            clears_if="", rule=Rule("r", 1, {}),
        )  # fmt: skip
        producer.begin_transaction()
        for partition in range(2):
            producer.produce(at.alerts, encode(told), name, partition)
        assert producer.flush(20) == 0
        if name == "committed":
            producer.commit_transaction(30)
        elif ending == "aborted":
            producer.abort_transaction(30)
    with Inbox(settings) as inbox:
        assert {each.alert_id for each in inbox.present()} == {"committed"}
    if ending == "open":
        producer.abort_transaction(30)
