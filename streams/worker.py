"""The worker: a Faust app, its partitions, and the tasks that run them.

Each assigned partition has a task of its own, so that while one waits for its commit the others
decide. All of them share one core: scale by processes.
"""

import asyncio
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from aiokafka.errors import KafkaError
from faust.types import TP
from mode import CrashingSupervisor

from streams.backlog import Backlog
from streams.contract import Logic, roles
from streams.ending import sentence
from streams.errors import Fenced, Unusable
from streams.metrics import Metrics
from streams.outset import prepare
from streams.partition import Partition
from streams.progress import Progress
from streams.settings import Settings
from streams.slots import Slot
from streams.store import MemoryStore, Store
from streams.transport import Batch, BatchApp, BatchSchema, NoTables
from streams.web import Page

S = TypeVar("S")
log = structlog.get_logger("heed.worker")

TICK_SECONDS = 0.5
# So many rows are looked at again between two batches, or while there is nothing else to do.
REVISITED_BUSY, REVISITED_IDLE = 500, 5000
# A rebalance may wait a minute for a member that does not answer: twice the patience.
UNASSIGNED = 2
# So long after a seek, batches from before it may still be on their way.
STALE_SECONDS = 5.0
# SIGTERM is to be obeyed within 10 s, whatever the broker does.
PAUSE_SECONDS, LEAVE_SECONDS = 4.0, 2.0


