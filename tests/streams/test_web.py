"""The worker's own page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.errors import Unusable
from streams.metrics import Metrics
from streams.web import Page


class Worker:
    """What the page asks of a worker."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.reason: str | None = None

    def why_not_ready(self) -> str | None:
        return self.reason

    def refresh(self) -> None:
        self.metrics.state_bytes.inc()


@asynccontextmanager
async def served(worker: Worker) -> AsyncIterator[str]:
    page = Page(worker.metrics, worker.why_not_ready, worker.refresh)
    await page.start("127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{page.port}"
    finally:
        await page.stop()


async def get(url: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return answer.status, answer.headers["Content-Type"], await answer.text()


@pytest.mark.asyncio
async def test_metrics_are_refreshed_and_in_the_format_of_prometheus() -> None:
    async with served(Worker()) as address:
        for scrape in (1, 2):
            status, kind, text = await get(f"{address}/metrics")
            assert status == 200
            assert kind.startswith("text/plain; version=")
            families = {each.name: each for each in text_string_to_metric_families(text)}
            assert families["heed_state_bytes"].samples[0].value == scrape
            assert families["heed_build_info"].samples[0].labels["version"]


@pytest.mark.asyncio
async def test_health_is_of_the_process_alone() -> None:
    worker = Worker()
    worker.reason = "not assigned or restoring"
    async with served(worker) as address:
        assert (await get(f"{address}/healthz"))[::2] == (200, "ok\n")


@pytest.mark.asyncio
async def test_ready_says_why_not() -> None:
    worker = Worker()
    worker.reason = "not assigned or restoring"
    async with served(worker) as address:
        status, kind, text = await get(f"{address}/readyz")
        assert (status, text) == (503, "not assigned or restoring\n")
        assert kind.startswith("text/plain")
        worker.reason = None
        assert (await get(f"{address}/readyz"))[::2] == (200, "ready\n")


@pytest.mark.asyncio
async def test_there_is_nothing_else_on_it() -> None:
    async with served(Worker()) as address:
        for path in ("/", "/table", "/metrics/x"):
            assert (await get(address + path))[0] == 404


@pytest.mark.asyncio
async def test_a_port_that_is_taken_is_told() -> None:
    worker = Worker()
    async with served(worker) as address:
        port = int(address.rpartition(":")[2])
        second = Page(worker.metrics, worker.why_not_ready, worker.refresh)
        with pytest.raises(Unusable, match=f"port {port} .*address already in use.*--web-port"):
            await second.start("127.0.0.1", port)
        await second.stop()
