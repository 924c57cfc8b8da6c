"""`heed replay` and the live path decide the same, whatever the broker, partitions and batches.

Compared is every alert but for `detected_at`, up to the clock of the slowest partition. What lies
beyond it no other partition's clock has made comparable: there the deadlines of one partition have
come up and those of another have not. Nothing else is lost by that line: an alert that a record
decides carries that record's time, and one that opened beyond the line also clears beyond it.

The few people whose names lie in different partitions are left out (design: replay equals live
where nothing is forwarded). Their names are linked when word has gone from one partition to the
other, and how far that one has run ahead, in this history of weeks sent at once, is nobody's to
say. What holds for such people is shown by tests/agents/people and tests/faults/test_identity.py.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import orjson
import pytest

from agents.identity import Names, routing_key
from agents.rulebook import Rulebook
from benchmarks.generate import BEGIN, interactions
from heed.cdnow_data import cdnow_path
from heed.demo import STANDARDS
from heed.formats import read
from heed.replay import Replay
from heed.simulator.day import busy_day
from schemas.instant import rfc3339
from schemas.interaction import Rejected, decode
from schemas.standards import load
from streams.embedded import EmbeddedBroker
from streams.murmur2 import partition_of
from streams.settings import Settings
from tests.broker.live import lived
from tests.support.kafka import Kafka

EVENTS, CUSTOMERS = 196_000, 4_000  # with the demo's day, duplicates and garbage: 199,500
DAY = BEGIN + timedelta(days=20)
BRAND = "meridian"  # as the stories of the demo's day have it
GARBAGE = [b"", b"{", b"\xff\xfe", b'{"id":"x","type":"page_viewed"}', b"[1,2]", b'"text"']


@cache
def cdnow() -> list[bytes]:
    return list(read([cdnow_path()], "cdnow"))


@cache
def mixed() -> list[bytes]:
    """A shop and its contact centre, out of order by up to 95 s (the lateness is 120 s).

    One customer in ten is known by an alias alone, written differently each time; one event in 500
    comes twice, and one in 1,000 is followed by garbage. Amid it lies the day of the demo, with the
    half year before it: every signal of a customer, and every way of clearing an alert.
    """
    out: list[bytes] = []
    # Of a queue the brand is what was said last, in whatever order partitions tell: all say it.
    branded = ({"brand": BRAND, **event} for event in busy_day(DAY))
    day = deque((event["time"], orjson.dumps(event)) for event in branded)
    for number, (key, event) in enumerate(interactions(EVENTS, CUSTOMERS, seed=11)):
        if int(key[1:]) % 10 == 3:
            del event["customer_id"]
            name = key.decode()
            email = f" {name.upper() if number % 2 else name}@Example.com"
            event["aliases"] = {"email": email, "anonymous_id": "anonymous"}
        now = str(event["time"])
        while day and now >= day[0][0]:
            out.append(day.popleft()[1])
        value = orjson.dumps(event)
        out.append(value)
        if number % 500 == 7:
            out.append(value)
        if number % 1000 == 0:
            out.append(GARBAGE[number // 1000 % len(GARBAGE)])
    return out


HOUSE = load(STANDARDS)
MOST_PARTITIONS = 8
MOST_LINKED = 20  # of 4,300 people
STREAMS = {"cdnow": cdnow, "mixed": mixed}


@cache
def replayed(stream: str) -> tuple[list[dict[str, Any]], int]:
    """All alerts of the replay, and how many records it rejected."""
    run = Replay(HOUSE)
    alerts = [orjson.loads(output.value) for output in run.run(STREAMS[stream]())]
    return alerts, run.rejected.total()


def comparable(alerts: list[dict[str, Any]], slowest: int) -> Counter[bytes]:
    """The alerts up to that instant, each as its canonical text without the wall clock."""
    line = rfc3339(slowest)
    return Counter(
        orjson.dumps({**alert, "detected_at": None}, option=orjson.OPT_SORT_KEYS)
        for alert in alerts
        if alert["event_time"] <= line
    )


def apart(values: list[bytes], partitions: int) -> frozenset[str]:
    """The row keys of those whose names are linked across partitions."""
    names, found = Names(), set[str]()
    for value in values:
        try:
            event = decode(value, 0)
        except Rejected:
            continue
        if event.customer_id is not None:
            linked = {f"c:{event.customer_id}", *names.keys(event.aliases)}
            if len({partition_of(routing_key(key), partitions) for key in linked}) > 1:
                found |= linked
    return frozenset(found)


def signals() -> set[str]:
    """Those of a customer: a new one is to be told in the day of the demo."""
    return set(Rulebook(HOUSE).kinds)


def of(names: frozenset[str], alert: dict[str, Any]) -> bool:
    """Whether an alert is of one of those names."""
    if (known := alert.get("customer_id")) is not None:
        return f"c:{known}" in names
    return not names.isdisjoint(Names().keys(alert.get("aliases")))


def examples(found: Counter[bytes]) -> list[str]:
    return [value.decode() for value in list(found)[:3]]


def compare(stream: str, settings: Settings) -> None:
    told, rejected = replayed(stream)
    live = lived(STREAMS[stream](), msgspec.structs.replace(settings, standards=STANDARDS))
    linked = apart(STREAMS[stream](), live.partitions)
    assert sum(name.startswith("c:") for name in linked) <= MOST_LINKED
    ours, theirs = (
        comparable([alert for alert in alerts if not of(linked, alert)], live.slowest)
        for alerts in (live.alerts, told)
    )
    assert not examples(ours - theirs), "told live, not in the replay"
    assert not examples(theirs - ours), "told in the replay, not live"
    assert live.rejected == rejected
    # The line cuts off little: with it the comparison would otherwise prove nothing.
    assert ours.total() > 0.95 * len(told)
    assert all(alert["detected_at"] for alert in live.alerts)


def settings(address: str, **more: Any) -> Settings:
    return Settings(
        bootstrap=address,
        idle_clock="off",
        future_seconds=-1,
        web_port=-1,
        log_level="error",
        **more,
    )


def on_kafka(kafka: Kafka, partitions: int, **more: Any) -> Settings:
    """Settings with topics and a group of their own."""
    name = uuid4().hex[:10]
    return settings(
        kafka.address,
        app_id=f"heed-{name}",
        input_topic=f"interactions-{name}",
        changelog_topic=f"customers-{name}",
        alerts_topic=f"alerts-{name}",
        lifecycle_topic=f"lifecycle-{name}",
        profiles_topic=f"profiles-{name}",
        rejected_topic=f"rejected-{name}",
        observations_topic=f"observations-{name}",
        groups_topic=f"groups-{name}",
        service_levels_topic=f"service_levels-{name}",
        team_topic_prefix=f"alerts-{name}.",
        partitions=partitions,
        **more,
    )


@pytest.fixture
def embedded() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.address


@pytest.mark.parametrize("stream", STREAMS)
def test_replay_equals_live_through_the_embedded_broker(embedded: str, stream: str) -> None:
    compare(stream, settings(embedded, embedded=True, batch_records=500))


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(
    ("partitions", "more"),
    [
        pytest.param(1, {"store": "memory"}, id="1-memory"),
        pytest.param(4, {"store": "rocks", "cache_rows": 300}, id="4-rocks"),
        pytest.param(MOST_PARTITIONS, {"store": "memory", "batch_records": 700}, id="8-memory"),
    ],
)
def test_replay_equals_live_through_kafka(
    kafka: Kafka, tmp_path: Path, stream: str, partitions: int, more: dict[str, Any]
) -> None:
    compare(stream, on_kafka(kafka, partitions, state_dir=tmp_path, **more))


def test_the_compared_streams_have_every_signal_of_a_customer_and_every_way_of_clearing() -> None:
    told = [*replayed("cdnow")[0], *replayed("mixed")[0]]
    seen = {(alert["signal"], alert.get("resolution") or alert["status"]) for alert in told}
    carts = {"open", "returned", "emptied", "recovered", "expired"}
    wanted = {("cart_abandoned", what) for what in carts}
    wanted |= {("checkout_abandoned", what) for what in ("open", "recovered", "expired")}
    wanted |= {("queue_abandoned", what) for what in ("open", "recovered", "expired")}
    wanted |= {("gone_silent", "open"), ("gone_silent", "recovered"), ("won_back", "notice")}
    assert wanted <= seen, wanted - seen
    linked = apart(mixed(), MOST_PARTITIONS)
    compared = {alert["signal"] for alert in told if not of(linked, alert)}
    assert signals() <= compared, signals() - compared
