"""The systems that are compared: how each is started, pinned, limited and read."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.support.maven import CACHE, MavenError, made

ROOT = Path(__file__).resolve().parents[1]
STREAMS = Path(__file__).parent / "peers" / "kafka_streams"
LIMIT_SECONDS, LIMIT_QUICK = 300.0, 60.0  # of one run; the slowest measured takes a fifth of it


class Failed(RuntimeError):
    """A system gave no figures; the message says why."""


@dataclass(frozen=True)
class Job:
    """What all systems are given."""

    bootstrap: str
    topic: str
    events: int
    customers: int
    folder: Path
    renew: Callable[[], None] | None = None
    """Writes the topic anew, before each run."""


class Figures(msgspec.Struct, frozen=True):
    """What a system prints as JSON on one line; further keys are its own affair."""

    events: int
    seconds: float
    cpu_seconds: float
    peak_rss_mib: float


@dataclass(frozen=True)
class System:
    """One system. `most` bounds the events of a whole run, `most_quick` those of a quick one."""

    module: str
    variants: tuple[str, ...] = ("",)
    most: int | None = None
    most_quick: int | None = None

    def run(
        self, job: Job, variant: str, state: Path, prefix: Sequence[str], quick: bool
    ) -> Figures:
        """The figures that the system prints, checked."""
        most = self.most_quick if quick else self.most
        events = min(job.events, most or job.events)
        limit = LIMIT_QUICK if quick else LIMIT_SECONDS
        return figures([*prefix, *self.command(job, variant, state, events)], state, events, limit)

    def command(self, job: Job, variant: str, state: Path, events: int) -> list[str]:
        command = [sys.executable, "-m", self.module]
        command += ["--bootstrap", job.bootstrap, "--topic", job.topic]
        command += ["--events", str(events), "--customers", str(job.customers)]
        return [*command, "--folder", str(state)]


@dataclass(frozen=True)
class Heed(System):
    """`options` stand behind what every system is given."""

    options: tuple[str, ...] = ()

    def command(self, job: Job, variant: str, state: Path, events: int) -> list[str]:
        peer = super().command(job, variant, state, events)
        return [*peer[: peer.index("--folder")], "--store", variant, *self.options]


class KafkaStreams(System):
    def command(self, job: Job, variant: str, state: Path, events: int) -> list[str]:
        try:
            built = streams_classes()
        except MavenError as error:
            raise Failed(str(error)) from error
        path = f"{built / 'classes'}:{built / 'lib'}/*"
        java = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-cp", path, "heed.Peer"]
        return [*java, job.bootstrap, job.topic, str(events), str(state)]


SYSTEMS: dict[str, System] = {
    "aiokafka-raw": System("benchmarks.peers.aiokafka_raw"),
    "aiokafka-transactional": System("benchmarks.peers.aiokafka_transactional"),
    # A million events would take Faust five minutes.
    "faust-table": System("benchmarks.peers.faust_table", most=150_000, most_quick=30_000),
    "quix-streams": System("benchmarks.peers.quix"),
    "bytewax": System("benchmarks.peers.bytewax_flow"),
    "kafka-streams": KafkaStreams("heed.Peer"),
    "heed-engine": Heed("benchmarks.heed_bench", ("memory", "rocks"), options=("--toy",)),
    "heed": Heed("benchmarks.heed_bench", ("memory", "rocks")),
}


def pinned(core: int) -> tuple[str, ...]:
    """What to put before a command that may use only this core; empty where that cannot be."""
    if shutil.which("taskset") is None or core not in os.sched_getaffinity(0):
        return ()
    return ("taskset", "-c", str(core))


def urgent() -> tuple[str, ...]:
    """What to put before a command that nothing else shall interrupt; empty where not permitted."""
    command = ("chrt", "--rr", "5")
    if (
        shutil.which("chrt") is None
        or subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode
    ):
        return ()
    return command


def streams_classes() -> Path:
    """The Java peer, compiled once for each state of its sources."""
    sources = [STREAMS / "pom.xml", *sorted(STREAMS.rglob("*.java"))]
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    target = CACHE / "kafka-streams" / state
    return made(target, STREAMS / "pom.xml", "compile", "dependency:copy-dependencies")


def figures(command: list[str], folder: Path, events: int, limit: float) -> Figures:
    """Run the command and read the last line of JSON that it prints."""
    errors = folder / "stderr"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT, start_new_session=True
        )
        began = time.monotonic()
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise Failed(f"no figures within {limit:.0f} s: {tail(errors)}") from None
        finally:
            end(process)
    lines = [line for line in output.decode().splitlines() if line.startswith("{")]
    if not lines:
        took = time.monotonic() - began
        raise Failed(f"ended with {process.returncode} after {took:.0f} s: {tail(errors)}")
    try:
        found = msgspec.json.decode(lines[-1], type=Figures)
    except msgspec.DecodeError as error:
        raise Failed(f"printed other figures than asked for: {error}") from error
    if found.events < events:
        raise Failed(f"read {found.events:,} of {events:,} events")
    return found


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-800:].strip()


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()
