"""What waits is handed over whole, in order, and never across a gap."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from streams.backlog import Backlog
from streams.transport import Batch


class Numbered(NamedTuple):
    offset: int


def batch(since: int, first: int, number: int) -> Batch:
    return Batch(3, since, [Numbered(first + each) for each in range(number)])


def told(batches: list[Batch]) -> list[int]:
    return [record.offset for each in batches for record in each.records]


lengths = st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=12)


@given(lengths, st.integers(1, 8))
def test_every_record_is_taken_once_in_order_and_none_across_a_gap(
    lengths: list[tuple[int, bool]], most: int
) -> None:
    put, at, gaps = [], 0, set()
    for number, follows in lengths:
        since = at if follows else at + 10
        if not follows:
            gaps.add(since)
        put.append(batch(since, since, number))
        at = since + number

    async def all_of_them() -> list[Batch]:
        backlog = Backlog(most)

        async def fill() -> None:
            for each in put:
                await backlog.put(each)

        filling = asyncio.create_task(fill())
        taken: list[Batch] = []
        while len(told(taken)) < len(told(put)):
            taken.append(await backlog.take())
        await filling
        assert not backlog
        return taken

    taken = asyncio.run(all_of_them())
    assert told(taken) == told(put)
    largest = max(number for number, _ in lengths)
    for each in taken:
        assert each.partition == 3
        assert len(each.records) <= max(most, largest)
        assert not gaps & {record.offset for record in each.records[1:]}
        assert each.since <= each.records[0].offset


def test_small_batches_that_gathered_are_one() -> None:
    async def story() -> None:
        backlog = Backlog(100)
        await backlog.put(batch(0, 2, 3))
        await backlog.put(batch(5, 6, 1))
        assert await backlog.take() == batch(0, 2, 3)._replace(
            records=[Numbered(2), Numbered(3), Numbered(4), Numbered(6)]
        )

    asyncio.run(story())


def test_whoever_waits_for_room_is_let_go_when_all_is_forgotten() -> None:
    async def story() -> None:
        backlog = Backlog(1)
        await backlog.put(batch(0, 0, 2))
        adding = asyncio.create_task(backlog.put(batch(2, 2, 1)))
        await asyncio.sleep(0)
        assert not adding.done()
        backlog.clear()
        await adding

    asyncio.run(story())


def test_a_wait_that_is_given_up_takes_nothing() -> None:
    async def story() -> None:
        backlog = Backlog(1)
        taking = asyncio.create_task(backlog.take())
        await asyncio.sleep(0)
        taking.cancel()
        await backlog.put(batch(0, 0, 1))
        assert told([await backlog.take()]) == [0]

    asyncio.run(story())
