"""The topic of rejected records, and which of them have been sent again.

That is remembered as ranges of offsets by reason, in the metadata of a consumer group's own
offsets: they are committed in the very transaction that sends the records.
"""

import time
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.interaction import Reason
from streams.errors import Unusable
from streams.settings import Settings
from streams.topics import client_settings

EVERY = "*"
"""In place of a reason: all of them."""
REASONS: tuple[str, ...] = get_args(Reason)
NOT_AGAIN = frozenset({"erased"})
"""Not sent again unless it is named: whoever asked to be forgotten stays so."""
TIMEOUT = 30.0
PATIENCE_SECONDS = 20.0

Ranges = list[tuple[int, int]]
"""Of offsets, from (inclusive) to (exclusive), in order and apart from each other."""
Sent = dict[str, Ranges]
"""By reason: what has been sent, or looked at."""


_SOON = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.UNSTABLE_OFFSET_COMMIT,
)
"""A broker that has just started, or another run that has just been cut off."""


class Rejects:
    """The topic of rejected records, read to where it ended when this began."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.group = f"{settings.app_id}-resend"
        self._consumer = Consumer(
            {
                **client_settings(settings),
                "group.id": self.group,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "fetch.message.max.bytes": 9 << 20,
            }
        )

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def partitions(self) -> list[int]:
        """Raises Unusable where the topic is not there."""
        topic = self._settings.rejected_topic
        try:
            known = self._consumer.list_topics(timeout=10).topics.get(topic)
        except KafkaException as why:
            raise Unusable(f"topics cannot be listed: {why.args[0].str()}") from None
        if known is None or known.error is not None or not known.partitions:
            raise Unusable(f"topic {topic} is not there: run `heed topics` or start a worker")
        return sorted(known.partitions)

    def sent(self, number: int) -> Sent:
        """What earlier runs have sent of that partition. Raises Unusable."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                (known,) = self._consumer.committed([self._place(number)], timeout=TIMEOUT)
                return decoded(known.metadata)
            except KafkaException as why:
                if why.args[0].code() not in _SOON or time.monotonic() > give_up:
                    raise Unusable(
                        f"what was sent before cannot be read: {why.args[0].str()}"
                    ) from None
                time.sleep(0.2)

    def span(self, number: int, since: int | None) -> tuple[int, int]:
        """The offsets of records there now, from the time `since` (microseconds) on."""
        first, end = self._consumer.get_watermark_offsets(self._place(number), timeout=TIMEOUT)
        if since is not None:
            asked = self._place(number, since // 1000)
            (found,) = self._consumer.offsets_for_times([asked], timeout=TIMEOUT)
            first = end if found.offset < 0 else max(first, found.offset)
        return first, end

    def read(self, number: int, begin: int, end: int) -> Iterable[Message]:
        """The committed records of that span. Raises Unusable where the broker falls silent."""
        self._consumer.assign([self._place(number, begin)])
        heard = time.monotonic()
        while True:
            for message in self._consumer.consume(200, 0.2):
                heard = time.monotonic()
                error = message.error()
                if error is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        return
                    raise Unusable(f"{self._settings.rejected_topic} cannot be read: {error.str()}")
                if (message.offset() or 0) >= end:
                    return
                yield message
            if time.monotonic() - heard > PATIENCE_SECONDS:
                raise Unusable(f"{self._settings.bootstrap} has fallen silent: try again")

    def remember(self, number: int, upto: int, sent: Sent) -> TopicPartition:
        """The offset to commit."""
        told = msgspec.json.encode(sent).decode()
        return TopicPartition(self._settings.rejected_topic, number, upto, told)

    def metadata(self) -> Any:
        """Of the group, for a transaction."""
        return self._consumer.consumer_group_metadata()

    def commit(self, place: TopicPartition) -> None:
        """Without a transaction: the embedded broker keeps no offsets of those."""
        self._consumer.commit(offsets=[place], asynchronous=False)

    def _place(self, number: int, offset: int = 0) -> TopicPartition:
        return TopicPartition(self._settings.rejected_topic, number, offset)


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, those that touch as one.

    >>> merged([(5, 7), (0, 3), (3, 4)])
    [(0, 4), (5, 7)]
    """
    found: Ranges = []
    for begin, end in sorted(ranges):
        if begin >= end:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found


def done_with(sent: Sent, reason: str) -> Ranges:
    """Where nothing of that reason is to be sent any more."""
    every = [] if reason in NOT_AGAIN else sent.get(EVERY, [])
    return merged([*every, *sent.get(reason, [])])


def within(ranges: Ranges, offset: int) -> bool:
    """Whether one of them holds that offset."""
    return any(begin <= offset < end for begin, end in ranges)


def trimmed(sent: Sent, first: int) -> Sent:
    """Without what Kafka no longer has, or what is sent under every reason anyway."""
    every = sent.get(EVERY, [])
    return {
        name: kept
        for name, ranges in sent.items()
        if (
            kept := [
                each
                for each in ranges
                if each[1] > first
                and (
                    name == EVERY
                    or name in NOT_AGAIN
                    or not any(begin <= each[0] and each[1] <= end for begin, end in every)
                )
            ]
        )
    }


def decoded(metadata: str | None) -> Sent:
    """What a commit has remembered. Raises Unusable where it is not ours."""
    if not metadata:
        return {}
    try:
        return msgspec.json.decode(metadata, type=Sent)
    except msgspec.MsgspecError:
        raise Unusable(
            "the consumer group of --from-rejected remembers something that is not its own: "
            "choose another HEED_APP_ID, or delete that group"
        ) from None


def first_gap(ranges: Ranges, first: int) -> int:
    """The first offset from `first` on that none of them holds."""
    for begin, end in ranges:
        if begin <= first < end:
            first = end
    return first
