"""The records of one customer as Kafka still has them: their partition, read from its end."""

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from agents.identity import Names, routing_key
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
BROKER_SECONDS = 5.0
_PLAIN = Names()


class Read(NamedTuple):
    """The newest interactions of a customer, the oldest first, and how far back was read.

    `values` are the same as they came. `whole` says that nothing older is retained; else `since` is
    the Kafka timestamp (microseconds) back to which all was looked at, 0 where there was none.
    """

    events: list[Interaction]
    values: list[bytes]
    looked_at: int
    since: int
    whole: bool


def newest(keys: Sequence[str], settings: Settings, most: int, names: Names = _PLAIN) -> Read:
    """The last `most` interactions of the rows `keys`, which are one person's. Raises Unusable.

    `names` are the house's: how it reads aliases.
    Looks at no more than 400,000 records of each of their partitions, for ten seconds in all.
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
    topic, give_up = settings.input_topic, time.monotonic() + PATIENCE_SECONDS
    try:
        known = consumer.list_topics(topic, timeout=BROKER_SECONDS).topics[topic]
        if known.error is not None or not known.partitions:
            raise Unusable(f"topic {topic} is not there")
        count = len(known.partitions)
        # Of the first key the most is to be expected: it comes first.
        numbers = dict.fromkeys(partition_of(routing_key(key), count) for key in keys)
        parts = [_Partition(consumer, topic, number, keys, names) for number in numbers]
        for part in parts:
            part.read(most, give_up)
        return _joined(parts, most)
    except KafkaException as why:
        raise Unusable(f"{settings.bootstrap} does not answer ({why.args[0].str()})") from None
    finally:
        consumer.close()


class _Partition:
    """One partition, read from its end backwards."""

    def __init__(
        self, consumer: Consumer, topic: str, number: int, keys: Sequence[str], names: Names
    ) -> None:
        self._consumer = consumer
        self._place = TopicPartition(topic, number)
        self._routing = {routing_key(key) for key in keys}
        self._keys = set(keys)
        self._names = names
        # Numbers are written in many ways.
        self._by_phone = any(key.startswith("phone:") for key in keys)
        self.found: deque[tuple[Interaction, bytes]] = deque()
        self.looked_at = 0
        self.since = 0
        self.whole = False

    def read(self, most: int, give_up: float) -> None:
        """Until so many are found, or enough is read."""
        first, end = self._consumer.get_watermark_offsets(self._place, timeout=BROKER_SECONDS)
        begin = end
        while begin > first and len(self.found) < most and self.looked_at < MOST_READ:
            upto, begin = begin, max(first, begin - WINDOW)
            if not self._window(begin, upto, give_up):
                return
        self.whole = begin <= first

    def _window(self, begin: int, upto: int, give_up: float) -> bool:
        """Read these records; whether that was possible in time."""
        topic, number = self._place.topic, self._place.partition
        self._consumer.assign([TopicPartition(topic, number, begin)])
        window: list[tuple[Interaction, bytes]] = []
        at, oldest = begin, 0
        while at < upto:
            if time.monotonic() > give_up:
                return False
            for message in self._consumer.consume(5000, 0.2):
                if message.error() is not None:
                    at = upto if _is_end(message) else at
                    continue
                at = (message.offset() or 0) + 1
                if at > upto:
                    break
                self.looked_at += 1
                oldest = oldest or message.timestamp()[1] * 1000
                event, value = self._event(message), message.value()
                if event is not None and value is not None:
                    window.append((event, value))
        self.since = oldest or self.since
        self.found.extendleft(reversed(window))
        return True

    def _event(self, message: Message) -> Interaction | None:
        """The interaction, where it is of this person."""
        value, sent_under = message.value(), message.key()
        if value is None or not (
            sent_under in self._routing
            or any(name in value for name in self._routing)
            or (self._by_phone and b'"phone"' in value)
        ):
            return None
        try:
            event = decode(value, message.timestamp()[1] * 1000)
            if self._names.row_key(event) in self._keys:
                return event
        except Rejected:
            return None
        # What was forwarded to this person lies here under an alias of theirs.
        is_ours = any(name == HOPS for name, _ in message.headers() or ())
        return event if is_ours and sent_under in self._routing else None


def _joined(parts: Sequence[_Partition], most: int) -> Read:
    """In order of time, and once each: what was forwarded lies in two partitions."""
    once = {event.id: (event, value) for part in parts for event, value in part.found}
    found = sorted(once.values(), key=lambda each: each[0].time)[-most:]
    return Read(
        [event for event, _ in found],
        [value for _, value in found],
        sum(part.looked_at for part in parts),
        max((part.since for part in parts if not part.whole), default=0),
        all(part.whole for part in parts),
    )


def _is_end(message: Message) -> bool:
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF
