"""A real Prometheus for tests: the job and rules of `dashboards/`, scraping one address.

with Prometheus(folder, target="127.0.0.1:6066") as prometheus:
    prometheus.wait_for("heed_build_info")
    for title, expr in dashboard_queries():
        assert prometheus.query(expr), title
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.support.kafka import free_ports, guard
from tests.support.wait import pause

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
# As in prometheus.yml: how workers are found, and how often they are asked.
FOUND = re.compile(r"^    dns_sd_configs:\n(?:      .*\n)+", re.MULTILINE)
SCRAPE_INTERVAL = "scrape_interval: 5s"
START_SECONDS = 30.0
# What Grafana puts for $__rate_interval is four scrapes; any range with two scrapes will do.
RATE_INTERVAL = "1m"


class PrometheusError(RuntimeError):
    """The server did not start, or refused a query; the message says why."""


class Sample(NamedTuple):
    """One series of an instant vector."""

    labels: dict[str, str]
    value: float


class Prometheus:
    """One server on a free port with its data in `folder`; a context manager.

    It scrapes `target` ("host:port") four times a second, so that a rate can be asked for within
    the first. The server dies with this process, however abruptly that ends.
    """

    def __init__(self, folder: Path, *, target: str, binary: str = "prometheus") -> None:
        self.folder = folder
        self.log = folder / "prometheus.log"
        self.target = target
        self._binary = binary
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.address = f"127.0.0.1:{free_ports(1)[0]}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and return once it takes queries."""
        config = self._configure()
        command = [self._binary, f"--config.file={config}", f"--web.listen-address={self.address}"]
        command += [f"--storage.tsdb.path={self.folder / 'data'}"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._process = process
        self._guard = guard(process.pid)
        try:
            self._await_ready(process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Kill the server, whose data nobody needs; no-op if it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()

    def query(self, expr: str) -> list[Sample]:
        """The instant vector of a PromQL expression; empty if no series matches.

        Raises PrometheusError if the server refuses the expression.
        """
        try:
            data = self._get("/api/v1/query", query=expr)["data"]
        except HTTPError as error:
            raise PrometheusError(f"{expr}: {error.read().decode(errors='replace')}") from error
        if data["resultType"] != "vector":
            raise PrometheusError(f"{expr} is a {data['resultType']}, not a vector")
        return [Sample(each["metric"], float(each["value"][1])) for each in data["result"]]

    def wait_for(self, expr: str, *, seconds: float = 30.0) -> list[Sample]:
        """The first non-empty answer to an expression; PrometheusError if none comes in time."""
        deadline = time.monotonic() + seconds
        while not (samples := self.query(expr)):
            if time.monotonic() > deadline:
                targets = self._get("/api/v1/targets")["data"]["activeTargets"]
                faults = [each["lastError"] for each in targets if each["lastError"]]
                raise PrometheusError(f"no answer to {expr} in {seconds} s; scraping: {faults}")
            pause(0.1)
        return samples

    def _configure(self) -> Path:
        text = (DASHBOARDS / "prometheus.yml").read_text()
        assert len(FOUND.findall(text)) == text.count(SCRAPE_INTERVAL) == 1, text
        text = FOUND.sub(f'    static_configs: [{{targets: ["{self.target}"]}}]\n', text)
        text = text.replace(SCRAPE_INTERVAL, "scrape_interval: 250ms")
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(DASHBOARDS / "alerts.yml", self.folder)
        config = self.folder / "prometheus.yml"
        config.write_text(text)
        return config

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urlopen(f"http://{self.address}/-/ready", timeout=5):
                    return
            except (OSError, HTTPException):  # not listening yet, or 503 while it loads
                if process.poll() is not None or time.monotonic() > deadline:
                    log = self.log.read_text(errors="replace")[-2000:]
                    raise PrometheusError(f"Prometheus did not become ready:\n{log}") from None
                pause(0.05)

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"http://{self.address}{path}?{urlencode(parameters)}"
        with urlopen(url, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


def dashboard_queries() -> list[tuple[str, str]]:
    """(panel title, PromQL) of every query of the dashboard, as Grafana sends it: All chosen."""
    board = json.loads((DASHBOARDS / "grafana" / "heed.json").read_text())
    values = {each["name"]: each.get("allValue", "") for each in board["templating"]["list"]}
    values["__rate_interval"] = RATE_INTERVAL

    def fill(expr: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: values[found[1]], expr)

    return [
        (panel["title"], fill(target["expr"]))
        for panel in _panels(board["panels"])
        for target in panel.get("targets", [])
    ]


def _panels(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All panels: those of a collapsed row lie inside it."""
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", []))
