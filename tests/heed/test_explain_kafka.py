"""`heed explain` from what workers have left in Kafka, wherever the names of a person lie.

An address is customer 1's, is taken from them, and is customer 2's then. Four partitions are lived
in memory, and what each has read is put into the embedded broker as it lay there.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator

import pytest
from confluent_kafka import Producer

from agents.decide import Customers
from agents.explain import Explanation, explain
from agents.explain import explanation as form
from heed import explain as explaining
from heed import records
from heed.explain import Unknown, from_kafka, with_timeline
from heed.options import House
from schemas.instant import instant
from streams.contract import Record
from streams.embedded import PARTITIONS, EmbeddedBroker
from streams.murmur2 import partition_of
from streams.settings import Settings
from streams.topics import ensure
from tests.agents.people.town import Event, Town

DAY = "2026-01-01T"
ADDRESSES = {
    partition_of(address.encode(), PARTITIONS): address
    for address in (f"a{number}@x.example" for number in range(40))
}
"""One address in each partition."""
BESIDE_ONE = ADDRESSES[partition_of(b"1", PARTITIONS)]
BESIDE_TWO = ADDRESSES[partition_of(b"2", PARTITIONS)]
"""In the partition of the customer; the other one is elsewhere."""
EVERYWHERE = pytest.mark.parametrize("address", [BESIDE_ONE, BESIDE_TWO, ADDRESSES[1]])


def story(address: str) -> list[Event]:
    mail = {"aliases": {"email": address}}
    return [
        said("u0", "08:00", "product_added", cart_id="of-1", sku="p", price=9, **mail),
        said("u1", "10:00", "identified", customer_id="1", **mail),
        said("u2", "10:10", "order_completed", order_id="secret-of-1", revenue=99, **mail),
        said("u3", "10:20", "alias_unlinked", customer_id="1", **mail),
        said("u4", "10:25", "page_viewed", **mail),
        said("u5", "10:30", "identified", customer_id="2", **mail),
        said("u6", "10:40", "page_viewed", **mail),
    ]


def said(name: str, at: str, kind: str, **more: object) -> Event:
    envelope = {key: more.pop(key) for key in ("customer_id", "aliases") if key in more}
    event = {"id": name, "type": kind, "time": f"{DAY}{at}:00Z", "channel": "web", **envelope}
    return {**event, "properties": more} if more else event


class Log(deque[Record]):
    """A partition's records on their way, and all that there have ever been."""

    def __init__(self) -> None:
        super().__init__()
        self.ever: list[Record] = []

    def append(self, record: Record) -> None:
        super().append(record)
        self.ever.append(record)


def town(events: Iterable[Event], internal_key: str | None = None) -> Town:
    logic = Customers(future=None, internal_key=internal_key)
    made = Town(PARTITIONS, logic=logic)
    made.logs = [Log() for _ in range(PARTITIONS)]
    return made.all(*events)


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker() as broker:
        made = Settings(bootstrap=broker.address, embedded=True)
        ensure(made)
        yield made


def keep(made: Town, settings: Settings) -> None:
    """Put what each partition has read into the broker."""
    producer = Producer({"bootstrap.servers": settings.bootstrap})
    for number, log in enumerate(made.logs):
        assert isinstance(log, Log)
        for record in log.ever:
            headers = list(record.headers)
            producer.produce("interactions", record.value, record.key, number, headers=headers)
    assert producer.flush(20) == 0


def live(made: Town, key: str, settings: Settings) -> Explanation:
    """What the worker of that row says, with the timeline from Kafka."""
    for harness in made.partitions:
        if key in harness.rows:
            now = harness.partition.view.clock.now
            found = explain(key, harness.rows[key], harness.logic.rulebook, now)
            return with_timeline(found, settings, 20)
    raise AssertionError(key)


def as_of(asked: str, at: str, settings: Settings) -> Explanation:
    return from_kafka(asked, settings, House(), instant(f"{DAY}{at}:00Z"))


