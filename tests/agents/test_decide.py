"""Which records are taken, by whom, and what is told of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.decide import HOPS, Customers
from agents.harness import Event, Harness
from agents.rulebook import Rulebook
from schemas.instant import instant
from streams.contract import Line
from streams.murmur2 import partition_of
from tests.agents.say import DAY, HOUR, MINUTE, START, Record, after, alone, said, spine, told

CART = "cart_abandoned"


def add(at: float = 0, **envelope: Any) -> Record:
    return said("product_added", at, dict(envelope), cart_id="k1", product_id="tea")


def line(record: Record, *, timestamp: float = START, hops: int | None = None) -> Line:
    """`record` as Kafka holds it; `timestamp` in seconds."""
    headers = [(HOPS, str(hops).encode())] if hops is not None else []
    return Line(json.dumps(record).encode(), round(timestamp * 1000), b"c7", headers)


def worker(standards: str = "", **options: int) -> Harness:
    """As in production: records are checked against their own Kafka timestamps."""
    return Harness(logic=Customers(Rulebook(alone(standards)), **options))


# -- what is taken ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("between", "taken"), [(0, 1), (63, 1), (64, 2)])
def test_a_record_is_known_by_its_id_among_the_last_64(between: int, taken: int) -> None:
    order = said("order_completed", revenue=10.0)
    others = [said("page_viewed", 1) for _ in range(between)]
    harness = spine("", order, *others, order)
    assert harness.counts["duplicates",] == 2 - taken


def test_a_duplicate_changes_nothing() -> None:
    record = add()
    once = spine("", record).advance(minutes=59)
    twice = spine("", record, record, record).advance(minutes=59)
    assert once.rows == twice.rows
    assert twice.counts["duplicates",] == 2


def test_a_record_from_the_future_is_rejected() -> None:
    late, early = line(add(5 * MINUTE)), line(add(5 * MINUTE + 0.001))
    harness = worker().feed([late, early])
    assert [refusal.reason for refusal in harness.refusals] == ["from_the_future"]
    assert harness.refusals[0].record is early
    assert len(harness.rows) == 1


def test_how_far_the_future_may_be_is_a_setting_and_histories_do_not_ask() -> None:
    record = line(add(HOUR))
    assert worker(future=HOUR * 1_000_000).feed([record]).refusals == []
    assert Harness().feed([record]).refusals == []


def test_a_record_without_time_has_that_of_kafka() -> None:
    record = {name: value for name, value in add().items() if name != "time"}
    harness = worker().feed([line(record, timestamp=START + MINUTE)])
    assert told(harness.advance(minutes=60)) == [(61 * MINUTE, CART, "open")]


def test_a_record_that_cannot_be_taken_is_told_apart() -> None:
    nobody = {name: value for name, value in add().items() if name != "customer_id"}
    records: list[Event] = [
        Line(None, START * 1000),
        b"{",
        b"[]",
        add(type="no_such_type"),
        {**add(), "channel": "smoke"},
        {"type": "page_viewed"},
        add(time="yesterday"),
        add(time=0),
        nobody,
    ]
    harness = Harness().feed(records)
    assert [refusal.reason for refusal in harness.refusals] == [
        "not_json",
        "not_json",
        "invalid_field",
        "unknown_type",
        "invalid_field",
        "missing_field",
        "invalid_field",
        "invalid_field",
        "no_identity",
    ]
    assert harness.rows == {}


def test_a_bad_record_does_not_hold_up_the_good_ones() -> None:
    harness = Harness().feed([b"{", add(), b"}"]).advance(minutes=60)
    assert told(harness) == [(HOUR, CART, "open")]


def test_unknown_fields_are_ignored() -> None:
    record = add(shoe_size=44)
    record["properties"]["colour"] = {"deep": ["green"]}
    assert told(Harness().feed([record]).advance(minutes=60)) == [(HOUR, CART, "open")]


def test_a_houses_own_types_are_counted_as_custom_and_concern_no_signal() -> None:
    harness = Harness().feed([said("x_danced", properties={"with": "joy"})])
    assert harness.counts["interactions", "web", "custom"] == 1
    assert len(harness.rows) == 1


# -- where it belongs ------------------------------------------------------------------------------


def elsewhere(customer: str, partitions: int = 4) -> int:
    """A partition that is not the customer's."""
    return (partition_of(customer.encode(), partitions) + 1) % partitions


def test_a_misplaced_record_is_forwarded_under_the_customers_own_key() -> None:
    record = line(add())
    lost = Harness(partition=elsewhere("c7"), partitions=4).feed([record])
    assert [(forward.record, forward.key) for forward in lost.forwards] == [(record, b"c7")]
    assert lost.rows == {}
    home = Harness(partition=partition_of(b"c7", 4), partitions=4).feed([record])
    assert home.forwards == []
    assert list(home.rows) == ["c:c7"]


