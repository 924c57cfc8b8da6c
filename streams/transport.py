"""Batch transport for Faust: one event per fetched (partition, records).

Faust spends 60 us on each event of a stream; what it fetches already lies in lists by partition.
This consumer hands those lists on whole, reads committed records only (our own forwards are
transactional), and starts where the partitions' own records say.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import faust
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage


class Batch(NamedTuple):
    """Records of one partition, in order. `since` is the offset from which they were read."""

    partition: int
    since: int
    records: list[Any]


class BatchSchema(faust.Schema):  # type: ignore[misc]
    """Leaves keys and values as they are: a value is a Batch."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value


class BatchConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """The thread that fetches, with what Faust leaves no setting for."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust ties this to its own exactly_once; no fetch has been made yet.
        consumer._isolation_level = "read_committed"
        return consumer

    async def seek_to(self, offsets: Mapping[TP, int]) -> None:
        """Seek, on the consumer's own thread."""
        await self.call_thread(self._seek_all, offsets)

    async def _seek_all(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in offsets.items():
            consumer.seek(driver._TopicPartition(tp.topic, tp.partition), offset)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's own check for stuck streams counts events; the worker has a better one."""


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """Delivers batches; `app.start_at(partition)` says where a partition begins."""

    app: "BatchApp"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.position_of: dict[TP, int] = {}
        self._fetched: dict[TP, int] = {}

    def lag(self, tp: TP, done: int) -> int:
        """Records that can be read and are not yet done, where all before `done` are.

        Counts to the last stable offset: what lies behind an open transaction cannot be read. The
        client's position also passes transaction markers, which `done` never does.
        """
        client = self._thread._consumer
        stable = client.last_stable_offset(tp)
        if stable is None or stable < 0:
            stable = client.highwater(tp)
        if stable is None:
            return 0
        if done >= self._fetched.get(tp, 0):
            state = client._subscription.subscription.assignment.state_value(tp)
            done = max(done, state.position if state.has_valid_position else 0)
        return max(0, int(stable) - done)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        offsets = {
            tp: offset
            for tp in self.assignment()
            if (offset := self.app.start_at(tp.partition)) is not None
        }
        await self._thread.seek_to(offsets)
        self.position_of.update(offsets)
        self._fetched.update(offsets)
        return offsets

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._drain_once()
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    async def _drain_once(self) -> None:
        records, active = await self._wait_next_records(1.0)
        await asyncio.sleep(0)
        if not records or self.should_stop:
            return
        if not self.flow_active:
            await self.perform_seek()
            return
        for key, found in records.items():
            self._fetched[TP(key.topic, key.partition)] = found[-1].offset + 1 if found else 0
        generation = self.app.consumer_generation_id
        for key, found in records.items():
            tp = TP(key.topic, key.partition)
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return  # The seek after the rebalance reads them again.
            if found and (active is None or tp in active):
                await self._deliver(tp, found, generation)

    async def _deliver(self, tp: TP, records: list[Any], generation: int) -> None:
        last = records[-1]
        since = self.position_of.get(tp, records[0].offset)
        if last.offset < since:
            return
        message = ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type,
            (), None, Batch(tp.partition, since, records), None, 0, 0, tp,
            generation_id=generation,
        )  # fmt: skip
        if self.app.flow_control.is_active():
            await self.callback(message)
        else:
            await self.wait_first(self.callback(message), self.suspend_flow.wait())
        if self.flow_active and self.app.consumer_generation_id == generation:
            self.position_of[tp] = last.offset + 1


class BatchTransport(driver.Transport):  # type: ignore[misc]
    Consumer = BatchConsumer


class BatchApp(faust.App):  # type: ignore[misc]
    """A Faust app whose streams carry batches."""

    start_at: Callable[[int], int | None] = staticmethod(lambda partition: None)

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
