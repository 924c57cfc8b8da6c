"""`heed demo`: a broker, a worker and real purchases in one process; alerts live.

CDNOW's 69,659 purchases of 1997-98 are replayed fast, on event time; merged into their last week
is a seeded day of a shop with carts and a phone queue, so that every signal is seen.
"""

import asyncio
import heapq
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agents.customers import worker
from heed.cdnow_data import cdnow_path
from heed.formats import read
from heed.inbox import Inbox, name_of
from heed.progress import console
from heed.publish import Publisher, event_time
from heed.replay import summary
from heed.shop_day import shop_day
from schemas.alert import Alert
from schemas.customer import Customer
from streams import logs
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from streams.worker import Worker

# The day must lie far enough before the end of the purchases (1998-06-30) for the day's deadlines
# to come up while the purchases still move the clock.
DAY = datetime(1998, 6, 26, tzinfo=UTC)
# The embedded broker keeps about 5 MB a partition: no more than this may wait to be read.
MOST_WAITING = 4000
NEWEST = 12


def events(cdnow: Path) -> Iterator[bytes]:
    """The purchases and the day, by event time."""
    purchases = read([cdnow], "cdnow")
    day = (orjson.dumps(event) for event in shop_day(DAY))
    return heapq.merge(purchases, day, key=lambda value: event_time(value) or 0)


class Demo:
    """What runs in one demo, and what it has seen so far."""

    def __init__(self, settings: Settings, cdnow: Path) -> None:
        self.settings = settings
        self.cdnow = cdnow
        self.worker: Worker[Customer] = worker(settings)
        self.told: Counter[tuple[str, str]] = Counter()
        self.newest: deque[Alert] = deque(maxlen=NEWEST)
        self.sent = 0
        self.error: BaseException | None = None
        self.all_sent = threading.Event()
        self.ended = threading.Event()
        self.began = time.monotonic()

    def feed(self) -> None:
        """Publish everything, no faster than the worker reads. Runs in a thread."""
        try:
            publisher = Publisher(self.settings)
            for number, value in enumerate(events(self.cdnow)):
                if number % 500 == 0:
                    self._let_it_read(publisher)
                if self.ended.is_set():
                    return
                publisher.send(value)
            publisher.flush()
            self.sent = publisher.sent
            self.all_sent.set()
        except BaseException as why:
            self.error = why

    def _let_it_read(self, publisher: Publisher) -> None:
        self.sent = publisher.sent
        while not self.ended.is_set():
            if self.sent - self.decided() < MOST_WAITING:
                return
            publisher.flush()
            self.ended.wait(0.01)

    def decided(self) -> int:
        """Records that have been committed."""
        return sum(partition.next_offset for partition in list(self.worker.partitions.values()))

    def listen(self) -> None:
        """Read the alerts while they are written. Runs in a thread."""
        try:
            inbox = Inbox(self.settings)
            inbox.subscribe()
            while not self.ended.is_set():
                for alert in inbox.read(0.1, 5000):
                    self.told[alert.signal, alert.status] += 1
                    self.newest.appendleft(alert)
            inbox.close()
        except BaseException as why:
            self.error = why

    def finished(self) -> bool:
        """Everything sent has been decided, and every alert of it has been read back."""
        if not self.all_sent.is_set() or self.decided() < self.sent:
            return False
        told = sum(
            number for name, number in self.worker.metrics.totals.items() if name[0] == "alerts"
        )
        return told == self.told.total()

    def summary(self) -> dict[str, object]:
        """The summary of the contract."""
        self.worker.refresh()
        gauges: Counter[tuple[str, ...]] = Counter()
        for partition in self.worker.partitions.values():
            for name, number in partition.gauges.items():
                gauges[name] += number  # type: ignore[assignment]
        totals = self.worker.metrics.totals
        rejected = sum(number for (name, *_), number in totals.items() if name == "rejected")
        logic: Any = self.worker.logic
        return summary(
            self.sent, rejected, totals, gauges, logic.rulebook, time.monotonic() - self.began
        )

    def screen(self) -> RenderableType:
        """The live table."""
        decided, took = self.decided(), time.monotonic() - self.began
        head = Text.assemble(
            ("Heed", "bold"),
            f"  {decided:,} interactions decided, {decided / max(took, 0.001):,.0f}/s; metrics: ",
            (f"http://localhost:{self.worker.web_port}/metrics", "underline"),
        )
        counts = Table(title="alerts by signal", title_justify="left")
        for column in ("signal", "opened", "resolved", "expired", "notices"):
            counts.add_column(column, justify="left" if column == "signal" else "right")
        told = Counter(self.told)
        for name in sorted({signal for signal, _ in told}):
            counts.add_row(
                name,
                *(
                    f"{told[name, status]:,}"
                    for status in ("open", "resolved", "expired", "notice")
                ),
            )
        newest = Table(title="the newest", title_justify="left")
        for column in ("when", "signal", "status", "customer", "why"):
            newest.add_column(column, overflow="ellipsis", no_wrap=column != "why")
        for alert in list(self.newest):
            status = alert.resolution or alert.status
            when = alert.event_time[:16].replace("T", " ")
            newest.add_row(when, alert.signal, status, name_of(alert), alert.reason)
        return Group(head, counts, newest)


def demo(*, once: bool, quiet: bool, web_port: int) -> dict[str, object]:
    """Run it; the summary. Raises UnusableInput, Unusable."""
    cdnow = cdnow_path()
    logs.configure("text", "warning")
    with EmbeddedBroker() as broker:
        settings = Settings(
            bootstrap=broker.address,
            embedded=True,
            idle_clock="off",
            future_seconds=-1,
            web_host="127.0.0.1",
            web_port=web_port,
        )
        return asyncio.run(_run(settings, cdnow, once, quiet))


async def _run(settings: Settings, cdnow: Path, once: bool, quiet: bool) -> dict[str, object]:
    shown = Demo(settings, cdnow)
    working = asyncio.create_task(shown.worker.run())
    restored = asyncio.create_task(shown.worker.restored.wait())
    await asyncio.wait({working, restored}, return_when=asyncio.FIRST_COMPLETED)
    threads = [
        threading.Thread(target=target, daemon=True) for target in (shown.listen, shown.feed)
    ]
    shown.began = time.monotonic()
    for thread in threads if not working.done() else ():
        thread.start()
    try:
        with Live(console=console, auto_refresh=False, transient=once) as live:
            while not working.done() and shown.error is None:
                if not quiet and console.is_terminal:
                    live.update(shown.screen(), refresh=True)
                if once and shown.finished():
                    break
                await asyncio.sleep(0.1)
    except asyncio.CancelledError:
        pass
    finally:
        result = shown.summary()
        if not quiet:
            console.print(shown.screen())
        shown.ended.set()
        shown.worker.stop()
        await working
        for thread in threads:
            if thread.is_alive():
                thread.join(5)
    if shown.error is not None:
        raise shown.error
    return result
