"""`heed publish --from-rejected` on real Kafka: each rejected record once more, as it came."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from heed.resend import Outcome, resend
from streams.contract import Line, Refusal
from streams.rejected import LARGEST, refuse
from streams.settings import Settings
from tests.support.kafka import Kafka
from tests.support.topics import names


def reject(settings: Settings, *refusals: Refusal) -> None:
    """As a worker's partition 1 does."""
    producer = Producer(
        {"bootstrap.servers": settings.bootstrap, "message.max.bytes": 9 << 20, "log_level": 0}
    )
    for refusal in refusals:
        key, value, headers, _ = refuse(refusal, (settings.input_topic, 1))
        producer.produce(settings.rejected_topic, value, key, 1, headers=list(headers))
    assert producer.flush(30) == 0


def sent(settings: Settings) -> list[Message]:
    """What lies in the input, committed."""
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap, "group.id": "look", "log_level": 0,
         "isolation.level": "read_committed", "enable.partition.eof": True}
    )  # fmt: skip
    consumer.assign([TopicPartition(settings.input_topic, number, 0) for number in range(2)])
    found, ends = [], 0
    while ends < 2:
        message = consumer.poll(10)
        assert message is not None
        if message.error() is not None:
            ends += 1
        else:
            found.append(message)
    consumer.close()
    return found


def counted(outcome: Outcome) -> dict[str, Any]:
    return {
        "sent": dict(outcome.sent), "cut": dict(outcome.cut), "left": dict(outcome.left),
        "before": outcome.before,
    }  # fmt: skip


def test_each_is_sent_once_whole_and_as_it_came(kafka: Kafka) -> None:
    at = names()
    kafka.create(at.interactions, 2, max_message_bytes=6 << 20)
    kafka.create(at.rejected, 2, max_message_bytes=8 << 20)
    settings = Settings(
        bootstrap=kafka.address, app_id=at.app, input_topic=at.interactions,
        rejected_topic=at.rejected,
    )  # fmt: skip
    theirs, ours, seal = ("trace", b"7"), ("heed-hops", b"1"), ("heed-internal", b"0f")
    odd = Line(b'{"type":"strange"}', 1_767_600_000_123, b"ann", [theirs, ours, seal])
    broken = Line(b"{", 1_767_600_000_124, None)
    huge = Line(b"x" * (LARGEST + 1), 1_767_600_000_125, b"bob")
    gone = Line(b'{"id":"e"}', 1_767_600_000_126, b"carol")
    reject(
        settings,
        Refusal(odd, "unknown_type", "why"),
        Refusal(broken, "not_json", "why"),
        Refusal(huge, "unknown_type", "why"),
        Refusal(gone, "erased", "why"),
    )

    dry = counted(resend(settings, dry=True))
    assert dry == {
        "sent": {"unknown_type": 1, "not_json": 1}, "cut": {"too_large": 1},
        "left": {"erased": 1}, "before": 0,
    }  # fmt: skip
    assert sent(settings) == []

    assert resend(settings, "unknown_type").sent == {"unknown_type": 1}
    (message,) = sent(settings)
    assert (message.value(), message.key(), message.partition()) == (odd.value, odd.key, 1)
    assert message.timestamp()[1] == odd.timestamp
    assert message.headers() == [theirs, seal]

    whole = counted(resend(settings))
    assert whole["sent"] == {"not_json": 1}
    assert (whole["cut"], whole["before"]) == ({"too_large": 1}, 1)
    assert [each.value() for each in sent(settings)] == [odd.value, broken.value]

    again = counted(resend(settings))
    assert again == {"sent": {}, "cut": {}, "left": {}, "before": 0}
    reject(settings, Refusal(broken, "not_json", "rejected a second time"))
    assert resend(settings, dry=True).sent == {"not_json": 1}
    assert resend(settings).sent == {"not_json": 1}
    assert len(sent(settings)) == 3
    assert resend(settings, "erased").sent == {"erased": 1}
    assert resend(settings, "erased").sent == {}
    assert len(sent(settings)) == 4
