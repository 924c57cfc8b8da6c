"""`heed publish`: paced, under the keys of the contract, and nothing lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from heed import publish as module
from heed.publish import Pace, Publisher, publish
from streams.embedded import PARTITIONS, EmbeddedBroker
from streams.errors import Unusable
from streams.murmur2 import partition_of
from streams.settings import Settings
from streams.topics import ensure


class FakeTime:
    """A clock that stands still but for being slept on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def time_ns(self) -> int:
        return 1_767_607_200_000_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    made = FakeTime()
    monkeypatch.setattr(module, "time", made)
    return made


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with EmbeddedBroker() as running:
        yield running.address


@pytest.fixture
def settings(broker: str, request: pytest.FixtureRequest) -> Settings:
    """Settings with topics of this test alone."""
    name = request.node.name[:60].replace("[", "-").replace("]", "")
    made = Settings(bootstrap=broker, embedded=True, input_topic=f"in-{name}")
    ensure(made)
    return made


def event(number: int, **fields: Any) -> bytes:
    at = f"2026-01-05T10:{number // 60:02}:{number % 60:02}Z"
    made = {"id": f"e{number}", "type": "page_viewed", "time": at, "channel": "web"}
    return json.dumps({**made, "customer_id": f"c{number}", **fields}).encode()


def test_rate_is_records_a_second(clock: FakeTime) -> None:
    pace = Pace(rate=50, speed=None)
    for _ in range(100):
        pace.wait(None)
    assert clock.now - 1000 == pytest.approx(2.0)
    assert max(clock.slept) == pytest.approx(0.02)


def test_a_slow_reader_is_not_slowed_further(clock: FakeTime) -> None:
    pace = Pace(rate=50, speed=None)
    clock.now += 10
    for _ in range(100):
        pace.wait(None)
    assert not clock.slept


def test_speed_is_event_time_run_so_many_times_faster(clock: FakeTime) -> None:
    pace = Pace(rate=None, speed=60)
    begin = 1_767_607_200_000_000
    waited = []
    for minutes in (0, 1, 3, 2, 63):
        pace.wait(begin + minutes * 60_000_000)
        waited.append(clock.now - 1000)
    assert waited == pytest.approx([0, 1, 3, 3, 63])


def test_a_record_without_time_does_not_wait_at_any_speed(clock: FakeTime) -> None:
    pace = Pace(rate=None, speed=0.001)
    pace.wait(None)
    pace.wait(1_767_607_200_000_000)
    pace.wait(None)
    assert not clock.slept


def read(settings: Settings, count: int) -> list[tuple[int, bytes | None, bytes | None]]:
    consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": "t", "log_level": 0})
    try:
        topic = settings.input_topic
        consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
        found: list[tuple[int, bytes | None, bytes | None]] = []
        while len(found) < count and (some := consumer.consume(count, timeout=20)):
            found += [(each.partition() or 0, each.key(), each.value()) for each in some]
        return found
    finally:
        consumer.close()


OF_SALES = {"group": "queue:sales", "outcome": "repaired"}


def test_a_record_goes_under_its_customer_else_its_strongest_alias(settings: Settings) -> None:
    aliases = {"anonymous_id": "x-7", "email": " Ann@Example.COM "}
    values = {
        event(1): b"c1",
        event(2, customer_id=None, aliases=aliases): b"ann@example.com",
        event(3, time=None): b"c3",
        b"{": None,
        event(4, type="alert_outcome", customer_id=None, properties=OF_SALES): b"queue:sales",
        event(5, type="cart_eaten"): None,
    }
    assert publish(values, settings, None, None) == (6, True)
    found = read(settings, 6)
    assert {value: key for _, key, value in found} == values
    for partition, key, _ in found:
        assert key is None or partition == partition_of(key, PARTITIONS)


def test_records_of_a_customer_stay_in_order(settings: Settings) -> None:
    values = [event(number % 60, id=str(number), customer_id=f"c{number % 7}")
              for number in range(3000)]  # fmt: skip
    assert publish(values, settings, None, None) == (3000, True)
    of: dict[bytes | None, list[bytes | None]] = {}
    for _, key, value in read(settings, 3000):
        of.setdefault(key, []).append(value)
    assert of == {b"c%d" % number: values[number::7] for number in range(7)}


def test_publishing_is_paced_by_event_time(settings: Settings, clock: FakeTime) -> None:
    assert publish([event(0), event(30), event(120)], settings, None, 60) == (3, True)
    assert clock.now - 1000 == pytest.approx(2.0)


def test_publishing_is_paced_by_rate(settings: Settings, clock: FakeTime) -> None:
    assert publish(map(event, range(40)), settings, 20, None) == (40, True)
    assert clock.now - 1000 == pytest.approx(2.0)


def test_ctrl_c_ends_it_once_all_that_was_read_is_acknowledged(settings: Settings) -> None:
    def some() -> Iterator[bytes]:
        yield from map(event, range(10))
        raise KeyboardInterrupt

    assert publish(some(), settings, None, None) == (10, False)
    assert len(read(settings, 10)) == 10


def test_a_record_that_no_topic_takes_is_told_with_its_number(settings: Settings) -> None:
    publisher = Publisher(settings)
    publisher.send(event(1))
    with pytest.raises(Unusable, match=r"^interaction 2 of 7,340,032 bytes cannot be sent: "):
        publisher.send(bytes(7 << 20))
    publisher.flush()
