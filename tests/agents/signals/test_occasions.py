"""Occasions, milestones and goals, beyond what the stories show."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.signals.journey.goals import MOST_GOALS
from agents.signals.journey.occasions import MOST_OCCASIONS, next_day
from schemas.customer import decode
from tests.agents.say import DAY, HOUR, Record, after, said, shop, told

OCCASION, MILESTONE, GOAL = "occasion_due", "milestone_reached", "goal_stalled"
EPOCH = date(1970, 1, 1)
DAYS = st.dates(date(1990, 1, 1), date(9998, 12, 31))


def of(
    signal: str, *records: Record, days: float = 0, standards: str = ""
) -> list[tuple[float, str]]:
    harness = shop(standards, *records).advance(minutes=days * 24 * 60)
    return [(at, how) for at, name, how in told(harness) if name == signal]


def occasion(at: float, when: object, name: str = "birthday") -> Record:
    return said("occasion_set", at, occasion=name, date=when)


@given(DAYS, DAYS)
def test_the_next_day_of_a_year_is_the_first_not_before(start: date, like: date) -> None:
    found = next_day((like.month, like.day), (start - EPOCH).days)
    assert found is not None
    on = EPOCH + timedelta(found)
    assert start <= on < start + timedelta(367)
    if (on.month, on.day) != (like.month, like.day):
        assert (like.month, like.day, on.month, on.day) == (2, 29, 2, 28)
        assert on.year % 4 or (on.year % 100 == 0 and on.year % 400)


@given(DAYS)
def test_a_day_is_its_own_next(day: date) -> None:
    number = (day - EPOCH).days
    assert next_day((day.month, day.day), number) == number


def test_beyond_the_calendar_there_is_none() -> None:
    last = (date.max - EPOCH).days
    assert next_day((12, 31), last) == last
    assert next_day((12, 30), last) is None
    assert next_day((12, 31), last + 1) is None


@pytest.mark.parametrize(
    "when", ["1980-12-20", "--12-20", "12-20", "1980-12-20T08:00:00Z", " 1980-12-20 ", "2026-12-20"]
)
def test_how_a_day_may_be_written(when: str) -> None:
    assert of(OCCASION, occasion(0, when), days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


@pytest.mark.parametrize(
    "when",
    [None, "", "soon", "1980-13-20", "1980-02-30", "02-30", "20.12.1980", "1980-12-2", 5,
     "0000-12-20", "\uff11\uff19\uff18\uff10-12-20", "1979-02-29"],
)  # fmt: skip
def test_what_is_no_day_is_left_alone(when: Any) -> None:
    harness = shop("", occasion(0, when)).advance(minutes=800 * 24 * 60)
    assert [name for _, name, _ in told(harness) if name == OCCASION] == []


def test_an_occasion_without_a_name_is_one_too() -> None:
    records = [said("occasion_set", 0, date="2026-12-20")]
    (alert,) = shop("", *records).advance(minutes=25 * 24 * 60).alerts
    assert (alert.signal, alert.subject) == (OCCASION, "occasion")


def test_names_are_compared_in_lower_case() -> None:
    records = [occasion(0, "12-20", "Birthday"), occasion(HOUR, "12-25", " birthday ")]
    assert of(OCCASION, *records, days=40) == [(26 * DAY, "open"), (34 * DAY, "expired")]


def test_a_leap_day_is_the_28th_in_other_years() -> None:
    harness = shop("", occasion(0, "1980-02-29")).advance(to="2028-03-05")
    opened = [alert.reason for alert in harness.alerts if alert.status == "open"]
    assert opened == [
        "The customer's birthday is on 2027-02-28.",
        "The customer's birthday is on 2028-02-29.",
    ]


def test_the_ones_set_first_are_forgotten_beyond_four() -> None:
    records = [occasion(n * HOUR, f"12-{10 + n}", f"birthday {n}") for n in range(6)]
    harness = shop("", *records).advance(minutes=20 * 24 * 60)
    opened = [alert.subject for alert in harness.alerts if alert.status == "open"]
    assert opened == [f"birthday {n}" for n in range(6 - MOST_OCCASIONS, 6)]


def test_the_same_day_set_again_while_it_is_near_is_not_told_again() -> None:
    records = [occasion(0, "12-20"), occasion(22 * DAY, "12-20")]
    assert of(OCCASION, *records, days=20) == [(21 * DAY, "open"), (29 * DAY, "expired")]


@pytest.mark.parametrize(("name", "when"), [("birthday", "12-20"), ("contract", "2026-12-20")])
def test_what_the_house_has_acted_on_is_not_told_again(name: str, when: str) -> None:
    records = [
        occasion(0, when, name), said("message_sent", 22 * DAY), occasion(23 * DAY, when, name),
    ]  # fmt: skip
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (22 * DAY, "actioned")]


def test_another_day_after_that_is() -> None:
    records = [
        occasion(0, "2026-12-20", "contract"), said("message_sent", 22 * DAY),
        occasion(23 * DAY, "2027-01-20", "contract"),
    ]  # fmt: skip
    assert of(OCCASION, *records, days=40)[2:] == [(52 * DAY, "open"), (60 * DAY, "expired")]


def test_an_older_date_heard_of_late_does_not_replace_a_newer_one() -> None:
    records = [occasion(HOUR, "12-20"), occasion(0, "12-10")]
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


def test_nobody_is_congratulated_who_has_deleted_the_account() -> None:
    records = [occasion(0, "12-20"), occasion(0, "12-01", "anniversary")]
    gone = said("account_deleted", 5 * DAY)
    assert of(OCCASION, *records, gone, days=800) == [(2 * DAY, "open"), (5 * DAY, "superseded")]


def test_more_than_a_year_before_is_never_more_than_once_at_a_time() -> None:
    standards = f'[{OCCASION}]\nbefore = "800 d"'
    heard = of(OCCASION, occasion(0, "12-20"), days=1200, standards=standards)
    assert [how for _, how in heard] == ["open", "expired"] * 5


def test_the_end_of_the_calendar_is_no_trouble() -> None:
    record = {**occasion(0, "9999-12-31"), "time": "9999-12-30T00:00:00Z"}
    last = {**said("message_delivered"), "time": "9999-12-31T23:59:59.999999Z"}
    harness = shop("", record, last)
    assert [how for _, name, how in told(harness) if name == OCCASION] == ["open", "expired"]


def buys(*days: float) -> list[Record]:
    return [said("order_completed", day * DAY) for day in days]


def test_the_house_chooses_the_numbers_and_the_team() -> None:
    standards = f'[{MILESTONE}]\norders = [2]\nyears = false\nteam = "gifts"\nseverity = "warning"'
    alerts = shop(standards, *buys(0, 1, 2)).advance(minutes=800 * 24 * 60).alerts
    (notice,) = [alert for alert in alerts if alert.signal == MILESTONE]
    assert (after(notice), notice.team, notice.severity) == (DAY, "gifts", "warning")
    assert notice.rule.parameters == {"milestone": "order", "number": 2}


def test_each_milestone_has_its_own_name() -> None:
    records = [said("app_opened", 0), said("value_reached", 0), *buys(0)]
    notices = [alert for alert in shop("", *records).alerts if alert.signal == MILESTONE]
    assert len({notice.alert_id for notice in notices}) == 3
    assert {notice.event_time for notice in notices} == {notices[0].event_time}


def test_years_are_told_while_they_go_on_buying() -> None:
    records = buys(0, 300, 500, 700, 1500)
    days = [at / DAY for at, _ in of(MILESTONE, *records, days=800)]
    # First and fifth order, a year, two years, then nothing until they come back.
    assert days == [0, 365, 731, 1500, 1826]


def test_a_first_order_heard_of_late_moves_the_anniversary() -> None:
    records = [*buys(20, 50), *buys(10)]
    days = [at / DAY for at, _ in of(MILESTONE, *records, days=400)]
    assert days == [20, 375]


def goal(at: float, name: str | None, kind: str = "goal_set") -> Record:
    return said(kind, at, goal=name)


def test_each_goal_has_its_own_wait() -> None:
    records = [goal(0, "run"), goal(DAY, "read"), goal(2 * DAY, "run", "goal_reached")]
    assert of(GOAL, *records, days=35) == [(31 * DAY, "open")]


def test_a_goal_reached_without_a_name_is_all_of_them() -> None:
    records = [goal(0, "run"), goal(DAY, None), goal(2 * DAY, None, "goal_reached")]
    assert of(GOAL, *records, days=35) == []


def test_progress_is_progress_towards_every_goal() -> None:
    records = [goal(0, "run"), goal(DAY, "read"), said("usage_reported", 10 * DAY)]
    assert of(GOAL, *records, days=35) == [(40 * DAY, "open"), (40 * DAY, "open")]


def test_beyond_four_the_goal_left_alone_longest_is_forgotten() -> None:
    records = [goal(n * HOUR, f"goal {n}") for n in range(6)]
    harness = shop("", *records).advance(minutes=35 * 24 * 60)
    opened = [alert.subject for alert in harness.alerts if alert.status == "open"]
    assert opened == [f"goal {n}" for n in range(6 - MOST_GOALS, 6)]


def test_a_goal_whose_alert_stands_is_forgotten_as_expired() -> None:
    records = [goal(0, "old"), *[goal((31 + n) * DAY, f"new {n}") for n in range(MOST_GOALS)]]
    heard = of(GOAL, *records)
    assert heard == [(30 * DAY, "open"), ((31 + MOST_GOALS - 1) * DAY, "expired")]


def test_a_goal_reached_leaves_no_timer() -> None:
    (row,) = shop("", goal(0, "run"), goal(DAY, "run", "goal_reached")).rows.values()
    assert decode(row).timers == []


def test_of_two_dates_set_at_once_the_one_heard_of_last_counts() -> None:
    records = [occasion(0, "12-10"), occasion(0, "12-20")]
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


def test_an_account_deleted_before_the_occasion_was_set_ends_nothing() -> None:
    records = [occasion(DAY, "12-20"), said("account_deleted", 0)]
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


def test_a_message_from_before_the_alert_is_no_answer_to_it() -> None:
    records = [occasion(0, "12-20"), said("page_viewed", 22 * DAY), said("message_sent", 20 * DAY)]
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


def test_a_date_said_again_is_as_new_as_the_last_time_it_was_said() -> None:
    records = [occasion(0, "12-20"), occasion(10 * DAY, "12-20"), occasion(5 * DAY, "12-24")]
    assert of(OCCASION, *records, days=40) == [(21 * DAY, "open"), (29 * DAY, "expired")]


def test_a_yearly_day_does_not_come_before_its_first_date() -> None:
    assert of(OCCASION, occasion(0, "2027-12-20"), days=380) == []
    assert of(OCCASION, occasion(0, "2027-12-20"), days=387) == [((365 + 21) * DAY, "open")]


def test_who_bought_once_does_not_wait_for_an_anniversary() -> None:
    (row,) = shop("", *buys(0)).rows.values()
    assert MILESTONE not in {timer.signal for timer in decode(row).timers}
    (row,) = shop("", *buys(0, 1)).rows.values()
    assert MILESTONE in {timer.signal for timer in decode(row).timers}
