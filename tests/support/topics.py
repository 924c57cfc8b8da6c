"""The topics of one test on a shared broker: their names, what is sent, and what lies in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from schemas.observation import CLOCK
from streams.changelog import OWN_KEY, OwnRecord, decode_own
from tests.support.kafka import Kafka

MIB = 1 << 20
VERSION = 1 << 30
"""A state version that every own record is older than: tests read what any worker wrote."""


class Names(NamedTuple):
    """Group and topics of one set of workers."""

    app: str
    interactions: str
    customers: str
    alerts: str
    lifecycle: str
    profiles: str
    rejected: str
    observations: str
    groups: str
    service_levels: str

    @property
    def of_groups(self) -> Names:
        """As the groups agent sees them: its input and its changelog."""
        return self._replace(interactions=self.observations, customers=self.groups)

    def settings(self) -> dict[str, str]:
        """As environment of a worker."""
        return {
            "HEED_APP_ID": self.app,
            "HEED_INPUT_TOPIC": self.interactions,
            "HEED_CHANGELOG_TOPIC": self.customers,
            "HEED_ALERTS_TOPIC": self.alerts,
            "HEED_LIFECYCLE_TOPIC": self.lifecycle,
            "HEED_PROFILES_TOPIC": self.profiles,
            "HEED_REJECTED_TOPIC": self.rejected,
            "HEED_OBSERVATIONS_TOPIC": self.observations,
            "HEED_GROUPS_TOPIC": self.groups,
            "HEED_SERVICE_LEVELS_TOPIC": self.service_levels,
        }


class Sent(NamedTuple):
    """A record to be sent; without a partition it goes where Java's clients would put its key."""

    value: bytes | None
    key: bytes | None = None
    partition: int = -1
    headers: Sequence[tuple[str, bytes | None]] = ()


