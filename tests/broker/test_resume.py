"""A partition goes on only with the input that its state has read."""

import asyncio

import pytest
from structlog.testing import capture_logs

from streams.errors import Unusable
from streams.resume import verify
from streams.settings import Settings
from tests.support.kafka import Kafka


def check(kafka: Kafka, topic: str, next_offset: int) -> None:
    settings = Settings(bootstrap=kafka.address, app_id=f"resume-{topic}", input_topic=topic)
    asyncio.run(verify(settings, 0, next_offset, told_offset=next_offset))


def five(kafka: Kafka, topic: str) -> None:
    """So many records in partition 0."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": kafka.address})
    for number in range(5):
        producer.produce(topic, b"%d" % number, partition=0)
    assert producer.flush(20) == 0


def test_an_input_that_ends_before_what_was_read_of_it_is_refused(kafka: Kafka, topic: str) -> None:
    with pytest.raises(Unusable, match=f"{topic} ends at 0, .* read it up to 5: .* made anew"):
        check(kafka, topic, 5)


def test_a_partition_that_has_read_nothing_goes_on(kafka: Kafka, topic: str) -> None:
    check(kafka, topic, 0)


def test_a_committed_offset_that_differs_is_told_and_the_state_is_trusted(
    kafka: Kafka, topic: str
) -> None:
    five(kafka, topic)
    with capture_logs() as lines:
        check(kafka, topic, 5)
    (line,) = lines
    assert (line["committed"], line["told_offset"]) == (None, 5)


def test_interactions_that_were_deleted_before_they_were_read_are_told(
    kafka: Kafka, topic: str
) -> None:
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient

    five(kafka, topic)
    admin = AdminClient({"bootstrap.servers": kafka.address})
    for deleted in admin.delete_records([TopicPartition(topic, 0, 4)]).values():
        deleted.result()
    with capture_logs() as lines:
        check(kafka, topic, 1)
    assert [(line["log_level"], line.get("offsets")) for line in lines] == [
        ("error", 3), ("warning", None),
    ]  # fmt: skip
