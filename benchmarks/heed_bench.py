"""Heed itself: the worker's own engine with all its signals, changelog and transactions.

Prints one line of figures, from the first record decided to the last one committed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import compiled
from benchmarks.peers.measure import cpu_seconds, peak_rss_mib


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--customers", type=int, default=0)
    parser.add_argument("--store", choices=("memory", "rocks"), default="memory")
    parser.add_argument("--toy", action="store_true", help="the peers' job, on Heed's engine")
    parser.add_argument("--pure", action="store_true", help="do not compile the hot modules")
    parser.add_argument("--profile", type=Path, help="write a cProfile of the loop there")
    return parser.parse_args()


async def measure(args: argparse.Namespace, folder: str) -> dict[str, Any]:
    from agents.customers import metrics, worker
    from streams import cycles, logs
    from streams.settings import Settings
    from streams.worker import Worker

    logs.configure("text", "warning")
    cycles.calm()
    sweeping = asyncio.create_task(cycles.sweep())
    name = f"heed-bench-{time.time_ns()}"
    settings = Settings(
        bootstrap=args.bootstrap,
        app_id=name,
        input_topic=args.topic,
        changelog_topic=f"{name}-customers",
        alerts_topic=f"{name}-alerts",
        lifecycle_topic=f"{name}-lifecycle",
        profiles_topic=f"{name}-profiles",
        rejected_topic=f"{name}-rejected",
        store=args.store,
        state_dir=Path(folder),
        idle_clock="off",
        future_seconds=-1,
        web_port=-1,
    )
    made: Worker[Any]
    if args.toy:
        from benchmarks.toy import Toy

        made = toy = Worker(settings, Toy(), metrics())

        @toy.app.agent(toy.input, name="toy")  # type: ignore[untyped-decorator]
        async def count(stream: Any) -> None:
            async for event in stream.noack().events():
                await toy.submit(event.value)
    else:
        made = worker(settings)
    began = cpu = 0.0
    hand_over = made.submit

    async def first_noted(batch: Any) -> None:
        nonlocal began, cpu
        if not began:
            began, cpu = time.perf_counter(), cpu_seconds()
        await hand_over(batch)

    made.submit = first_noted  # type: ignore[method-assign]
    working = asyncio.create_task(made.run())
    restored = asyncio.create_task(made.restored.wait())
    await asyncio.wait({working, restored}, return_when=asyncio.FIRST_COMPLETED)

    def decided() -> int:
        # Offsets would count what is forwarded twice.
        totals = made.metrics.totals.items()
        return sum(number for (name, *_), number in totals if name in ("interactions", "rejected"))

    while not working.done() and decided() < args.events:  # noqa: ASYNC110 (the worker has no event for it)
        await asyncio.sleep(0.005)
    seconds, spent = time.perf_counter() - began, cpu_seconds() - cpu
    gauges = [item for partition in made.partitions.values() for item in partition.gauges.items()]
    rows = sum(number for (name, *_), number in gauges if name == "customers")
    held = sum(partition.store.size() for partition in made.partitions.values())
    told = {name[1]: n for name, n in made.metrics.totals.items() if name[0] == "alerts"}
    events = decided()
    sweeping.cancel()
    made.stop()
    await working
    return {
        "events": events,
        "seconds": round(seconds, 4),
        "cpu_seconds": round(spent, 4),
        "peak_rss_mib": round(peak_rss_mib(), 1),
        "customers": round(rows),
        "bytes_per_customer": round(held / rows) if rows else 0,
        "alerts": sum(n for name, n in made.metrics.totals.items() if name[0] == "alerts"),
        "signals": len(told),
    }


def main() -> None:
    args = arguments()
    is_compiled = not args.pure and compiled.use()
    with tempfile.TemporaryDirectory() as folder:
        if args.profile:
            import cProfile

            profile = cProfile.Profile()
            profile.enable()
        figures = uvloop.run(measure(args, folder))
        if args.profile:
            profile.disable()
            profile.dump_stats(args.profile)
    line = {**figures, "compiled": is_compiled}
    os.write(1, f"{json.dumps(line)}\n".encode())


if __name__ == "__main__":
    main()