class Found(NamedTuple):
    """A record as it lies in a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


class Outcome(NamedTuple):
    """What a run left behind, without what differs between two runs of the same input."""

    alerts: dict[str, list[str]]
    """The states of each alert in order, as JSON without `detected_at`."""
    state: dict[bytes, bytes]
    gauges: dict[str, float]
    clocks: list[tuple[int, int]]
    rejected: Counter[tuple[bytes | None, bytes]]
    """Value and reason of what was refused."""


class Verdict(NamedTuple):
    """How far an outcome is from the one it should be."""

    lost: int
    duplicate: int
    wrong: int


def names() -> Names:
    """Names that no other test has."""
    mark = uuid4().hex[:8]
    return Names(*(f"{part}-{mark}" for part in Names._fields))


def create(kafka: Kafka, at: Names, partitions: int = 4, largest: int = 6 * MIB) -> None:
    """The input topic; the worker creates the others."""
    kafka.create(at.interactions, partitions, max_message_bytes=largest)


def publish(address: str, topic: str, records: Iterable[Sent], **settings: Any) -> int:
    """Send all of `records`, acknowledged and in order; how many."""
    failed: list[str] = []
    producer = Producer(
        {
            "bootstrap.servers": address,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 20,
            "message.max.bytes": 64 * MIB,
            "queue.buffering.max.kbytes": 512 << 10,
            "log_level": 0,
            **settings,
        }
    )
    in_transaction = "transactional.id" in settings
    if in_transaction:
        producer.init_transactions(30)
        producer.begin_transaction()
    sent = 0
    for record in records:
        value, key, partition, headers = record
        producer.produce(
            topic, value, key, partition, headers=list(headers),
            on_delivery=lambda error, _: failed.append(str(error)) if error else None,
        )  # fmt: skip
        sent += 1
        if sent % 1000 == 0:
            producer.poll(0)
    left = producer.flush(60)
    if in_transaction:
        producer.commit_transaction(30)
    assert not failed, failed[:3]
    assert left == 0, f"{left} of {sent} records were not taken"
    return sent


def publish_at_once(address: str, topic: str, records: Iterable[Sent]) -> int:
    """As `publish`, in one transaction: workers that are at work see all of them or none, so that
    what they forward lies behind them all."""
    return publish(address, topic, records, **{"transactional.id": uuid4().hex})


def read(address: str, topic: str, since: dict[int, int] | None = None) -> list[Found]:
    """Every committed record of a topic up to its end, or from offsets on."""
    consumer = _reader(address, **{"enable.partition.eof": True})
    found: list[Found] = []
    try:
        count = _partitions(consumer, topic)
        consumer.assign([TopicPartition(topic, n, (since or {}).get(n, 0)) for n in range(count)])
        ended: set[int | None] = set()
        while len(ended) < count:
            for message in consumer.consume(5000, timeout=1):
                if (error := message.error()) is None:
                    found.append(_found(message))
                else:
                    assert error.code() == KafkaError._PARTITION_EOF, error
                    ended.add(message.partition())
    finally:
        consumer.close()
    return found


def _reader(address: str, **settings: object) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "reader",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 16 * MIB,
            "fetch.wait.max.ms": 50,
            "log_level": 0,
            **settings,
        }
    )


def _partitions(consumer: Consumer, topic: str) -> int:
    """How many partitions a topic has, 0 where there is none of that name."""
    found = consumer.list_topics(timeout=30).topics.get(topic)
    return len(found.partitions) if found else 0


def _found(message: Message) -> Found:
    headers = {name: bytes(said or b"") for name, said in message.headers() or ()}
    where = (message.partition() or 0, message.offset() or 0)
    return Found(*where, message.key(), message.value(), headers)


class Progress:
    """How far a set of workers has come with its input, as the partitions' own records say."""

    def __init__(self, address: str, at: Names) -> None:
        self._address = address
        self._at = at
        self._reader: Consumer | None = None
        self._next: dict[int, int] = {}
        self._now: dict[int, int] = {}
        self._deadlines: dict[tuple[int, bytes], int] = {}
        self._groups: Progress | None = None
        self._trouble = ""

    @property
    def of_groups(self) -> Progress:
        """Likewise of the groups agent."""
        if self._groups is None:
            self._groups = Progress(self._address, self._at.of_groups)
        return self._groups

    def decided(self) -> dict[int, int]:
        """The input offset at which each partition goes on."""
        consumer = self._consumer()
        for message in consumer.consume(5000, timeout=0.02) if consumer else ():
            if message.error() is None:
                self._heard(message.partition() or 0, message.key(), message.value() or b"")
        return dict(self._next)

    def _heard(self, number: int, key: bytes, value: bytes) -> None:
        if key == OWN_KEY:
            own = decode_own(value, VERSION)
            self._next[number], self._now[number] = own.next_offset, own.now
        else:
            self._deadlines[number, key] = int.from_bytes(value[:8], "big")

    def done(self) -> int:
        """Offsets passed, over all partitions."""
        return sum(self.decided().values())

    def is_decided(self) -> bool:
        """Whether nothing that can be read is left, forwarded records included, and nothing due."""
        try:
            decided, consumer = self.decided(), self._consumer()
            if consumer is None:
                return False
            for number in range(self._count):
                asked = TopicPartition(self._at.interactions, number)
                _, end = consumer.get_watermark_offsets(asked, timeout=10)
                if end - decided.get(number, 0) > 50:  # more than markers of transactions
                    return False
            return not read(self._address, self._at.interactions, decided) and not self._due()
        except KafkaException as why:
            # The broker is just coming back. A reader from before may never know its partitions
            # again, where it asked for them in the moment in which the broker had none.
            self._renew(str(why))
            return False

    def _renew(self, why: str) -> None:
        """Read anew, with another reader."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._trouble = None, why
        self._next, self._now, self._deadlines = {}, {}, {}

    def _due(self) -> list[tuple[int, bytes]]:
        """The rows whose deadline has come by their partition's clock, and is not fired yet."""
        return [row for row, at in self._deadlines.items() if at <= self._now.get(row[0], 0)]

    def __str__(self) -> str:
        """What is known so far, for a test that has waited in vain."""
        due = self._due()
        known = f"decided {self._next}, clocks {self._now}, {len(due)} rows due {due[:3]}"
        known += self._trouble and f", the last trouble {self._trouble}"
        return known if self._groups is None else f"{known}; groups: {self._groups}"

    def close(self) -> None:
        if self._groups is not None:
            self._groups.close()
        if self._reader is not None:
            self._reader.close()

    def _consumer(self) -> Consumer | None:
        """Reads the changelog, once there is one."""
        if self._reader is None:
            reader = _reader(self._address)
            self._count = count = _partitions(reader, self._at.customers)
            if not count:
                reader.close()
                return None
            reader.assign([TopicPartition(self._at.customers, n, 0) for n in range(count)])
            self._reader = reader
        return self._reader


