"""However early or late partitions tell what they know, groups are judged alike."""

from __future__ import annotations

from random import Random

import pytest

from agents.groups.harness import GroupHarness, Said
from schemas.observation import encode
from streams.contract import Line
from tests.agents.groups.observing import (
    in_order,
    leaving,
    orders,
    scores,
    steps,
    troubles,
    visits,
    waits,
    wishes,
)

STORY: list[Said] = in_order(
    steps(0, 14, 560, 112), steps(14, 17, 120, 80), steps(17, 24, 280, 56),
    orders(0, 70, 700), troubles(0, 56, 56), troubles(56, 66, 40, 50_000),
    *(visits(0, 21, name, 120, late) for name, late in (("a", 20), ("b", 24), ("c", 90))),
    visits(21, 70, "c", 280, 50), visits(21, 70, "a", 280, 50),
    *(part for week in range(18) for part in (
        waits(7 * week, 7 * week + 7, 15, 1),
        scores(7 * week, 7 * week + 7, 15, 9 if week in (13, 14) else 1),
    )),
    *(leaving(week, 14 if week in (15, 16) else 5) for week in range(18)),
    wishes(*((day, day) for day in range(40, 47))),
)  # fmt: skip
SIGNALS = {
    "bottleneck", "branch_inconsistent", "market_shift", "product_trouble",
    "standards_met_unhappy", "wish_repeated",
}  # fmt: skip


@pytest.fixture(scope="module")
def one_by_one() -> list[tuple[bytes, bytes]]:
    told = GroupHarness().feed(STORY).finish()
    assert {alert.signal for alert in told.alerts} >= SIGNALS
    return outputs(told)


def outputs(told: GroupHarness) -> list[tuple[bytes, bytes]]:
    """What is told by these signals, and in which order of each alert."""
    return sorted(
        (output.key, output.value)
        for output, alert in zip(
            [one for one in told.outputs if one.topic == "alerts"], told.alerts, strict=True
        )
        if alert.signal in SIGNALS
    )


@pytest.mark.parametrize("seed", range(1))
def test_all_told_before_any_time_passes(seed: int, one_by_one: list[tuple[bytes, bytes]]) -> None:
    said = STORY.copy()
    Random(seed).shuffle(said)
    early = GroupHarness()
    early.batch([Line(encode(seen), key=key.encode()) for key, seen in said])
    assert outputs(early.finish()) == one_by_one


def test_half_of_them_far_ahead(one_by_one: list[tuple[bytes, bytes]]) -> None:
    ahead = [each for number, each in enumerate(STORY) if number % 2]
    told = GroupHarness()
    told.batch([Line(encode(seen), key=key.encode()) for key, seen in ahead])
    behind = [each for number, each in enumerate(STORY) if not number % 2]
    assert outputs(told.feed(behind).finish()) == one_by_one
