"""State that was stored by any version is read by this one, and newer state is refused.

`tests/schemas/golden/customer-v<n>.bin` is one row as version n stored it: a customer with carts,
contacts, purchases and open alerts. It is never written again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.customer import VERSION, NewerState, deadline_of, decode, encode

GOLDEN = Path(__file__).parents[1] / "schemas" / "golden"


def golden(version: int) -> bytes:
    return (GOLDEN / f"customer-v{version}.bin").read_bytes()


def test_every_version_has_its_golden_file() -> None:
    assert sorted(path.name for path in GOLDEN.glob("*.bin")) == [
        f"customer-v{version}.bin" for version in range(1, VERSION + 1)
    ]


def test_version_1_is_read_in_full() -> None:
    customer = decode(golden(1))
    assert customer.carts is not None
    assert customer.contacts is not None
    assert customer.purchases is not None
    assert (customer.brand, customer.stage, len(customer.seen)) == ("North", "losing", 12 * 8)
    assert [(cart.name, cart.units, cart.value) for cart in customer.carts.carts] == [
        ("k1", 3, 10.2),
        (None, 0, 0.0),
    ]
    assert [(contact.name, contact.is_open) for contact in customer.contacts.contacts] == [
        ("call-1", True)
    ]
    assert len(customer.purchases.days) == 3
    assert customer.purchases.revenue == 60.0
    assert [(alert.signal, alert.subject) for alert in customer.alerts] == [
        ("gone_silent", None),
        ("queue_abandoned", "call-1"),
        ("checkout_abandoned", None),
        ("cart_abandoned", "k1"),
    ]


def test_version_2_is_read_in_full() -> None:
    customer = decode(golden(2))
    assert customer.segments == {"sector": "bank"}
    assert customer.life is not None
    assert customer.correspondence is not None
    assert customer.journey is not None
    assert customer.service is not None
    assert customer.habits is not None
    assert [visit.name for visit in customer.service.visits] == ["v1"]
    assert (customer.stage, customer.purchases and customer.purchases.revenue) == (
        "abandoning",
        420.0,
    )
    assert len(customer.timers) > 5
    assert {piece.kind for piece in customer.pieces} >= {"complaint", "detractor", "data_exported"}
    assert customer.told.keys() == {"negative_message", "payment_unrecovered"}


def test_version_3_is_read_in_full() -> None:
    customer = decode(golden(3))
    assert customer.links is not None
    assert [link.key for link in customer.links.aliases] == [
        "email:ann@example.com",
        "phone:+4930123456",
    ]
    assert customer.manners is not None
    assert [each.signal for each in customer.manners.snoozed] == ["cart_abandoned"]
    assert customer.manners.told.keys() == {"abandonment", "churn", "dissatisfaction"}
    assert customer.observed is not None
    assert [each.queue for each in customer.observed.waiting][:1] == ["sales"]
    assert any(alert.routed for alert in customer.alerts)


def test_the_present_version_is_written_as_it_was() -> None:
    stored = golden(VERSION)
    assert encode(decode(stored), deadline_of(stored)) == stored
    assert decode(stored).deadline == deadline_of(stored)


def test_newer_state_is_refused_by_name() -> None:
    stored = bytearray(golden(VERSION))
    stored[8] = VERSION + 1
    with pytest.raises(NewerState, match=f"version {VERSION + 1}.*up to {VERSION}: upgrade it"):
        decode(bytes(stored))
