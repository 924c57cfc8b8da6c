from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.support.fixtures import need_kafka
from tests.support.kafka import Kafka, KafkaError, listens
from tests.support.wait import until

ROOT = Path(__file__).resolve().parents[2]
ABRUPT = """
import os, sys
from pathlib import Path
from tests.support.kafka import Kafka

kafka = Kafka(Path(sys.argv[1]))
kafka.start()
print(kafka.address, flush=True)
os.kill(os.getpid(), 9)
"""


def produce(address: str, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0})
    for value in values:
        producer.produce(topic, value, partition=0)
    assert producer.flush(30) == 0


def consume(address: str, topic: str, count: int) -> list[bytes]:
    settings = {"bootstrap.servers": address, "group.id": "test", "log_level": 0}
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        found: list[bytes] = []
        while len(found) < count and (some := consumer.consume(count, timeout=30)):
            found += [value for each in some if (value := each.value()) is not None]
        return found
    finally:
        consumer.close()


def test_what_is_produced_is_consumed(kafka: Kafka, topic: str) -> None:
    produce(kafka.address, topic, b"one", b"two")
    assert consume(kafka.address, topic, 2) == [b"one", b"two"]


def test_a_record_of_six_mebibytes_fits_where_the_topic_allows_it(kafka: Kafka) -> None:
    kafka.create("large", 1, max_message_bytes=6 << 20)
    settings = {"bootstrap.servers": kafka.address, "message.max.bytes": 7 << 20}
    producer = Producer(settings)
    producer.produce("large", bytes((6 << 20) - 1024))
    assert producer.flush(30) == 0
    kafka.delete("large")


def test_topics_are_never_created_by_accident(kafka: Kafka) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.list_topics("not-created", timeout=10)
    assert "not-created" not in admin.list_topics(timeout=10).topics


def test_records_survive_a_kill_and_a_restart(own_kafka: Kafka) -> None:
    own_kafka.create("kept")
    produce(own_kafka.address, "kept", b"before")
    own_kafka.kill()
    assert not listens(own_kafka.address)
    own_kafka.restart()
    produce(own_kafka.address, "kept", b"after")
    assert consume(own_kafka.address, "kept", 2) == [b"before", b"after"]


def test_the_broker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    need_kafka()
    command = [sys.executable, "-c", ABRUPT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    until(lambda: not listens(done.stdout.strip()), 10, "the broker still listens")


def test_a_broker_that_does_not_start_says_why(tmp_path: Path) -> None:
    need_kafka()
    with pytest.raises(KafkaError, match=r"num\.io\.threads"):
        Kafka(tmp_path, num_io_threads=0).start()


def test_a_user_without_permission_is_refused(tmp_path: Path) -> None:
    need_kafka()
    with Kafka(tmp_path, users={"guest": "secret"}) as kafka:
        kafka.create("private")
        login = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}
        login |= {"sasl.username": "guest", "sasl.password": "secret", "log_level": "0"}
        guest = AdminClient({"bootstrap.servers": kafka.guarded_address, **login})
        assert "private" not in guest.list_topics(timeout=10).topics
        with pytest.raises(KafkaException, match="AUTHORIZATION"):
            guest.delete_topics(["private"])["private"].result()
