"""All signals of the journey at once: random lives, their bounds, and what is remembered."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
import pytest

from agents.harness import Harness
from agents.signals import House, journey
from schemas.customer import MAX_BYTES, decode
from schemas.journey import Journey, Perk
from schemas.standards import Standards, parse
from tests.agents import hostile as worst
from tests.agents.say import DAY, HOUR, START, Record

SIGNALS = sorted(kind.name for signal in journey.signals(House()) for kind in signal.kinds)
TYPES = sorted({kind for signal in journey.signals(House()) for kind in signal.reacts_to})
PROPERTIES: dict[str, list[Record]] = {
    "page_viewed": [{"path": "/cancel"}, {"path": "/tea"}, {"url": "https://x.example/Cancel"}],
    "order_completed": [
        {"order_id": "o1"}, {"order_id": "o2", "revenue": 20}, {"products": [{"quantity": 2}]}, {},
    ],
    "order_returned": [{"order_id": "o1"}, {"products": [{}]}, {}],
    "order_cancelled": [{"order_id": "o2", "revenue": 20}, {}],
    "consent_changed": [{"consent": {"email": False}}, {"consent": {"email": True}}, {}],
    "trial_started": [{}, {"ends_at": "2026-12-24"}, {"ends_at": "never"}],
    "goal_set": [{}, {"goal": "run"}, {"goal": "read"}],
    "goal_reached": [{}, {"goal": "run"}],
    "occasion_set": [
        {"occasion": "birthday", "date": "12-20"}, {"occasion": "birthday", "date": "12-24"},
        {"occasion": "contract", "date": "2027-01-10"}, {"date": "soon"},
    ],
    "benefit_given": [{"kind": "gift"}, {"kind": "gift"}, {"kind": "delivery"}, {}],
    "survey_answered": [{"instrument": "nps", "score": 10}, {"instrument": "csat", "score": 2}],
    "review_posted": [{"rating": 5}, {"rating": 1}],
    "contact_answered": [{"contact_id": "k1"}],
}  # fmt: skip
OFTEN = ("order_completed", "benefit_given", "page_viewed", "feature_used")
EVERYTHING = 1_000_000


def life(seed: int, records: int = 150, *, who: str = "c7", late: bool = True) -> list[Record]:
    """Interactions of some types that matter here, or of all, many of them late."""
    rng = random.Random(seed)
    now, lived = float(START), []
    step = rng.choice((HOUR, DAY, 10 * DAY, 30 * DAY))
    often = rng.sample(OFTEN, rng.randint(1, len(OFTEN)))
    others = rng.sample(TYPES, rng.choice((2, 4, 8, len(TYPES))))
    for number in range(records):
        now += rng.expovariate(1 / step)
        kind = rng.choice(often if rng.random() < 0.5 else others)
        back = rng.choice((60, DAY, 10 * DAY, 50 * DAY)) if late and rng.random() < 0.3 else 0
        lived.append(
            {
                "id": f"{who}-{seed}-{number}",
                "type": kind,
                "time": max(now - back, START),
                "channel": "web",
                "customer_id": who,
                "properties": rng.choice(PROPERTIES.get(kind, [{}])),
            }
        )
    return lived


def outcome(harness: Harness) -> tuple[list[tuple[bytes, bytes]], dict[str, bytes]]:
    return [(output.key, output.value) for output in harness.outputs], harness.rows


@pytest.mark.parametrize("seed", range(40))
def test_never_two_alerts_of_one_signal_and_subject_are_open(seed: int) -> None:
    open_ones: Counter[tuple[str, str | None]] = Counter()
    harness = Harness().feed(life(seed)).advance(minutes=400 * 24 * 60)
    assert harness.refusals == []
    for alert in harness.alerts:
        name = (alert.signal, alert.subject)
        if alert.status == "open":
            open_ones[name] += 1
        elif alert.status in ("resolved", "expired"):
            open_ones[name] -= 1
        assert open_ones[name] in (0, 1), alert
        assert alert.reason
        assert alert.clears_if


@pytest.mark.parametrize("seed", range(20))
def test_batches_caches_and_restarts_change_nothing(seed: int) -> None:
    records = life(seed)
    whole = outcome(Harness(cached=EVERYTHING).feed(records).finish())
    for sizes in ([1], [3, 7], [40]):
        assert outcome(Harness().batches(sizes).feed(records).finish()) == whole
    stopped = Harness(cached=EVERYTHING)
    for at in range(0, len(records), 20):
        stopped.feed(records[at : at + 20]).restart()
    assert outcome(stopped.finish()) == whole


def test_many_lives_at_once_are_told_as_each_alone() -> None:
    lives = [life(seed, 60, who=f"c{seed}") for seed in range(12)]
    together = sorted((each for one in lives for each in one), key=lambda each: each["time"])
    told = {
        output.key: output.value
        for output in Harness().feed(together).finish(until="2040-01-01").outputs
        if output.topic == "alerts"
    }
    alone: dict[bytes, bytes] = {}
    for one in lives:
        ordered = sorted(one, key=lambda each: each["time"])
        for output in Harness().feed(ordered).finish(until="2040-01-01").outputs:
            if output.topic == "alerts":
                alone[output.key] = output.value
    assert told == alone


def test_random_lives_meet_every_signal() -> None:
    told = Counter(
        (alert.signal, alert.resolution or alert.status)
        for seed in range(60)
        for alert in Harness().feed(life(seed)).advance(minutes=400 * 24 * 60).alerts
    )
    assert {name for name, how in told if how in ("open", "notice")} >= set(SIGNALS)
    for name in set(SIGNALS) - {"milestone_reached", "advocate"}:
        closed = sum(times for (one, how), times in told.items() if one == name and how != "open")
        assert told[name, "open"] > 3, name
        assert closed > 0, name
    late = {name for name, how in told if how == "late_evidence"}
    assert late >= {"cancellation_intended", "check_in_due", "perk_withdrawn"}


def hostile(records: list[Record]) -> list[Record]:
    """The same with names as long as they may be, and different ones all the time."""
    out = []
    for number, record in enumerate(records):
        properties: dict[str, Any] = dict(record["properties"])
        for name in ("goal", "occasion", "kind", "order_id"):
            if name in properties:
                properties[name] = f"{properties[name]} {number}".ljust(256, "\u20ac")
        record = {**record, "id": str(number).ljust(128, "x"), "properties": properties}
        out.append({**record, "brand": "b" * 64, "branch": "b" * 64, "region": "r" * 64})
    return out


@pytest.mark.parametrize("seed", range(8))
def test_what_is_remembered_stays_small_whatever_is_sent(seed: int) -> None:
    harness = Harness()
    for record in hostile(life(seed, 300)):
        (row,) = harness.feed([record]).rows.values()
        assert len(row) <= MAX_BYTES
        mine = decode(row).journey
        assert mine is None or len(msgspec.msgpack.encode(mine)) <= 400


@pytest.mark.parametrize("seed", range(4))
def test_so_it_does_beside_everything_else_that_can_be_remembered(seed: int) -> None:
    full = worst.hostile(seed)
    (customer, start) = full[-1]["customer_id"], full[-1]["time"]
    after = hostile(life(seed, 150))
    for number, record in enumerate(after):
        record["customer_id"], record["time"] = customer, start + 60 * number
    harness = Harness().feed(full)
    for record in after:
        (row,) = harness.feed([record]).rows.values()
        assert len(row) <= MAX_BYTES


def test_the_largest_journey_is_within_its_400_bytes() -> None:
    far, day = 2**62, 70_000
    perks = [Perk("x" * 32, (1 << 18) - 1)] * 4
    largest = Journey(
        7, b"1234", far, far, far, far, far, [far] * 6, [far] * 6, [day] * 6, far, perks, day
    )
    assert len(msgspec.msgpack.encode(largest)) <= 400


def bought(*days: float) -> list[Record]:
    return [
        {
            "id": f"6f1c9a52-7f0e-4b0c-9a71-{place:012d}", "type": "order_completed",
            "time": START + day * DAY, "channel": "web", "customer_id": "c7",
            "properties": {"order_id": f"order-{place}", "revenue": 25.5, "currency": "EUR",
                           "products": [{"sku": "tea", "quantity": 2, "category": "tea"}]},
        }
        for place, day in enumerate(days)
    ]  # fmt: skip


@pytest.mark.parametrize("days", [[0], [0, 30], [0, 30, 55, 80, 120, 150, 170]])
def test_an_ordinary_customer_takes_at_most_400_bytes(days: list[float]) -> None:
    (row,) = Harness().feed(bought(*days)).rows.values()
    assert len(row) - 8 * len(days) <= 400


def test_somebody_who_only_looks_around_leaves_no_journey() -> None:
    looks = [{**record, "type": "page_viewed"} for record in bought(0, 1, 2)]
    for look in looks:
        look["properties"] = {"path": "/tea", "url": "https://x.example/tea"}
    (row,) = Harness().feed(looks).rows.values()
    assert decode(row).journey is None
    assert decode(row).timers == []


def off() -> Standards:
    return parse("\n".join(f"[{name}]\nenabled = false" for name in SIGNALS))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_told_of_what_is_switched_off(seed: int) -> None:
    harness = Harness(off()).feed(life(seed)).advance(minutes=400 * 24 * 60)
    assert {alert.signal for alert in harness.alerts}.isdisjoint(SIGNALS)
    (row,) = harness.rows.values()
    assert [timer for timer in decode(row).timers if timer.signal in SIGNALS] == []


def test_every_kind_says_when_it_opens_and_where_it_comes_from() -> None:
    for signal in journey.signals(House()):
        for kind in signal.kinds:
            assert kind.opens, kind.name
            assert kind.default, kind.name
            assert kind.source, kind.name
            assert kind.mechanism, kind.name
            assert hasattr(House().limits, kind.name)
