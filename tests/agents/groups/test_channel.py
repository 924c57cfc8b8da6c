"""`channel_closed`: nobody is answered, or nobody arrives any more."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.groups.harness import GroupHarness, Said
from schemas.instant import HOUR, MINUTE, SECOND
from schemas.observation import Arrival, Wait
from schemas.standards import Standards, parse

START = 1_795_996_800 * SECOND  # a Monday, midnight: the 30th of November 2026
KEY = "queue:sales"


def arrival(minute: float) -> Said:
    at = START + round(minute * MINUTE)
    return KEY, Arrival(at, f"a{minute:g}", "contact_queued", 7, None, None)


def answer(minute: float, outcome: str = "answered") -> Said:
    at = START + round(minute * MINUTE)
    said = Wait(at, "w", "contact_answered", 7, None, None, outcome, SECOND, False, "sales")  # type: ignore[arg-type]
    return KEY, said


def told(harness: GroupHarness) -> list[tuple[str, str | None, str]]:
    return [
        (a.event_time[8:19], a.subject, a.resolution or a.status)
        for a in harness.alerts
        if a.signal == "channel_closed"
    ]


def closed(said: list[Said], standards: Standards | None = None) -> GroupHarness:
    return GroupHarness(standards).feed(sorted(said, key=lambda each: each[1].time))


def test_it_opens_when_nobody_has_been_answered_for_a_quarter_of_an_hour() -> None:
    queue = closed([arrival(minute) for minute in range(20)] + [answer(30.5), arrival(45)])
    assert told(queue) == [
        ("30T00:15:00", "unanswered", "open"),
        ("30T00:30:30", "unanswered", "recovered"),
    ]
    opened = queue.alerts[0]
    assert (opened.severity, opened.team) == ("error", "management")
    assert opened.reason == "15 arrived in 15 min, and nobody was answered."
    assert [one.id for one in opened.evidence] == [f"a{minute}" for minute in range(5, 15)]


def test_four_arrivals_are_too_few_and_the_fifth_may_come_later() -> None:
    queue = closed([arrival(minute) for minute in (0, 2, 4, 6)]).advance(minutes=13)
    assert told(queue) == []
    queue = closed([arrival(minute) for minute in (0, 10, 12, 14, 16, 18, 40)])
    assert told(queue) == [("30T00:19:00", "unanswered", "open")]


def test_one_who_is_answered_shows_that_it_is_open() -> None:
    calls = [*(arrival(minute) for minute in range(20)), answer(8)]
    assert told(closed([*calls, arrival(22)])) == []
    gave_up = [*(arrival(minute) for minute in range(20)), answer(8, "abandoned")]
    assert told(closed([*gave_up, arrival(22)])) == [("30T00:15:00", "unanswered", "open")]


def test_outside_the_opening_hours_nobody_need_be_answered() -> None:
    hours = parse('[hours]\nmonday = ["08:00-18:00"]')
    at_night = [arrival(minute) for minute in range(60)]
    assert told(closed([*at_night, arrival(300)], hours)) == []
    # From 7:50 on; those who come before eight do not wait in vain.
    early = [arrival(470 + minute) for minute in range(40)]
    assert told(closed(early, hours)) == [("30T08:15:00", "unanswered", "open")]


def weeks(number: int) -> list[Said]:
    """Ten arrivals an hour, each answered, from eight to six on Mondays; and once a day else."""
    out: list[Said] = []
    for day in range(7 * number):
        minutes = range(480, 1080, 6) if day % 7 == 0 else (600,)
        for minute in minutes:
            out += [arrival(day * 1440 + minute), answer(day * 1440 + minute + 0.2)]
    return out


def test_silence_is_told_once_twenty_should_have_arrived() -> None:
    begin = 21 * 1440
    monday = [said for minute in range(480, 602, 6)
              for said in (arrival(begin + minute), answer(begin + minute + 0.2))]  # fmt: skip
    queue = closed([*weeks(3), *monday]).advance(minutes=200)
    # The last one came at 10:00; at ten an hour the twentieth is missed at 12:00.
    assert told(queue) == [("21T12:00:00", "silent", "open")]
    assert queue.alerts[-1].reason == (
        "Nobody has arrived since 2026-12-21 10:00 UTC, where 20.0 usually do in that time."
    )
    queue.feed([arrival(begin + 810), arrival(begin + 830)])
    assert told(queue)[1:] == [("21T13:30:00", "silent", "recovered")]


def test_a_late_arrival_shows_that_it_was_not_silent() -> None:
    begin = 21 * 1440
    queue = closed([*weeks(3), arrival(begin + 480)]).advance(minutes=300)
    assert told(queue) == [("21T10:00:00", "silent", "open")]
    queue.feed([arrival(begin + 590)])
    assert told(queue)[1:] == [("21T10:00:00", "silent", "late_evidence")]


def test_in_the_first_weeks_nothing_is_usual() -> None:
    assert told(closed([*weeks(2), arrival(14 * 1440 + 480)]).advance(minutes=600)) == []


MORNING = [arrival(minute * 1.3) for minute in range(40)] + [answer(minute) for minute in (3, 31)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_neither_order_nor_batches_matter_within_the_lateness(seed: int, sizes: list[int]) -> None:
    shuffled = [*MORNING]
    random.Random(seed).shuffle(shuffled)
    whole = GroupHarness(lateness=2 * HOUR).feed(MORNING).advance(minutes=1440)
    other = GroupHarness(lateness=2 * HOUR).batches(sizes).feed(shuffled).advance(minutes=1440)
    assert told(whole) == told(other)
    assert whole.outputs == other.outputs
    assert len(told(whole)) >= 2
