"""Quix Streams as its documentation has it: a stateful function, RocksDB and changelog topics."""

from __future__ import annotations

import time
from typing import Any

from quixstreams import Application, State

from benchmarks.peers.measure import Measure, arguments


def main() -> None:
    args = arguments()
    measure = Measure(args.events)
    app = Application(
        broker_address=args.bootstrap,
        consumer_group=f"quix-{time.time_ns()}",
        auto_offset_reset="earliest",
        state_dir=args.folder,
        loglevel="ERROR",
    )

    def count(event: dict[str, Any], state: State) -> dict[str, Any]:
        measure.begin()
        seen, last = state.get("seen") or (0, "")
        state.set("seen", [seen + 1, max(last, event["time"])])
        if measure.add():
            measure.report_and_exit()
        return event

    topic = app.topic(args.topic, value_deserializer="json", key_deserializer="bytes")
    app.dataframe(topic).apply(count, stateful=True)
    app.run()


if __name__ == "__main__":
    main()
