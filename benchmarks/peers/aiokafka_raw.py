"""The floor: read every record and decode its JSON, nothing else."""

from __future__ import annotations

import argparse

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.peers.measure import Measure, arguments

PARTITIONS = 4


async def main(args: argparse.Namespace) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=args.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 << 20,
    )
    await consumer.start()
    consumer.assign([TopicPartition(args.topic, n) for n in range(PARTITIONS)])
    measure = Measure(args.events)
    done = False
    while not done:
        fetched = await consumer.getmany(timeout_ms=1000, max_records=5000)
        for records in fetched.values():
            measure.begin()
            for record in records:
                orjson.loads(record.value)
            done = measure.add(len(records))
    measure.report()
    await consumer.stop()


if __name__ == "__main__":
    uvloop.run(main(arguments()))
