"""A competitor that comes to a region: every captive customer there is critical at once."""

from __future__ import annotations

import json

import pytest

from agents.decide import Customers
from agents.harness import Harness
from agents.rulebook import Rulebook
from schemas.alert import Alert
from schemas.seals import COMPETITORS as HEADER
from streams.contract import Line, Record
from tests.agents.captives import CAME, MONTH, declared, steady, town
from tests.agents.say import DAY, HOUR, said


def captive(alerts: list[Alert]) -> list[tuple[str | None, str, str]]:
    """Whose alert it was, what became of it, and how bad it was."""
    return [
        (alert.customer_id, alert.status, alert.severity)
        for alert in alerts
        if alert.signal == "captive_dissatisfied"
    ]


def test_all_of_the_region_are_critical_at_once_and_nobody_else() -> None:
    events = town(
        steady("ann", region="north"), steady("bea", region="south"), steady("cid", region="north"),
        steady("dee"),
    )  # fmt: skip
    harness = Harness().feed([*events, declared()])
    assert captive(harness.alerts)[4:] == [
        ("ann", "updated", "critical"), ("cid", "updated", "critical"),
    ]  # fmt: skip
    assert {alert.event_time for alert in harness.alerts[-2:]} == {harness.alerts[-1].event_time}
    assert not harness.refusals


def test_whoever_becomes_captive_later_is_critical_from_the_beginning() -> None:
    events = town(steady("ann", region="north"), [declared(3 * MONTH)])
    assert captive(Harness().feed(events).alerts) == [("ann", "open", "critical")]


def test_it_may_be_after_one_segment_alone() -> None:
    events = town(
        steady("ann", region="north", segment="firms"), steady("bea", region="north", segment="x"),
        steady("cid", region="north"), [declared(segment="firms")],
    )  # fmt: skip
    told = captive(Harness().feed(events).alerts)
    assert told[3:] == [("ann", "updated", "critical")]


@pytest.mark.parametrize("segment", ["all", ""])
def test_all_segments_are_meant_where_none_is_named(segment: str) -> None:
    events = town(steady("ann", region="north", segment="firms"), [declared(segment=segment)])
    assert captive(Harness().feed(events).alerts)[-1] == ("ann", "updated", "critical")


def test_who_was_content_before_it_came_is_left_alone() -> None:
    content = said(
        "survey_answered", CAME - DAY, {"customer_id": "ann", "region": "north"},
        instrument="csat", score=5,
    )  # fmt: skip
    events = town(steady("ann", region="north"), [content, declared()])
    assert captive(Harness().feed(events).alerts)[-1][1] == "resolved"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_it_does_not_depend_on_batches(size: int) -> None:
    content = said(
        "survey_answered", CAME + HOUR, {"customer_id": "ann", "region": "north"},
        instrument="csat", score=5,
    )  # fmt: skip
    events = town(
        steady("ann", region="north"), steady("bea", region="north"),
        [declared(), content, declared(CAME + 2 * HOUR), declared(CAME + 40 * DAY, "south")],
    )  # fmt: skip
    harness = Harness().batches([size]).feed(events).finish(events[-1]["time"])
    assert captive(harness.alerts)[2:] == [
        ("ann", "updated", "critical"), ("bea", "updated", "critical"),
        ("ann", "resolved", "critical"), ("bea", "expired", "critical"),
    ]  # fmt: skip


def test_a_declaration_that_comes_again_since_more_was_due_before_it_is_taken() -> None:
    """By somebody in particular; and three fall silent, or so, before it is its turn."""
    logic = Customers(Rulebook(), future=None)
    logic.most_due = 1
    carts = [
        said("product_added", CAME - HOUR, {"customer_id": f"c{n}"}, cart_id="k", product_id="p")
        for n in range(3)
    ]
    whom = {"customer_id": "ann", "region": "north"}
    own = said("competitor_entered", CAME + 5 * HOUR, whom, region="north")
    after = said("page_viewed", CAME + 6 * HOUR, {"customer_id": "bea"})
    harness = Harness(logic=logic).feed([*steady("ann", region="north"), *carts, own, after])
    assert harness.counts["interactions", "web", "competitor_entered"] == 1
    assert harness.counts["interactions", "web", "page_viewed"] == 1
    assert captive(harness.alerts)[-1] == ("ann", "updated", "critical")


def test_every_partition_is_told_and_what_is_known_is_no_news() -> None:
    logic = Customers(Rulebook(), future=None)
    here, there = (Harness(logic=logic, partition=number, partitions=2) for number in range(2))
    homes = {"c1": there, "c5": there}
    for customer, home in homes.items():
        home.feed(steady(customer, region="north"))
    if there.forwards:
        pytest.fail("those customers lie in another partition")
    here.feed([declared(), declared(CAME + DAY)])
    (told,) = [each for each in here.broadcasts if each.topic == "interactions"]
    record = Line(told.value, 1, told.key, told.headers)
    for _ in range(2):
        for harness in (here, there):
            harness.feed([record])
    assert captive(there.alerts)[2:] == [
        ("c1", "updated", "critical"), ("c5", "updated", "critical"),
    ]  # fmt: skip


def test_an_earlier_coming_counts_however_late_it_is_heard_of() -> None:
    events = town(steady("ann", region="north"))
    harness = Harness().feed([*events, declared(CAME), declared(2 * MONTH)])
    known = harness.feed(steady("bea", region="north"))
    assert captive(known.alerts)[-1] == ("bea", "open", "critical")


def test_a_restart_forgets_nothing() -> None:
    harness = Harness().feed([declared(3 * MONTH)]).restart()
    assert captive(harness.feed(steady("ann", region="north")).alerts) == [
        ("ann", "open", "critical")
    ]


def test_a_forged_word_is_refused() -> None:
    harness = Harness().feed([*steady("ann", region="north"), declared()])
    (told,) = [each for each in harness.broadcasts if each.topic == "interactions"]
    other = Harness().feed(steady("ann", region="north"))
    forged: list[Record] = [
        Line(told.value, 1, None, [(HEADER, b"0" * 32)]),
        Line(told.value + b"x", 1, None, told.headers),
    ]
    other.feed(forged)
    assert [refusal.reason for refusal in other.refusals] == ["invalid_field"] * 2
    assert captive(other.alerts) == [("ann", "open", "info")]


def test_without_a_region_somebody_must_be_named() -> None:
    event = json.loads(json.dumps(declared()))
    event["properties"] = {}
    (refusal,) = Harness().feed([event]).refusals
    assert refusal.reason == "no_identity"
