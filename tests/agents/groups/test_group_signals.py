"""Branches, moods, wishes and markets."""

from __future__ import annotations

import pytest

from agents.groups.harness import GroupHarness, Said
from schemas.alert import Alert
from schemas.instant import DAY, instant
from schemas.standards import Standards, parse
from schemas.trends import MAX_BRANCHES
from tests.agents.groups.observing import (
    MONDAY,
    in_order,
    leaving,
    scores,
    visits,
    waits,
    wishes,
)


def told(signal: str, *parts: list[Said], until: float, standards: str = "") -> list[Alert]:
    """What is told by that day."""
    shop = GroupHarness(parse(standards) if standards else Standards()).feed(in_order(*parts))
    shop.advance(to=MONDAY / 1e6 + until * 86_400)
    return [alert for alert in shop.alerts if alert.signal == signal]


def days_of(alerts: list[Alert]) -> list[tuple[float, str]]:
    """On which day what was told."""
    return [
        ((instant(alert.event_time) - MONDAY) / DAY, alert.resolution or alert.status)
        for alert in alerts
    ]


def branches(first: float, last: float, **late: int) -> list[list[Said]]:
    """Forty visits a branch, of which so many are late."""
    return [visits(first, last, name, 40, many) for name, many in late.items()]


BRANCH = "branch_inconsistent"


def test_a_bad_branch_is_found_at_the_end_of_the_week() -> None:
    (alert,) = told(BRANCH, *branches(0, 7, a=8, b=9, c=30, d=8, e=10), until=8)
    assert (alert.group, alert.subject, alert.severity) == ("brand:Acme", "c: service", "warning")
    assert days_of([alert]) == [(7.0, "open")]
    assert alert.reason == (
        "In c 30 of 40 visits were not greeted and assisted in time (75 %), in the other branches"
        " of the brand 22 %. By chance: less than 1 in 1,000,000."
    )
    assert alert.team == "management"


def test_a_branch_that_is_far_better_is_told_as_info() -> None:
    (alert,) = told(BRANCH, *branches(0, 7, a=30, b=30, c=2, d=31), until=8)
    assert (alert.subject, alert.severity) == ("c: service", "info")


def test_bad_answers_in_one_branch_are_found() -> None:
    parts = [scores(0, 7, 40, bad, "brand:Acme", name)
             for name, bad in (("a", 4), ("b", 5), ("c", 22), ("d", 3))]  # fmt: skip
    (alert,) = told(BRANCH, *parts, until=8)
    assert alert.subject == "c: opinion"


@pytest.mark.parametrize(
    "late", [{"a": 8, "b": 9, "c": 16, "d": 8}, {"a": 8, "b": 8}, {"a": 40}, {"a": 0, "b": 0}]
)
def test_branches_that_may_be_alike_say_nothing(late: dict[str, int]) -> None:
    assert told(BRANCH, *branches(0, 7, **late), until=40) == []


def test_fewer_than_thirty_visits_say_nothing() -> None:
    parts = [visits(0, 7, "bad", 29, 29), visits(0, 7, "good", 200, 10)]
    assert told(BRANCH, *parts, until=8) == []


def test_a_branch_that_is_like_the_others_again_clears() -> None:
    parts = [
        *branches(0, 14, a=8, b=9, c=36, d=8),
        *(part for week in range(2, 10) for part in branches(7 * week, 7 * week + 7,
                                                             a=8, b=9, c=8, d=9)),
    ]  # fmt: skip
    (opened, _), (back, how) = days_of(told(BRANCH, *parts, until=71))
    assert (how, opened in (7, 14), 28 <= back <= 42) == ("recovered", True, True)


def test_a_branch_is_told_once_while_it_lasts() -> None:
    parts = [part for week in range(20) for part in branches(7 * week, 7 * week + 7,
                                                             a=8, b=9, c=30, d=8)]  # fmt: skip
    assert days_of(told(BRANCH, *parts, until=141)) == [(7, "open"), (97, "expired")]


