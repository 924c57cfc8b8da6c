"""From an interaction's append to its alert, at a steady rate, on a real Kafka.

    python -m benchmarks.latency --rate 1000 --seconds 30

Every twentieth interaction is a hang-up that opens an alert at once. Measured is the wall clock
at which the record was handed to its producer to that at which a reader of committed alerts has it
in hand. Broker, worker, writer and reader are processes of their own on one machine; the writer
begins when the worker is ready.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.support.kafka import Kafka, free_ports

ALERT_EVERY = 20
WARM_UP_SECONDS = 5
PARTITIONS = 4
CUSTOMERS = 20_000
READY_SECONDS = 60
AS_JAVA = {"partitioner": "murmur2_random", "enable.idempotence": True, "linger.ms": 5}
"""Java's own client of today writes like that. Without a bound on the requests under way a cold
broker gets thousands of one record each, and works at that backlog for seconds."""
LATE_SECONDS = 30
"""So long after the last interaction alerts are waited for."""


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


def write(address: str, rate: float, seconds: float, alerts: Any) -> None:
    """Send at `rate` interactions a second; `alerts` is then how many are to be expected."""
    producer = Producer({"bootstrap.servers": address, **AS_JAVA})
    began, sent, number, opening = time.monotonic(), 0, 0, 0
    pause = threading.Event()
    while (now := time.monotonic() - began) < seconds:
        while sent < now * rate:
            events = interactions(number, time.time())
            for event in events:
                producer.produce("interactions", orjson.dumps(event), key=str(event["customer_id"]))
            sent += len(events)
            opening += len(events) == 2
            number += 1
        producer.poll(0)
        pause.wait(0.001)
    producer.flush()
    alerts.value = opening


def read(address: str, expected: Any, found: Any) -> None:
    """Put into `found` when each alert opened and how long it took to arrive, in seconds."""
    from schemas.instant import instant

    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "latency", "fetch.wait.max.ms": 10,
         "isolation.level": "read_committed", "auto.offset.reset": "earliest"}
    )  # fmt: skip
    consumer.assign([TopicPartition("alerts", p, 0) for p in range(PARTITIONS)])
    waits: list[tuple[float, float]] = []
    give_up = 0.0
    while expected.value < 0 or (len(waits) < expected.value and time.monotonic() < give_up):
        if expected.value < 0:
            give_up = time.monotonic() + LATE_SECONDS
        for message in consumer.consume(500, 0.05):
            if message.error() is None:
                arrived = time.time()
                alert = orjson.loads(message.value())
                if alert["status"] == "open":
                    # The event's own time is the wall clock at which it was handed over.
                    opened = instant(alert["opened_at"]) / 1e6
                    waits.append((opened, arrived - opened))
    consumer.close()
    found.put(waits)


def wait_until_ready(port: int, worker: subprocess.Popen[bytes]) -> None:
    """Until the worker says that its partitions are restored."""
    give_up, pause = time.monotonic() + READY_SECONDS, threading.Event()
    while worker.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            pause.wait(0.1)
    raise SystemExit("the worker did not get ready")


def measure(address: str, rate: float, seconds: float) -> tuple[int, list[tuple[float, float]]]:
    """How many alerts were to be expected, and what the reader found."""
    own = multiprocessing.get_context("spawn")
    expected, found = own.Value("q", -1), own.Queue()
    reader = own.Process(target=read, args=(address, expected, found))
    writer = own.Process(target=write, args=(address, rate, seconds, expected))
    reader.start()
    writer.start()
    try:
        waits = found.get(timeout=seconds + LATE_SECONDS + READY_SECONDS)
    finally:
        for process in (writer, reader):
            process.join(5)
            process.kill()
    return expected.value, waits


def tell_seconds(found: list[tuple[float, float]], began: float) -> None:
    """Of each second its alerts, and how long half of them and nine tenths of them took: whether
    it is slow all the time, or a backlog is worked off."""
    seconds: dict[int, list[float]] = defaultdict(list)
    for opened, wait in found:
        seconds[int(opened - began)].append(wait * 1000)
    for second, waits in sorted(seconds.items()):
        waits.sort()
        half, most = waits[len(waits) // 2], waits[len(waits) * 9 // 10]
        print(
            f"second {second:3}: {len(waits):4} alerts, p50 {half:5.0f} ms, p90 {most:5.0f} ms, "
            f"max {waits[-1]:5.0f} ms",
            file=sys.stderr,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--by-second", action="store_true", help="from the first second on")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(Path(folder), partitions=4) as kafka:
        (port,) = free_ports(1)
        env = {**os.environ, "HEED_BOOTSTRAP": kafka.address, "HEED_WEB_PORT": str(port),
               "HEED_PARTITIONS": str(PARTITIONS), "HEED_LOG_LEVEL": "warning"}  # fmt: skip
        subprocess.run([sys.executable, "-m", "heed", "topics"], env=env, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        worker = subprocess.Popen([sys.executable, "-m", "heed", "worker"], env=env)
        try:
            wait_until_ready(port, worker)
            began = time.time()
            expected, found = measure(kafka.address, args.rate, args.seconds + WARM_UP_SECONDS)
        finally:
            worker.terminate()
            worker.wait(15)
    if args.by_second:
        tell_seconds(found, began)
    waits = sorted(wait for opened, wait in found if opened - began > WARM_UP_SECONDS)
    cut = statistics.quantiles(waits, n=1000)
    figures = {
        "rate": args.rate,
        "alerts_expected": expected,
        "alerts_read": len(found),
        "measured": len(waits),
        "p50_ms": round(cut[499] * 1000, 1),
        "p90_ms": round(cut[899] * 1000, 1),
        "p99_ms": round(cut[989] * 1000, 1),
        "max_ms": round(waits[-1] * 1000, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
