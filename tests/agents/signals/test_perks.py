"""Benefits that have become usual: which order they belong to, and when they are missed."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.signals.journey.perks import Perks
from schemas.customer import decode
from schemas.journey import KIND_BYTES, MOST_PERKS, Journey, Perk
from schemas.standards import PerkWithdrawn
from tests.agents.say import DAY, HOUR, Record, said, shop, told

SIGNAL = "perk_withdrawn"
GAP = 20


def order(day: float) -> Record:
    return said("order_completed", day * DAY + HOUR)


def given_(day: float, kind: str | None = "gift") -> Record:
    return {**said("benefit_given", day * DAY + HOUR), "properties": {"kind": kind}}


def habit(pattern: str, kind: str = "gift") -> list[Record]:
    """An order every 20 days, with a gift where the pattern has a 1."""
    records = []
    for place, with_it in enumerate(pattern):
        records.append(order(place * GAP))
        if with_it == "1":
            records.append(given_(place * GAP, kind))
    return records


def heard(*records: Record, days: float = 0, standards: str = "") -> list[tuple[float, str]]:
    harness = shop(standards, *records).advance(minutes=days * 24 * 60)
    return [(at / DAY, how) for at, name, how in told(harness) if name == SIGNAL]


def memory(*records: Record) -> Journey:
    (row,) = shop("", *records).rows.values()
    journey = decode(row).journey
    assert journey is not None
    return journey


@pytest.mark.parametrize(
    ("pattern", "missed"),
    [
        ("1110", True), ("11110", True), ("01110", True), ("10110", True), ("11010", True),
        ("110", False), ("1010", False), ("0110", False), ("10010", False), ("11100", True),
        ("110100", True), ("1111", False), ("0000", False),
    ],
)  # fmt: skip
def test_which_habits_are_missed_once(pattern: str, missed: bool) -> None:
    opened = [how for _, how in heard(*habit(pattern), days=5) if how == "open"]
    assert opened == (["open"] if missed else [])


@given(st.lists(st.booleans(), min_size=1, max_size=24), st.integers(1, 5), st.integers(1, 5))
def test_the_bits_say_what_the_pattern_says(pattern: list[bool], least: int, of: int) -> None:
    perks = Perks(PerkWithdrawn(least=least, of=of))
    given = 0
    for with_it in pattern:
        given = ((given | int(with_it)) << 1) & perks.known
    before = pattern[:-1][-of:]
    expected = not pattern[-1] and bool(before) and before[-1] and sum(before) >= least
    assert perks.is_missed(Perk("gift", given)) is expected


@given(
    st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=7),
    st.lists(st.integers(0, 60), max_size=6),
    st.data(),
)
def test_orders_and_gifts_in_order_stand_where_they_belong(
    order_days: list[int], gifts: list[int], data: st.DataObject
) -> None:
    moments = sorted([(day, 0) for day in order_days] + [(day, 1) for day in gifts])
    # A first gift from before all of it, so that every order is known.
    records = [given_(-1, "other"), given_(-1)]
    expected = set()
    heard_of: list[int] = []
    for day, is_gift in moments:
        if not is_gift:
            heard_of.append(day)
        elif heard_of and day <= heard_of[-1] + 1:
            expected.add(heard_of[-1])
        else:
            later = sorted(order_days)[bisect_right(sorted(order_days), day) :]
            expected.add(later[0] if later else 10**6)
        records.append(given_(day + 0.1) if is_gift else order(day))
    journey = memory(*records)
    known = [10**6, *sorted(order_days, reverse=True)]
    perk = next((perk for perk in journey.perks if perk.kind == "gift"), Perk("gift"))
    # The gift from before all of it belongs to the first order, while that is within the last 5.
    expected.add(min(order_days))
    bits = {day for place, day in enumerate(known[:6]) if perk.given >> place & 1}
    assert bits == expected & set(known[:6])


def test_an_order_heard_of_late_moves_what_came_before_it() -> None:
    records = habit("111")
    journey = memory(*records, order(GAP + 5))
    assert [bin(perk.given) for perk in journey.perks] == ["0b11010"]


def test_a_gift_heard_of_late_belongs_to_its_order() -> None:
    assert heard(*habit("1010"), given_(GAP), days=5) == [(3 * GAP + 2, "open")]


def test_two_kinds_are_told_apart() -> None:
    records = habit("1110", "free delivery")
    for place in range(4):
        records.append(given_(place * GAP, "gift"))
    harness = shop("", *records).advance(minutes=5 * 24 * 60)
    assert [a.subject for a in harness.alerts if a.signal == SIGNAL] == ["free delivery"]


def test_an_order_before_the_judgement_shows_that_they_did_not_mind() -> None:
    assert heard(*habit("1110"), order(3 * GAP + 1), days=1) == []


def test_an_order_of_that_day_heard_of_after_it() -> None:
    records = [*habit("1110"), said("page_viewed", (3 * GAP + 3) * DAY), order(3 * GAP + 1)]
    opened = (3 * GAP + 2, "open")
    assert heard(*records)[:2] == [opened, (3 * GAP + 2, "late_evidence")]


def test_who_buys_daily_is_told_as_an_error_at_once() -> None:
    records = []
    for day in range(6):
        records.append(order(day))
        if day < 5:
            records.append(given_(day + 0.1))
    harness = shop("", *records).advance(minutes=4 * 24 * 60)
    alerts = [alert for alert in harness.alerts if alert.signal == SIGNAL]
    assert [(alert.severity, alert.status) for alert in alerts] == [("error", "open")]


def test_a_severity_of_the_house_holds_throughout() -> None:
    standards = f'[{SIGNAL}]\nseverity = "critical"'
    assert heard(*habit("1110"), days=29, standards=standards) == [(3 * GAP + 2, "open")]


def test_at_most_four_kinds_are_kept_and_their_names_cut() -> None:
    records = [order(0), order(GAP)]
    for kind in "abcdef":
        records += [given_(0, kind), given_(GAP, kind)]
    journey = memory(*records)
    assert [perk.kind for perk in journey.perks] == ["a", "b", "c", "d"]
    assert len(journey.perks) == MOST_PERKS
    (perk,) = memory(given_(0, "z" * 256)).perks
    assert len(perk.kind) == KIND_BYTES


def test_a_perk_that_has_not_come_for_long_is_forgotten() -> None:
    assert memory(*habit("1" + "0" * 8)).perks == []


def test_a_benefit_without_a_kind_is_one_too() -> None:
    assert [perk.kind for perk in memory(given_(0, None)).perks] == ["benefit"]


def test_a_second_order_of_the_judged_day_heard_of_late_changes_nothing() -> None:
    again = {**order(3 * GAP), "time": order(3 * GAP)["time"] + HOUR}
    records = [*habit("1110"), said("page_viewed", (3 * GAP + 3) * DAY), again]
    assert heard(*records) == [(3 * GAP + 2, "open")]
