"""Leaving after a purchase and cancelling, beyond what the stories show."""

from __future__ import annotations

from typing import Any

import pytest

from agents.signals.journey.cancellation import Cancelling
from schemas.customer import decode
from schemas.journey import MOST_LOOKS
from schemas.standards import CancellationIntended
from tests.agents.say import DAY, HOUR, Record, said, shop, told

LEFT, CANCELS = "left_after_purchase", "cancellation_intended"


def of(signal: str, *records: Record, standards: str = "") -> list[tuple[float, str]]:
    return [(at, how) for at, name, how in told(shop(standards, *records)) if name == signal]


def ordered(**properties: Any) -> Record:
    return said("order_completed", 0, **properties)


@pytest.mark.parametrize(
    ("order", "back", "whole"),
    [
        ({}, {}, True),
        ({"order_id": "o1"}, {"order_id": "o1"}, True),
        ({"order_id": "o1"}, {}, False),
        ({}, {"order_id": "o1"}, False),
        ({"revenue": 20}, {"total": 20}, True),
        ({"revenue": 20}, {"total": 19.99}, False),
        ({"revenue": 20}, {}, True),
        ({}, {"products": [{"sku": "tea"}]}, False),
        ({"products": []}, {"products": []}, False),
        ({"products": [{"quantity": 2}]}, {"products": [{"quantity": 2}]}, True),
        ({"products": [{"quantity": 2}]}, {"products": [{}]}, False),
        ({"products": [{"quantity": 2}]}, {"products": [{}, {}]}, True),
    ],
)
def test_what_is_the_whole_order(order: Record, back: Record, whole: bool) -> None:
    records = [ordered(**order), said("order_returned", DAY, **back)]
    assert of(LEFT, *records) == ([(DAY, "open")] if whole else [])


@pytest.mark.parametrize(
    ("consent", "withdrawn"),
    [
        ({"email": False}, True),
        ({"email": True, "post": False}, True),
        ({"email": True}, False),
        ({}, False),
        (None, False),
        ({"email": "no"}, False),
        ({"email": 0}, False),
    ],
)
def test_which_changes_of_consent_withdraw_it(consent: object, withdrawn: bool) -> None:
    records = [ordered(), said("consent_changed", DAY, consent=consent)]
    assert of(LEFT, *records) == ([(DAY, "open")] if withdrawn else [])


def test_a_sign_from_before_the_last_order_opens_nothing() -> None:
    records = [ordered(), said("order_completed", 5 * DAY), said("unsubscribed", 3 * DAY)]
    assert of(LEFT, *records) == []


def test_the_14th_day_counts_to_the_microsecond() -> None:
    assert of(LEFT, ordered(), said("unsubscribed", 14 * DAY)) == [(14 * DAY, "open")]
    assert of(LEFT, ordered(), said("unsubscribed", 14 * DAY + 0.000001)) == []


def test_a_second_sign_is_not_told_again() -> None:
    records = [ordered(), said("unsubscribed", DAY), said("data_exported", 2 * DAY)]
    assert of(LEFT, *records) == [(DAY, "open")]


def test_the_next_order_may_be_left_too() -> None:
    records = [
        ordered(), said("unsubscribed", DAY),
        said("order_completed", 2 * DAY), said("account_deleted", 3 * DAY),
    ]  # fmt: skip
    assert of(LEFT, *records) == [(DAY, "open"), (2 * DAY, "recovered"), (3 * DAY, "open")]


def test_the_alert_shows_the_order_and_the_sign() -> None:
    records = [ordered(), said("data_exported", HOUR)]
    (alert,) = [alert for alert in shop("", *records).alerts if alert.signal == LEFT]
    assert [one.id for one in alert.evidence] == [record["id"] for record in records]
    assert alert.reason == (
        "Ordered at 2026-11-22 00:00 UTC, and 60 min later took their data along."
    )
    assert alert.rule.parameters["sign"] == "data_exported"


def look(after: float, **said_: Any) -> Record:
    return said("page_viewed", after, **(said_ or {"path": "/cancel"}))


def test_looks_count_in_their_order_whenever_they_arrive() -> None:
    assert of(CANCELS, look(2 * DAY), look(DAY)) == [(2 * DAY, "open")]
    assert of(CANCELS, look(40 * DAY), look(DAY)) == []


