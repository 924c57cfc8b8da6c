"""What is remembered of rejected records that were sent again: ranges of offsets, by reason."""

from __future__ import annotations

from itertools import pairwise

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from heed.rejects import EVERY, Sent, decoded, done_with, merged, trimmed, within
from heed.resend import resend, sentences
from streams.contract import Line, Refusal
from streams.embedded import EmbeddedBroker
from streams.errors import Unusable
from streams.rejected import refuse
from streams.settings import Settings
from streams.topics import ensure

ranges = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(ranges)
def test_merged_ranges_hold_the_same_offsets_and_lie_apart(some: list[tuple[int, int]]) -> None:
    found = merged(some)
    for offset in range(41):
        assert within(found, offset) == any(begin <= offset < end for begin, end in some)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_what_was_sent_for_every_reason_is_done_with_for_each() -> None:
    sent: Sent = {EVERY: [(0, 5)], "unknown_type": [(7, 9)]}
    assert done_with(sent, "unknown_type") == [(0, 5), (7, 9)]
    assert done_with(sent, "not_json") == [(0, 5)]


def test_those_who_were_erased_are_not_done_with_before_they_are_asked_for() -> None:
    sent: Sent = {EVERY: [(0, 5)], "erased": [(1, 2)]}
    assert done_with(sent, "erased") == [(1, 2)]
    assert trimmed(sent, 0) == sent


def test_what_kafka_no_longer_has_is_forgotten() -> None:
    sent: Sent = {EVERY: [(0, 5), (9, 12)], "unknown_type": [(10, 11), (20, 30)]}
    assert trimmed(sent, 6) == {EVERY: [(9, 12)], "unknown_type": [(20, 30)]}
    assert decoded(None) == {}


def test_a_group_that_is_somebody_elses_is_told() -> None:
    with pytest.raises(Unusable, match="choose another HEED_APP_ID"):
        decoded("written by another program")


# Where it is sent to


def reject(settings: Settings, **sources: str) -> None:
    """A record of each of these topics, rejected from partition 1, with its name as its value."""
    producer = Producer({"bootstrap.servers": settings.bootstrap})
    for name, topic in sources.items():
        refusal = Refusal(Line(name.encode(), 1, b"key"), "signal_error", "why")
        key, value, headers, _ = refuse(refusal, (topic, 1))
        producer.produce(settings.rejected_topic, value, key, 0, headers=list(headers))
    assert producer.flush(20) == 0


def lying_in(settings: Settings, topic: str) -> list[Message]:
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap, "group.id": "look", "enable.partition.eof": True}
    )
    consumer.assign([TopicPartition(topic, number, 0) for number in range(4)])
    found: list[Message] = []
    ends = 0
    while ends < 4:
        message = consumer.poll(10)
        assert message is not None
        if message.error() is None:
            found.append(message)
        else:
            ends += 1
    consumer.close()
    return found


def test_each_goes_back_to_the_topic_that_it_came_from_and_to_no_other() -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(bootstrap=broker.address, embedded=True)
        ensure(settings)
        reject(settings, said="interactions", seen="observations", odd="alerts", other="elsewhere")
        dry = resend(settings, dry=True)
        assert (dry.sent, dry.elsewhere) == ({"signal_error": 2}, {"alerts": 1, "elsewhere": 1})
        outcome = resend(settings)
        assert outcome == dry
        for topic, value in (("interactions", b"said"), ("observations", b"seen")):
            places = [(each.value(), each.partition()) for each in lying_in(settings, topic)]
            assert places == [(value, 1)]
        assert lying_in(settings, "alerts") == []
        said = list(sentences(outcome))
        assert said[0] == "2 rejected records sent again"
        assert "  not of a topic of ours, so not sent: 1 (elsewhere)" in said


def test_without_groups_nobody_reads_observations_and_none_are_sent() -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(bootstrap=broker.address, embedded=True, groups="off")
        ensure(settings)
        reject(settings, said="interactions", seen="observations")
        outcome = resend(settings)
        assert (outcome.sent, outcome.elsewhere) == ({"signal_error": 1}, {"observations": 1})