def outcome(address: str, at: Names) -> Outcome:
    """What the workers have left in the topics; rows, gauges and clocks of both agents."""
    alerts: dict[str, list[str]] = {}
    for each in read(address, at.alerts):
        name, said = alert_state(each.value or b"")
        alerts.setdefault(name, []).append(said)
    state: dict[bytes, bytes] = {}
    own: dict[tuple[str, int], OwnRecord] = {}
    for topic in (at.customers, at.groups):
        for each in read(address, topic):
            if each.key == OWN_KEY:
                own[topic, each.partition] = decode_own(each.value, VERSION)
            elif each.key == CLOCK.encode():
                state[b"%s %d" % (each.key, each.partition)] = each.value or b""
            else:
                state[each.key or b""] = each.value or b""
    gauges: Counter[str] = Counter()
    for said_by in own.values():
        for name, number in said_by.gauges:
            gauges[" ".join(name)] += number  # type: ignore[assignment]
    rejected = Counter((each.value, each.headers["heed-reason"])
                       for each in read(address, at.rejected))  # fmt: skip
    return Outcome(
        alerts,
        state,
        {name: round(number, 3) for name, number in gauges.items() if abs(number) > 5e-4},
        [(own[n].newest, own[n].now) for n in sorted(own)],
        rejected,
    )


def committed(address: str, at: Names) -> dict[int, int]:
    """The offsets that the group has committed, by partition of its input."""
    reader = Consumer({"bootstrap.servers": address, "group.id": at.app})
    try:
        count = _partitions(reader, at.interactions)
        places = [TopicPartition(at.interactions, number) for number in range(count)]
        return {each.partition: each.offset for each in reader.committed(places, timeout=10)}
    finally:
        reader.close()


def alert_state(value: bytes) -> tuple[str, str]:
    """The id of an alert, and its state as JSON without the wall clock of whoever told it."""
    said = json.loads(value)
    said.pop("detected_at", None)
    return said["alert_id"], json.dumps(said, sort_keys=True)


def verdict(expected: Outcome, found: Outcome) -> Verdict:
    """Lost, doubled and wrong alert states, rows and refusals, compared with `expected`."""
    wanted, got = _lines(expected), _lines(found)
    lost = sum((wanted - got).values())
    more = got - wanted
    duplicate = sum(number for line, number in more.items() if line in wanted)
    wrong = sum(more.values()) - duplicate
    wrong += sum(1 for name, states in found.alerts.items()
                 if sorted(states) == sorted(expected.alerts.get(name, []))
                 and states != expected.alerts[name])  # fmt: skip
    wrong += found.gauges != expected.gauges
    wrong += found.clocks != expected.clocks
    return Verdict(lost, duplicate, wrong)


def _lines(run: Outcome) -> Counter[tuple[Any, ...]]:
    lines: Counter[tuple[Any, ...]] = Counter(
        ("alert", line) for states in run.alerts.values() for line in states
    )
    lines.update(("row", key, value) for key, value in run.state.items())
    for (value, reason), number in run.rejected.items():
        lines["refused", value, reason] += number
    return lines
