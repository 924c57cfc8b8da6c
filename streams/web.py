"""The worker's own page: /metrics for Prometheus, /healthz and /readyz for whoever restarts it."""

import os
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.errors import Unusable
from streams.metrics import Metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves until it is stopped. `ready` gives None, or the reason why not."""

    def __init__(
        self, metrics: Metrics, ready: Callable[[], str | None], refresh: Callable[[], None]
    ) -> None:
        self._metrics = metrics
        self._ready = ready
        self._refresh = refresh
        self._runner: web.AppRunner | None = None
        self._more: list[tuple[str, Handler]] = []
        self.port = 0

    def add(self, path: str, handler: Handler) -> None:
        """Serve that, too; before `start`."""
        self._more.append((path, handler))

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises Unusable where the port is taken."""
        app = web.Application()
        app.router.add_get("/metrics", self._serve_metrics)
        app.router.add_get("/healthz", self._serve_health)
        app.router.add_get("/readyz", self._serve_ready)
        for path, handler in self._more:
            app.router.add_get(path, handler)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as why:
            reason = os.strerror(why.errno).lower() if why.errno else str(why)
            raise Unusable(
                f"port {port} of {host} cannot be used ({reason}): "
                f"choose another with --web-port or HEED_WEB_PORT"
            ) from None
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve_metrics(self, _: web.Request) -> web.Response:
        self._refresh()
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _serve_health(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _serve_ready(self, _: web.Request) -> web.Response:
        why_not = self._ready()
        return web.Response(text=f"{why_not or 'ready'}\n", status=503 if why_not else 200)
