"""Bytewax as its documentation has it: a stateful map, snapshots into its recovery store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from benchmarks.peers.measure import Measure, arguments

Seen = tuple[int, str]
SNAPSHOT = timedelta(seconds=3)  # the nearest thing to a changelog; its default is 10 s


class CountingPartition(StatelessSinkPartition[Any]):
    def __init__(self, measure: Measure) -> None:
        self.measure = measure

    def write_batch(self, items: list[Any]) -> None:
        if self.measure.add(len(items)):
            self.measure.report_and_exit()


class CountingSink(DynamicSink[Any]):
    def __init__(self, measure: Measure) -> None:
        self.measure = measure

    def build(self, step_id: str, worker_index: int, worker_count: int) -> CountingPartition:
        return CountingPartition(self.measure)


def build(bootstrap: str, topic: str, measure: Measure) -> Dataflow:
    def decode(message: KafkaSourceMessage[bytes, bytes]) -> tuple[str, dict[str, Any]]:
        measure.begin()
        return message.key.decode(), orjson.loads(message.value)

    def count(state: Seen | None, event: dict[str, Any]) -> tuple[Seen, int]:
        seen, last = state or (0, "")
        return (seen + 1, max(last, event["time"])), seen + 1

    flow = Dataflow("toy")
    records = op.input("in", flow, KafkaSource([bootstrap], [topic], batch_size=2000))
    keyed = op.map("decode", records, decode)
    counted = op.stateful_map("count", keyed, count)
    op.output("out", counted, CountingSink(measure))
    return flow


def main() -> None:
    args = arguments()
    store = Path(args.folder)
    init_db_dir(store, 1)
    flow = build(args.bootstrap, args.topic, Measure(args.events))
    cli_main(flow, recovery_config=RecoveryConfig(str(store)), epoch_interval=SNAPSHOT)


if __name__ == "__main__":
    main()
