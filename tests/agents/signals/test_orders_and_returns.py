"""`delivery_late`, `return_late`, `serial_returner`, `after_sale_check_due`: beyond the stories."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Harness
from agents.signals.service import Returns, order_book
from agents.signals.service.deliveries import CONTACTS
from schemas.interaction import CLASSES
from schemas.service import DATED_ORDER, MAX_ORDERS, ORDER
from schemas.standards import ReturnLate, SerialReturner
from tests.agents.say import DAY, HOUR, START, said, shop


def of(harness: Harness, signal: str) -> list[str]:
    return [a.resolution or a.status for a in harness.alerts if a.signal == signal]


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(1, 15), st.integers(0, 2**55)), max_size=40)
)
def test_the_order_book_is_a_dict_that_forgets_the_first_heard_of(
    entries: list[tuple[int, int, int]],
) -> None:
    orders, model = b"", dict[bytes, tuple[int, int]]()
    for name, flags, at in entries:
        key = order_book.key(str(name))
        orders = order_book.put(orders, key, flags, at)
        model[key] = flags, at
        if len(model) > MAX_ORDERS:
            del model[next(iter(model))]
    assert len(orders) == sum(DATED_ORDER if at else ORDER for _, at in model.values())
    for name in range(16):
        key = order_book.key(str(name))
        assert order_book.find(orders, key) == model.get(key, (0, 0))
    stand = [flags for flags, _ in model.values() if not flags & order_book.OFF]
    assert order_book.counted(orders) == (
        sum(flags & order_book.ORDERED > 0 for flags in stand),
        sum(flags & order_book.RETURNED > 0 for flags in stand),
    )


@given(st.integers(0, 40), st.integers(0, 40))
def test_too_many_returns(ordered: int, returned: int) -> None:
    expected = ordered >= 5 and returned >= 3 and returned / ordered >= 0.4
    assert Returns(ReturnLate(), SerialReturner()).too_many(ordered, returned) == expected


def test_a_share_that_stays_high_is_told_once_even_after_expiry() -> None:
    orders = [said("order_completed", at * DAY, order_id=f"o{at}") for at in range(8)]
    returns = [said("order_returned", (10 + at) * DAY, order_id=f"o{at}") for at in range(5)]
    late = said("order_returned", 100 * DAY, order_id="o6")
    harness = shop("", *orders, *returns, late)
    assert of(harness, "serial_returner") == ["open", "expired"]


def test_returns_under_papers_of_their_own_count_as_well() -> None:
    orders = [said("order_completed", at * DAY, order_id=f"5{at}") for at in range(5)]
    returns = [said("order_returned", (6 + at) * DAY, order_id=f"C5{at}") for at in range(3)]
    assert of(shop("", *orders, *returns), "serial_returner") == ["open"]


def test_a_cancelled_order_is_none() -> None:
    orders = [said("order_completed", at * DAY, order_id=f"o{at}") for at in range(5)]
    off = said("order_cancelled", 6 * DAY, order_id="o4")
    returns = [said("order_returned", (7 + at) * DAY, order_id=f"o{at}") for at in range(3)]
    assert of(shop("", *orders, off, *returns), "serial_returner") == []


def test_an_order_without_a_name_is_one_and_is_returned_last_first() -> None:
    orders = [said("order_completed", at * DAY) for at in range(5)]
    returns = [said("order_returned", (7 + at) * DAY) for at in range(3)]
    assert of(shop("", *orders, *returns), "serial_returner") == ["open"]


@pytest.mark.parametrize("promised", ["soon", "1970-01-01", 1_795_305_600_000, ""])
def test_a_promise_that_is_no_time_is_none(promised: Any) -> None:
    harness = shop("", said("order_completed", 0, order_id="o", promised_at=promised))
    assert not harness.refusals
    assert of(harness.advance(minutes=9_999), "delivery_late") == []


def test_a_promise_in_the_past_is_missed_with_the_order() -> None:
    harness = shop("", said("order_completed", HOUR, order_id="o", promised_at=START))
    (alert,) = [a for a in harness.alerts if a.signal == "delivery_late"]
    assert alert.opened_at == "2026-11-22T01:00:00.000000Z"


def test_an_update_heard_of_after_the_delivery_promises_nothing() -> None:
    harness = shop(
        "",
        said("order_completed", 0, order_id="o"),
        said("order_delivered", DAY, order_id="o"),
        said("order_updated", 2 * DAY, order_id="o", promised_at=START + 3 * DAY),
    ).advance(minutes=9_999)
    assert of(harness, "delivery_late") == []


def test_a_new_promise_heard_of_late_voids_the_alert() -> None:
    harness = shop(
        "",
        said("order_completed", 0, order_id="o", promised_at=START + DAY),
        said("page_viewed", DAY + HOUR),
        said("order_updated", HOUR, order_id="o", promised_at=START + 2 * DAY),
    )
    assert of(harness, "delivery_late") == ["open", "late_evidence"]
    assert of(harness.advance(minutes=3_000), "delivery_late") == ["open", "late_evidence", "open"]


def test_a_promise_after_it_was_broken_changes_nothing() -> None:
    harness = shop(
        "",
        said("order_completed", 0, order_id="o", promised_at=START + DAY),
        said("order_updated", DAY + HOUR, order_id="o", promised_at=START + 2 * DAY),
        said("order_delivered", 2 * DAY - HOUR, order_id="o"),
    )
    assert of(harness, "delivery_late") == ["open", "recovered"]


def test_an_older_promise_heard_of_late_does_not_count() -> None:
    harness = shop(
        "",
        said("order_updated", HOUR, order_id="o", promised_at=START + 3 * DAY),
        said("order_completed", 0, order_id="o", promised_at=START + DAY),
        said("order_delivered", 2 * DAY, order_id="o"),
    )
    assert of(harness, "delivery_late") == []


def test_the_house_may_allow_itself_a_day() -> None:
    grace = '[delivery_late]\nwithin = "24 h"\n'
    order = said("order_completed", 0, order_id="o", promised_at=START + DAY)
    harness = shop(grace, order).advance(minutes=47 * 60)
    assert of(harness, "delivery_late") == []
    assert of(harness.advance(minutes=61), "delivery_late") == ["open"]


def test_contacts_are_types_that_there_are() -> None:
    assert CLASSES.keys() >= CONTACTS


def test_a_contact_after_the_delivery_that_arrives_before_it_counts() -> None:
    harness = shop(
        "",
        said("message_received", HOUR),
        said("order_delivered", 0, order_id="o"),
    ).advance(minutes=8 * 24 * 60)
    assert of(harness, "after_sale_check_due") == []


def test_the_first_delivery_without_contact_counts() -> None:
    deliveries = [said("order_delivered", at * DAY, order_id=f"o{at}") for at in range(5)]
    harness = shop("", *deliveries).advance(minutes=3 * 24 * 60)
    (alert,) = [a for a in harness.alerts if a.signal == "after_sale_check_due"]
    assert alert.opened_at == "2026-11-29T00:00:00.000000Z"
