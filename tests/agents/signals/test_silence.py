"""Silence beyond what the oracle knows: what alerts say, standards, long histories."""

from __future__ import annotations

from typing import Any

import pytest

from agents.harness import Harness
from agents.signals.silence import Silence
from schemas.alert import Alert
from schemas.customer import NEVER, Purchases, decode
from schemas.instant import DAY as DAY_US
from schemas.instant import WEEK
from schemas.standards import GoneSilent
from tests.agents.say import DAY, Record, after, said, spine, told

SILENT = "gone_silent"
YEARS = 3000 * 24 * 60
OWN = '[gone_silent]\nmodel = "own_rhythm"'


def bought(*days: float, **properties: Any) -> list[Record]:
    return [said("order_completed", day * DAY, **properties) for day in days]


def silences(harness: Harness) -> list[Alert]:
    return [a for a in harness.alerts if a.signal == SILENT and a.status == "open"]


def test_the_alert_says_how_often_until_when_and_what_a_year_brought() -> None:
    orders = bought(0, 7, 14, revenue=20.0, currency="EUR")
    (alert,) = spine("", *orders).advance(minutes=100 * 24 * 60).alerts
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


@pytest.mark.parametrize("said_of_it", ["alert_dismissed", "alert_outcome"])
def test_a_return_is_told_of_a_silence_that_is_past_as_well(said_of_it: str) -> None:
    silent = spine(OWN, *bought(0, 7, 14)).advance(minutes=12 * 24 * 60)
    (alert,) = silent.alerts
    silent.feed([said(said_of_it, 27 * DAY, alert_id=alert.alert_id), *bought(30, 31)])
    assert [a.signal for a in silent.alerts].count("won_back") == 1
    assert [(c.to, c.reason) for c in silent.changes][-2:] == [
        ("won_back", "order_completed"),
        ("retained", "order_completed"),
    ]


def test_the_return_is_told_with_the_order_that_made_it() -> None:
    harness = spine("", *bought(0, 7, 14, 100))
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
    harness = spine("[won_back]\nenabled = false", *bought(0, 7, 14, 100))
    assert [alert.signal for alert in harness.alerts] == [SILENT, SILENT]


def test_two_purchase_days_make_no_rhythm() -> None:
    twice_a_day = bought(0, 0.2, 7, 7.3)
    assert told(spine("", *twice_a_day).advance(minutes=YEARS)) == []


def test_silence_can_be_switched_off() -> None:
    off = "[gone_silent]\nenabled = false\n[lost]\nenabled = false"
    harness = spine(off, *bought(0, 7, 14))
    assert told(harness.advance(minutes=YEARS)) == []


def test_a_lower_threshold_waits_longer() -> None:
    def opened(standards: str) -> float:
        harness = spine(standards, *bought(0, 7, 14)).advance(minutes=YEARS)
        return told(harness)[0][0]

    assert opened("[gone_silent]\nalive = 0.1") > opened("") > opened("[gone_silent]\nalive = 0.8")


def test_own_rhythm_waits_for_one_and_a_half_times_the_90th_percentile() -> None:
    # Gaps of 2, 4 and 10 days: 4 + 0.8 * 6 = 8.8; day 16 + 13.2.
    harness = spine(OWN, *bought(0, 2, 6, 16)).advance(minutes=100 * 24 * 60)
    alert = silences(harness)[-1]
    assert after(alert) == pytest.approx(29.2 * DAY)
    assert alert.probability is None
    assert alert.reason.endswith("silent beyond the own rhythm.")
    assert alert.rule.parameters["model"] == "own_rhythm"


def test_an_override_by_brand_changes_the_model() -> None:
    standards = f'[[override]]\nbrand = "B"\n{OWN.replace("[", "[override.")}'
    records = [{**record, "brand": "B"} for record in bought(0, 2, 6, 16)]
    harness = spine(standards, *records).advance(minutes=100 * 24 * 60)
    assert after(silences(harness)[-1]) == pytest.approx(29.2 * DAY)


def test_orders_without_money_are_purchases_too() -> None:
    (alert,) = spine("", *bought(0, 7, 14)).advance(minutes=100 * 24 * 60).alerts
    assert alert.value_at_risk is None


def test_money_in_a_second_currency_is_not_mixed_in() -> None:
    orders = [*bought(0, 7, revenue=10.0, currency="EUR"), *bought(14, total=99.0, currency="SEK")]
    (alert,) = spine("", *orders).advance(minutes=100 * 24 * 60).alerts
    assert alert.value_at_risk is not None
    assert alert.value_at_risk.amount == pytest.approx(20 / 14 * 365, abs=0.01)
    assert alert.value_at_risk.currency == "EUR"


