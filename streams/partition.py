"""The unit of commit: one input partition with its rows, clock, deadlines and producer.

A batch goes through numbered steps, and the local store comes last:

1. `decide` turns records (or a tick) into a decision, on the partition's view.
2. A transaction begins.
3. Into it go the changelog (every touched row, and the partition's own record), outputs, forwards,
   rejected records, and every few seconds the group's offset.
4. It commits. What a crash leaves before this line never happened.
5. The store takes the rows over, together with the changelog's offset.

If anything fails before 5, the view is thrown away and read again from the changelog.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import structlog

from streams.changelog import OWN_KEY, OwnRecord, decode_own, encode_own, newer, restore
from streams.clock import Clock
from streams.contract import HOPS, Decision, Logic, Record, Refusal, Revisiting, hops, roles
from streams.deadlines import NEVER
from streams.errors import Fenced
from streams.metrics import Metrics
from streams.murmur2 import partition_of
from streams.rejected import reason, refuse
from streams.resume import verify
from streams.rows import Row, View
from streams.settings import Settings
from streams.store import Store
from streams.topics import LARGEST_INTERACTION
from streams.writer import Item, Pair, Where, Writer, weight

S = TypeVar("S")
log = structlog.get_logger("heed.partition")

_NEVER = NEVER.to_bytes(8, "big")
REVISITED_AT_ONCE = 500
LOG_EVERY = 100_000
"""After so many rows it is told how far looking at them again has come."""
TELL_OFFSET_SECONDS = 5.0
"""So often the offset is committed for the group, for those who look at its lag. What a partition
goes on from is in its own record; in every transaction, the group's would double what it takes."""
REST_SECONDS = 10.0
"""So often the logic of a quiet partition is asked, though nothing is due: others may wait for its
clock."""
# What is written is not compressed, and a batch has a head of its own.
LARGEST_FORWARD = LARGEST_INTERACTION - (16 << 10)


