"""Beginnings that stall, beyond what the stories show."""

from __future__ import annotations

import pytest

from schemas.customer import decode
from schemas.journey import ONBOARDED
from tests.agents.say import DAY, HOUR, Record, said, shop, told

WEEK = 7 * DAY
STALLED, LAPSING, GONE = "onboarding_stalled", "trial_lapsing", "one_and_gone"


def of(signal: str, *records: Record, days: float, standards: str = "") -> list[tuple[float, str]]:
    harness = shop(standards, *records).advance(minutes=days * 24 * 60)
    return [(at, how) for at, name, how in told(harness) if name == signal]


def test_a_sign_up_heard_of_late_is_what_the_week_is_counted_from() -> None:
    records = [said("trial_started", DAY), said("signed_up", 0)]
    assert of(STALLED, *records, days=8) == [(WEEK, "open")]


def test_a_later_beginning_does_not_begin_the_week_anew() -> None:
    records = [said("signed_up", 0), said("trial_started", DAY), said("order_completed", DAY)]
    assert of(STALLED, *records, days=8) == [(WEEK, "open")]


def test_whoever_has_bought_on_two_days_has_settled_in() -> None:
    records = [said("order_completed", 0), said("order_completed", DAY), said("signed_up", 2 * DAY)]
    assert of(STALLED, *records, days=30) == []


def test_an_old_customer_who_opens_an_account_at_last_is_no_beginner() -> None:
    records = [said("order_completed", 0), said("order_completed", 50 * DAY)]
    heard = of(STALLED, *records, said("signed_up", 51 * DAY), days=60)
    assert heard == [(WEEK, "open"), (WEEK + 30 * DAY, "expired")]


def test_value_reached_before_the_sign_up_is_heard_of_counts() -> None:
    records = [said("value_reached", HOUR), said("signed_up", 0)]
    assert of(STALLED, *records, days=30) == []


def test_an_account_deleted_before_it_was_opened_again_ends_nothing() -> None:
    records = [said("signed_up", DAY), said("account_deleted", 0)]
    assert of(STALLED, *records, days=30) == [(WEEK + DAY, "open")]


def test_an_order_of_the_first_day_heard_of_long_after_begins_nothing_anew() -> None:
    harness = shop("", said("order_completed", 0)).advance(minutes=100 * 24 * 60)
    harness.feed([said("order_completed", HOUR)]).advance(minutes=100 * 24 * 60)
    heard = [(at, how) for at, name, how in told(harness) if name == GONE]
    assert heard == [(60 * DAY, "open"), (90 * DAY, "expired")]


def test_an_earlier_order_of_the_first_day_is_what_is_counted_from() -> None:
    records = [said("order_completed", HOUR), said("order_completed", 0)]
    assert of(GONE, *records, days=61) == [(60 * DAY, "open")]


def test_the_alert_of_a_first_order_shows_that_order() -> None:
    order = said("order_completed", 0)
    harness = shop("", order).advance(minutes=8 * 24 * 60)
    (alert,) = [alert for alert in harness.alerts if alert.signal == STALLED]
    assert [evidence.id for evidence in alert.evidence] == [order["id"]]
    assert alert.rule.parameters == {"within_days": 7, "began_with": "order_completed"}


def test_what_is_settled_is_remembered() -> None:
    harness = shop("", said("signed_up", 0), said("feature_used", DAY))
    (row,) = harness.rows.values()
    customer = decode(row)
    assert customer.journey is not None
    assert customer.journey.flags & ONBOARDED
    assert STALLED not in {timer.signal for timer in customer.timers}


@pytest.mark.parametrize("ends_at", ["soon", "2020-01-01", 5, 1e300, -1, None])
def test_an_end_that_cannot_be_is_taken_as_two_weeks(ends_at: object) -> None:
    records = [said("trial_started", 0, ends_at=ends_at)]
    assert of(LAPSING, *records, days=12) == [(11 * DAY, "open")]


def test_a_trial_of_three_days_is_not_lapsing_from_the_start() -> None:
    records = [said("trial_started", 0, ends_at="2026-11-25T00:00:00Z")]
    assert of(LAPSING, *records, days=30) == []


def test_a_trial_of_four_days_is_lapsing_after_three() -> None:
    records = [said("trial_started", 0, ends_at="2026-11-26T00:00:00Z")]
    assert of(LAPSING, *records, days=30)[0] == (3 * DAY, "open")


def test_an_older_trial_heard_of_late_changes_nothing() -> None:
    records = [said("trial_started", 5 * DAY), said("trial_started", 0)]
    assert of(LAPSING, *records, days=17) == [(16 * DAY, "open")]


def test_an_end_from_before_the_trial_ends_nothing() -> None:
    records = [said("trial_started", 5 * DAY), said("trial_ended", 0)]
    assert of(LAPSING, *records, days=17) == [(16 * DAY, "open")]


@pytest.mark.parametrize("signal", [STALLED, LAPSING, GONE])
def test_what_is_switched_off_is_not_told(signal: str) -> None:
    records = [said("trial_started", 0), said("order_completed", HOUR)]
    off = f"[{signal}]\nenabled = false"
    assert of(signal, *records, days=90)
    assert of(signal, *records, days=90, standards=off) == []


def test_a_wait_that_runs_when_it_is_switched_off_is_not_told() -> None:
    before = shop("", said("trial_started", 0), said("order_completed", HOUR))
    text = "\n".join(f"[{name}]\nenabled = false" for name in (STALLED, LAPSING, GONE))
    after = shop(text)
    after.rows.update(before.rows)
    after.restart().advance(to="2027-06-01")
    assert {name for _, name, _ in told(after)}.isdisjoint({STALLED, LAPSING, GONE})


def test_an_older_use_heard_of_late_does_not_lower_the_last_one() -> None:
    started = said("trial_started", 0, ends_at="2026-12-22T00:00:00Z")
    records = [started, said("feature_used", 26 * DAY), said("feature_used", 20 * DAY)]
    assert of(LAPSING, *records, days=4) == [(29 * DAY, "open")]


def test_an_account_deleted_before_the_first_order_ends_nothing() -> None:
    records = [said("order_completed", DAY), said("account_deleted", 0)]
    assert of(GONE, *records, days=62) == [(61 * DAY, "open")]


def test_a_late_order_of_the_first_day_does_not_stall_again() -> None:
    harness = shop("", said("order_completed", 0)).advance(minutes=100 * 24 * 60)
    harness.feed([said("order_completed", HOUR)]).advance(minutes=100 * 24 * 60)
    heard = [(at, how) for at, name, how in told(harness) if name == STALLED]
    assert heard == [(WEEK, "open"), (WEEK + 30 * DAY, "expired")]
