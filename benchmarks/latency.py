"""From an interaction's append to its alert, at a steady rate, on a real Kafka.

    python -m benchmarks.latency --rate 1000 --seconds 30

Every twentieth interaction is a hang-up that opens an alert at once. Measured is the wall clock
from the record's Kafka timestamp to a reader of committed alerts having it in hand; broker, worker,
writer and reader share the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.support.kafka import Kafka

ALERT_EVERY = 20
WARM_UP_SECONDS = 5
PARTITIONS = 4
CUSTOMERS = 20_000


def interactions(number: int, now: float) -> list[dict[str, object]]:
    """One page view, or the two moments of a call that was given up after ten seconds."""
    customer = f"c{number % CUSTOMERS:06d}"
    common = {"customer_id": customer, "brand": "aurora", "region": "north"}
    if number % ALERT_EVERY:
        return [{"id": f"v-{number}", "type": "page_viewed", "channel": "web", "time": now,
                 "properties": {"path": "/garden/lamps"}, **common}]  # fmt: skip
    contact = {"contact_id": f"k-{number}", "queue": "orders"}
    return [
        {"id": f"q-{number}", "type": "contact_queued", "channel": "phone", "time": now - 10,
         "properties": contact, **common},
        {"id": f"a-{number}", "type": "contact_abandoned", "channel": "phone", "time": now,
         "properties": contact, **common},
    ]  # fmt: skip


def write(address: str, rate: float, seconds: float) -> int:
    """Send at `rate` interactions a second; how many alerts are to be expected."""
    producer = Producer(
        {"bootstrap.servers": address, "linger.ms": 0, "partitioner": "murmur2_random"}
    )
    began, sent, number, alerts = time.monotonic(), 0, 0, 0
    pause = threading.Event()
    while (now := time.monotonic() - began) < seconds:
        while sent < now * rate:
            events = interactions(number, time.time())
            for event in events:
                producer.produce("interactions", orjson.dumps(event), key=str(event["customer_id"]))
            sent += len(events)
            alerts += len(events) == 2
            number += 1
        producer.poll(0)
        pause.wait(0.001)
    producer.flush()
    return alerts


class Reader(threading.Thread):
    """Reads committed alerts, and notes when each arrived."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.consumer = Consumer(
            {"bootstrap.servers": address, "group.id": "latency", "fetch.wait.max.ms": 10,
             "isolation.level": "read_committed", "auto.offset.reset": "earliest"}
        )  # fmt: skip
        self.consumer.assign([TopicPartition("alerts", p, 0) for p in range(PARTITIONS)])
        self.waits: list[tuple[float, float]] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            for message in self.consumer.consume(500, 0.05):
                if message.error() is None:
                    arrived = time.time()
                    alert = orjson.loads(message.value())
                    if alert["status"] == "open":
                        # The event's own time is the wall clock at which it was handed over.
                        self.waits.append((arrived, arrived - moment(alert["opened_at"])))
        self.consumer.close()


def moment(text: str) -> float:
    from schemas.instant import instant

    return instant(text) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(Path(folder), partitions=4) as kafka:
        env = {**os.environ, "HEED_BOOTSTRAP": kafka.address, "HEED_WEB_PORT": "-1",
               "HEED_PARTITIONS": str(PARTITIONS), "HEED_LOG_LEVEL": "warning"}  # fmt: skip
        subprocess.run([sys.executable, "-m", "heed", "topics"], env=env, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        worker = subprocess.Popen([sys.executable, "-m", "heed", "worker"], env=env)
        reader = Reader(kafka.address)
        reader.start()
        began = time.time()
        alerts = write(kafka.address, args.rate, args.seconds + WARM_UP_SECONDS)
        give_up = time.monotonic() + 30
        while len(reader.waits) < alerts and time.monotonic() < give_up:
            reader.ended.wait(0.1)
        reader.ended.set()
        worker.terminate()
        worker.wait(15)
        waits = sorted(w for at, w in reader.waits if at - began > WARM_UP_SECONDS + 5)
        cut = statistics.quantiles(waits, n=1000)
        print(
            json.dumps(
                {
                    "rate": args.rate,
                    "alerts_expected": alerts,
                    "alerts_read": len(reader.waits),
                    "measured": len(waits),
                    "p50_ms": round(cut[499] * 1000, 1),
                    "p90_ms": round(cut[899] * 1000, 1),
                    "p99_ms": round(cut[989] * 1000, 1),
                    "max_ms": round(waits[-1] * 1000, 1),
                }
            )
        )


if __name__ == "__main__":
    main()
