"""Faust as its documentation has it: an agent that counts into a Table, one event at a time."""

from __future__ import annotations

import sys
import time
from typing import Any

import faust
from faust.types import StreamT

from benchmarks.peers.measure import Measure, arguments

PARTITIONS = 4


def build(bootstrap: str, name: str, events: int, folder: str) -> faust.App:
    app = faust.App(
        f"faust-{time.time_ns()}",
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=folder,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
    )
    topic = app.topic(name, key_type=str, value_serializer="json")
    customers = app.Table("customers", default=lambda: [0, ""], partitions=PARTITIONS)
    measure = Measure(events)

    @app.agent(topic)
    async def count(stream: StreamT[dict[str, Any]]) -> None:
        async for key, event in stream.items():
            measure.begin()
            seen, last = customers[key]
            customers[key] = [seen + 1, max(last, event["time"])]
            if measure.add():
                measure.report_and_exit()

    return app


if __name__ == "__main__":
    args = arguments()
    app = build(args.bootstrap, args.topic, args.events, args.folder)
    sys.argv = ["faust", "worker", "-l", "error", "--without-web"]
    app.main()