def test_of_long_histories_the_last_64_days_are_exact_and_the_others_counted() -> None:
    harness = spine("", *bought(*range(0, 700, 7)))
    (row,) = harness.rows.values()
    history = decode(row).purchases
    assert history is not None
    assert (len(history.days), history.older, history.repeats) == (64, 36, 99)
    exact = Purchases(first=history.first, days=[history.first + day for day in range(0, 700, 7)])
    assert Silence(GoneSilent()).due(exact) == history.due


def test_a_late_day_before_the_exact_ones_counts_where_it_begins_the_history() -> None:
    days = list(range(7, 707, 7))
    early = spine("", *bought(*days, 0))
    (row,) = early.rows.values()
    (in_order,) = spine("", *bought(0, *days)).rows.values()
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


def told_of(harness: Harness) -> list[tuple[str, str]]:
    return [(alert.signal, alert.resolution or alert.status) for alert in harness.alerts]


def test_lost_takes_over_from_silence_at_one_instant_and_stands_for_years() -> None:
    harness = spine("", *bought(0, 7, 14, revenue=20.0)).advance(minutes=YEARS)
    assert told_of(harness) == [(SILENT, "open"), (SILENT, "superseded"), ("lost", "open")]
    silent, over, lost = harness.alerts
    assert over.resolved_at == lost.opened_at > silent.opened_at
    # (4.414 + 2) (9 * 3.426 / 0.793)^(1 / 2.243) - 4.414 weeks
    assert after(lost) / (7 * DAY) == pytest.approx(28.3874, abs=1e-4)
    assert lost.reason.endswith("the probability that they will buy again has fallen to 10%.")
    assert (lost.probability, lost.severity, lost.lifecycle_stage) == (0.9, "error", "lost")
    assert lost.value_at_risk == silent.value_at_risk
    assert [evidence.id for evidence in lost.evidence] == [e.id for e in silent.evidence]


def test_who_was_lost_and_buys_is_won_back_from_the_day_of_the_silence() -> None:
    harness = spine("", *bought(0, 7, 14, 500))
    assert told_of(harness)[2:] == [("lost", "open"), ("lost", "recovered"), ("won_back", "notice")]
    assert harness.alerts[-1].reason == "Bought again, after falling silent on 2027-01-16."


def test_lost_can_be_told_alone_or_not_at_all() -> None:
    alone = spine("[gone_silent]\nenabled = false", *bought(0, 7, 14)).advance(minutes=YEARS)
    assert told_of(alone) == [("lost", "open")]
    never = spine("[lost]\nenabled = false", *bought(0, 7, 14)).advance(minutes=YEARS)
    assert told_of(never) == [(SILENT, "open")]


def test_a_loss_that_is_due_no_later_than_the_silence_is_told_alone() -> None:
    harness = spine("[lost]\nalive = 0.5", *bought(0, 7, 14)).advance(minutes=YEARS)
    assert told_of(harness) == [("lost", "open")]


def test_in_own_rhythm_mode_a_loss_is_three_times_the_gap() -> None:
    harness = spine(OWN, *bought(0, 2, 6, 16)).advance(minutes=YEARS)
    lost = harness.alerts[-1]
    assert (lost.signal, after(lost)) == ("lost", pytest.approx((16 + 3 * 8.8) * DAY))
    assert lost.probability is None


def test_the_house_says_who_is_told_of_a_loss_and_how_loudly() -> None:
    standards = '[lost]\nteam = "board"\nseverity = "critical"'
    lost = spine(standards, *bought(0, 7, 14)).advance(minutes=YEARS).alerts[-1]
    assert (lost.signal, lost.team, lost.severity) == ("lost", "board", "critical")


def test_a_late_order_voids_a_loss_that_it_postpones() -> None:
    # Lost on day 198; an order of day 150, heard of on day 210, would have put that off.
    begin = [*bought(0, 7, 14), said("page_viewed", 210 * DAY)]
    harness = spine("", *begin, *bought(150), said("page_viewed", 211 * DAY))
    assert told_of(harness)[2:] == [("lost", "open"), ("lost", "late_evidence")]
    # One that changes nothing leaves it alone.
    harness = spine("", *begin, *bought(7.5), said("page_viewed", 211 * DAY))
    assert told_of(harness)[2:] == [("lost", "open")]