class Partition(Generic[S]):
    """Everything that belongs to one input partition. Not re-entrant: callers hold `lock`."""

    def __init__(
        self, number: int, logic: Logic[S], store: Store, settings: Settings, metrics: Metrics
    ) -> None:
        self.number = number
        self.logic = logic
        self.codec = logic.codec()
        self.store = store
        self.settings = settings
        self.metrics = metrics
        self.lock = asyncio.Lock()
        self.writer = Writer(
            f"{settings.app_id}-{number}", settings.kafka(), settings.max_record_bytes
        )
        self.own = OwnRecord()
        self.gauges: dict[tuple[str, ...], float] = {}
        self.view: View[S] | None = None
        self._unvisited: list[str] = []
        self.last_commit = time.monotonic()
        self.last_sign = self.last_commit
        """When the restore last moved."""
        self._asked = 0.0
        self._told = time.monotonic()
        self._input = (settings.input_topic, number)
        self._changelog = (settings.changelog_topic, number)

    @property
    def next_offset(self) -> int:
        """The input offset at which this partition goes on."""
        return self.own.next_offset

    async def open(self) -> None:
        """Take the partition over: fence any other owner, then read the state to its end."""
        began = time.monotonic()
        settings = self.settings
        await self.writer.start(settings.written_topics(roles(self.logic)))
        kafka = settings.kafka()
        read = await restore(
            self.store, settings.changelog_topic, self.number, kafka, self._sign_of_life
        )
        if read or self.view is None:
            self._rebuild()
        await verify(settings, self.number, self.next_offset, self.own.told_offset)
        took = time.monotonic() - began
        self.metrics.restore.set(took)
        log.info(
            "partition opened",
            partition=self.number,
            restored_records=read,
            next_offset=self.next_offset,
            seconds=round(took, 3),
        )

    def _sign_of_life(self) -> None:
        self.last_sign = time.monotonic()

    def _rebuild(self) -> None:
        self.own = own = decode_own(self.store.own, self.codec.version)
        self.gauges = {tuple(name): number for name, number in own.gauges}
        clock = Clock(self.settings.lateness, own.newest, own.now)
        view: View[S] = View(
            self._fetch,
            clock,
            partition=self.number,
            partitions=self.writer.partitions(self.settings.input_topic),
            cached=self.settings.cache_rows,
        )
        view.deadlines.fill(self._due())
        self._begin_revisit()
        self.view = view

    def _begin_revisit(self) -> None:
        """Where the rules are others than those by which the rows stand, look at all of them again,
        in slices. What stands in a row that waits for nothing may be unwanted."""
        self._unvisited = []
        if isinstance(self.logic, Revisiting) and self.own.rules != self.logic.rules:
            rows = sorted((key.decode() for key, _ in self.store.items()), reverse=True)
            if not rows:
                self.own.rules = self.logic.rules
                return
            self._unvisited = rows
            log.info("rows are looked at again by what holds now", partition=self.number,
                     rows=len(rows))  # fmt: skip

    async def revisit(self, most: int) -> None:
        """Look again at so many rows at most, where there are such. Raises Fenced."""
        if not self._unvisited:
            return
        view, logic, waiting = self._ready(), self.logic, self._unvisited
        assert isinstance(logic, Revisiting)
        keys = waiting[-most:][::-1]
        del waiting[-most:]
        decision = logic.revisit(view, keys, time.time_ns() // 1000)
        if not waiting:
            self.own.rules = logic.rules
            log.info("all rows stand by the present rules", partition=self.number)
        elif len(waiting) // LOG_EVERY != (len(waiting) + len(keys)) // LOG_EVERY:
            log.info("rows are looked at again", partition=self.number, left=len(waiting))
        if view.touched or decision.outputs or not waiting:
            await self._commit(view, decision, None)

    def _due(self) -> list[tuple[int, str]]:
        """Every row's deadline, read without decoding. Raises Unusable for a newer row."""
        entries, known = [], self.codec.version
        for key, value in self.store.items():
            if value[8] > known:
                raise newer(value[8], known)
            if not value.startswith(_NEVER):
                entries.append((int.from_bytes(value[:8], "big"), key.decode()))
        return entries

    def _fetch(self, key: str) -> Row[S] | None:
        value = self.store.get(key.encode())
        if value is None:
            return None
        return Row(key, self.codec.decode(value), int.from_bytes(value[:8], "big"))

    async def process(self, records: Sequence[Any]) -> None:
        """Decide about a batch and commit it. Raises Fenced."""
        view = self._ready()
        wall = time.time_ns() // 1000
        decision = self.logic.decide(view, records, wall)
        while decision.taken is not None:
            left = records[decision.taken :]
            await self._settle(view, decision, left[0].offset)
            decision, records = self.logic.decide(view, left, wall), left
        last = records[-1]
        self.own.appended = max(self.own.appended, last.timestamp)
        await self._settle(view, decision, last.offset + 1)
        self.metrics.batch.observe(len(records))
        self.metrics.event_lag.observe(max(0.0, (wall - view.clock.newest) / 1e6))

    async def _settle(self, view: View[S], decision: Decision, next_offset: int) -> None:
        """Commit, and where the decision asks for it look at all rows before the next record."""
        if decision.again:
            self.own.rules = ""  # whoever takes over in between begins with it
        await self._commit(view, decision, next_offset)
        if decision.again:
            self._begin_revisit()
            while self._unvisited:
                await self.revisit(REVISITED_AT_ONCE)
                await asyncio.sleep(0)

    async def tick(self, idle: bool) -> bool:
        """Let time pass and fire what is due; whether anything was written. Raises Fenced."""
        view = self._ready()
        wall = time.time_ns() // 1000
        if idle and self.own.appended:
            view.clock.idle(wall - self.own.appended * 1000)
        is_to_tell = self._is_to_tell()
        is_due = view.deadlines.next <= view.clock.now or (idle and self._has_rested())
        if not (is_due or is_to_tell):
            return False
        decision = self.logic.tick(view, wall)
        if not (view.touched or decision.outputs or decision.broadcasts or is_to_tell):
            return False
        await self._commit(view, decision, None)
        return True

    def _is_to_tell(self) -> bool:
        since = time.monotonic() - self._told
        return since >= TELL_OFFSET_SECONDS and self.own.told_offset != self.own.next_offset

    def _has_rested(self) -> bool:
        """Whether a quiet partition has not asked its logic for a while."""
        now = time.monotonic()
        if now - self._asked < REST_SECONDS:
            return False
        self._asked = now
        return True

    async def close(self) -> None:
        """Let go of the partition."""
        self.view = None
        await self.writer.stop()
        self.store.close()

    def forget(self) -> None:
        """Throw away what is in memory: the next `open` reads it again."""
        self.view = None

    def _ready(self) -> View[S]:
        if self.view is None:
            raise Fenced(f"partition {self.number} is not open")
        return self.view

    async def _commit(self, view: View[S], decision: Decision, next_offset: int | None) -> None:
        began = time.monotonic()
        if next_offset is not None:
            self.own.next_offset = next_offset
        offsets = {}
        if self._is_to_tell():
            self.own.told_offset = offsets[self._input] = self.own.next_offset
        own = self._own_after(view, decision)
        codec = self.codec
        rows = [(row.key.encode(), row.stored(codec)) for row in view.touched]
        pairs = self._outputs(decision)
        pairs[self._changelog] = [*rows, (OWN_KEY, own)]
        others = self._others(decision)
        try:
            ends = await self.writer.commit(pairs, others, offsets, self.settings.app_id)
        except BaseException:
            self.view = None
            raise
        self.store.write(rows, own, ends[self._changelog])
        view.settle()
        self.last_commit = time.monotonic()
        if offsets:
            self._told = self.last_commit
        self._report(decision, self.last_commit - began)

    def _own_after(self, view: View[S], decision: Decision) -> bytes:
        own, gauges = self.own, self.gauges
        for name, change in decision.gauges.items():
            gauges[name] = gauges.get(name, 0) + change
        own.newest, own.now = view.clock.newest, view.clock.now
        own.gauges = [(name, number) for name, number in gauges.items() if abs(number) > 1e-6]
        own.state_version = self.codec.version
        return encode_own(own)

    def _outputs(self, decision: Decision) -> dict[Where, list[Pair]]:
        """What is told, by the partition that each key hashes to."""
        places: dict[str, tuple[int, list[list[Pair]]]] = {}
        for topic, key, value in decision.outputs:
            place = places.get(topic)
            if place is None:
                count = self.writer.partitions(self.settings.topic(topic))
                place = places[topic] = count, [[] for _ in range(count)]
            count, lists = place
            # Most topics of teams have one: then there is nothing to hash.
            lists[partition_of(key, count) if count > 1 else 0].append((key, value))
        return {
            (self.settings.topic(topic), number): pairs
            for topic, (_, lists) in places.items()
            for number, pairs in enumerate(lists)
            if pairs
        }

    def _others(self, decision: Decision) -> dict[Where, list[Item]]:
        """Forwards, and what is refused."""
        settings, count = self.settings, self.writer.partitions
        writes: dict[Where, list[Item]] = {}
        for forward in decision.forwards:
            name = settings.input_topic
            item = _forwarded(forward.record, forward.key)
            if weight(item) > LARGEST_FORWARD:
                why = "it is in another partition than its key, and too large to be forwarded"
                decision.refusals.append(Refusal(forward.record, "too_large", why))
                continue
            where = (name, partition_of(forward.key, count(name)))
            writes.setdefault(where, []).append(item)
        for broadcast in decision.broadcasts:
            name = settings.topic(broadcast.topic)
            item = broadcast.key, broadcast.value, list(broadcast.headers), None
            for number in range(count(name)):
                writes.setdefault((name, number), []).append(item)
        if decision.refusals:
            name = settings.rejected_topic
            where = (name, self.number % count(name))
            items = writes.setdefault(where, [])
            items.extend(refuse(refusal, self._input) for refusal in decision.refusals)
        return writes

    def _report(self, decision: Decision, took: float) -> None:
        metrics = self.metrics
        metrics.commit.observe(took)
        metrics.count(decision.counts)
        for name, value in decision.samples:
            metrics.sample(name, value)
        for refusal in decision.refusals:
            metrics.reject(reason(refusal))


def _forwarded(record: Record, key: bytes) -> Item:
    """As it came: its timestamp is its event time where it states none."""
    headers = [(name, value) for name, value in record.headers if name != HOPS]
    headers.append((HOPS, b"%d" % (hops(record) + 1)))
    return key, record.value, headers, record.timestamp if record.timestamp > 0 else None
