"""Contacts and recommendations, beyond what the stories show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.signals.journey.advocates import praises
from agents.signals.journey.check_in import SHORTEST, CheckIn
from schemas.customer import decode
from schemas.instant import DAY as DAY_US
from schemas.journey import MOST_CONTACT_DAYS
from schemas.standards import CheckInDue
from schemas.vocabulary import OpinionEvent, ReviewEvent, SurveyEvent
from tests.agents.say import DAY, HOUR, Record, said, shop, told

CHECK, ADVOCATE, SILENT = "check_in_due", "advocate", "advocate_silent"


def of(
    signal: str, *records: Record, days: float = 0, standards: str = ""
) -> list[tuple[float, str]]:
    harness = shop(standards, *records).advance(minutes=days * 24 * 60)
    return [(at / DAY, how) for at, name, how in told(harness) if name == signal]


def call(day: float) -> Record:
    return said("contact_answered", day * DAY)


@given(st.lists(st.integers(7_000, 40_000), unique=True, max_size=MOST_CONTACT_DAYS))
def test_a_check_in_is_never_due_before_a_week_nor_after_its_tier(days: list[int]) -> None:
    check = CheckIn(CheckInDue())
    assert SHORTEST <= check.within(sorted(days)) <= 90 * DAY_US
    if len(days) < 3:
        assert check.within(sorted(days)) == 90 * DAY_US


@pytest.mark.parametrize(("tier", "days"), [(1, 30), (2, 90), (3, 180)])
def test_the_tier_of_the_house_says_how_long(tier: int, days: int) -> None:
    standards = f"[{CHECK}]\ntier = {tier}"
    assert of(CHECK, call(0), days=200, standards=standards)[0] == (days, "open")


def test_a_matter_of_some_days_is_no_rhythm() -> None:
    assert of(CHECK, call(0), call(1), call(2), days=100) == [(92, "open")]


def test_a_late_contact_changes_the_gap_of_a_wait_that_runs() -> None:
    records = [call(0), call(40), call(20)]
    assert of(CHECK, *records, days=60) == [(80, "open")]


def test_a_late_contact_changes_the_gap_of_an_alert_that_stands() -> None:
    # Gaps of 10 d first, in the end of 50, 50, 50, 10, 10: the 90 d of the tier are sooner than
    # twice the usual 50 d.
    records = [
        call(0),
        call(10),
        call(20),
        said("page_viewed", 41 * DAY),
        call(-50),
        call(-100),
        call(-150),
    ]
    harness = shop("", *records).advance(minutes=75 * 24 * 60)
    heard = [(at / DAY, how) for at, name, how in told(harness) if name == CHECK]
    assert heard == [(40, "open"), (40, "late_evidence"), (110, "open")]


def test_a_subscription_is_no_contact_but_begins_the_wait() -> None:
    records = [said("subscription_started", 0), said("subscription_started", 50 * DAY)]
    assert of(CHECK, *records, days=45) == [(90, "open")]
    (row,) = shop("", *records).rows.values()
    journey = decode(row).journey
    assert journey is not None
    assert journey.contacts == []


def test_only_the_last_contact_days_are_kept() -> None:
    (row,) = shop("", *[call(day) for day in range(20)]).rows.values()
    journey = decode(row).journey
    assert journey is not None
    assert len(journey.contacts) == MOST_CONTACT_DAYS


@pytest.mark.parametrize(
    ("said_", "is_praise"),
    [
        (SurveyEvent(instrument="nps", score=9), True),
        (SurveyEvent(instrument="nps", score=8.9), False),
        (SurveyEvent(instrument="csat", score=5), True),
        (SurveyEvent(instrument="csat", score=5, scale=7), False),
        (SurveyEvent(instrument="csat", score=7, scale=7), True),
        (SurveyEvent(instrument="csat", score=4), False),
        (SurveyEvent(instrument="ces", score=7), False),
        (SurveyEvent(instrument="nps"), False),
        (SurveyEvent(score=10), False),
        (OpinionEvent(rating=5), True),
        (OpinionEvent(rating=4.5), False),
        (OpinionEvent(), False),
        (ReviewEvent(rating=5), True),
        (ReviewEvent(), False),
    ],
)
def test_what_is_praise(said_: SurveyEvent | OpinionEvent | ReviewEvent, is_praise: bool) -> None:
    assert praises(said_) is is_praise


def praise(day: float) -> Record:
    return said("review_posted", day * DAY, rating=5)


def test_an_advocate_of_long_ago_is_told_again() -> None:
    records = [praise(0), praise(10), praise(900), praise(910)]
    assert of(ADVOCATE, *records) == [(10, "notice"), (910, "notice")]


def test_one_who_keeps_praising_is_told_once() -> None:
    assert of(ADVOCATE, *[praise(day) for day in range(0, 1500, 100)]) == [(100, "notice")]


def test_the_notice_goes_where_the_house_wants_it() -> None:
    standards = f'[{ADVOCATE}]\nteam = "press"\nseverity = "warning"\nleast = 1'
    (notice,) = shop(standards, praise(0)).alerts
    assert (notice.team, notice.severity, notice.reason) == (
        "press", "warning", "Praised the house once within 365 d.",
    )  # fmt: skip


def test_an_advocate_is_known_even_where_the_notice_is_off() -> None:
    standards = f"[{ADVOCATE}]\nenabled = false"
    records = [said("referral_converted", 0)]
    assert of(ADVOCATE, *records, standards=standards) == []
    assert of(SILENT, *records, days=181, standards=standards) == [(180, "open")]


def test_the_rhythm_is_the_one_of_gone_silent() -> None:
    orders = [said("order_completed", day * DAY) for day in (0, 10, 20, 50)]
    records = [*orders, said("referral_converted", 50 * DAY + HOUR)]
    median = "[gone_silent]\npercentile = 0.5"
    usual = of(SILENT, *records, days=60)[0]
    sooner = of(SILENT, *records, days=60, standards=median)[0]
    assert usual == (pytest.approx(50 + 1 / 24 + 1.5 * 26), "open")
    alerts = shop("", *records).advance(minutes=45 * 24 * 60).alerts
    (alert,) = [alert for alert in alerts if alert.signal == SILENT]
    assert alert.reason == (
        "Recommends the house, and has been silent since 2027-01-11 01:00 UTC: "
        "39 d, longer than their own rhythm."
    )
    assert sooner == (pytest.approx(50 + 1 / 24 + 1.5 * 10), "open")


def test_contacts_of_one_day_are_one() -> None:
    records = [call(0), call(0.1), call(0.2), call(0.3)]
    assert of(CHECK, *records, days=95) == [(pytest.approx(90.3), "open")]


def test_a_year_counts_to_the_microsecond() -> None:
    assert of(ADVOCATE, praise(0), praise(365)) == [(365, "notice")]
    proofs = [said("referral_converted", day * DAY) for day in (0, 365)]
    assert of(ADVOCATE, *proofs) == [(0, "notice")]
    assert len(of(ADVOCATE, *proofs, said("referral_converted", (365 + 366) * DAY))) == 2
