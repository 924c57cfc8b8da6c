"""After a change of rules a partition looks at the rows that wait again: in slices, and once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import pytest

from agents.customers import metrics
from agents.decide import Customers
from agents.groups.agent import metrics as metrics_of_groups
from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from agents.rulebook import Rulebook
from schemas.alert import Alert, decode
from schemas.customer import Customer
from schemas.observation import Arrival, encode
from schemas.standards import parse
from streams import partition as engine
from streams.contract import Logic
from streams.deadlines import NEVER
from streams.partition import Partition
from streams.settings import Settings
from streams.store import MemoryStore
from streams.writer import Pair, Where
from tests.agents.captives import CAME, declared, steady, town
from tests.agents.say import DAY, HOUR, MINUTE, START, said

S = TypeVar("S")
OFF = "[cart_abandoned]\nenabled = false"


class Read(NamedTuple):
    """A record as the consumer hands it over."""

    value: bytes
    timestamp: int
    offset: int
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Written:
    """In place of a producer: keeps what would be committed."""

    def __init__(self) -> None:
        self.commits: list[Mapping[Where, list[Pair]]] = []

    async def start(self, topics: Iterable[str]) -> None: ...

    async def stop(self) -> None: ...

    def partitions(self, topic: str) -> int:
        return 1

    async def commit(self, pairs: Mapping[Where, list[Pair]], *_: Any) -> dict[Where, int]:
        self.commits.append(pairs)
        return {where: len(self.commits) for where in pairs}

    def alerts(self) -> list[Alert]:
        """What was told of alerts."""
        told = [pair for pairs in self.commits for pair in pairs.get(("alerts", 0), [])]
        return [decode(value) for _, value in told]

    def ended(self) -> list[str | None]:
        """How alerts have ended."""
        return [alert.resolution for alert in self.alerts() if alert.resolution]


@pytest.fixture(autouse=True)
def _without_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: Any) -> int:
        return 0

    monkeypatch.setattr(engine, "restore", nothing)
    monkeypatch.setattr(engine, "verify", nothing)


async def opened(store: MemoryStore, standards: str = "") -> tuple[Partition[Customer], Written]:
    return await opened_by(Customers(Rulebook(parse(standards)), future=None), store)


async def opened_by(logic: Logic[S], store: MemoryStore) -> tuple[Partition[S], Written]:
    counted = metrics_of_groups(metrics())
    made, written = Partition(0, logic, store, Settings(), counted), Written()
    made.writer = written  # type: ignore[assignment]
    await made.open()
    return made, written


def carts(customers: int) -> list[Read]:
    """Each leaves a cart, and a day goes by."""
    events = [said("product_added", 10 * HOUR, {"customer_id": f"c{n}"}) for n in range(customers)]
    events.append(said("page_viewed", DAY, {"customer_id": "other"}))
    return [
        Read(json.dumps(event).encode(), (START + DAY) * 1000, offset)
        for offset, event in enumerate(events)
    ]


def test_rows_that_wait_are_looked_at_once_in_slices_of_any_size() -> None:
    async def live() -> None:
        store = MemoryStore()
        before, written = await opened(store)
        await before.process(carts(5))
        await before.revisit(100)
        assert written.ended() == []

        after, written = await opened(store, OFF)
        ended = []
        for _ in range(3):
            await after.revisit(2)
            ended.append(len(written.ended()))
        assert ended == [2, 4, 5]
        assert set(written.ended()) == {"dismissed"}
        assert after.own.rules == after.logic.rules != before.own.rules  # type: ignore[attr-defined]

        again, written = await opened(store, OFF)
        await again.revisit(100)
        assert written.commits == []

    asyncio.run(live())


def test_what_stands_in_a_row_that_waits_for_nothing_is_looked_at_as_well() -> None:
    """A loss stands until the customer buys: no deadline leads to it."""

    def read(events: list[tuple[str, int, str]]) -> list[Read]:
        return [
            Read(json.dumps(said(kind, at, {"customer_id": who})).encode(), START * 1000, offset)
            for offset, (kind, at, who) in enumerate(events)
        ]

    async def live() -> None:
        store = MemoryStore()
        before, _ = await opened(store)
        bought = [("order_completed", day * DAY, "ann") for day in (0, 70, 213)]
        await before.process(read([*bought, ("page_viewed", 1500 * DAY, "other")]))
        assert before.view is not None
        ann = before.view.get("c:ann")
        assert ann is not None
        assert ann.deadline == NEVER
        assert [alert.signal for alert in ann.state.alerts] == ["lost"]

        after, written = await opened(store, "[lost]\nenabled = false")
        await after.revisit(100)
        assert written.ended() == ["dismissed"]

    asyncio.run(live())


def test_groups_are_looked_at_as_well() -> None:
    """A queue that is off duty for good: nothing is awaited, and nobody arrives."""

    def groups(standards: str = "") -> Groups:
        return Groups(GroupBook(parse(standards)))

    def queued(number: int) -> Read:
        at = START * 1_000_000 + number * MINUTE * 1_000_000
        seen = Arrival(at, f"a{number}", "contact_queued", number, None, None)
        return Read(encode(seen), at // 1000, number, b"queue:sales")

    async def live() -> None:
        store = MemoryStore()
        before, _ = await opened_by(groups(), store)
        await before.process([queued(number) for number in range(10)])
        assert before.view is not None
        before.view.clock.reach((START + HOUR) * 1_000_000)
        await before.tick(idle=False)
        sales = before.view.get("queue:sales")
        assert sales is not None
        assert [alert.signal for alert in sales.state.alerts] == ["channel_closed"]

        after, written = await opened_by(groups("[channel_closed]\nenabled = false"), store)
        await after.revisit(100)
        assert written.ended() == ["dismissed"]
        assert not any(after.gauges.values())

    asyncio.run(live())


def test_who_is_killed_in_between_looks_again_and_nothing_is_told_twice() -> None:
    async def live() -> None:
        store = MemoryStore()
        before, _ = await opened(store)
        await before.process(carts(5))
        killed, written = await opened(store, OFF)
        await killed.revisit(3)
        told = len(written.ended())
        other, written = await opened(store, OFF)
        await other.revisit(100)
        assert (told, len(written.ended())) == (3, 2)

    asyncio.run(live())


def test_a_partition_without_rows_has_nothing_to_look_at() -> None:
    async def live() -> None:
        made, written = await opened(MemoryStore(), OFF)
        await made.revisit(100)
        assert written.commits == []
        assert made.own.rules == made.logic.rules  # type: ignore[attr-defined]

    asyncio.run(live())


def captives(customers: int) -> list[Read]:
    """All of one region, then a competitor comes there, and one of them is content again."""
    lives = [steady(f"c{number}", region="north") for number in range(customers)]
    whom = {"customer_id": "c0", "region": "north"}
    content = said("survey_answered", CAME + HOUR, whom, instrument="csat", score=5)
    return [
        Read(json.dumps(event).encode(), START * 1000, offset)
        for offset, event in enumerate(town(*lives, [declared(), content]))
    ]


def after_opening(written: Written) -> list[tuple[str | None, str, str]]:
    """Whose alert became what, and how bad, in the order in which that was told."""
    return [
        (alert.customer_id, alert.status, alert.severity)
        for alert in written.alerts()
        if alert.signal == "captive_dissatisfied" and alert.status != "open"
    ]


CRITICAL = [(f"c{number}", "updated", "critical") for number in range(3)]


def test_news_are_told_of_every_row_before_the_next_record() -> None:
    async def live() -> None:
        made, written = await opened(MemoryStore())
        await made.process(captives(3))
        assert after_opening(written) == [*CRITICAL, ("c0", "resolved", "critical")]
        assert made.own.rules == made.logic.rules  # type: ignore[attr-defined]

    asyncio.run(live())


def test_who_takes_over_in_between_tells_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    async def live() -> None:
        async def killed(*_: Any) -> None:
            raise RuntimeError("killed")

        store, records = MemoryStore(), captives(3)
        made, written = await opened(store)
        with monkeypatch.context() as patch:
            patch.setattr(Partition, "revisit", killed)
            with pytest.raises(RuntimeError):
                await made.process(records)
        assert after_opening(written) == []
        other, written = await opened(store)
        assert other.next_offset == records[-1].offset
        await other.revisit(100)
        assert after_opening(written) == CRITICAL

    asyncio.run(live())
