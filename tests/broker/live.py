"""The live path for tests: a worker in this process, fed through a broker, its alerts read back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from confluent_kafka import Consumer, TopicPartition

from agents.customers import worker
from heed.publish import Publisher
from schemas.customer import Customer
from streams.partition import Partition
from streams.settings import Settings
from streams.topics import client_settings, ensure
from streams.worker import Worker

# The embedded broker keeps about 5 MB a partition: no more than this may wait to be read.
MOST_WAITING = 3_000
PATIENCE_SECONDS = 150.0


class Lived(NamedTuple):
    """What came out of a run, and how far its partitions' clocks had come."""

    alerts: list[dict[str, Any]]
    slowest: int
    """The clock of the slowest partition, of customers or of groups."""
    partitions: int
    rejected: int
    seconds: float


class Feed(threading.Thread):
    """Publishes as `heed publish` does, no faster than the embedded broker can hold."""

    def __init__(
        self,
        values: Iterable[bytes],
        settings: Settings,
        live: Worker[Customer],
        reader: Reader,
    ) -> None:
        super().__init__(daemon=True)
        self.values, self.settings, self.live, self.reader = values, settings, live, reader
        self.sent: int | None = None
        self.error: BaseException | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        try:
            publisher = Publisher(self.settings)
            for number, value in enumerate(self.values):
                if self.settings.embedded and number % 500 == 0:
                    self._pace(publisher)
                if self.ended.is_set():
                    return
                publisher.send(value)
            publisher.flush()
            self.sent = publisher.sent
        except BaseException as why:
            self.error = why

    def _pace(self, publisher: Publisher) -> None:
        if self._waiting(publisher) < MOST_WAITING:
            return
        publisher.flush()
        while self._waiting(publisher) > MOST_WAITING // 2:
            if self.ended.wait(0.005):
                return

    def _waiting(self, publisher: Publisher) -> int:
        """Interactions and observations that are not decided, and alerts that are not read."""
        unread = counted(self.live, "alerts") - len(self.reader.values)
        return publisher.sent - decided(self.live) + unheard(self.live) + unread


class Reader(threading.Thread):
    """Collects the alerts, read committed, while they are written."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self.settings = settings
        self.values: list[bytes] = []
        self.ended = threading.Event()

    def run(self) -> None:
        consumer = Consumer(
            {
                **client_settings(self.settings),
                "group.id": "reader",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        topic = self.settings.alerts_topic
        known = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, 0) for number in known])
        while not self.ended.is_set():
            for message in consumer.consume(5000, 0.1):
                if message.error() is None and (value := message.value()) is not None:
                    self.values.append(value)
        consumer.close()


def counted(live: Worker[Customer], *names: str) -> int:
    """What the worker has counted under those names, once it was committed."""
    return sum(n for (name, *_), n in list(live.metrics.totals.items()) if name in names)


def decided(live: Worker[Customer]) -> int:
    """Records that the worker has committed."""
    return counted(live, "interactions", "rejected")


def unheard(live: Worker[Customer]) -> int:
    """Observations that the groups agent, if there is one, has not decided about."""
    if not live.beside:
        return 0
    return counted(live, "observations_told") - counted(live, "observations")


def partitions(live: Worker[Customer]) -> list[Partition[Any]]:
    """Those of the customers agent, and of the groups agent beside it."""
    return [each for agent in (live, *live.beside) for each in agent.partitions.values()]


def lived(values: Sequence[bytes], settings: Settings) -> Lived:
    """Send `values` through a broker and a worker, until all of it is decided and read back."""
    ensure(settings)
    return asyncio.run(_lived(values, settings))


async def _lived(values: Sequence[bytes], settings: Settings) -> Lived:
    began = time.monotonic()
    live = worker(settings)
    reader = Reader(settings)
    feed = Feed(values, settings, live, reader)
    working = asyncio.create_task(live.run())
    feed.start()
    reader.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not _done(live, feed, reader):
                assert feed.error is None, feed.error
                assert not working.done(), working.exception()
                await asyncio.sleep(0.05)
        views = [partition.view for partition in partitions(live)]
        return Lived(
            alerts=[orjson.loads(value) for value in reader.values],
            slowest=min(view.clock.now for view in views if view is not None),
            partitions=len(live.partitions),
            rejected=counted(live, "rejected"),
            seconds=time.monotonic() - began,
        )
    finally:
        feed.ended.set()
        reader.ended.set()
        live.stop()
        await working
        await asyncio.to_thread(feed.join, 10)
        await asyncio.to_thread(reader.join, 10)


def _done(live: Worker[Customer], feed: Feed, reader: Reader) -> bool:
    if feed.sent is None or decided(live) < feed.sent:
        return False
    if unheard(live) or any(agent.lag() for agent in (live, *live.beside)):
        return False  # What partitions and agents have said to each other is still on its way.
    for partition in partitions(live):
        view = partition.view
        if partition.lock.locked() or view is None or view.deadlines.next <= view.clock.now:
            return False  # A tick will fire what the last record has made due.
    return len(reader.values) >= counted(live, "alerts")
