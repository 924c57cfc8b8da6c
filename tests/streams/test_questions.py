"""Questions about a row: who may ask, who answers, and what is said where nobody does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, web

from streams.errors import Unusable
from streams.members import Owners
from streams.murmur2 import partition_of
from streams.questions import Questions
from streams.settings import Settings
from streams.store import MemoryStore

HERE, THERE = b"a", b"d"
"""Of two partitions, one routing key each."""


class Rows:
    """Rows whose stored form is what is told; `-> key` points."""

    path = "/rows/"

    def places(self, asked: str) -> list[tuple[str, bytes]]:
        return [(f"c:{asked}", asked.encode()), (f"alias:{asked}", asked.encode())]

    def follow(self, stored: bytes) -> str | None:
        return stored[3:].decode() if stored.startswith(b"-> ") else None

    def routing(self, key: str) -> bytes:
        return key.partition(":")[2].encode()

    def tell(self, key: str, stored: bytes, now: int) -> bytes:
        return msgspec.json.encode({"key": key, "stored": stored.decode(), "now": now})


class One:
    """One worker's questions on a page of their own."""

    def __init__(self, number: int, rows: dict[str, bytes], **settings: Any) -> None:
        store = MemoryStore()
        store.write([(key.encode(), value) for key, value in rows.items()], None, 1)
        self.partition: Any = SimpleNamespace(
            store=store, view=SimpleNamespace(clock=SimpleNamespace(now=number)),
            writer=SimpleNamespace(partitions=lambda topic: 2),
        )  # fmt: skip
        self.ready = True
        self.owners = Owners()
        partitions: dict[int, Any] = {number: self.partition}
        self.questions: Questions[Any] = Questions(
            Settings(**settings), Rows(), partitions, self.owners, lambda: self.ready
        )
        self.address = ""

    async def __aenter__(self) -> One:
        app = web.Application()
        app.router.add_get(self.questions.route, self.questions.serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def ask(self, asked: str, **headers: str) -> tuple[int, dict[str, Any]]:
        async with (
            ClientSession() as session,
            session.get(f"{self.address}/rows/{asked}", headers=headers) as answer,
        ):
            return answer.status, await answer.json()


def acquainted(one: One, two: One, said: str | None = None) -> None:
    """Both know who has which partition; of partition 1 something else may be `said`."""
    places = {one.address: {"interactions": [0]},
              said or two.address: {"interactions": [1]}}  # fmt: skip
    for each in (one, two):
        each.owners.learn(msgspec.json.encode(places))


def test_the_keys_of_this_test_lie_apart() -> None:
    assert (partition_of(HERE, 2), partition_of(THERE, 2)) == (0, 1)


def test_any_worker_answers_for_any_row_and_over_a_pointer() -> None:
    async def talk() -> None:
        one = One(0, {"c:a": b"mine", "alias:a": b"not this"})
        two = One(1, {"alias:d": b"-> c:a"})
        async with one, two:
            acquainted(one, two)
            for each in (one, two):
                assert await each.ask("a") == (200, {"key": "c:a", "stored": "mine", "now": 0})
                assert (await each.ask("d"))[1]["key"] == "c:a", "its alias points there"
            status, said = await two.ask("nobody")
            assert (status, said["error"]) == (404, "nobody is known as nobody")

    asyncio.run(talk())


def test_what_cannot_be_answered_now_is_told_in_a_sentence() -> None:
    async def talk() -> None:
        one, two = One(0, {}), One(1, {"c:d": b"theirs"})
        async with one, two:
            status, said = await one.ask("d")
            assert (status, "whose address is not known" in said["error"]) == (503, True)
            acquainted(one, two)
            two.partition.view = None
            assert await one.ask("d") == (
                503, {"error": "partition 1 is being restored: ask again in a moment"},
            )  # fmt: skip
            two.ready = False
            status, said = await one.ask("d")
            assert (status, "being assigned or restored" in said["error"]) == (503, True)
            acquainted(one, two, "http://127.0.0.1:1")
            status, said = await one.ask("d")
            assert (status, "127.0.0.1:1, who has this customer, does not" in said["error"]) == (
                503, True,
            )  # fmt: skip

    asyncio.run(talk())


def test_a_question_is_forwarded_once_and_never_in_a_circle() -> None:
    async def talk() -> None:
        one, two = One(0, {}), One(0, {"c:a": b"x"})
        async with one, two:
            acquainted(one, two)  # Both are wrong: nobody has partition 1.
            status, said = await one.ask("d")
            assert (status, "partition 1 has just moved on" in said["error"]) == (503, True)

    asyncio.run(talk())


def test_only_this_machine_is_answered_by_default_and_only_under_its_own_name() -> None:
    async def talk() -> None:
        async with One(0, {"c:a": b"mine"}) as one:
            assert (await one.ask("a"))[0] == 200
            assert (await one.ask("a", Host="evil.example:80"))[0] == 403
            assert (await one.ask("a", Host="localhost"))[0] == 200

    asyncio.run(talk())


def test_with_a_token_whoever_has_it_is_answered() -> None:
    async def talk() -> None:
        one = One(0, {}, explain="on", explain_token="secret")
        two = One(1, {"c:d": b"theirs"}, explain="on", explain_token="secret")
        other = One(1, {"c:d": b"theirs"}, explain="on", explain_token="another")
        async with one, two, other:
            acquainted(one, two)
            assert (await one.ask("d"))[0] == 403
            assert (await one.ask("d", Authorization="Bearer wrong"))[0] == 403
            assert (await one.ask("d", Authorization="Bearer secret"))[0] == 200
            acquainted(one, other)
            status, said = await one.ask("d", Authorization="Bearer secret")
            assert (status, "one HEED_EXPLAIN_TOKEN" in said["error"]) == (503, True)

    asyncio.run(talk())


def test_answering_anybody_without_a_token_is_no_setting() -> None:
    with pytest.raises(Unusable, match="set HEED_EXPLAIN_TOKEN"):
        One(0, {}, explain="on")
