"""`heed demo`: a broker, a worker and real purchases in one process; alerts live.

CDNOW's 69,659 purchases of 1997-98 are replayed fast, on event time; merged into their last week
is a busy day of a made-up company, with a story for every signal; some of them begin months before.
"""

import asyncio
import contextlib
import heapq
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Coroutine, Iterator
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
from heed.inbox import Inbox, name_of, shown
from heed.progress import console, say
from heed.publish import Publisher, event_time
from heed.replay import summary
from heed.simulator.day import busy_day
from schemas.alert import Alert
from schemas.customer import Customer
from streams import logs
from streams.embedded import EmbeddedBroker
from streams.settings import Settings, load
from streams.worker import Worker

# The day must lie far enough before the end of the purchases (1998-06-30) for the day's deadlines
# to come up while the purchases still move the clock.
DAY = datetime(1998, 6, 26, tzinfo=UTC)
# The embedded broker keeps about 5 MB a partition: no more than this may wait to be read.
MOST_WAITING = 3_000
STANDARDS = Path(__file__).with_name("demo.toml")
NEWEST = 12


def events(cdnow: Path) -> Iterator[bytes]:
    """The purchases and the day, by event time."""
    purchases = read([cdnow], "cdnow")
    day = (orjson.dumps(event) for event in busy_day(DAY))
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
        self.stop = asyncio.Event()
        """Set by ctrl-C."""
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
        """Where much is waiting, wait for half of it: what is sent then goes in large batches."""
        self.sent = publisher.sent
        if self.waiting() < MOST_WAITING:
            return
        publisher.flush()
        while self.waiting() > MOST_WAITING // 2 and not self.ended.is_set():
            self.ended.wait(0.005)

    def waiting(self) -> int:
        """Interactions that were sent and are not decided, and alerts told and not yet read: the
        embedded broker keeps few of either."""
        observed = self._counted("observations_told") - self._counted("observations")
        return self.sent - self.decided() + observed + self._counted("alerts") - self.told.total()

    def decided(self) -> int:
        """Records whose decisions have been committed."""
        return self._counted("interactions", "rejected")

    def _counted(self, *names: str) -> int:
        totals = list(self.worker.metrics.totals.items())
        return sum(number for (name, *_), number in totals if name in names)

    def listen(self) -> None:
        """Read the alerts while they are written. Runs in a thread."""
        try:
            with Inbox(self.settings) as inbox:
                while not self.ended.is_set():
                    for alert in inbox.read(0.1, 5000):
                        self.told[alert.signal, alert.status] += 1
                        self.newest.appendleft(alert)
        except BaseException as why:
            self.error = why

    def finished(self) -> bool:
        """Everything sent has been decided, and every alert of it has been read back."""
        if not self.all_sent.is_set() or self.decided() < self.sent:
            return False
        if self._counted("observations") < self._counted("observations_told"):
            return False
        return self._counted("alerts") == self.told.total()

    def summary(self) -> dict[str, object]:
        """The summary of the contract."""
        self.worker.refresh()
        gauges: Counter[tuple[str, ...]] = Counter()
        for running in (self.worker, *self.worker.beside):
            for partition in running.partitions.values():
                for name, number in partition.gauges.items():
                    gauges[name] += number  # type: ignore[assignment]
        totals, rejected = self.worker.metrics.totals, self._counted("rejected")
        return summary(self.sent, rejected, totals, gauges, time.monotonic() - self.began)

    @property
    def metrics_at(self) -> str:
        """Where Prometheus finds this demo."""
        return f"http://localhost:{self.worker.web_port}/metrics"

    def screen(self) -> RenderableType:
        """The live table."""
        decided, took = self.decided(), time.monotonic() - self.began
        head = Text.assemble(
            ("Heed", "bold"),
            f"  {decided:,} interactions decided, {decided / max(took, 0.001):,.0f}/s; metrics: ",
            (self.metrics_at, "underline"),
            f"; Kafka: {self.settings.bootstrap}",
            "; all is decided, ctrl-C ends it" if self.finished() else "; ctrl-C ends it",
        )
        counts = Table(title="alerts by signal", title_justify="left")
        for column in ("signal", "opened", "resolved", "expired", "notices"):
            counts.add_column(column, justify="left" if column == "signal" else "right")
        told = Counter(self.told)
        for name in sorted({name for name, _ in told}):
            counts.add_row(
                name,
                *(
                    f"{told[name, status]:,}"
                    for status in ("open", "resolved", "expired", "notice")
                ),
            )
        newest = Table(title="the newest", title_justify="left")
        for column in ("when", "signal", "status", "about", "why"):
            newest.add_column(column, overflow="ellipsis", no_wrap=column != "why")
        for alert in list(self.newest):
            status = alert.resolution or alert.status
            when = alert.event_time[:16].replace("T", " ")
            newest.add_row(when, alert.signal, status, name_of(alert), shown(alert.reason))
        return Group(head, counts, newest)


def demo(*, once: bool, quiet: bool, web_port: int) -> dict[str, object]:
    """Run it; the summary. Raises UnusableInput, Unusable."""
    cdnow = cdnow_path()
    logs.configure("text", "warning")
    own = load()
    with EmbeddedBroker() as broker:
        settings = Settings(
            bootstrap=broker.address,
            embedded=True,
            # What one batch tells must fit into the embedded broker, too.
            batch_records=500,
            standards=STANDARDS,
            playbooks=own.playbooks,
            text=own.text,
            idle_clock="off",
            future_seconds=-1,
            web_host="127.0.0.1",
            web_port=web_port,
        )
        return asyncio.run(_run(settings, cdnow, once, quiet))


async def _run(settings: Settings, cdnow: Path, once: bool, quiet: bool) -> dict[str, object]:
    shown = Demo(settings, cdnow)
    _end_on_signal(shown)
    working = asyncio.create_task(shown.worker.run())
    await _first(working, shown.worker.restored.wait(), shown.stop.wait())
    threads = [
        threading.Thread(target=target, daemon=True) for target in (shown.listen, shown.feed)
    ]
    shown.began = time.monotonic()
    try:
        if not working.done() and not shown.stop.is_set():
            for thread in threads:
                thread.start()
            await _watch(shown, working, once, quiet)
        return shown.summary()
    finally:
        shown.ended.set()
        shown.worker.stop()
        await working
        for thread in threads:
            if thread.is_alive():
                thread.join(5)


async def _watch(shown: Demo, working: "asyncio.Task[None]", once: bool, quiet: bool) -> None:
    """Show how it goes, until it ends. Raises what a thread died of."""
    is_live = console.is_terminal and not quiet
    if not quiet and not is_live:
        say(f"metrics: {shown.metrics_at}")
        say(f"Kafka: {shown.settings.bootstrap}")
    told = is_live or quiet
    with Live(console=console, auto_refresh=False, transient=once) as live:
        while not (working.done() or shown.stop.is_set()):
            if shown.error is not None:
                raise shown.error
            if is_live:
                live.update(shown.screen(), refresh=True)
            if shown.finished():
                if once:
                    break
                if not told:
                    say("all is decided; ctrl-C ends it")
                    told = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(shown.stop.wait(), 0.1)
    if is_live and once:
        console.print(shown.screen())


async def _first(working: "asyncio.Task[None]", *others: Coroutine[Any, Any, Any]) -> None:
    """Wait for the first of these to end, and drop the others."""
    tasks = [asyncio.create_task(other) for other in others]
    await asyncio.wait({working, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _end_on_signal(shown: Demo) -> None:
    """Ctrl-C ends it with the summary; a second one at once."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        shown.stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
