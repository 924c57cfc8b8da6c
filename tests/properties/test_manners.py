"""Manners never change what opens and ends; teams are told seldom, by day, and all of it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.harness import Harness
from heed.simulator.company import company
from schemas.instant import SECOND, instant
from schemas.standards import parse
from tests.agents.hostile import hostile
from tests.agents.manners.reading import (
    NO_MANNERS,
    Record,
    assert_in_agreement,
    breaches,
    lived,
    openings_and_ends,
)
from tests.oracle.lives import lives

CAPS = st.sampled_from(["0 s", "90 s", "2 h", "16 h", "10 d"])
QUIET = st.sampled_from(["never", "21:00-08:00", "00:00-23:59", "12:30-14:00", "08:00-24:00"])
ZONES = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Los_Angeles"]


@st.composite
def houses(draw: st.DrawFn) -> str:
    """Standards whose manners are of every sort."""
    urgent = draw(st.sampled_from(["[]", '["cart_abandoned"]', '["gone_silent", "lost"]']))
    return (
        f'[manners]\ncap = "{draw(CAPS)}"\nquiet = "{draw(QUIET)}"\nurgent = {urgent}\n'
        f'[hours]\nzone = "{draw(st.sampled_from(ZONES))}"\n'
    )


def without(standards: str) -> str:
    """The same house without manners."""
    return NO_MANNERS + standards.partition("\n[hours]")[1] + standards.partition("\n[hours]")[2]


def answered(seed: int, records: list[Record], standards: str) -> list[Record]:
    """The same lives, in which teams answer some of the alerts that those have led to."""
    rng = random.Random(seed)
    alerts = [a for a in lived(records, standards).alerts if a.status == "open"]
    said: list[tuple[float, Record]] = [(_seconds(record["time"]), record) for record in records]
    for number, alert in enumerate(alerts):
        for kind in ("alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome"):
            if rng.random() < 0.15:
                at = _seconds(alert.opened_at) + rng.choice([-5, 0, 60, 3600, 86_400])
                properties: dict[str, Any] = {"alert_id": alert.alert_id}
                if kind == "alert_snoozed" and rng.random() < 0.7:
                    properties["until"] = at + rng.choice([-1, 600, 7200, 400_000])
                said.append((at, {
                    "id": f"answer-{number}-{kind}", "type": kind, "time": at, "channel": "system",
                    "customer_id": alert.customer_id, "properties": properties,
                }))  # fmt: skip
    # In their order but for a tenth, which comes late.
    said.sort(key=lambda pair: pair[0] + (3600 if rng.random() < 0.1 else 0))
    return [record for _, record in said]


def in_time(records: list[Record]) -> list[Record]:
    """Without those that come more than two days late: what was told is forgotten by then."""
    newest, kept = 0.0, []
    for record in records:
        at = _seconds(record["time"])
        newest = max(newest, at)
        if newest - at <= 2 * 86_400:
            kept.append(record)
    return kept


def _seconds(said: str | float) -> float:
    return instant(said) / SECOND


@settings(max_examples=30, deadline=None)
@given(lives(max_records=120, contested=True), houses())
def test_manners_change_nothing_of_what_opens_and_ends(records: list[Record], house: str) -> None:
    assert openings_and_ends(lived(records, house)) == openings_and_ends(
        lived(records, without(house))
    )


@settings(max_examples=20, deadline=None)
@given(lives(max_records=60), houses(), st.integers(0, 1000))
def test_nor_do_they_where_teams_answer(records: list[Record], house: str, seed: int) -> None:
    records = answered(seed, records, house)
    polite = lived(records, house)
    assert openings_and_ends(polite) == openings_and_ends(lived(records, without(house)))
    assert_in_agreement(polite)


@settings(max_examples=30, deadline=None)
@given(lives(max_records=120, contested=True), houses())
def test_no_class_is_told_twice_within_the_cap_and_none_at_night(
    records: list[Record], house: str
) -> None:
    harness = lived(in_time(records), house)
    assert breaches(harness, parse(house), {}) == []
    assert_in_agreement(harness)


@settings(max_examples=10, deadline=None)
@given(lives(max_records=60), houses(), st.integers(1, 7))
def test_what_teams_are_told_does_not_depend_on_batches(
    records: list[Record], house: str, size: int
) -> None:
    records = answered(size, records, house)
    one, many = (
        [(o.topic, o.value) for o in lived_in(records, house, sizes).outputs]
        for sizes in ([1_000_000], [size, 1])
    )
    assert one == many


def lived_in(records: list[Record], house: str, sizes: list[int]) -> Harness:
    return Harness(parse(house), cached=0).batches(sizes).feed(records).finish()


@pytest.mark.parametrize("seed", [0, 3])
def test_the_largest_customer_is_forgotten_no_alert_sooner_for_them(seed: int) -> None:
    records = hostile(seed)
    polite, rude = lived(records), lived(records, NO_MANNERS)
    assert openings_and_ends(polite) == openings_and_ends(rude)
    assert max(map(len, polite.rows.values())) <= 8192


def test_in_a_noisy_company_teams_keep_listening() -> None:
    made = company(11, 40, 90, noisy=True)
    records = list(made.interactions())
    zones = {
        record["customer_id"]: [record["properties"]["traits"]["timezone"], "UTC"]
        for record in records
        if record["type"] == "identified" and "timezone" in record["properties"].get("traits", {})
    }
    # Once the zone is known, which is the first that is heard of everybody, it alone counts.
    own = {customer: clocks[:1] for customer, clocks in zones.items()}
    harness = lived(records)
    assert len(own) == 40
    assert breaches(harness, parse(""), own) == []
    assert_in_agreement(harness)
    alerts = [a for a in harness.alerts if a.status in ("open", "notice")]
    held_back = [a for a in alerts if a.suppressed_by is not None]
    assert {a.suppressed_by for a in held_back} >= {"cap", "quiet_hours"}
    assert len(alerts) > len(held_back) > 0
    assert openings_and_ends(harness) == openings_and_ends(lived(records, NO_MANNERS))
