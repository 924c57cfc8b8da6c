"""How quickly a worker has its state back: customers a second from the changelog.

    python -m benchmarks.restore --customers 500000

The states are those of the mixed workload; they are written to a changelog on a real Kafka and read
back by the worker's own code, into each store, index of deadlines included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import uvloop
from confluent_kafka import Producer

from benchmarks.generate import interactions
from tests.support.kafka import Kafka

PARTITIONS = 4


def states(events: int, customers: int) -> list[tuple[bytes, bytes]]:
    """Row keys and encoded customers after the mixed workload."""
    from heed.replay import Replay

    replay = Replay()
    for _ in replay.run(orjson.dumps(event) for _, event in interactions(events, customers)):
        pass
    # Its view keeps only some of them decoded.
    return [(key.encode(), value) for key, value in replay.customers.rows.items()]


def write(address: str, topic: str, rows: list[tuple[bytes, bytes]]) -> None:
    producer = Producer(
        {"bootstrap.servers": address, "linger.ms": 50, "queue.buffering.max.messages": 1_000_000}
    )
    for number, (key, value) in enumerate(rows):
        producer.produce(topic, value, key=key, partition=number % PARTITIONS)
        if number % 1000 == 0:
            producer.poll(0)
            while len(producer) > 500_000:
                producer.poll(0.1)
    producer.flush()


async def restore(address: str, topic: str, store: str, folder: Path) -> tuple[float, int, int]:
    """Seconds, rows and bytes of opening every partition, all at once as the worker does."""
    from agents.customers import metrics
    from agents.decide import Customers
    from streams.partition import Partition
    from streams.rocks import RocksStore
    from streams.settings import Settings
    from streams.store import MemoryStore, Store

    name = f"restore-{store}-{time.time_ns()}"
    settings = Settings(bootstrap=address, app_id=name, changelog_topic=topic, store=store)
    shared: Any = metrics()

    def made(number: int) -> Store:
        return MemoryStore() if store == "memory" else RocksStore(folder / f"partition-{number}")

    began = time.perf_counter()
    partitions = [
        Partition(number, Customers(), made(number), settings, shared)
        for number in range(PARTITIONS)
    ]
    await asyncio.gather(*(partition.open() for partition in partitions))
    seconds = time.perf_counter() - began
    rows = sum(1 for partition in partitions for _ in partition.store.items())
    held = sum(partition.store.size() for partition in partitions)
    await asyncio.gather(*(partition.close() for partition in partitions))
    return seconds, rows, held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=500_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    args = parser.parse_args()
    from agents.decide import Customers
    from streams import cycles, logs
    from streams.settings import Settings
    from streams.topics import ensure

    cycles.calm()  # As the worker does.
    logs.configure("text", "warning")
    rows = states(args.events, args.customers)
    with tempfile.TemporaryDirectory() as folder, Kafka(Path(folder), partitions=4) as kafka:
        settings = Settings(bootstrap=kafka.address, partitions=PARTITIONS)
        ensure(settings, roles=Customers().roles)
        kafka.create("nobody")
        write(kafka.address, "customers", rows)
        for store in ("memory", "rocks"):
            # The first of all pays for what Python imports and the broker makes on first use.
            for again in ("warm-up", "empty"):
                fixed, _, _ = uvloop.run(
                    restore(kafka.address, "nobody", store, Path(folder) / again / store)
                )
            seconds, found, _ = uvloop.run(
                restore(kafka.address, "customers", store, Path(folder) / "state")
            )
            size = sum(len(key) + len(value) for key, value in rows)
            print(
                json.dumps(
                    {
                        "store": store,
                        "customers": found,
                        "bytes_per_customer": round(size / len(rows)),
                        "seconds": round(seconds, 3),
                        "of_which_fixed": round(fixed, 3),
                        "customers_per_second": round(found / seconds),
                        "without_fixed": round(found / max(seconds - fixed, 1e-6)),
                    }
                )
            )


if __name__ == "__main__":
    main()