def test_the_least_active_of_many_branches_is_forgotten() -> None:
    parts = [visits(0, 1 + number / 1000, f"branch {number}", 2, 0)
             for number in range(MAX_BRANCHES)]  # fmt: skip
    shop = GroupHarness().feed(in_order(*parts, visits(2, 3, "one more", 1, 0)))
    kept = shop.group("brand:Acme").branches
    assert kept is not None
    assert len(kept.branches) == MAX_BRANCHES
    assert kept.branches[-1].name == "one more"
    for counts in kept.branches:
        counts.name = counts.name.ljust(32, "x")
        for name in ("visits", "missed", "answers", "bad"):
            setattr(counts, name, [9999] * 5)
    group = shop.group("brand:Acme")
    group.branches = kept
    assert len(shop.logic.codec().encode(group, 0)) < 32 * 1024


MOOD = "standards_met_unhappy"


def usual(weeks: int, a_week: int = 20, bad: int = 2, late: int = 2) -> list[list[Said]]:
    """A queue as ever: calls in time, and answers that are mostly good."""
    return [
        part
        for week in range(weeks)
        for part in (
            waits(7 * week, 7 * week + 7, a_week, late),
            scores(7 * week, 7 * week + 7, a_week, bad),
        )
    ]


def after(first: int, last: int, bad: int, late: int = 2) -> list[list[Said]]:
    """The weeks from `first` to `last`."""
    return [
        part
        for week in range(first, last)
        for part in (
            waits(7 * week, 7 * week + 7, 20, late), scores(7 * week, 7 * week + 7, 20, bad)
        )
    ]  # fmt: skip


def test_satisfaction_that_falls_while_standards_are_met_is_found() -> None:
    alerts = told(MOOD, *usual(16), *after(16, 20, 9), until=141)
    assert [alert.status for alert in alerts] == ["open"]
    alert = alerts[0]
    assert (alert.group, alert.subject, alert.team) == ("queue:sales", "csat", "management")
    assert alert.reason.startswith("90 % were served in time, and yet 80 answers (csat)")
    assert days_of(alerts)[0][0] in (126, 133)


def test_standards_that_are_not_met_are_another_matter() -> None:
    assert told(MOOD, *usual(16, late=8), *after(16, 20, 9, late=8), until=141) == []


@pytest.mark.parametrize("weeks", [4, 7])
def test_nothing_is_said_of_satisfaction_before_eight_weeks_and_four(weeks: int) -> None:
    assert told(MOOD, *usual(weeks), *after(weeks, weeks + 4, 12), until=7 * weeks + 29) == []


def test_satisfaction_that_may_have_fallen_by_chance_says_nothing() -> None:
    assert told(MOOD, *usual(16), *after(16, 24, 3), until=169) == []


def test_satisfaction_that_comes_back_clears() -> None:
    alerts = told(MOOD, *usual(16), *after(16, 18, 14), *after(18, 26, 2), until=183)
    assert [alert.resolution or alert.status for alert in alerts] == ["open", "recovered"]


def test_standards_no_longer_met_supersede_it() -> None:
    alerts = told(MOOD, *usual(16), *after(16, 18, 14), *after(18, 22, 14, late=15), until=155)
    assert [alert.resolution or alert.status for alert in alerts] == ["open", "superseded"]


def test_a_branch_has_its_mood_too() -> None:
    parts = [
        part
        for week in range(22)
        for part in (
            visits(7 * week, 7 * week + 7, "a", 20, 2, of_brand=False),
            scores(7 * week, 7 * week + 7, 20, 9 if week > 15 else 2, "branch:Acme/a", "a"),
        )
    ]
    alerts = told(MOOD, *parts, until=155)
    assert [(alert.group, alert.branch) for alert in alerts] == [("branch:Acme/a", "a")]


WISH = "wish_repeated"


def test_five_customers_who_wish_for_the_same_are_told_once() -> None:
    said = wishes((0, 1), (5, 2), (9, 3), (9, 1), (20, 4), (29, 5), (30, 6))
    (alert,) = told(WISH, said, until=40)
    assert (alert.status, alert.group, alert.severity) == ("notice", "wish:express", "info")
    assert alert.reason == "5 customers have asked for this within 30 days."
    assert [one.id for one in alert.evidence] == ["w5", "w9", "w9", "w20", "w29"]
    assert days_of([alert]) == [(29.0, "notice")]


