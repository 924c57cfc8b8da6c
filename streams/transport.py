"""Batch transport for Faust: one event per fetched (partition, records).

Faust spends 60 us on each event of a stream; what it fetches already lies in lists by partition.
This consumer hands those lists on whole, reads committed records only (our own forwards are
transactional), and starts where the partitions' own records say.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

import faust
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import fetcher, subscription_state
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.threads import WorkerThread

from streams.members import AddressedRoundRobin, Owners

log = structlog.get_logger("heed.transport")

FETCH_WAIT_MS = 50


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


class LeanRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """Fetched records as the parser made them, handed on by whole producer batches.

    They carry all that is asked of them here (key, value, timestamp, headers, offset). Copying each
    into a ConsumerRecord, and passing it through two generators, would be half of the transport.
    """

    next_fetch_offset: int

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._batches: Iterator[Any] = self._records_iterator
        self._batch: Any = None
        self._rest: Iterator[Any] = iter(())

    def take(self, most: int) -> tuple[list[Any], bool]:
        """The next records, at most so many, and whether there may be more."""
        taken: list[Any] = []
        while (room := most - len(taken)) > 0:
            if self._batch is None:
                self._batch = next(self._batches, None)
                if self._batch is None:
                    return taken, False
                # A batch can be asked for its iterator once, which `islice` would do each time.
                self._rest = chain(self._batch)
            part = list(islice(self._rest, room))
            ended = len(part) < room
            if part and part[0].offset < self.next_fetch_offset:
                # The broker sends whole batches: this one began before the place asked for.
                part = [record for record in part if record.offset >= self.next_fetch_offset]
            if ended:
                # As the batch says, since a compacted one may lack its last records.
                self.next_fetch_offset = self._batch.next_offset
                self._batch = None
            elif part:
                self.next_fetch_offset = part[-1].offset + 1
            taken += part
        return taken, True

    def _unpack_records(self) -> Iterator[Any]:
        """The producer batches that are to be read, as the base class finds their records."""
        while self._records.has_next():
            batch = self._records.next_batch()
            if self._check_crcs and not batch.validate_crc():
                raise CorruptRecordException(f"Invalid CRC - {self._tp}")
            # Asked of every batch: whose transactions are open, and whose aborted, follows from it.
            aborted = self._isolation_level == fetcher.READ_COMMITTED and self._is_aborted(batch)
            if aborted or batch.is_control_batch:
                self.next_fetch_offset = batch.next_offset
            else:
                yield batch

    def _is_aborted(self, batch: Any) -> bool:
        producer = batch.producer_id
        if producer is None:
            return False
        self._consume_aborted_up_to(batch.base_offset)
        if batch.is_control_batch and self._contains_abort_marker(batch):
            self._aborted_producers.discard(producer)
        return batch.is_transactional and producer in self._aborted_producers


class LeanResult(fetcher.FetchResult):  # type: ignore[misc]
    """What one fetch found in one partition."""

    _partition_records: LeanRecords | None

    def getall(self, max_records: int | None = None) -> list[Any]:
        records = self._partition_records
        if not self.check_assignment(self._topic_partition) or records is None:
            return []
        taken, more = records.take(sys.maxsize if max_records is None else max_records)
        self._update_position()
        if not more:
            self._partition_records = None
        return taken


class WatchfulState(subscription_state.TopicPartitionState):  # type: ignore[misc]
    """Where one partition is read; says what its retention deleted before it was read.

    The client goes on with the oldest record that there is, without a word.
    """

    _read_to = 0

    def seek(self, position: int) -> None:
        self._read_to = position
        super().seek(position)

    def consumed_to(self, position: int) -> None:
        self._read_to = position
        super().consumed_to(position)

    def reset_to(self, position: int) -> None:
        # A topic of which nothing has been read yet may begin anywhere.
        if 0 < self._read_to < position:
            where = next(tp for tp in self._assignment.tps
                         if self._assignment.state_value(tp) is self)  # fmt: skip
            log.error("records were deleted by their retention before they were read",
                      topic=where.topic, partition=where.partition,
                      offsets=position - self._read_to, next_offset=self._read_to,
                      begins_at=position)  # fmt: skip
        super().reset_to(position)


# The client names these classes nowhere that a subclass could reach.
fetcher.PartitionRecords = LeanRecords
fetcher.FetchResult = LeanResult
subscription_state.TopicPartitionState = WatchfulState


class Fetched(NamedTuple):
    """Records, and the position from which they were read: nothing that is not here lies between.

    Offsets alone cannot tell, since markers of transactions and aborted records leave gaps.
    """

    since: int
    records: list[Any]


class LeavableThread(WorkerThread):  # type: ignore[misc]
    """Does not keep the process alive when the broker no longer answers."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True

    def stop(self) -> None:
        self.is_stopped.wait(1)


class BatchConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """The thread that fetches, with what Faust leaves no setting for."""

    Worker = LeavableThread

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """The worker tells it, in a sentence."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        # Touched on this thread only, between two awaits: where each partition has been read to.
        self._read_to: dict[Any, int] = {}
        self._assignor = AddressedRoundRobin(self.app.address, self.app.owners)
        conf = self.app.conf
        return AIOKafkaConsumer(
            **self.app.kafka,
            client_id=conf.broker_client_id,
            group_id=conf.id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            # Faust ties this to its own exactly_once.
            isolation_level="read_committed",
            auto_offset_reset=conf.consumer_auto_offset_reset,
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=round(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            # A fetch leaves out partitions whose records still lie here, and the next one waits
            # for it: Faust's 1.5 s would be a quiet topic's latency.
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=round(conf.broker_request_timeout * 1000),
            session_timeout_ms=round(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=round(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=round(conf.broker_heartbeat_interval * 1000),
        )

    async def _fetch_records(
        self, consumer: Any, active_partitions: Any, **limits: Any
    ) -> dict[Any, Fetched]:
        """At most `max_records` of every partition that has some: none waits for another's."""
        found = await super()._fetch_records(consumer, active_partitions, **limits)
        fetched = {tp: self._note(tp, records) for tp, records in found.items()}
        ready = consumer._fetcher._records
        for tp in list(ready) if found else ():
            if tp in fetched or tp not in active_partitions or not _is_result(ready.get(tp)):
                continue
            if consumer._fetcher._subscriptions.reassignment_in_progress:
                break
            more = await consumer._fetcher.fetched_records({tp}, 0, limits["max_records"])
            fetched.update({tp: self._note(tp, records) for tp, records in more.items()})
        return fetched

    def _note(self, tp: Any, records: list[Any]) -> Fetched:
        since = self._read_to.get(tp, records[0].offset)
        self._read_to[tp] = records[-1].offset + 1
        return Fetched(since, records)

    async def seek_to(self, offsets: Mapping[TP, int]) -> None:
        """Seek, on the consumer's own thread."""
        await self.call_thread(self._seek_all, offsets)

    async def _seek_all(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in offsets.items():
            where = driver._TopicPartition(tp.topic, tp.partition)
            consumer.seek(where, offset)
            self._read_to[where] = offset

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's own check for stuck streams counts events; the worker has a better one."""


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """Delivers batches; `app.start_at(partition)` says where a partition begins."""

    app: "BatchApp"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fetched: dict[TP, int] = {}

    def lag(self, tp: TP, done: int) -> int | None:
        """Records that can be read and are not yet done, where all before `done` are; None where
        no fetch has said yet how many there are.

        Counts to the last stable offset: what lies behind an open transaction cannot be read. The
        client's position also passes transaction markers, which `done` never does.
        """
        client = self._thread._consumer
        stable = client.last_stable_offset(tp)
        if stable is None or stable < 0:
            stable = client.highwater(tp)
        if stable is None:
            return None
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
        await self.seek_to(offsets)
        return offsets

    async def seek_to(self, offsets: Mapping[TP, int]) -> None:
        """Read on from there; what is on its way from elsewhere shows by its `since`."""
        await self._thread.seek_to(offsets)
        self._fetched.update(offsets)

    async def _drain_messages(self, service: Any) -> None:
        try:
            while not (self.should_stop or service.should_stop):
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
            self._fetched[TP(key.topic, key.partition)] = found.records[-1].offset + 1
        generation = self.app.consumer_generation_id
        for key, found in records.items():
            tp = TP(key.topic, key.partition)
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return  # The seek after the rebalance reads them again.
            if active is None or tp in active:
                await self._deliver(tp, found, generation)

    async def _deliver(self, tp: TP, found: Fetched, generation: int) -> None:
        last = found.records[-1]
        message = ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type,
            (), None, Batch(tp.partition, *found), None, 0, 0, tp,
            generation_id=generation,
        )  # fmt: skip
        if self.app.flow_control.is_active():
            await self.callback(message)
        else:
            await self.wait_first(self.callback(message), self.suspend_flow.wait())


def _is_result(ready: Any) -> bool:
    """Whether it is records, and not an error that is to be raised by whoever asks next."""
    return type(ready) is LeanResult


class IdleProducer(driver.Producer):  # type: ignore[misc]
    """Faust starts one whether it is used or not; ours belong to the partitions."""

    async def on_start(self) -> None:
        """No connection: there is nothing to send."""
        await super(driver.Producer, self).on_start()


class BatchTransport(driver.Transport):  # type: ignore[misc]
    Consumer = BatchConsumer
    Producer = IdleProducer


class NoTables(TableManager):  # type: ignore[misc]
    """State lies in the partitions; what is left of tables is resuming after a rebalance."""

    async def on_start(self) -> None:
        """At once: Faust gives its tables a second to be declared."""
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()


class BatchApp(faust.App):  # type: ignore[misc]
    """A Faust app whose streams carry batches."""

    start_at: Callable[[int], int | None] = staticmethod(lambda partition: None)
    kafka: Mapping[str, Any] = {}
    """Brokers and credentials, as every client of aiokafka takes them."""
    address: Callable[[], str] = staticmethod(lambda: "")
    """Where other workers reach this one, asked as it joins the group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = Owners()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_producer, self)
