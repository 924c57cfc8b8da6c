"""Real workers: `python -m heed worker` as processes of their own, to be killed and frozen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.kafka import guard
from tests.support.topics import Names, Progress
from tests.support.wait import until

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "HEED_IDLE_CLOCK": "off",
    "HEED_FUTURE_SECONDS": "-1",
    "HEED_SESSION_TIMEOUT_SECONDS": "6",
    "HEED_WEB_PORT": "0",
    "HEED_WEB_HOST": "127.0.0.1",
    "HEED_LOG_FORMAT": "json",
    "HEED_PARTITIONS": "4",
}

OTHER_OFFSET = "the committed offset is another one than the state's, which is trusted"
"""Told where a partition opens after somebody else has committed an offset for the group."""


class Worker:
    """One worker in `folder`; settings are keywords: `batch_records=200`. A context manager.

    It can be started again after it has ended, with the same folder and so the same state.
    It dies with this process.
    """

    def __init__(
        self, address: str, at: Names, folder: Path, *arguments: str, **settings: object
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "worker.log"
        self.state = folder / "state"
        self._arguments = arguments
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HEED_")}
        said = {f"HEED_{name.upper()}": str(value) for name, value in settings.items()}
        self._env = {
            **inherited,
            **SETTINGS,
            **at.settings(),
            "HEED_BOOTSTRAP": address,
            "HEED_STATE_DIR": str(self.state),
            **said,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._began = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start; returns at once."""
        assert self._process is None, "the worker is already running"
        self._began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "heed", "worker", *self._arguments],
                env=self._env,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard = guard(self._process.pid)

    def send(self, number: signal.Signals) -> None:
        """A signal to the worker; to its whole process group, as ctrl-C sends it, for SIGINT."""
        assert self._process is not None
        if number == signal.SIGINT:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9; no-op if the worker is not running."""
        if self._process is not None:
            self._process.kill()
            self.ended()

    def stop(self, seconds: float = 10) -> int:
        """SIGTERM; the exit code, which must come within `seconds`."""
        self.send(signal.SIGTERM)
        return self.ended(seconds)

    def ended(self, seconds: float = 10) -> int:
        """The exit code of a worker that ends by itself within `seconds`."""
        assert self._process is not None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds:.0f} s:\n{self.tail()}") from None
        self._process = None
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
        return code

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        """The log since the last start."""
        with self.log.open("rb") as log:
            log.seek(self._began)
            return log.read().decode(errors="replace")

    def sentence(self) -> str:
        """What the worker said last, in its own words: why it ended."""
        lines = [line for line in self.said().splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def events(self, event: str) -> list[dict[str, object]]:
        """The log's lines of one kind since the last start."""
        parsed = (json.loads(line) for line in self.said().splitlines() if line.startswith("{"))
        return [line for line in parsed if line.get("event") == event]

    def tail(self, lines: int = 40) -> str:
        """The last lines of the log."""
        return "\n".join(self.said().splitlines()[-lines:])

    def port(self) -> int:
        """Where the worker's page is; waits for it."""
        served = until(lambda: self._alive().events("metrics served"), 30, self.tail)
        return int(str(served[-1]["port"]))

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the worker; 0 where there is no answer."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port()}{path}", timeout=5
            ) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as why:
            return why.code, why.read().decode()
        except (urllib.error.URLError, OSError) as why:
            return 0, str(why)

    def metrics(self) -> dict[str, float]:
        """Samples of /metrics by name with labels, as they stand there."""
        lines = (line for line in self.get("/metrics")[1].splitlines() if line[:1] != "#")
        return {name: float(number) for name, _, number in (s.rpartition(" ") for s in lines)}

    def partitions(self) -> set[int]:
        """The partitions that the worker holds and serves."""
        if self.get("/readyz")[0] != 200:
            return set()
        begin = 'heed_partition_lag{partition="'
        return {int(name[len(begin) : -2]) for name in self.metrics() if name.startswith(begin)}

    def wait_ready(self, partitions: int = 1, seconds: float = 60) -> None:
        """Until the worker serves at least so many partitions."""
        until(lambda: len(self._alive().partitions()) >= partitions, seconds, self.tail, 0.1)

    def _alive(self) -> Worker:
        assert self.is_running, f"the worker has ended:\n{self.tail()}"
        return self


def wait_decided(progress: Progress, *workers: Worker, seconds: float = 90) -> None:
    """Until all that was sent has been decided about."""

    def so_far() -> str:
        return f"{progress}\n" + "\n".join(each.tail() for each in workers)

    def is_decided() -> bool:
        assert any(each.is_running for each in workers), so_far()
        return is_all_decided(progress)

    until(is_decided, seconds, so_far, 0.2)


def is_all_decided(progress: Progress) -> bool:
    """Whether both agents have nothing left."""
    # Groups may have told the customers something, which are then to be asked again.
    return progress.is_decided() and progress.of_groups.is_decided() and progress.is_decided()