def heard(made: Explanation) -> list[str]:
    return [each.id for each in made.timeline if each.id]


@EVERYWHERE
def test_the_timeline_has_what_was_theirs_and_nothing_that_was_anothers(
    settings: Settings, address: str
) -> None:
    made = town(story(address))
    keep(made, settings)
    two = live(made, "c:2", settings)
    assert heard(two) == ["u4", "u5", "u6"]
    assert two.known_since == f"{DAY}10:25:00.000000Z"
    assert b"secret" not in form.encode(two)
    one = live(made, "c:1", settings)
    assert heard(one) == ["u0", "u1", "u2", "u3"]


def test_what_the_row_no_longer_remembers_is_left_out_and_counted(settings: Settings) -> None:
    made = town(story(BESIDE_TWO))
    keep(made, settings)
    (row,) = [h.rows["c:2"] for h in made.partitions if "c:2" in h.rows]
    found = explain("c:2", row, made.partitions[0].logic.rulebook, 0)
    found.seen = b""  # as a worker of an earlier version says
    told = with_timeline(found, settings, 20)
    assert "u2" not in heard(told)
    assert "u5" in heard(told)
    assert "4 by an alias left out, since they may have been another's" in told.timeline_note


@EVERYWHERE
def test_as_of_a_time_the_state_is_that_of_whoever_had_the_alias(
    settings: Settings, address: str
) -> None:
    keep(town(story(address)), settings)
    one = as_of(f"email:{address}", "10:15", settings)
    assert (one.customer_id, heard(one)) == ("1", ["u0", "u1", "u2"])
    assert one.known_since == f"{DAY}08:00:00.000000Z"
    for asked, at in (("1", "10:15"), ("1", "10:45")):
        assert any("1 order, 99.00" in each for each in as_of(asked, at, settings).said)
    assert heard(as_of("1", "10:45", settings)) == ["u0", "u1", "u2", "u3"]
    nobodys = as_of(f"email:{address}", "10:27", settings)
    assert (nobodys.customer_id, heard(nobodys)) == (None, ["u4"])
    two = as_of("2", "10:45", settings)
    assert (two.linked, heard(two)) == ([f"email:{address}"], ["u4", "u5", "u6"])
    assert b"order" not in form.encode(two)
    with pytest.raises(Unknown, match="has no interaction of 2 by that time"):
        as_of("2", "10:27", settings)


def test_where_older_records_are_not_read_nothing_is_guessed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(town(story(BESIDE_TWO)), settings)
    # From the order on: that the address was customer 1's then is said by what came before.
    monkeypatch.setattr(records, "WINDOW", 1)
    monkeypatch.setattr(explaining, "MOST_REPLAYED", 5)
    two = as_of("2", "10:45", settings)
    assert heard(two) == ["u5"]
    assert b"order" not in form.encode(two)
    assert "3 by an alias left out, since they may have been another's" in two.timeline_note


def test_a_record_that_states_no_time_is_of_its_arrival(settings: Settings) -> None:
    event = {"id": "untimed", "type": "page_viewed", "channel": "web", "customer_id": "1"}
    producer = Producer({"bootstrap.servers": settings.bootstrap})
    where, sent = partition_of(b"1", PARTITIONS), instant(f"{DAY}09:00:00Z") // 1000
    producer.produce("interactions", json.dumps(event), b"1", where, timestamp=sent)
    assert producer.flush(20) == 0
    made = as_of("1", "10:00", settings)
    assert [(each.id, each.time[:16]) for each in made.timeline if each.id] == [
        ("untimed", f"{DAY}09:00")
    ]


def test_words_that_are_sealed_with_another_key_are_said_to_be(settings: Settings) -> None:
    address = next(name for n, name in ADDRESSES.items() if n != partition_of(b"1", PARTITIONS))
    keep(town(story(address), internal_key="of the workers"), settings)
    made = as_of("1", "10:15", settings)
    assert "set HEED_INTERNAL_KEY as the workers have it" in made.timeline_note
    assert b"secret" in form.encode(made), "followed to them under their name"
