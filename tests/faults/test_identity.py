"""Aliases over four partitions and two workers that are killed: all is known, as if by name."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from random import Random

from agents.decide import Customers
from agents.rulebook import Rulebook
from schemas import profile
from schemas.alert import alert_id
from schemas.customer import Customer, decode
from schemas.standards import dump
from tests.agents.say import alone
from tests.support.identities import closing, known, phases, somebody, truth
from tests.support.kafka import Kafka
from tests.support.topics import Progress, create, names, outcome, publish, read
from tests.support.wait import pause
from tests.support.workers import Worker, wait_decided

CUSTOMERS, PHASES, EACH = 200, 4, 12
KILLS = 4
SETTINGS = {"batch_records": 100, "session_timeout_seconds": 2}


def test_everybody_is_one_person_whoever_dies_in_between(kafka: Kafka, tmp_path: Path) -> None:
    seed = int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)
    rng, began = Random(seed), time.monotonic()
    standards = alone()
    (tmp_path / "standards.toml").write_text(dump(standards), encoding="utf-8")
    lives = list(phases(seed, CUSTOMERS, PHASES, EACH))
    last, end = closing(lives[-1].honest[-1]["time"] + 100 * 3600)
    at = names()
    create(kafka, at)
    settings = {**SETTINGS, "store": "rocks", "standards": tmp_path / "standards.toml"}
    one, two = (Worker(kafka.address, at, tmp_path / name, **settings) for name in "ab")
    progress, kills = Progress(kafka.address, at), 0
    with one, two:
        for each in (one, two):
            each.wait_ready()
        for records in [*(phase.sent for phase in lives), last]:
            publish(kafka.address, at.interactions, records)
            if kills < KILLS:
                # In the midst of it: somewhere between its first and its last transaction.
                pause(rng.uniform(0.2, 1.5))
                victim = (one, two)[kills % 2]
                victim.kill()
                victim.start()
                kills += 1
            wait_decided(progress, one, two)
        assert one.stop() == two.stop() == 0
    found = outcome(kafka.address, at)
    rows = {
        key.decode(): decode(value)
        for key, value in found.state.items()
        if key.startswith((b"c:", b"email:", b"device_id:"))  # beside those of groups
    }
    oracle = truth(Customers(Rulebook(standards), future=None), lives, end)
    print(
        f"\nidentity: seed {seed}, {kills} kills, {sum(len(life.sent) for life in lives)} events, "
        f"{len(oracle)} people in {len(rows)} rows, {len(found.alerts)} alerts, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert not found.rejected
    people = somebody(rows)
    assert people.keys() == oracle.keys()
    wrong = {key: known(row) for key, row in people.items() if known(row) != known(oracle[key])}
    assert not wrong, f"{len(wrong)} of {len(people)}, such as {next(iter(wrong.items()))}"
    assert told_open(found.alerts) == standing(rows)
    assert total(found.gauges, "alerts_open") == len(standing(rows))
    assert total(found.gauges, "customers") == len(oracle)
    told = [profile.decode(each.value or b"") for each in read(kafka.address, at.profiles)]
    kinds = Counter(each.change.kind for each in told if each.change is not None)
    assert kinds.keys() <= {"linked", "merged"}
    assert kinds.total() == 2 * CUSTOMERS
    aliases = {each.customer_id: sum(map(len, each.aliases.values())) for each in told}
    assert list(aliases.values()) == [2] * CUSTOMERS


def told_open(alerts: dict[str, list[str]]) -> set[str]:
    """The alerts that stand, as those know them who listen; each was opened once."""
    found = set()
    for name, said in alerts.items():
        states = [json.loads(state)["status"] for state in said]
        assert states.count("open") == 1, states
        if states[-1] in ("open", "updated"):
            found.add(name)
    return found


def standing(rows: dict[str, Customer]) -> set[str]:
    """The alerts that stand in rows, by the names under which they were told."""
    return {
        alert.told_as.hex()
        if alert.told_as
        else alert_id(alert.signal, key, alert.subject, alert.opened_at)
        for key, row in rows.items()
        for alert in row.alerts
    }


def total(gauges: dict[str, float], name: str) -> float:
    """A gauge over all its labels."""
    return sum(number for labels, number in gauges.items() if labels.split()[0] == name)
