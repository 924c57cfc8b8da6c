"""The harness as its users know it: events in, time on, alerts out."""

from __future__ import annotations

import json

import pytest

from agents.harness import Harness
from schemas.customer import Customer
from schemas.instant import instant
from tests.agents.say import DAY, HOUR, MINUTE, START, Record, said, told

CART = "cart_abandoned"


def add(at: float = 0, customer: str = "c7") -> Record:
    return said("product_added", at, {"customer_id": customer}, product_id="tea")


def test_events_may_be_dicts_or_json() -> None:
    record = add()
    one, other = Harness().feed([record]), Harness().feed([json.dumps(record).encode()])
    assert (
        told(one.advance(minutes=60)) == told(other.advance(minutes=60)) == [(HOUR, CART, "open")]
    )


def test_time_stands_still_until_it_is_moved() -> None:
    harness = Harness().feed([add()])
    assert told(harness) == told(harness.advance(minutes=59.9)) == []
    assert told(harness.advance(minutes=0.1)) == [(HOUR, CART, "open")]


@pytest.mark.parametrize("to", ["2026-11-22T01:00:00Z", START + HOUR])
def test_time_moves_to_an_instant_as_events_state_it(to: str | float) -> None:
    assert told(Harness().feed([add()]).advance(to=to)) == [(HOUR, CART, "open")]


def test_time_never_goes_back() -> None:
    harness = Harness().feed([add()]).advance(minutes=60).advance(to="2026-11-01")
    assert told(harness.feed([add(MINUTE, "c8")]).advance(minutes=30))[1:] == [
        (61 * MINUTE, CART, "open")
    ]


def test_the_end_of_input_is_the_newest_event_or_later() -> None:
    records = [add(), said("page_viewed", HOUR, {"customer_id": "c8"})]
    assert told(Harness().feed(records)) == []
    assert told(Harness().feed(records).finish()) == [(HOUR, CART, "open")]
    assert told(Harness().feed([add()]).finish("2026-11-23")) == [(HOUR, CART, "open")]


def test_every_row_is_read_again_for_every_batch() -> None:
    harness = Harness().batches([2, 1]).feed(add(at) for at in range(9))
    assert list(harness.rows) == ["c:c7"]
    read = 0

    codec = harness.partition.codec

    def counting(value: bytes) -> Customer:
        nonlocal read
        read += 1
        return codec.decode(value)

    harness.partition.codec = codec._replace(decode=counting)
    harness.feed(add(at) for at in range(9, 15))
    assert read == 4


def test_a_restart_forgets_nothing_that_was_stored() -> None:
    harness = Harness().feed([add(), add(60, "c8")]).restart()
    harness.feed([said("order_completed", 120)]).restart().advance(minutes=60)
    carts = [alert for alert in harness.alerts if alert.signal == CART]
    assert [(alert.customer_id, alert.status) for alert in carts] == [("c8", "open")]


def test_alerts_come_in_the_order_of_decision_whatever_the_order_of_arrival() -> None:
    records = [add(number, f"c{number}") for number in (3, 1, 2)]
    harness = Harness().feed(records).advance(minutes=DAY)
    opened = [alert for alert in harness.alerts if alert.status == "open"]
    assert [alert.customer_id for alert in opened] == ["c1", "c2", "c3"]
    times = [instant(alert.event_time) for alert in harness.alerts]
    assert times == sorted(times)
