"""A partition goes on only with the input that its state has read."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

import streams.transport  # noqa: F401 (says what the client does not)
from streams.errors import Unusable
from streams.resume import verify
from streams.settings import Settings
from tests.support.kafka import Kafka


def check(kafka: Kafka, topic: str, next_offset: int) -> None:
    settings = Settings(bootstrap=kafka.address, app_id=f"resume-{topic}", input_topic=topic)
    asyncio.run(verify(settings, 0, next_offset, told_offset=next_offset))


def produce(kafka: Kafka, topic: str, number: int = 5) -> None:
    """So many records in partition 0."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": kafka.address})
    for each in range(number):
        producer.produce(topic, b"%d" % each, partition=0)
    assert producer.flush(20) == 0


def delete(kafka: Kafka, topic: str, before: int) -> None:
    """As retention does: the records of partition 0 before that offset."""
    from confluent_kafka import TopicPartition as Where
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": kafka.address})
    for deleted in admin.delete_records([Where(topic, 0, before)]).values():
        deleted.result()


def test_an_input_that_ends_before_what_was_read_of_it_is_refused(kafka: Kafka, topic: str) -> None:
    with pytest.raises(Unusable, match=f"{topic} ends at 0, .* read it up to 5: .* made anew"):
        check(kafka, topic, 5)


def test_a_partition_that_has_read_nothing_goes_on(kafka: Kafka, topic: str) -> None:
    check(kafka, topic, 0)


def test_a_committed_offset_that_differs_is_told_and_the_state_is_trusted(
    kafka: Kafka, topic: str
) -> None:
    produce(kafka, topic)
    with capture_logs() as lines:
        check(kafka, topic, 5)
    (line,) = lines
    assert (line["committed"], line["told_offset"]) == (None, 5)


async def next_offset(consumer: Any) -> int:
    """Of the next record that is read; those with it are read as well."""
    async with asyncio.timeout(20):
        while not (found := await consumer.getmany(timeout_ms=1000)):
            pass
    (records,) = found.values()
    return int(records[0].offset)


async def read_beyond_what_is_deleted(kafka: Kafka, topic: str) -> list[int]:
    """The offsets read by one that begins at 1, of 1 to 3 deleted; and that pauses while seven
    more come, of which the first five are deleted."""
    tp = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([tp])
        await asyncio.to_thread(delete, kafka, topic, 4)
        consumer.seek(tp, 1)
        first = await next_offset(consumer)
        consumer.pause(tp)
        while consumer._fetcher._in_flight:  # noqa: ASYNC110 (asked for before it paused)
            await asyncio.sleep(0.01)
        await asyncio.to_thread(produce, kafka, topic, 7)
        await asyncio.to_thread(delete, kafka, topic, 10)
        consumer.resume(tp)
        return [first, await next_offset(consumer)]
    finally:
        await consumer.stop()


def test_records_that_were_deleted_before_they_were_read_are_told(kafka: Kafka, topic: str) -> None:
    produce(kafka, topic)
    with capture_logs() as lines:
        offsets = asyncio.run(read_beyond_what_is_deleted(kafka, topic))
    assert offsets == [4, 10]
    assert [(line["log_level"], line["topic"], line["offsets"]) for line in lines] == [
        ("error", topic, 3), ("error", topic, 5),
    ]  # fmt: skip


def test_a_topic_of_which_nothing_was_read_may_begin_anywhere(kafka: Kafka, topic: str) -> None:
    async def read() -> int:
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek(TopicPartition(topic, 0), 0)
            return await next_offset(consumer)
        finally:
            await consumer.stop()

    produce(kafka, topic)
    delete(kafka, topic, 4)
    with capture_logs() as lines:
        assert asyncio.run(read()) == 4
    assert lines == []
