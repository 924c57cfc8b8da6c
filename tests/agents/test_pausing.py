"""Waits that pause: against a count of every minute, and in any order of arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.mechanisms.pausing import stretches
from agents.working_time import Hours
from schemas.instant import HOUR, MINUTE, instant, rfc3339
from schemas.standards import HoursTable, Opening
from tests.agents.say import shop, told

WEEK = HoursTable(monday=(Opening("09:00-12:30"), Opening("13:30-18:00")))
HOURS = Hours(WEEK)
NINE = instant("2026-11-23T09:00:00Z")

moments = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from([1, -1])), max_size=8, unique_by=lambda m: m[0]
)


def minutes(when: list[tuple[int, int]]) -> list[int]:
    return [sign * (NINE + at * MINUTE) for at, sign in sorted(when) if at]


@given(moments, st.integers(1, 300))
def test_the_stretches_are_those_of_a_count_minute_by_minute(
    when: list[tuple[int, int]], longest: int
) -> None:
    said = {at: sign for at, sign in when if at}
    running, since, counted = True, 0, []
    for minute in range(700):
        if not running and minute - since >= longest:
            running = True
        if minute in said and running == (said[minute] > 0):
            running, since = not running, minute
        counted.append(running)
    ran = stretches(NINE, minutes(when), longest * MINUTE)
    inside = [
        sum(1 for edge in ran if edge <= NINE + minute * MINUTE) % 2 == 1 for minute in range(700)
    ]
    assert inside == counted


@given(moments, st.integers(1, 400))
def test_the_wait_is_over_when_the_open_minutes_that_ran_add_up(
    when: list[tuple[int, int]], within: int
) -> None:
    ran = stretches(NINE, minutes(when), HOUR)
    due = HOURS.due(within * MINUTE, ran)
    assert due is not None, "the last stretch has no end"
    until = [min(edge, due) for edge in ran if edge < due] + [due]
    spent = sum(
        HOURS.between(until[place], until[place + 1]) for place in range(0, len(until) - 1, 2)
    )
    assert spent == within * MINUTE, [rfc3339(edge) for edge in until]


TICKET = {"customer_id": "c7", "channel": "email"}


def record(number: int, kind: str, hours: float) -> dict[str, object]:
    return {
        **TICKET, "id": f"m{number}", "type": kind,
        "time": (NINE + round(hours * HOUR)) / 1_000_000,
        "properties": {"ticket_id": "t1", "kind": "complaint"},
    }  # fmt: skip


@given(
    st.lists(st.floats(0.01, 60), min_size=1, max_size=6, unique=True).flatmap(
        lambda times: st.tuples(st.just(sorted(times)), st.permutations(range(len(times))))
    )
)
def test_pauses_may_arrive_in_any_order(case: tuple[list[float], list[int]]) -> None:
    times, order = case
    opened = record(0, "ticket_opened", 0)
    kinds = ("ticket_replied", "ticket_customer_replied")
    moves = [record(1 + place, kinds[place % 2], at) for place, at in enumerate(times)]
    expected = shop("", opened, *moves).advance(minutes=60 * 24 * 40)
    mixed = shop("", opened, *(moves[place] for place in order)).advance(minutes=60 * 24 * 40)

    def unresolved(harness: object) -> list[tuple[float, str, str]]:
        return [each for each in told(harness) if each[1] == "complaint_unresolved"]  # type: ignore[arg-type]

    assert unresolved(mixed) == unresolved(expected) != []


def test_more_moments_than_are_kept_change_nothing() -> None:
    kinds = ("ticket_replied", "ticket_customer_replied")
    # Ten hours run, two hours waited for, and so on: 72 hours have run after 84.
    moves, at = [], 0.0
    for number in range(14):
        at += 10 if number % 2 == 0 else 2
        moves.append(record(1 + number, kinds[number % 2], at))
    harness = shop("", record(0, "ticket_opened", 0), *moves).advance(minutes=60 * 24)
    opened = [a for a in harness.alerts if a.signal == "complaint_unresolved"]
    assert [alert.event_time for alert in opened] == [rfc3339(NINE + (72 + 14) * HOUR)]
