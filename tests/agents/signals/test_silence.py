"""Silence beyond what the oracle knows: what alerts say, standards, long histories."""

from __future__ import annotations

from typing import Any

import pytest

from agents.signals.silence import Silence
from schemas.customer import NEVER, Purchases, decode
from schemas.instant import DAY as DAY_US
from schemas.instant import WEEK
from schemas.standards import GoneSilent
from tests.agents.say import DAY, Record, after, said, shop, told

SILENT = "gone_silent"
OWN = '[gone_silent]\nmodel = "own_rhythm"'


def bought(*days: float, **properties: Any) -> list[Record]:
    return [said("order_completed", day * DAY, **properties) for day in days]


def test_the_alert_says_how_often_until_when_and_what_a_year_brought() -> None:
    orders = bought(0, 7, 14, revenue=20.0, currency="EUR")
    (alert,) = shop("", *orders).advance(minutes=400 * 24 * 60).alerts
    assert after(alert) / (7 * DAY) == pytest.approx(7.9018, abs=1e-4)
    assert alert.reason == (
        "Bought on 3 days, the last time on 2026-12-06; "
        "the probability that they will buy again has fallen to 50%."
    )
    assert alert.probability == 0.5
    assert alert.value_at_risk is not None
    assert alert.value_at_risk.amount == pytest.approx(60 / 14 * 365, abs=0.01)
    assert alert.rule.parameters == {
        "model": "bg_nbd",
        "threshold": 0.5,
        "purchase_days": 3,
        "first_day": "2026-11-22",
        "last_day": "2026-12-06",
    }
    assert [evidence.id for evidence in alert.evidence] == [orders[-1]["id"]]
    assert (alert.subject, alert.team, alert.lifecycle_stage) == (None, "retention", "losing")


def test_the_return_is_told_with_the_order_that_made_it() -> None:
    harness = shop("", *bought(0, 7, 14, 100))
    assert [(a.signal, a.resolution or a.status) for a in harness.alerts] == [
        (SILENT, "open"),
        (SILENT, "recovered"),
        ("won_back", "notice"),
    ]
    won_back = harness.alerts[-1]
    assert won_back.reason == "Bought again, after falling silent on 2027-01-16."
    assert won_back.lifecycle_stage == "won_back"
    assert won_back.event_time == won_back.opened_at
    assert won_back.resolved_at is None


def test_the_notice_can_be_switched_off() -> None:
    harness = shop("[won_back]\nenabled = false", *bought(0, 7, 14, 100))
    assert [alert.signal for alert in harness.alerts] == [SILENT, SILENT]


def test_two_purchase_days_make_no_rhythm() -> None:
    twice_a_day = bought(0, 0.2, 7, 7.3)
    assert told(shop("", *twice_a_day).advance(minutes=3000 * 24 * 60)) == []


def test_silence_can_be_switched_off() -> None:
    harness = shop("[gone_silent]\nenabled = false", *bought(0, 7, 14))
    assert told(harness.advance(minutes=3000 * 24 * 60)) == []


def test_a_lower_threshold_waits_longer() -> None:
    def opened(standards: str) -> float:
        harness = shop(standards, *bought(0, 7, 14)).advance(minutes=3000 * 24 * 60)
        return told(harness)[0][0]

    assert opened("[gone_silent]\nalive = 0.1") > opened("") > opened("[gone_silent]\nalive = 0.8")


def test_own_rhythm_waits_for_one_and_a_half_times_the_90th_percentile() -> None:
    # Gaps of 2, 4 and 10 days: 4 + 0.8 * 6 = 8.8; day 16 + 13.2.
    harness = shop(OWN, *bought(0, 2, 6, 16)).advance(minutes=100 * 24 * 60)
    (alert,) = harness.alerts[-1:]
    assert after(alert) == pytest.approx(29.2 * DAY)
    assert alert.probability is None
    assert alert.reason.endswith("silent beyond the own rhythm.")
    assert alert.rule.parameters["model"] == "own_rhythm"


def test_an_override_by_brand_changes_the_model() -> None:
    standards = f'[[override]]\nbrand = "B"\n{OWN.replace("[", "[override.")}'
    records = [{**record, "brand": "B"} for record in bought(0, 2, 6, 16)]
    harness = shop(standards, *records).advance(minutes=100 * 24 * 60)
    assert after(harness.alerts[-1]) == pytest.approx(29.2 * DAY)


def test_orders_without_money_are_purchases_too() -> None:
    (alert,) = shop("", *bought(0, 7, 14)).advance(minutes=400 * 24 * 60).alerts
    assert alert.value_at_risk is None


def test_money_in_a_second_currency_is_not_mixed_in() -> None:
    orders = [*bought(0, 7, revenue=10.0, currency="EUR"), *bought(14, total=99.0, currency="SEK")]
    (alert,) = shop("", *orders).advance(minutes=400 * 24 * 60).alerts
    assert alert.value_at_risk is not None
    assert alert.value_at_risk.amount == pytest.approx(20 / 14 * 365, abs=0.01)
    assert alert.value_at_risk.currency == "EUR"


def test_of_long_histories_the_last_64_days_are_exact_and_the_others_counted() -> None:
    harness = shop("", *bought(*range(0, 700, 7)))
    (row,) = harness.rows.values()
    history = decode(row).purchases
    assert history is not None
    assert (len(history.days), history.older, history.repeats) == (64, 36, 99)
    exact = Purchases(first=history.first, days=[history.first + day for day in range(0, 700, 7)])
    assert Silence(GoneSilent()).due(exact) == history.due


def test_a_late_day_before_the_exact_ones_counts_where_it_begins_the_history() -> None:
    days = list(range(7, 707, 7))
    early = shop("", *bought(*days, 0))
    (row,) = early.rows.values()
    (in_order,) = shop("", *bought(0, *days)).rows.values()
    one, other = decode(row).purchases, decode(in_order).purchases
    assert one is not None
    assert other is not None
    assert (one.first, one.repeats, one.due) == (other.first, other.repeats, other.due)


def test_absurd_parameters_mean_never_rather_than_an_error() -> None:
    silence = Silence(GoneSilent(alive=1e-300, r=1e-9))
    due = silence.due(Purchases(first=0, days=[0, 10_000, 20_000]))
    assert 1000 * 52 * WEEK < due < NEVER


def test_nobody_is_silent_before_the_last_day_is_over() -> None:
    silence = Silence(GoneSilent(alive=0.999))
    assert silence.due(Purchases(first=0, days=[0, 1, 400])) == 401 * DAY_US
