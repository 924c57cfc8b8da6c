"""One transactional producer per partition, and one transaction per commit."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)

from streams.errors import Fenced

# The broker sweeps old transactions every 10 s: a killed writer holds its neighbours up that long.
TRANSACTION_TIMEOUT_MS = 8_000
# Old transactional clients meet retriable errors often: the default of 100 ms shows in the p99.
RETRY_BACKOFF_MS = 15
MAX_BATCH = 900 << 10
STOP_SECONDS = 1.5
OVERHEAD = 20
"""What a record takes in a batch besides its key and value, at most."""
NO_HEADERS: "Headers" = []

Headers = list[tuple[str, bytes]]
Pair = tuple[bytes, bytes]
"""Key and value of a record that needs no more."""
Item = tuple[bytes | None, bytes | None, Headers, int | None]
"""Key, value and headers, and a timestamp in milliseconds where it is not now."""
Where = tuple[str, int]
"""Topic and partition."""


def weight(item: Item) -> int:
    """Bytes that a record takes in a batch, at most."""
    headers = sum(len(name) + len(content or b"") + 12 for name, content in item[2])
    return len(item[0] or b"") + len(item[1] or b"") + headers + 32


class Writer:
    """Writes to explicit partitions, in batches, inside one transaction at a time."""

    def __init__(self, transactional_id: str, kafka: dict[str, Any], max_request: int) -> None:
        self._make: Callable[[], Any] = lambda: AIOKafkaProducer(
            **kafka,
            transactional_id=transactional_id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            retry_backoff_ms=RETRY_BACKOFF_MS,
            linger_ms=0,
            max_batch_size=max_request,
            max_request_size=max_request,
        )
        self._producer: Any = None
        self._counts: dict[str, int] = {}

    async def start(self, topics: Iterable[str]) -> None:
        """Take the transactional id over: fences any other holder, ends its open transaction."""
        if self._producer is not None:
            await self.stop()
        self._producer = self._make()
        await self._producer.start()
        # A transaction that names a topic for the first time can hang on the embedded broker.
        for topic in topics:
            self._counts[topic] = len(await self._producer.partitions_for(topic))

    async def stop(self) -> None:
        """Leave; an open transaction is left to be aborted by the next holder."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await producer.stop()

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return self._counts[topic]

    async def commit(
        self,
        pairs: Mapping[Where, list[Pair]],
        items: Mapping[Where, list[Item]],
        offsets: Mapping[Where, int],
        group: str,
    ) -> dict[Where, int]:
        """All of `pairs` and `items`, and the input `offsets`, or nothing.

        Returns the offset after the last record of each written partition. Raises Fenced.
        """
        producer = self._producer
        try:
            await producer.begin_transaction()
            filled = [(where, self._fill(where, some)) for where, some in pairs.items()]
            filled += [(where, self._fill_whole(where, some)) for where, some in items.items()]
            sent = [
                (where, [await self._send(batch, where) for batch in batches])
                for where, batches in filled
            ]
            if offsets:
                await producer.send_offsets_to_transaction(
                    {TopicPartition(*where): offset for where, offset in offsets.items()}, group
                )
            # The client would commit without what the broker has refused.
            await asyncio.gather(*(future for _, futures in sent for future, _ in futures))
            await producer.commit_transaction()
            return {
                where: futures[-1][0].result().offset + futures[-1][1] for where, futures in sent
            }
        except (ProducerFenced, OutOfOrderSequenceNumber) as why:
            raise Fenced(str(why)) from why

    def _fill(self, where: Where, pairs: list[Pair]) -> list[Any]:
        """Batches of those records, which are many: no call and no tuple more than it takes."""
        now, none = time.time_ns() // 1_000_000, NO_HEADERS
        batches, number, held = [], 0, 0
        batch = self._producer.create_batch()
        append = batch._builder.append
        for key, value in pairs:
            held += len(key) + len(value) + OVERHEAD
            full = held > MAX_BATCH and number > 0
            if full or append(number, now, key, value, none) is None:
                if number:
                    batch._relative_offset = number
                    batches.append(batch)
                    batch = self._producer.create_batch()
                    append = batch._builder.append
                number, held = 0, len(key) + len(value) + OVERHEAD
                if append(0, now, key, value, none) is None:
                    raise MessageSizeTooLargeError(f"{held} bytes for {where[0]}")
            number += 1
        batch._relative_offset = number
        batches.append(batch)
        return batches

    def _fill_whole(self, where: Where, items: list[Item]) -> list[Any]:
        """Batches of records that have headers, or a time of their own."""
        batches, held = [], 0
        batch = self._producer.create_batch()
        for item in items:
            key, value, headers, at = item
            heavy = weight(item)
            full = held > 0 and held + heavy > MAX_BATCH
            if full or batch.append(key=key, value=value, timestamp=at, headers=headers) is None:
                if held:
                    batches.append(batch)
                    batch, held = self._producer.create_batch(), 0
                if batch.append(key=key, value=value, timestamp=at, headers=headers) is None:
                    raise MessageSizeTooLargeError(f"{heavy} bytes for {where[0]}")
            held += heavy
        batches.append(batch)
        return batches

    async def _send(self, batch: Any, where: Where) -> tuple[Any, int]:
        """The future of a batch, and its number of records."""
        batch.close()
        number = batch.record_count()
        return await self._producer.send_batch(batch, where[0], partition=where[1]), number
