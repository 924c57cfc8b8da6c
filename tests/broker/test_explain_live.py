"""Any worker answers for any customer: on real Kafka, two workers, each asked for the other's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from heed.publish import Publisher
from streams.settings import Settings
from tests.support.kafka import Kafka
from tests.support.topics import names
from tests.support.wait import until
from tests.support.workers import Worker

ALIASES = ("ann@example.com", "email:c3@example.com")
CUSTOMERS = [f"c{number}" for number in range(12)]


def events() -> list[bytes]:
    """A cart for each customer, and for somebody of whom only an address is known."""
    people: list[dict[str, Any]] = [{"customer_id": name} for name in CUSTOMERS]
    people.append({"aliases": {"email": "Ann@Example.com"}})
    people.append({"customer_id": "c3", "aliases": {"email": "c3@example.com"}})
    return [
        orjson.dumps(
            {"id": f"e{number}", "type": "product_added", "time": "2026-01-05T10:00:00Z",
             "channel": "web", "properties": {"cart_id": "k", "sku": "p", "price": 20}, **who}
        )
        for number, who in enumerate(people)
    ]  # fmt: skip


def ask(worker: Worker, asked: str) -> tuple[int, dict[str, Any]]:
    status, text = worker.get(f"/customers/{asked}")
    return status, json.loads(text) if text.startswith("{") else {}


def test_each_of_two_workers_answers_for_the_customers_of_the_other(
    kafka: Kafka, tmp_path: Path
) -> None:
    at = names()
    settings = Settings(
        bootstrap=kafka.address, input_topic=at.interactions, alerts_topic=at.alerts
    )
    with (
        Worker(kafka.address, at, tmp_path / "one") as one,
        Worker(kafka.address, at, tmp_path / "two") as two,
    ):
        one.wait_ready()
        publisher = Publisher(settings)
        for value in events():
            publisher.send(value)
        publisher.flush()
        until(lambda: len(one.partitions()) == len(two.partitions()) == 2, 90, two.tail, 0.1)
        for worker in (one, two):
            answers = until(lambda w=worker: _everybody(w), 60, worker.tail)  # type: ignore[misc]
            assert answers is not None
            for name in CUSTOMERS:
                assert answers[name]["customer_id"] == name
                assert answers[name]["ahead"][0]["signal"] == "cart_abandoned"
            assert answers["ann@example.com"]["key"] == "email:ann@example.com"
            assert answers["email:c3@example.com"]["customer_id"] == "c3", "it points there"
            status, said = ask(worker, "nobody")
            assert (status, said) == (404, {"error": "nobody is known as nobody"})
        done = subprocess.run(
            [sys.executable, "-m", "heed", "explain", "c3", "--json", "--bootstrap",
             kafka.address, "--worker", f"http://localhost:{two.port()}"],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, **at.settings()},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)
        assert [each["id"] for each in made["timeline"]] == ["e3", "e13"]
        assert f"2 interactions from {at.interactions}, all that is" in made["timeline_note"]
        assert two.stop() == 0
        assert one.stop() == 0


def _everybody(worker: Worker) -> dict[str, dict[str, Any]] | None:
    found = {name: ask(worker, name) for name in (*CUSTOMERS, *ALIASES)}
    if any(status != 200 for status, _ in found.values()):
        return None
    return {name: said for name, (_, said) in found.items()}