def test_a_renewal_is_remembered_for_looks_that_come_late() -> None:
    records = [look(DAY), said("subscription_renewed", 3 * DAY), look(2 * DAY), look(4 * DAY)]
    assert of(CANCELS, *records) == []


def test_a_sign_from_before_a_renewal_opens_nothing() -> None:
    records = [said("subscription_started", DAY), said("auto_renew_disabled", DAY)]
    assert of(CANCELS, *records) == []


def test_a_late_renewal_does_not_undo_a_plain_cancellation() -> None:
    records = [said("subscription_cancelled", DAY), said("subscription_renewed", 0)]
    assert of(CANCELS, *records) == [(DAY, "open")]


def test_what_is_left_of_the_looks_after_a_late_renewal_counts_on() -> None:
    records = [look(DAY), look(3 * DAY), said("subscription_renewed", 2 * DAY), look(4 * DAY)]
    assert of(CANCELS, *records) == [
        (3 * DAY, "open"),
        (3 * DAY, "late_evidence"),
        (4 * DAY, "open"),
    ]


def test_more_looks_than_are_kept_cannot_be_asked_for() -> None:
    standards = f"[{CANCELS}]\nleast = 50"
    records = [look(hour * HOUR) for hour in range(MOST_LOOKS)]
    assert of(CANCELS, *records[:-1], standards=standards) == []
    assert len(of(CANCELS, *records, standards=standards)) == 1


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ({"path": "/CANCEL"}, True),
        ({"url": "https://x.example/kuendigen"}, True),
        ({"url": "https://x.example/", "path": "/unsubscribe"}, True),
        ({"url": "https://x.example/tea", "path": "/tea"}, False),
        ({"query": "how to cancel"}, False),
        ({"path": None}, False),
    ],
)
def test_which_pages_are_meant(page: Record, found: bool) -> None:
    assert bool(of(CANCELS, look(0, **page), look(HOUR, **page))) is found


def test_other_pages_leave_nothing_behind() -> None:
    (row,) = shop("", *[look(second, path="/tea") for second in range(5)]).rows.values()
    assert decode(row).journey is None


def test_pages_of_the_house_are_compared_in_lower_case() -> None:
    assert Cancelling(CancellationIntended(pages=("ByeBye",))).is_cancelling("/BYEBYE/now")


def test_a_consent_from_before_the_sign_does_not_clear_it() -> None:
    consent = said("consent_changed", DAY, consent={"email": True})
    assert of(LEFT, ordered(), said("unsubscribed", 2 * DAY), consent) == [(2 * DAY, "open")]


def test_what_came_back_of_an_earlier_order_does_not_count() -> None:
    two: Record = {"products": [{"quantity": 2}]}
    one: Record = {"products": [{}]}
    records = [
        ordered(**two), said("order_returned", DAY, **one),
        said("order_completed", 2 * DAY, **two), said("order_returned", 3 * DAY, **one),
    ]  # fmt: skip
    assert of(LEFT, *records) == []


def test_an_older_order_heard_of_late_is_not_the_last_one() -> None:
    records = [
        said("order_completed", 5 * DAY, order_id="o2"), ordered(order_id="o1"),
        said("order_returned", 6 * DAY, order_id="o2"),
    ]  # fmt: skip
    assert of(LEFT, *records) == [(6 * DAY, "open")]


def test_a_refund_of_an_order_whose_price_is_not_known_is_all_of_it() -> None:
    assert of(LEFT, ordered(), said("order_cancelled", DAY, total=5)) == [(DAY, "open")]


def test_looks_exactly_thirty_days_apart_count() -> None:
    assert of(CANCELS, look(0), look(30 * DAY)) == [(30 * DAY, "open")]


def test_what_opened_the_alert_does_not_open_the_next_one() -> None:
    brief = f'[{CANCELS}]\nexpires = "1 d"'
    looks = [look(DAY), look(2 * DAY), look(4 * DAY)]
    heard = [(2 * DAY, "open"), (3 * DAY, "expired")]
    assert of(CANCELS, *looks, standards=brief) == heard
    mixed = [look(DAY), said("data_exported", 2 * DAY), look(4 * DAY)]
    assert of(CANCELS, *mixed, standards=brief) == heard


def test_a_renewal_at_the_instant_of_a_look_voids_it() -> None:
    records = [look(DAY), look(3 * DAY), said("subscription_renewed", DAY)]
    assert of(CANCELS, *records) == [(3 * DAY, "open"), (3 * DAY, "late_evidence")]
