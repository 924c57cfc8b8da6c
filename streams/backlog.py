"""What waits for a partition: batches that are fetched and not yet decided about."""

import asyncio
from collections import deque

from streams.transport import Batch


class Backlog:
    """Batches of one partition, in order, bounded by their records.

    A commit takes tens of milliseconds whatever it holds: small batches that have gathered
    meanwhile are handed over as one, and do not keep those of other partitions waiting.
    """

    def __init__(self, most: int) -> None:
        """At most `most` records at once, and twice as many waiting."""
        self._most = most
        self._waiting: deque[Batch] = deque()
        self._records = 0
        self._some, self._room = asyncio.Event(), asyncio.Event()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    async def put(self, batch: Batch) -> None:
        """Add a batch, once there is room."""
        while self._records >= 2 * self._most:
            self._room.clear()
            await self._room.wait()
        self._waiting.append(batch)
        self._records += len(batch.records)
        self._some.set()

    async def take(self) -> Batch:
        """All that follows without a gap and is not too much, as one batch; waits for some."""
        waiting = self._waiting
        while not waiting:
            self._some.clear()
            await self._some.wait()
        first = waiting.popleft()
        parts = [first.records]
        held, upto = len(first.records), first.records[-1].offset + 1
        while waiting and waiting[0].since == upto and held + len(waiting[0].records) <= self._most:
            records = waiting.popleft().records
            parts.append(records)
            held += len(records)
            upto = records[-1].offset + 1
        self._records -= held
        self._room.set()
        if len(parts) == 1:
            return first
        return Batch(first.partition, first.since, [each for part in parts for each in part])

    def clear(self) -> None:
        """Forget what waits; whoever waits to add more may do so, though nobody will take it."""
        self._waiting.clear()
        self._records = 0
        self._room.set()
