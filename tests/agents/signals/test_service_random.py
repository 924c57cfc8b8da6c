"""Random lives of everything that the signals of service hear of: what must hold in all of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from agents.harness import Harness
from agents.signals import House
from agents.signals.service import signals
from schemas.customer import MAX_BYTES, decode
from schemas.standards import parse
from tests.agents.say import DAY, START

MINE = {kind.name for signal in signals(House()) for kind in signal.kinds}
OWN = """
[hold_too_long]
cumulated = true

[[standard]]
name = "drink"
from = "visitor_arrived"
to = "service_delivered"
within = "2 min"

[[standard]]
name = "written"
from = "order_completed"
to = "message_sent"
within = "10 min"
channel = "web"

[[standard]]
name = "called"
from = "contact_abandoned"
to = "callback_done"
within = "5 min"
"""
TYPES = sorted({kind for signal in signals(House(own=parse(OWN).own)) for kind in signal.reacts_to})


def properties(rng: random.Random, longest: int) -> dict[str, Any]:
    def name(what: str, many: int) -> str:
        return f"{what}{rng.randrange(many)}".ljust(rng.choice((1, longest)), "x")

    said: dict[str, Any] = {}
    if rng.random() < 0.7:
        said |= {"contact_id": name("k", 4), "visit_id": name("v", 4), "order_id": name("o", 20)}
    said |= {"product_id": name("p", 3), "category": name("c", 12), "queue": name("q", 2)}
    if rng.random() < 0.5:
        said["elements"] = [name("e", 9) for _ in range(rng.randrange(5))]
    if rng.random() < 0.3:
        said["promised_at"] = START + rng.randrange(3 * DAY)
    said |= {"rating": rng.randint(1, 5), "instrument": "csat", "score": rng.randint(1, 5)}
    return said


def life(
    seed: int, records: int = 300, longest: int = 1, types: Sequence[str] = TYPES
) -> list[dict[str, Any]]:
    """Records of three customers and one who is only known by an alias, a fifth of them late."""
    rng = random.Random(seed)
    now, out = START, []
    for number in range(records):
        now += rng.choice((0, 1, 5, 20, 31, 61, 600, 1801, 40_000))
        late = rng.choice((0, 0, 0, 0, 1, 30, 200, 4000))
        who = rng.choice(("a", "a", "b", ""))
        kind = rng.choice(types)
        if kind == "contact_queued" or kind == "contact_abandoned":
            extra = {"contact_id": f"k{rng.randrange(4)}"}
        else:
            extra = {}
        out.append(
            {
                "id": f"e{seed}-{number}".ljust(longest, "x")[:128],
                "type": kind,
                "time": now - late,
                "channel": rng.choice(("web", "store", "phone")),
                "brand": rng.choice(("x", "y", None)),
                "branch": rng.choice(("graz", "linz", "wien", None)),
                **({"customer_id": who} if who else {"aliases": {"device_id": "d1"}}),
                "properties": properties(rng, longest) | extra,
            }
        )
    return out


@pytest.mark.parametrize("seed", range(25))
def test_never_two_open_alerts_of_one_signal_and_subject(seed: int) -> None:
    harness = Harness(parse(OWN)).feed(life(seed)).finish()
    assert not harness.refusals
    open_: dict[object, str] = {}
    for alert in harness.alerts:
        if alert.signal not in MINE:
            continue
        what = alert.customer_id, alert.signal, alert.subject
        if alert.status == "open":
            assert what not in open_
            open_[what] = alert.alert_id
        elif alert.status in ("resolved", "expired"):
            assert open_.pop(what) == alert.alert_id
            assert alert.resolved_at
            assert alert.resolved_at >= alert.opened_at


def test_all_of_them_are_told_in_some_life() -> None:
    few = [["product_viewed", "order_delivered"], ["order_completed", "order_returned"]]
    lives = [life(seed, 200, types=types) for seed in range(8) for types in (TYPES, *few)]
    told = {a.signal for records in lives for a in Harness(parse(OWN)).feed(records).alerts}
    assert MINE - told == {"return_late"}  # That takes 90 days.


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [1, 7])
def test_batches_of_any_size_give_the_same_alerts(seed: int, size: int) -> None:
    records = life(seed)
    whole = Harness(parse(OWN), cached=1000).feed(records).finish()
    parts = Harness(parse(OWN)).batches([size]).feed(records).finish()
    assert parts.outputs == whole.outputs
    assert parts.rows == whole.rows


@pytest.mark.parametrize("seed", range(6))
def test_the_memory_is_small_whatever_is_sent(seed: int) -> None:
    harness = Harness(parse(OWN))
    for record in life(seed, 400, longest=200):
        harness.feed([record])
        for row in harness.rows.values():
            assert len(row) <= MAX_BYTES
            service = decode(row).service
            assert service is None or len(msgspec.msgpack.encode(service)) <= 800
    assert not harness.refusals


def test_an_ordinary_customer_takes_little() -> None:
    shop = [
        {
            "id": f"e{number}",
            "type": kind,
            "time": START + number * DAY,
            "channel": "web",
            "customer_id": "c7",
            "properties": {"order_id": f"o{number // 3}", "product_id": "tea"},
        }
        for number, kind in enumerate(["product_viewed", "order_completed", "order_delivered"] * 5)
    ]
    (row,) = Harness().feed(shop).rows.values()
    assert len(msgspec.msgpack.encode(decode(row).service)) <= 130
