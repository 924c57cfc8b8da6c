"""Whatever is sent, one customer's state stays within 8 KiB, and does so event by event."""

from __future__ import annotations

import pytest

from agents.harness import Harness
from schemas.customer import MAX_BYTES, Carts, Contacts, Customer, OpenAlert, decode, fits
from tests.agents.any_life import any_life
from tests.agents.hostile import PRODUCTS, Record, hostile
from tests.agents.say import spine


def what_is_left(records: list[Record]) -> tuple[Customer, Carts, Contacts]:
    """With the signals of the spine alone, whose room the others would take."""
    (row,) = spine("", *records).rows.values()
    customer = decode(row)
    return customer, customer.carts or Carts(), customer.contacts or Contacts()


def of_the_spine(customer: Customer) -> list[OpenAlert]:
    """Open alerts of carts, queue and silence: who calls 16 times in vain has others as well."""
    kept = ("cart_abandoned", "checkout_abandoned", "queue_abandoned", "gone_silent", "lost")
    return [alert for alert in customer.alerts if alert.signal in kept]


@pytest.mark.parametrize("seed", range(12))
def test_the_worst_customer_stays_within_8_kib_after_every_event(seed: int) -> None:
    harness = Harness()
    sizes = [max(map(len, harness.feed([record]).rows.values())) for record in hostile(seed)]
    assert 7000 < max(sizes) <= MAX_BYTES


@pytest.mark.parametrize("seed", range(8))
def test_so_does_the_worst_one_of_whom_every_type_is_told(seed: int) -> None:
    harness = Harness(cached=2)
    life = any_life(seed, 400, longest=256)
    # Before anybody is known, there is no row.
    sizes = [max(map(len, harness.feed([each]).rows.values()), default=0) for each in life]
    assert 7000 < max(sizes) <= MAX_BYTES


@pytest.mark.parametrize("kind", ["inspection_recorded", "x_looked"])
@pytest.mark.parametrize("seed", range(4))
def test_what_concerns_no_signal_finds_room_for_what_it_says_of_the_customer(
    seed: int, kind: str
) -> None:
    harness = Harness().feed(hostile(seed, scope=1))
    later = {**hostile(seed)[-1], "id": "later", "type": kind, "properties": {}}
    (row,) = harness.feed([later]).rows.values()
    assert len(row) <= MAX_BYTES
    assert decode(row).brand == later["brand"]


@pytest.mark.parametrize("seed", range(1, 4))  # letters of four bytes leave no room for a list
def test_of_16_full_carts_none_is_forgotten_and_the_last_one_keeps_its_list(seed: int) -> None:
    customer, carts, _ = what_is_left(hostile(seed, ["fill"]))
    assert len(carts.carts) == 16
    assert {cart.units for cart in carts.carts} == {PRODUCTS * 65_000}
    assert len(max(carts.carts, key=lambda cart: cart.touched).items) == PRODUCTS * 6
    assert len(customer.alerts) == 17


@pytest.mark.parametrize("seed", range(4))
def test_of_16_contacts_none_is_forgotten_and_the_last_alerts_keep_their_evidence(
    seed: int,
) -> None:
    customer, _, contacts = what_is_left(hostile(seed, ["call"]))
    assert len(contacts.contacts) == 16
    assert len(of_the_spine(customer)) == 17
    assert customer.alerts[-1].evidence


def test_a_list_that_is_shed_leaves_a_cart_that_only_an_order_or_a_view_empties() -> None:
    harness = spine("", *hostile(2, ["fill"]))
    (row,) = harness.rows.values()
    cart = next(cart for cart in (decode(row).carts or Carts()).carts if not cart.items)
    told = len(harness.alerts)
    last = hostile(2, ["fill"])[-1]
    name = next(
        name
        for record in hostile(2, ["fill"])
        if (name := record["properties"].get("cart_id", "")).startswith(cart.name[:7])  # type: ignore[index]
    )

    def say(kind: str, after: int, **properties: object) -> Record:
        return {
            **last,
            "id": kind,
            "type": kind,
            "time": last["time"] + after,
            "properties": {"cart_id": name, **properties},
        }

    products = [{"product_id": f"{number}", "quantity": 65_000} for number in range(PRODUCTS)]
    harness.feed([say("product_removed", 1, products=products)])
    assert [alert.resolution for alert in harness.alerts[told:]] == ["returned"]
    harness.feed([say("cart_viewed", 2, products=[])]).advance(minutes=26 * 60)
    assert len(harness.alerts) == told + 1


@pytest.mark.parametrize("seed", range(4))
def test_every_alert_that_is_dropped_is_told_as_expired(seed: int) -> None:
    harness = spine("", *hostile(seed))
    (row,) = harness.rows.values()
    state: dict[str, str] = {}
    for alert in harness.alerts:
        state[alert.alert_id] = alert.status
    assert list(state.values()).count("open") == len(decode(row).alerts) >= 19
    assert "expired" in state.values()


def test_short_names_of_everything_at_once_fit() -> None:
    customer, carts, contacts = what_is_left(hostile(1, scope=8, longest=8))
    assert len(carts.carts) == len(contacts.contacts) == 16
    assert len(of_the_spine(customer)) == 33


def test_what_fits_is_never_touched() -> None:
    customer, _, _ = what_is_left(hostile(2))
    before = repr(customer)
    assert fits(customer)
    assert repr(customer) == before
