"""Carts beyond what the oracle knows: what alerts say, standards, and odd input."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.customer import decode
from tests.agents.say import DAY, HOUR, MINUTE, Record, after, said, spine, told

CART, CHECKOUT = "cart_abandoned", "checkout_abandoned"


def add(at: float = 0, envelope: Record | None = None, **properties: Any) -> Record:
    return said(
        "product_added", at, envelope, **{"cart_id": "k1", "product_id": "tea", **properties}
    )


def test_the_alert_says_what_stands_since_when_and_what_it_is_worth() -> None:
    first = add(price=4.5, quantity=2, currency="EUR")
    last = add(MINUTE, product_id="milk", price=1.2)
    (alert,) = spine("", first, last).advance(minutes=60).alerts
    assert alert.subject == "k1"
    assert alert.reason == (
        "A cart with 3 items stands untouched for 60 min since 2026-11-22 00:01 UTC."
    )
    assert alert.value_at_risk is not None
    assert (alert.value_at_risk.amount, alert.value_at_risk.currency) == (10.2, "EUR")
    assert [(e.id, e.type) for e in alert.evidence] == [(last["id"], "product_added")]
    assert alert.rule.parameters == {"idle_minutes": 60, "items": 3}
    assert (alert.team, alert.severity) == ("sales", "warning")
    assert alert.event_time == alert.opened_at == "2026-11-22T01:01:00.000000Z"


def test_the_resolved_alert_repeats_what_was_open() -> None:
    harness = spine("", add(price=4.5)).advance(minutes=60)
    opened, resolved = harness.feed([said("order_completed", 2 * HOUR)]).alerts
    assert resolved.alert_id == opened.alert_id
    assert resolved.opened_at == opened.opened_at
    assert resolved.resolved_at == resolved.event_time == "2026-11-22T02:00:00.000000Z"
    assert (resolved.reason, resolved.value_at_risk) == (opened.reason, opened.value_at_risk)


def test_a_checkout_is_told_as_one_with_its_own_words() -> None:
    records = [add(), said("checkout_started", 60, cart_id="k1")]
    (alert,) = spine("", *records).advance(minutes=10).alerts
    assert alert.signal == CHECKOUT
    assert alert.reason.startswith("A checkout was begun and left: no step and no order for 10 min")


def test_a_cart_without_prices_has_no_value() -> None:
    (alert,) = spine("", add()).advance(minutes=60).alerts
    assert alert.value_at_risk is None


def test_the_house_sets_its_own_times() -> None:
    standards = '[cart_abandoned]\nidle = "5 min"\nexpires = "2 h"'
    harness = spine(standards, add()).advance(minutes=10 * 60)
    assert told(harness) == [(5 * MINUTE, CART, "open"), (125 * MINUTE, CART, "expired")]


def test_a_brand_has_its_own_standards() -> None:
    standards = '[[override]]\nbrand = "Slow"\n[override.cart_abandoned]\nidle = "3 h"'
    slow = add(0, {"brand": "Slow"})
    harness = spine(standards, slow, add(0, {"brand": "Other", "customer_id": "c8"}))
    harness.advance(minutes=24 * 60)
    assert [(alert.brand, after(alert)) for alert in harness.alerts] == [
        ("Other", HOUR),
        ("Slow", 3 * HOUR),
    ]


def test_a_deadline_is_looked_at_again_with_the_standards_of_its_day() -> None:
    standards = '[[override]]\nbrand = "Slow"\n[override.cart_abandoned]\nidle = "3 h"'
    harness = spine(standards, add(), said("page_viewed", MINUTE, {"brand": "Slow"}))
    assert told(harness.advance(minutes=24 * 60)) == [(3 * HOUR, CART, "open")]


@pytest.mark.parametrize("signal", [CART, CHECKOUT])
def test_a_signal_that_is_off_tells_nothing_and_forgets_as_ever(signal: str) -> None:
    records = [add(), said("checkout_started", 1, cart_id="k1"), add(0, cart_id="k2")]
    harness = spine(f"[{signal}]\nenabled = false", *records).advance(minutes=2 * 60)
    other = {CART: (10 * MINUTE + 1, CHECKOUT), CHECKOUT: (HOUR, CART)}[signal]
    assert told(harness) == [(*other, "open")]
    (row,) = harness.advance(minutes=31 * 24 * 60).rows.values()
    carts = decode(row).carts
    assert carts is not None
    assert carts.carts == []


def test_orders_that_arrive_before_what_they_closed_bury_it() -> None:
    early = [said("order_completed", HOUR), add(0), said("checkout_started", 1, cart_id="k1")]
    assert told(spine("", *early).advance(minutes=DAY)) == []


def test_a_long_cart_id_is_cut_to_one_name_for_one_cart() -> None:
    one, other = "x" * 200 + "1", "x" * 200 + "2"
    harness = spine("", add(cart_id=one), add(1, cart_id=other)).advance(minutes=60)
    harness.feed([said("order_completed", 2 * HOUR, cart_id=one)])
    first, second, closed = harness.alerts
    assert first.subject != second.subject
    assert closed.subject == first.subject
    assert len(first.subject or "") == 64


def test_a_cart_needs_something_in_it() -> None:
    nothing = [
        add(quantity=0),
        add(products=[]),
        add(products=[{"sku": "tea", "quantity": 0}]),
        said("cart_viewed", 0, cart_id="k1"),
        said("product_removed", 0, cart_id="k1", product_id="tea"),
    ]
    harness = spine("", *nothing).advance(minutes=DAY)
    assert told(harness) == []
    assert [decode(row).carts for row in harness.rows.values()] == [None]


def test_properties_that_are_null_or_absent_put_one_nameless_product_in() -> None:
    null = {**add(), "properties": None}
    absent = {name: value for name, value in add().items() if name != "properties"}
    for record in (null, absent):
        assert told(spine("", record).advance(minutes=60)) == [(HOUR, CART, "open")]
        order = {**said("order_completed", 1), "properties": None}
        assert told(spine("", record, order).advance(minutes=60)) == []


def test_a_checkout_belongs_to_the_cart_that_was_first_named_with_it() -> None:
    steps = [
        said("checkout_started", 0, checkout_id="co"),
        said("checkout_step_completed", 1, checkout_id="co", cart_id="k1"),
        said("checkout_step_completed", 2, checkout_id="co"),
        said("order_completed", 3, checkout_id="co"),
    ]
    harness = spine("", *steps).advance(minutes=60)
    # Only the nameless cart is left, in which the first step had been.
    assert [(alert.subject, alert.signal) for alert in harness.alerts] == [(None, CHECKOUT)]


def test_gauges_follow_the_open_alerts() -> None:
    harness = spine("", add(price=10, currency="EUR"), add(0, cart_id="k2")).advance(minutes=60)
    assert harness.gauges["alerts_open", CART, "sales"] == 2
    assert harness.gauges["value_at_risk", "EUR", "sales"] == 10
    harness.feed([said("order_completed", 2 * HOUR)])
    assert harness.gauges["alerts_open", CART, "sales"] == 0
    assert harness.gauges["value_at_risk", "EUR", "sales"] == 0
