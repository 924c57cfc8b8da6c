"""The broker inside the process."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from streams.embedded import PARTITIONS, EmbeddedBroker
from streams.settings import Settings
from streams.topics import ensure
from tests.support.kafka import listens
from tests.support.wait import until


def test_it_answers_while_the_block_runs_and_no_longer() -> None:
    with EmbeddedBroker() as broker:
        address = broker.address
        assert AdminClient({"bootstrap.servers": address}).list_topics(timeout=10).brokers
    until(lambda: not listens(address), 10, address)
    with pytest.raises(KafkaException):
        AdminClient({"bootstrap.servers": address, "log_level": 0}).list_topics(timeout=0.5)


def test_a_topic_is_there_as_soon_as_it_is_named() -> None:
    with EmbeddedBroker() as broker:
        found = ensure(Settings(bootstrap=broker.address, embedded=True))
    assert [(each.name, each.partitions) for each in found] == [
        (name, PARTITIONS)
        for name in (
            "interactions",
            "customers",
            "alerts",
            "lifecycle",
            "profiles",
            "rejected",
            "observations",
            "groups",
            "service_levels",
        )
    ]


def test_two_of_them_know_nothing_of_each_other() -> None:
    with EmbeddedBroker() as one, EmbeddedBroker() as other:
        assert one.address != other.address
        producer = Producer({"bootstrap.servers": one.address})
        producer.produce("only-here", b"x")
        assert producer.flush(10) == 0
        topics = AdminClient({"bootstrap.servers": other.address}).list_topics(timeout=10).topics
        assert "only-here" not in topics
