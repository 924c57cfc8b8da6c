"""The records of one customer as Kafka still has them: their partition, read from its end."""

import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from agents.identity import routing_key, row_key
from schemas.interaction import Interaction, Rejected, decode
from streams.contract import HOPS
from streams.errors import Unusable
from streams.murmur2 import partition_of
from streams.settings import Settings
from streams.topics import client_settings

WINDOW = 20_000
"""So many records are read at once, from the end backwards."""
MOST_READ = 400_000
PATIENCE_SECONDS = 10.0


class Read(NamedTuple):
    """The newest interactions of a customer, the oldest first, and how far back was read.

    `values` are the same as they came. `since` is the Kafka timestamp (microseconds) of the oldest
    record looked at, 0 where there was none; `whole` says that nothing older is retained.
    """

    events: list[Interaction]
    values: list[bytes]
    looked_at: int
    since: int
    whole: bool


def newest(key: str, settings: Settings, most: int, patience: float = 5.0) -> Read:
    """The last `most` interactions of the row `key`. Raises Unusable.

    Looks at no more than 400,000 records of the partition, for no longer than ten seconds.
    """
    consumer = Consumer(
        {
            **client_settings(settings),
            "group.id": "heed-explain",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
        }
    )
    topic = settings.input_topic
    try:
        known = consumer.list_topics(topic, timeout=patience).topics[topic]
        if known.error is not None or not known.partitions:
            raise Unusable(f"topic {topic} is not there")
        number = partition_of(routing_key(key), len(known.partitions))
        tp = TopicPartition(topic, number)
        first, end = consumer.get_watermark_offsets(tp, timeout=patience)
        return _backwards(consumer, tp, first, end, key, most)
    except KafkaException as why:
        raise Unusable(f"{settings.bootstrap} does not answer ({why.args[0].str()})") from None
    finally:
        consumer.close()


def _backwards(
    consumer: Consumer, tp: TopicPartition, first: int, end: int, key: str, most: int
) -> Read:
    found: deque[tuple[Interaction, bytes]] = deque()
    begin, since, looked_at, give_up = end, 0, 0, time.monotonic() + PATIENCE_SECONDS
    while begin > first and len(found) < most and looked_at < MOST_READ:
        upto, begin = begin, max(first, begin - WINDOW)
        consumer.assign([TopicPartition(tp.topic, tp.partition, begin)])
        window: list[tuple[Interaction, bytes]] = []
        at, oldest = begin, 0
        while at < upto:
            if time.monotonic() > give_up:
                return _read(found, looked_at, since, whole=False)
            for message in consumer.consume(5000, 0.2):
                if message.error() is not None:
                    at = upto if _is_end(message) else at
                    continue
                at = (message.offset() or 0) + 1
                if at > upto:
                    break
                looked_at += 1
                stamp = message.timestamp()[1]
                oldest = oldest or stamp * 1000
                value = message.value()
                event = _of(key, message.key(), value, stamp, message.headers())
                if event is not None and value is not None:
                    window.append((event, value))
        since = oldest or since
        found.extendleft(reversed(window))
    while len(found) > most:
        found.popleft()
    return _read(found, looked_at, since, whole=begin <= first)


def _read(
    found: Iterable[tuple[Interaction, bytes]], looked_at: int, since: int, *, whole: bool
) -> Read:
    events, values = [], []
    for event, value in found:
        events.append(event)
        values.append(value)
    return Read(events, values, looked_at, since, whole)


def _is_end(message: Message) -> bool:
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def _of(
    key: str,
    sent_under: bytes | None,
    value: bytes | None,
    stamp: int,
    headers: object,
) -> Interaction | None:
    """The record, where it is of this customer."""
    routing = routing_key(key)
    if value is None or (sent_under != routing and routing not in value):
        return None
    try:
        event = decode(value, stamp * 1000)
        if row_key(event) == key:
            return event
    except Rejected:
        return None
    # What was forwarded to this customer lies here under an alias of theirs.
    is_ours = any(name == HOPS for name, _ in headers or ())  # type: ignore[attr-defined]
    return event if is_ours and sent_under == routing else None
