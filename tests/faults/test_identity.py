"""Aliases over four partitions and two workers that are killed: all is known, as if by name."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from agents.decide import Customers
from agents.rulebook import Rulebook
from schemas import profile
from schemas.alert import alert_id
from schemas.customer import Customer, decode
from schemas.standards import dump
from tests.agents.say import alone
from tests.support.identities import (
    OF_CUSTOMERS,
    Story,
    closing,
    held,
    known,
    record,
    somebody,
    story,
    truth,
)
from tests.support.kafka import Kafka
from tests.support.people import changes
from tests.support.topics import Names, Progress, create, names, outcome, publish, read
from tests.support.wait import pause
from tests.support.workers import Worker, wait_decided

CUSTOMERS = 180
KILLED_IN = (0, 2, 5, 7)
"""Phases in which aliases are linked; in that of 2 devices become shared, too."""
SETTINGS = {"batch_records": 100, "session_timeout_seconds": 2}
FEWEST = 18
"""So many different signals stand open in the end, at least: the comparison is not an empty one."""


def test_everybody_is_one_person_whoever_dies_in_between(kafka: Kafka, tmp_path: Path) -> None:
    """Carts, calls, tickets, opinions, visits, orders and silences of a hundred days; addresses
    that are taken from one customer and given to the next; devices that are nobody's.

    What is compared, and what must be left out of it, says `tests.support.identities.known`;
    what people do under which name, `tests.support.acts` and `tests.support.behaviour`.
    """
    seed = int(os.environ.get("HEED_SEED") or time.time_ns() % 100_000)
    began = time.monotonic()
    standards = alone(signals=OF_CUSTOMERS)
    (tmp_path / "standards.toml").write_text(dump(standards), encoding="utf-8")
    lives = story(seed, CUSTOMERS)
    at = names()
    create(kafka, at)
    settings = {**SETTINGS, "store": "rocks", "standards": tmp_path / "standards.toml"}
    one, two = (Worker(kafka.address, at, tmp_path / name, **settings) for name in "ab")
    with one, two:
        live(kafka, at, lives, (one, two), Random(seed))
    found = outcome(kafka.address, at)
    rows = {
        key.decode(): decode(value)
        for key, value in found.state.items()
        if key.startswith((b"c:", b"email:", b"device_id:", b"anonymous_id:"))  # beside groups
    }
    oracle = truth(Customers(Rulebook(standards), future=None), lives)
    signals = {alert.signal for row in oracle.values() for alert in row.alerts}
    events = sum(len(phase.sent) for phase in lives.phases)
    print(
        f"\nidentity: seed {seed}, {len(KILLED_IN)} kills, {events} events, {len(oracle)} people "
        f"in {len(rows)} rows, {len(found.alerts)} alerts, {len(signals)} signals open, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert not found.rejected
    assert len(signals) >= FEWEST, signals
    people, lifted = somebody(rows), lives.lifted()
    assert people.keys() == oracle.keys()
    wrong = {
        key: differing
        for key, row in people.items()
        if (differing := differences(known(row, lifted), known(oracle[key], lifted)))
    }
    assert not wrong, f"{len(wrong)} of {len(people)}, such as {next(iter(wrong.items()))}"
    assert told_open(found.alerts) == standing(rows)
    assert total(found.gauges, "alerts_open") == len(standing(rows))
    assert total(found.gauges, "customers") == len(oracle)
    check_who_is_whom(kafka, at, lives, rows)


def live(
    kafka: Kafka, at: Names, lives: Story, workers: tuple[Worker, Worker], rng: Random
) -> None:
    """Phase by phase, each decided about before the next; in some of them a worker dies."""
    progress = Progress(kafka.address, at)
    for each in workers:
        each.wait_ready()
    for number, events in enumerate([*(phase.sent for phase in lives.phases), closing(lives)]):
        publish(kafka.address, at.interactions, [record(event) for event in events])
        if number in KILLED_IN:
            # In the midst of it: somewhere between its first and its last transaction.
            pause(rng.uniform(0.2, 1.5))
            victim = workers[number % 2]
            victim.kill()
            victim.start()
        wait_decided(progress, *workers)
    for each in workers:
        assert each.stop() == 0


def check_who_is_whom(kafka: Kafka, at: Names, lives: Story, rows: dict[str, Customer]) -> None:
    """Rows and profiles say whose each alias is in the end, and each change was told once."""
    truly = {each.who: each.held() for each in lives.people if each.who is not None}
    assert {key[2:]: keys for key, keys in held(rows).items()} == truly
    told = [profile.decode(each.value or b"") for each in read(kafka.address, at.profiles)]
    last = {each.customer_id: row_keys(each) for each in told}
    assert last == truly
    kinds = Counter(each.change.kind for each in told if each.change is not None)
    kinds["linked or merged"] = kinds.pop("linked") + kinds.pop("merged")
    assert kinds == changes(lives.people)


def row_keys(told: profile.Profile) -> set[str]:
    """The aliases of a profile, as rows name them."""
    return {f"{kind}:{alias}" for kind, aliases in told.aliases.items() for alias in aliases}


def differences(found: dict[str, Any], truly: dict[str, Any]) -> dict[str, Any]:
    """What is known otherwise than it should be: as found, and in truth."""
    return {name: (found[name], truly[name]) for name in truly if found[name] != truly[name]}


def told_open(alerts: dict[str, list[str]]) -> set[str]:
    """The alerts that stand, as those know them who listen; each was opened once."""
    found = set()
    for name, said in alerts.items():
        states = [json.loads(state)["status"] for state in said]
        assert states.count("open") == 1 or states == ["notice"], states
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
