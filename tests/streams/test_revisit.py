"""After a change of rules a partition looks at the rows that wait again: in slices, and once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pytest

from agents.customers import metrics
from agents.decide import Customers
from agents.rulebook import Rulebook
from schemas.alert import decode
from schemas.customer import Customer
from schemas.standards import parse
from streams import partition as engine
from streams.deadlines import NEVER
from streams.partition import Partition
from streams.settings import Settings
from streams.store import MemoryStore
from streams.writer import Pair, Where
from tests.agents.say import DAY, HOUR, START, said

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

    def ended(self) -> list[str | None]:
        """How alerts have ended."""
        told = [pair for pairs in self.commits for pair in pairs.get(("alerts", 0), [])]
        return [alert.resolution for _, value in told if (alert := decode(value)).resolution]


@pytest.fixture(autouse=True)
def _without_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: Any) -> int:
        return 0

    monkeypatch.setattr(engine, "restore", nothing)
    monkeypatch.setattr(engine, "verify", nothing)


async def opened(store: MemoryStore, standards: str = "") -> tuple[Partition[Customer], Written]:
    logic = Customers(Rulebook(parse(standards)), future=None)
    made, written = Partition(0, logic, store, Settings(), metrics()), Written()
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
