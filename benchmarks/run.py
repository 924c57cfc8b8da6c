"""Run every system over the same topics, one after another, and write down what each cost.

    python -m benchmarks.run                                    # whole: 1,000,000 events
    QUICK=1 python -m benchmarks.run                            # 200,000 events, under 5 minutes
    python -m benchmarks.run --systems heed,kafka-streams --workloads mixed-20k

A whole run replaces `results/latest.json`; a selection goes to `results/selection.json`. A system
that fails is named with its reason and makes the exit code 1; the others run all the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from confluent_kafka import KafkaException

from benchmarks.generate import publish
from benchmarks.systems import SYSTEMS, Failed, Figures, Job, System, pinned, urgent
from tests.support.kafka import Kafka, version

RESULTS = Path(__file__).parent / "results"
WORKLOADS = {
    "mixed-20k": 20_000,
    "mixed-500k": 500_000,
    "clicks-60k": 60_000,
    "mixed-20k-aliases": 20_000,
}
OURS = ("heed", "heed-engine")
ALIASES = {"mixed-20k-aliases": 0.4}
"""The share of events under an alias: for Heed alone, which writes them to its input once more."""
WHOLE, QUICK = 1_000_000, 200_000
BROKER_CORE, SYSTEM_CORE = 0, 1


@dataclass(frozen=True)
class Row:
    """One line of `latest.json`."""

    system: str
    workload: str
    events: int
    events_per_second: int
    cpu_us_per_event: float
    peak_rss_mib: float


@dataclass(frozen=True)
class Failure:
    system: str
    workload: str
    reason: str


def main() -> int:
    args = arguments()
    quick = os.environ.get("QUICK", "") not in ("", "0")
    events = args.events or (QUICK if quick else WHOLE)
    describe(events)
    rows: list[Row] = []
    failures: list[Failure] = []
    with (
        tempfile.TemporaryDirectory(prefix="heed-bench-") as folder,
        Kafka(
            Path(folder) / "kafka",
            heap="1g",
            prefix=pinned(BROKER_CORE),
            broker_session_timeout_ms=9000,  # a busy broker must not be fenced
        ) as kafka,
    ):
        for workload in args.workloads:
            systems = args.systems
            renew = None
            if workload in ALIASES:
                systems = [name for name in systems if name == "heed"]
                renew = partial(generate, kafka, workload, events)
            else:
                generate(kafka, workload, events)
            job = Job(kafka.address, workload, events, WORKLOADS[workload], Path(folder), renew)
            for outcome in run_all(systems, job, quick, args.repeat, args.prefix):
                if isinstance(outcome, Row):
                    rows.append(outcome)
                else:
                    failures.append(outcome)
    whole = not (args.chosen or args.events)
    save(rows, args.output or RESULTS / ("latest.json" if whole else "selection.json"))
    print_table(rows)
    print_ratios(rows)
    for failure in failures:
        print(f"\nFAILED {failure.system} on {failure.workload}: {failure.reason}")
    return 1 if failures else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--systems", help=f"some of {','.join(SYSTEMS)}")
    parser.add_argument("--workloads", help=f"some of {','.join(WORKLOADS)}")
    parser.add_argument("--events", type=int, help="instead of 1,000,000 (200,000 with QUICK=1)")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; the median counts")
    parser.add_argument("--realtime", action="store_true", help="systems before all else (chrt)")
    parser.add_argument("--output", type=Path, help="where to write the results")
    args = parser.parse_args()
    args.chosen = bool(args.systems or args.workloads)
    args.systems = selected(parser, args.systems, SYSTEMS)
    args.workloads = selected(parser, args.workloads, WORKLOADS)
    if args.realtime and not urgent():
        parser.error("--realtime: chrt is not there, or not permitted")
    args.prefix = (*(urgent() if args.realtime else ()), *pinned(SYSTEM_CORE))
    return args


def selected(
    parser: argparse.ArgumentParser, text: str | None, known: Collection[str]
) -> list[str]:
    names = text.split(",") if text else list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    return names


def describe(events: int) -> None:
    """Say what the figures will depend on."""
    cores = os.cpu_count() or 1
    pins = (
        f"broker on core {BROKER_CORE}, systems on core {SYSTEM_CORE}"
        if pinned(SYSTEM_CORE)
        else "nothing pinned"
    )
    python = sys.version.split()[0]
    print(f"{events:,} events; {cores} cores, {pins}; Python {python}, Kafka {version()}")
    if (load := os.getloadavg()[0]) > 0.5:
        print(f"the machine is not idle (load {load:.1f}): figures will be too low")


def generate(kafka: Kafka, workload: str, events: int) -> None:
    """Write the topic, over again where Heed has written to it."""
    began = time.monotonic()
    share = ALIASES.get(workload, 0.0)
    if share:
        with contextlib.suppress(KafkaException):
            kafka.delete(workload)
    kafka.create(workload, retention_ms=-1)
    mix = workload.partition("-")[0]
    publish(kafka.address, workload, events, WORKLOADS[workload], aliases=share, mix=mix)
    seconds = time.monotonic() - began
    print(f"\n{workload}: {events:,} events written in {seconds:.0f} s", flush=True)


def run_all(
    names: list[str], job: Job, quick: bool, repeat: int, prefix: Sequence[str]
) -> Iterator[Row | Failure]:
    for name in names:
        system = SYSTEMS[name]
        for variant in system.variants:
            workload = f"{job.topic}/{variant}" if variant else job.topic
            try:
                runs = [measure(system, job, variant, quick, prefix) for _ in range(repeat)]
            except Failed as error:
                print(f"  {name:22} {workload:18} failed", flush=True)
                yield Failure(name, workload, str(error))
                continue
            row = to_row(name, workload, median(runs))
            print(f"  {name:22} {workload:18} {row.events_per_second:>10,} /s", flush=True)
            yield row


def measure(system: System, job: Job, variant: str, quick: bool, prefix: Sequence[str]) -> Figures:
    """Run a system once, with a fresh folder for its local state."""
    if job.renew is not None:
        job.renew()
    with tempfile.TemporaryDirectory(dir=job.folder) as state:
        return system.run(job, variant, Path(state), prefix, quick)


def median(runs: list[Figures]) -> Figures:
    """The run in the middle by speed, whole: no figures of different runs are mixed."""
    ordered = sorted(runs, key=lambda run: run.seconds / run.events)
    return ordered[len(ordered) // 2]


def to_row(system: str, workload: str, run: Figures) -> Row:
    return Row(
        system,
        workload,
        run.events,
        events_per_second=round(run.events / run.seconds),
        cpu_us_per_event=round(run.cpu_seconds / run.events * 1e6, 3),
        peak_rss_mib=round(run.peak_rss_mib, 1),
    )


def save(rows: list[Row], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".tmp")
    partial.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    shutil.move(partial, path)
    print(f"\nwrote {path.name}")


def print_table(rows: list[Row]) -> None:
    print(
        f"\n{'system':22} {'workload':18} {'events':>10} {'events/s':>10} "
        f"{'CPU us/event':>13} {'peak MiB':>9}"
    )
    for row in rows:
        print(
            f"{row.system:22} {row.workload:18} {row.events:>10,} {row.events_per_second:>10,} "
            f"{row.cpu_us_per_event:>13.2f} {row.peak_rss_mib:>9.0f}"
        )


def print_ratios(rows: list[Row]) -> None:
    """Heed, and its engine with the peers' job, against each peer on the same topic; above 1 is
    better for Heed."""
    for heed in (row for row in rows if row.system in OURS):
        topic = heed.workload.split("/")[0]
        peers = [row for row in rows if row.workload == topic and row.system not in OURS]
        if peers:
            print(f"\n{heed.system} on {heed.workload}: times as fast, times as thrifty with CPU")
        for peer in peers:
            speed = heed.events_per_second / peer.events_per_second
            thrift = peer.cpu_us_per_event / heed.cpu_us_per_event
            print(f"  {peer.system:22} {speed:>8.2f} {thrift:>8.2f}")


if __name__ == "__main__":
    sys.exit(main())