class Worker(Generic[S]):
    """Runs `logic` over this process's share of the input's partitions."""

    def __init__(self, settings: Settings, logic: Logic[S], metrics: Metrics) -> None:
        self.settings = settings
        self.logic = logic
        self.metrics = metrics
        self.partitions: dict[int, Partition[S]] = {}
        self.beside: list[Worker[Any]] = []
        """Other agents' workers that live and die with this one, in the same process."""
        self.failure: BaseException | None = None
        self.restored = asyncio.Event()
        """Set while this worker's partitions are assigned and restored."""
        self._prepared = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = threading.Event()
        self._unassigned_since = time.monotonic()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._backlogs: dict[int, Backlog] = {}
        self._sought: dict[int, tuple[int, float]] = {}
        self._slot: Slot | None = None
        # Faust insists on a data folder, which stays empty: it has no tables here.
        self._scratch = tempfile.TemporaryDirectory(prefix="heed-")
        self.page = Page(metrics, self.why_not_ready, self.refresh)
        self.app = self._make_app()
        self._progress = Progress(settings, metrics, self.partitions, lambda: self.app.consumer)
        self.input = self.app.topic(
            settings.input_topic,
            schema=BatchSchema(),
            key_type=bytes,
            value_type=bytes,
            acks=False,
        )

    def _make_app(self) -> BatchApp:
        settings = self.settings
        app = BatchApp(
            settings.app_id,
            broker=[f"kafka://{address}" for address in settings.bootstrap.split(",")],
            autodiscover=False,
            agent_supervisor=CrashingSupervisor,
            topic_disable_leader=True,
            topic_allow_declare=False,
            table_standby_replicas=0,
            stream_wait_empty=False,
            stream_buffer_maxsize=8,
            broker_session_timeout=settings.session_timeout_seconds,
            broker_heartbeat_interval=max(0.5, settings.session_timeout_seconds / 6),
            broker_request_timeout=max(20.0, settings.session_timeout_seconds * 2),
            broker_max_poll_records=settings.batch_records,
            broker_max_poll_interval=300.0,
            consumer_max_fetch_size=8 << 20,
            consumer_auto_offset_reset="earliest",
            web_enabled=False,
            TableManager=NoTables,
            datadir=self._scratch.name,
        )
        app.start_at = self._start_at
        app.kafka = settings.kafka()
        app.on_partitions_revoked.connect(self._revoked)
        app.on_rebalance_complete.connect(self._assigned)
        return app

    async def run(self, after: asyncio.Event | None = None) -> None:
        """Work until `stop` is called, `after` another worker has seen to the broker for both.
        Raises Unusable, or what the worker died of."""
        # For the log lines of this task and of all that it starts: they say whose they are.
        structlog.contextvars.bind_contextvars(input=self.settings.input_topic)
        stopping = asyncio.create_task(self._stopping.wait())
        working = asyncio.create_task(self._work(after))
        others = [asyncio.create_task(other.run(self._prepared)) for other in self.beside]
        try:
            await asyncio.wait({working, stopping, *others}, return_when=asyncio.FIRST_COMPLETED)
            failure = self.failure or self.app._crash_reason
            if working.done():
                why = working.exception()
                # What is left behind by a stop that was asked for is no failure.
                failure = failure or (None if self._stopping.is_set() else why)
        finally:
            for other in self.beside:
                other.stop()
            working.cancel()
            stopping.cancel()
            _, *ended = await asyncio.gather(self._shut_down(), *others, return_exceptions=True)
        failure = failure or next((why for why in ended if why is not None), None)
        if failure is not None:
            raise sentence(failure)

    async def _work(self, after: asyncio.Event | None) -> None:
        """Until something crashes or the stop is asked for."""
        if after is not None:
            await after.wait()
        else:
            agents = (self, *self.beside)
            await prepare([(each.settings, roles(each.logic)) for each in agents], self._sleep)
        self._prepared.set()
        if self.settings.store == "rocks":
            self._slot = Slot(self.settings.state_dir)
        if self.settings.web_port >= 0:
            await self.page.start(self.settings.web_host, self.settings.web_port)
            log.info("metrics served", port=self.page.port)
        self._unassigned_since = time.monotonic()
        watch = asyncio.create_task(self._watch())
        try:
            self.app.finalize()
            await self.app.start()
            await self.app._crashed.wait()
        finally:
            watch.cancel()

    def stop(self) -> None:
        """Finish the running transactions, leave the group, end `run`."""
        self._stopped.set()
        self._stopping.set()

    def _sleep(self, seconds: float) -> None:
        """Between two tries to reach the broker, on another thread."""
        if self._stopped.wait(seconds):
            raise Unusable("stopped before a broker answered")

    async def submit(self, batch: Batch) -> None:
        """Hand a batch to its partition's task; waits while that one is busy."""
        backlog = self._backlogs.get(batch.partition)
        if backlog is not None:
            await backlog.put(batch)

    @property
    def web_port(self) -> int:
        """Where the page is served."""
        return self.page.port

    def why_not_ready(self) -> str | None:
        """None when every assigned partition is restored and making progress."""
        if not self.restored.is_set():
            return "not assigned or restoring"
        lost = sorted(n for n, partition in self.partitions.items() if partition.view is None)
        if lost:
            return f"partitions not open: {lost}"
        stalled = self._progress.stalled()
        if stalled:
            return f"no progress while there is lag: partitions {stalled}"
        for other in self.beside:
            if (why := other.why_not_ready()) is not None:
                return f"{other.settings.input_topic}: {why}"
        return None

    def refresh(self) -> None:
        """Bring the gauges up to date."""
        self._progress.refresh()
        for other in self.beside:
            other.refresh()

    def lag(self) -> int:
        """Records that can be read and are not yet decided, of all partitions."""
        return sum(self._progress.lag(number) for number in self.partitions)

    # Assignment

    def _start_at(self, number: int) -> int | None:
        partition = self.partitions.get(number)
        return None if partition is None or partition.view is None else partition.next_offset

    async def _revoked(self, *_: Any, **__: Any) -> None:
        """Finish what is being committed; what waits will be read again."""
        self._unassigned()
        await self._pause()

    async def _assigned(self, *_: Any, **__: Any) -> None:
        """Open what is ours now, close what is not. Awaited before Faust seeks and resumes."""
        self.metrics.rebalances.inc()
        self._unassigned()
        await self._pause()
        mine = {
            tp.partition
            for tp in self.app.consumer.assignment()
            if tp.topic == self.settings.input_topic
        }
        log.info("partitions assigned", partitions=sorted(mine))
        try:
            gone = [self.partitions.pop(number) for number in self.partitions.keys() - mine]
            await asyncio.gather(*(partition.close() for partition in gone))
            await asyncio.gather(*(self._open(number) for number in sorted(mine)))
        except Exception as why:
            self._fail(why)
            return
        for number in sorted(mine):
            self._start(number)
        self.restored.set()

    def _unassigned(self) -> None:
        if self.restored.is_set():
            self._unassigned_since = time.monotonic()
        self.restored.clear()

    async def _open(self, number: int) -> None:
        partition = self.partitions.get(number)
        if partition is None:
            partition = Partition(
                number, self.logic, self._store(number), self.settings, self.metrics
            )
            self.partitions[number] = partition
        await partition.open()

    def _store(self, number: int) -> Store:
        if self._slot is None:
            return MemoryStore()
        from streams.rocks import RocksStore

        folder: Path = self._slot.folder / f"partition-{number}"
        return RocksStore(folder, cache_bytes=self.settings.cache_mib << 20)

    def _start(self, number: int) -> None:
        self._progress.begin(number)
        self._sought.pop(number, None)
        self._backlogs[number] = Backlog(self.settings.batch_records)
        self._tasks[number] = asyncio.create_task(
            self._run_partition(self.partitions[number], self._backlogs[number])
        )

    async def _pause(self) -> None:
        """Stop the partitions' tasks between two transactions."""
        tasks, self._tasks = self._tasks, {}
        backlogs, self._backlogs = self._backlogs, {}
        try:
            for number, task in tasks.items():
                async with self.partitions[number].lock:
                    task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        finally:
            for task in tasks.values():
                task.cancel()
            for backlog in backlogs.values():
                backlog.clear()  # the agent may be waiting to put one more

    # Work

    async def _run_partition(self, partition: Partition[S], backlog: Backlog) -> None:
        try:
            while True:
                try:
                    async with asyncio.timeout(TICK_SECONDS):
                        batch: Batch | None = await backlog.take()
                except TimeoutError:
                    batch = None
                await self._turn(partition, batch, waiting=bool(backlog))
        except Exception as why:
            partition.forget()  # half of a batch may be in it
            self._fail(why)

    async def _turn(self, partition: Partition[S], batch: Batch | None, *, waiting: bool) -> None:
        try:
            async with partition.lock:
                await asyncio.shield(self._step(partition, batch, waiting))
        except Fenced as why:
            log.warning("partition is someone else's now", partition=partition.number,
                        why=str(why))  # fmt: skip
            # Longer than a zombie needs to learn that it is one.
            await self._regain(partition, self.settings.session_timeout_seconds)
        except KafkaError as why:
            log.warning("commit failed, reading the state again", partition=partition.number,
                        why=repr(why))  # fmt: skip
            await self._regain(partition, 0.2)

    async def _step(self, partition: Partition[S], batch: Batch | None, waiting: bool) -> None:
        if batch is None:
            await partition.tick(self._progress.is_quiet(partition.number, waiting))
            await partition.revisit(REVISITED_IDLE)
            return
        expected = partition.next_offset
        if batch.since > expected:
            await self._read_again(partition.number, batch.since)
            return
        records = batch.records
        if records[0].offset < expected:
            records = [record for record in records if record.offset >= expected]
        if records:
            await partition.process(records)
            await partition.revisit(REVISITED_BUSY)

    async def _regain(self, partition: Partition[S], pause: float) -> None:
        """Open the partition again, unless a rebalance takes it away meanwhile."""
        partition.forget()
        while True:
            await asyncio.sleep(pause)
            try:
                async with partition.lock:
                    await asyncio.shield(partition.open())
                await self._seek(partition.number)
                return
            except KafkaError as why:
                log.warning("partition does not open", partition=partition.number, why=repr(why))
                pause = 1.0

    async def _read_again(self, number: int, since: int) -> None:
        """Records before `since` are missing. Unless we have just gone back for them."""
        expected = self.partitions[number].next_offset
        offset, at = self._sought.get(number, (-1, 0.0))
        if offset == expected and time.monotonic() - at < STALE_SECONDS:
            return
        log.warning("records are missing, reading them again", partition=number, since=since,
                    expected=expected)  # fmt: skip
        await self._seek(number)

    async def _seek(self, number: int) -> None:
        offset = self.partitions[number].next_offset
        await self.app.consumer.seek_to({TP(self.settings.input_topic, number): offset})
        self._sought[number] = (offset, time.monotonic())

    # Progress

    async def _watch(self) -> None:
        """Exit for restart when a partition makes no progress, or none is assigned and restored."""
        limit = self.settings.stalled_after_seconds
        while True:
            await asyncio.sleep(1)
            stalled = self._progress.stalled() if self.restored.is_set() else []
            if stalled:
                why = f"no commit for {limit:.0f} s on partitions {stalled} while there is lag"
            elif self._stuck() > UNASSIGNED * limit:
                why = f"nothing assigned or restored for {UNASSIGNED * limit:.0f} s"
            else:
                continue
            self._fail(Unusable(f"{why}: exiting to be restarted"))

    def _stuck(self) -> float:
        """For how long a rebalance or a restore has not moved."""
        if self.restored.is_set():
            return 0.0
        signs = (partition.last_sign for partition in self.partitions.values())
        return time.monotonic() - max(self._unassigned_since, *signs, 0.0)

    def _fail(self, why: BaseException) -> None:
        if self.failure is None:
            self.failure = why
        self._stopping.set()

    async def _shut_down(self) -> None:
        self.restored.clear()
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await self._pause()
        except TimeoutError:
            log.warning("a transaction did not end in time, its records will be read again")
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self.app.stop()
        except Exception as why:
            log.debug("left the group the hard way", why=repr(why))
        await asyncio.gather(*(partition.close() for partition in self.partitions.values()))
        self.partitions.clear()
        await self.page.stop()
        if self._slot is not None:
            self._slot.release()
        self._scratch.cleanup()
