"""The signals against the oracle: the same records must lead to the same alerts, in the same order.

The lives are random and collide with the rules as often as they can. They stay within what the
state holds: up to 4 checkouts known of one cart, 16 buried carts and checkouts, 64 purchase days.
Carts, products, contacts and answers beyond their caps are part of the rules and of the lives.

Contested lives add what the text of the rules leaves open: checkouts that span carts, contacts that
are answered and still abandoned, or left twice. Both sides read them alike. What is left, in about
one of 2,500 such lives: where one contact was queued twice and both answered and called back, the
state remembers one of each, so that a queueing that is heard of last may find the wrong one.

`HEED_SEEDS` sets how many seeded lives are compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from hypothesis import given, settings

from agents.harness import Harness
from schemas.instant import instant
from schemas.standards import parse
from tests.oracle.lives import Record, lives, random_lives, smallest
from tests.oracle.rules import expected

SEEDS = int(os.environ.get("HEED_SEEDS", "400"))
BLOCK = 50
NAMED = frozenset({
    "cart_abandoned", "checkout_abandoned", "queue_abandoned", "gone_silent", "lost", "won_back",
})  # fmt: skip
"""The signals whose rules the oracle knows."""


Line = tuple[str, str | None, str | None, str, str | None, str, int, int]


def decided(records: list[Record], standards: str = "") -> list[Line]:
    """What the signals tell, in batches of all sizes."""
    harness = Harness(parse(standards)).batches([7, 1, 30]).feed(records).finish()
    return [
        (
            alert.signal,
            alert.customer_id,
            alert.subject,
            alert.status,
            alert.resolution,
            alert.severity,
            instant(alert.opened_at),
            instant(alert.event_time),
        )
        for alert in harness.alerts
        if alert.signal in NAMED
    ]


def told(records: list[Record], own_rhythm: bool = False) -> list[Line]:
    """What the oracle tells."""
    said = expected(records, crossing=None) if own_rhythm else expected(records)
    return [
        (t.signal, t.customer, t.subject, t.status, t.resolution, t.severity, t.opened_at, t.at)
        for t in said
    ]


def agree(one: Iterable[Line], other: Iterable[Line]) -> bool:
    """The same alerts in the same order, times to 2 microseconds."""
    one, other = list(one), list(other)
    return len(one) == len(other) and all(
        mine[:6] == theirs[:6] and abs(mine[6] - theirs[6]) <= 2 and abs(mine[7] - theirs[7]) <= 2
        for mine, theirs in zip(one, other, strict=True)
    )


def check(records: list[Record]) -> None:
    """Fail with the smallest disagreement."""
    if agree(decided(records), told(records)):
        return
    few = smallest(records, lambda some: not agree(decided(some), told(some)))
    mine, theirs = decided(few), told(few)
    lines = [
        "for these records:",
        *(f"  {record}" for record in few),
        "the signals tell what the oracle does not:",
        *(f"  {line}" for line in mine if line not in theirs),
        "the oracle tells what the signals do not:",
        *(f"  {line}" for line in theirs if line not in mine),
    ]
    pytest.fail("\n".join(lines))


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_the_signals_tell_what_the_oracle_tells(first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS)):
        check(random_lives(seed))


@pytest.mark.parametrize("first", range(0, SEEDS // 2, BLOCK))
def test_the_signals_read_open_questions_as_the_oracle_does(first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS // 2)):
        check(random_lives(seed, contested=True))


@settings(max_examples=60, deadline=None)
@given(lives())
def test_the_signals_tell_what_the_oracle_tells_of_any_life(records: list[Record]) -> None:
    check(records)


def test_they_agree_in_own_rhythm_mode() -> None:
    for seed in range(40):
        records = random_lives(seed)
        mine = decided(records, '[gone_silent]\nmodel = "own_rhythm"')
        assert agree(mine, told(records, own_rhythm=True)), seed


def test_times_agree_to_the_microsecond_here() -> None:
    records = random_lives(7)
    assert decided(records) == told(records)
