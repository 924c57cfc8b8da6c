"""The noisy company: far more of everything, on the clocks of many zones, by day and night."""

from __future__ import annotations

from collections import Counter

import orjson

from heed.simulator import company
from heed.simulator.noise import ZONES
from schemas.instant import DAY, HOUR
from schemas.interaction import decode


def test_it_has_far_more_at_every_hour_and_tells_the_zones() -> None:
    quiet, noisy = company(4, 60, 120), company(4, 60, 120, noisy=True)
    events = list(noisy.interactions())
    assert len(events) > 2 * len(list(quiet.interactions()))
    assert len({event["id"] for event in events}) == len(events)
    times = [decode(orjson.dumps(event)).time for event in events]
    assert times == sorted(times)
    assert noisy.begin <= times[0]
    hours = Counter(at % DAY // HOUR for at in times)
    assert len(hours) == 24
    assert min(hours.values()) > len(times) / 100
    zones = Counter(event["properties"].get("traits", {}).get("timezone") for event in events)
    assert zones.keys() - {None} == ZONES.keys()


def test_promises_move_with_their_deliveries() -> None:
    made = company(4, 60, 120, noisy=True)
    late = {truth.detail["subject"]: truth.at for truth in made.truths()
            if truth.what == "waited_for_delivery"}  # fmt: skip
    promised = {
        said.event["properties"]["order_id"]: said.event["properties"]["promised_at"]
        for said in made.heard()
        if said.event["type"] == "order_completed"
    }
    assert len(late) > 10
    assert all(abs(promised[order] * 1e6 - at) < 2 * DAY for order, at in late.items())