@pytest.mark.parametrize(
    "said",
    [
        ((0, 1), (5, 2), (9, 3), (20, 4)),
        ((0, 1), (5, 2), (9, 3), (20, 4), (25, 4), (29, 1)),
        ((0, 1), (5, 2), (9, 3), (20, 4), (30, 5)),
    ],
)
def test_four_wishes_or_late_ones_are_none(said: tuple[tuple[float, int], ...]) -> None:
    assert told(WISH, wishes(*said), until=40) == []


def test_a_wish_is_told_again_after_thirty_days_if_as_many_ask_anew() -> None:
    first = [(day, day) for day in range(5)]
    again = [(day, 100 + day) for day in range(20, 34)]
    late = [(day, 200 + day) for day in range(40, 60)]
    assert days_of(told(WISH, wishes(*first), until=80)) == [(4.0, "notice")]
    assert days_of(told(WISH, wishes(*first, *again, *late), until=80)) == [
        (4.0, "notice"), (40.0, "notice"),
    ]  # fmt: skip


MARKET = "market_shift"


def market(*weeks: int) -> list[list[Said]]:
    """So many with signs of leaving in each week."""
    return [leaving(week, many) for week, many in enumerate(weeks)]


USUAL = (6, 5, 7, 6, 4, 6, 8, 5, 6, 7, 5, 6, 6, 7, 5, 6)


def test_a_market_that_shifts_is_found_within_weeks() -> None:
    alerts = told(MARKET, *market(*USUAL, 12, 13, 12), until=19 * 7 + 1)
    assert [alert.status for alert in alerts] == ["open"]
    alert = alerts[0]
    assert days_of(alerts) == [(18 * 7.0, "open")]
    assert (alert.group, alert.region, alert.team) == (
        "market:region/north", "north", "management",
    )  # fmt: skip
    assert alert.rule.parameters["h"] == 5.0
    assert "where 6.1 a week were usual" in alert.reason


@pytest.mark.parametrize("weeks", [(*USUAL, *USUAL), (*USUAL, 12), (*USUAL, 9, 4, 9, 5, 8), (12,)])
def test_what_may_be_chance_is_no_shift(weeks: tuple[int, ...]) -> None:
    assert told(MARKET, *market(*weeks), until=7 * len(weeks) + 1) == []


def test_nothing_is_said_of_a_market_before_thirteen_weeks() -> None:
    assert told(MARKET, *market(*USUAL[:11], 20, 20), until=92) == []
    assert len(told(MARKET, *market(*USUAL[:13], 20), until=99)) == 1


def test_a_market_that_calms_down_clears() -> None:
    alerts = told(MARKET, *market(*USUAL, 13, 13, 13, *USUAL), until=250)
    assert [alert.resolution or alert.status for alert in alerts] == ["open", "recovered"]


def test_a_market_that_stays_so_is_told_once_and_becomes_the_usual() -> None:
    alerts = told(MARKET, *market(*USUAL, *(13 for _ in range(40))), until=56 * 7)
    assert [alert.resolution or alert.status for alert in alerts] == ["open", "expired"]


def test_one_customer_counts_once_and_some_signals_not_at_all() -> None:
    same = [leaving(week, 6, who=500) for week in range(16, 20)]
    assert told(MARKET, *market(*USUAL), *same, until=141) == []
    others = [leaving(week, 15, signal="left_after_purchase") for week in range(16, 20)]
    assert told(MARKET, *market(*USUAL), *others, until=141) == []


def test_signals_of_groups_can_be_turned_off() -> None:
    parts = [*market(*USUAL, 20, 20), wishes(*((day, day) for day in range(5))),
             *branches(0, 7, a=8, b=9, c=30, d=8)]  # fmt: skip
    off = "\n".join(f"[{name}]\nenabled = false" for name in (MARKET, WISH, BRANCH))
    for name in (MARKET, WISH, BRANCH):
        assert told(name, *parts, until=200)
        assert not told(name, *parts, until=200, standards=off)