@pytest.mark.parametrize(("hops", "goes_on"), [(2, True), (3, False)])
def test_a_record_is_forwarded_three_times_at_most(hops: int, goes_on: bool) -> None:
    lost = Harness(partition=elsewhere("c7"), partitions=4).feed([line(add(), hops=hops)])
    assert len(lost.forwards) == goes_on
    assert [refusal.reason for refusal in lost.refusals] == ["forward_loop"] * (not goes_on)


def test_forwarded_records_do_not_move_the_clock() -> None:
    own = next(f"c{n}" for n in range(99) if partition_of(f"c{n}".encode(), 4) == 0)
    away = next(f"c{n}" for n in range(99) if partition_of(f"c{n}".encode(), 4) == 1)
    records = [add(customer_id=own), add(DAY, customer_id=away)]
    harness = Harness(partition=0, partitions=4).feed(records)
    assert harness.alerts == []
    assert len(harness.forwards) == 1


# -- time ------------------------------------------------------------------------------------------


def test_a_deadline_waits_for_the_clock_which_is_late_by_the_lateness() -> None:
    other = said("page_viewed", 62 * MINUTE - 0.000001, {"customer_id": "c8"})
    assert told(Harness().feed([add(), other])) == []
    on_time = said("page_viewed", 62 * MINUTE, {"customer_id": "c8"})
    assert told(Harness().feed([add(), on_time])) == [(HOUR, CART, "open")]
    assert told(Harness(lateness=0).feed([add(), other])) == [(HOUR, CART, "open")]


def test_a_customers_own_record_waits_for_nothing() -> None:
    assert told(Harness().feed([add(), said("page_viewed", HOUR)])) == [(HOUR, CART, "open")]


# -- who and what ----------------------------------------------------------------------------------


def test_excluded_customers_are_remembered_and_nothing_is_told_of_them() -> None:
    standards = '[exclude]\ncustomers = ["test-*", "*@robots.example"]'
    by_mail: Record = {"customer_id": None, "aliases": {"email": "Bot@robots.example"}}
    records = [add(customer_id="test-1"), add(**by_mail), add(customer_id="c9")]
    harness = spine(standards, *records).advance(minutes=60)
    assert [alert.customer_id for alert in harness.alerts] == ["c9"]
    assert len(harness.rows) == 3


def test_what_opened_in_the_warm_up_is_told_as_suppressed_by_history() -> None:
    until = instant(START + 30 * MINUTE) + 60 * 60 * 1_000_000
    harness = worker('[manners]\nquiet = "never"', warm_up_until=until)
    harness.feed([line(add(0)), line(add(45 * MINUTE, customer_id="c8"), timestamp=START + HOUR)])
    harness.advance(minutes=120)
    done = said("order_completed", 4 * HOUR)
    harness.feed([line(done, timestamp=START + 4 * HOUR)])
    assert [(a.customer_id, a.status, a.suppressed_by) for a in harness.alerts] == [
        ("c7", "open", "history"),
        ("c8", "open", None),
        ("c7", "resolved", "history"),
    ]


def test_notices_of_the_warm_up_are_suppressed_too() -> None:
    until = instant(START + 101 * DAY)
    records = [said("order_completed", day * DAY) for day in (0, 7, 14, 100)]
    harness = Harness(logic=Customers(future=None, warm_up_until=until)).feed(records)
    assert {alert.suppressed_by for alert in harness.alerts} == {"history"}


def test_overrides_by_brand_follow_the_customers_latest_brand() -> None:
    standards = '[[override]]\nbrand = "B"\n[override.cart_abandoned]\nidle = "5 min"'
    harness = spine(standards, add(brand="A"), add(1, brand="B"), add(2))
    assert told(harness.advance(minutes=60)) == [(5 * MINUTE + 2, CART, "open")]


def test_an_override_for_a_branch_needs_brand_and_branch_where_both_are_named() -> None:
    scope = '[[override]]\nbrand = "B"\nbranch = "X"\n[override.cart_abandoned]\nidle = "5 min"'
    both, one = add(brand="B", branch="X"), add(branch="X", customer_id="c8")
    harness = spine(scope, both, one).advance(minutes=60)
    assert [(alert.customer_id, after(alert)) for alert in harness.alerts] == [
        ("c7", 5 * MINUTE),
        ("c8", HOUR),
    ]


def test_an_alert_names_brand_branch_region_and_segment_as_last_stated() -> None:
    envelope: Record = {
        "brand": "B",
        "branch": "X",
        "region": "R",
        "segment": "S",
        "party": "partner",
    }
    late = said("page_viewed", -MINUTE, {"brand": "older"})
    (alert,) = Harness().feed([add(**envelope), late]).advance(minutes=60).alerts
    assert (alert.brand, alert.branch, alert.region, alert.segment) == ("B", "X", "R", "S")
    assert alert.party == "partner"


def test_stages_are_counted() -> None:
    harness = Harness().feed([said("page_viewed"), said("order_completed", 1)])
    harness.feed([said("order_completed", DAY), add(0, customer_id="c8")])
    stages = {
        name[1]: number
        for name, number in harness.gauges.items()
        if name[0] == "customers" and number
    }
    assert stages == {"retained": 1, "acquired": 1}
