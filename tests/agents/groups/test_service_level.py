"""`service_level_missed`, and what goes out about service levels."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.groups.harness import GroupHarness, Said
from schemas.instant import HOUR, MINUTE, SECOND
from schemas.observation import Hold, Observation, Wait
from schemas.service_level import ServiceLevel, decode
from schemas.standards import parse

START = 1_795_305_600 * SECOND  # a midnight
KEY = "queue:sales"


def wait(minute: float, waited: float = 5, outcome: str = "answered", **more: object) -> Said:
    at = START + round(minute * MINUTE)
    fields = {"corrects": False, "queue": "sales", **more}
    return KEY, Wait(
        at, f"{outcome} {minute}", f"contact_{outcome}", 7, "Acme", None,
        outcome, round(waited * SECOND), **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def half_hour(begin: float, *, late: int, n: int = 20) -> list[Said]:
    """`n` answered contacts, `late` of them after a minute."""
    return [wait(begin + i, 60 if i < late else 5) for i in range(n)]


def told(harness: GroupHarness, span: str = "30m") -> list[ServiceLevel]:
    found = [decode(o.value) for o in harness.outputs if o.topic == "service_levels"]
    return [level for level in found if level.span == span]


def states(harness: GroupHarness) -> list[tuple[str, str]]:
    return [(a.event_time[11:16], a.resolution or a.status) for a in harness.alerts]


def test_it_opens_at_the_end_of_a_half_hour_under_target_and_clears_after_one_on_target() -> None:
    queue = GroupHarness().feed([*half_hour(0, late=5), *half_hour(30, late=6)])
    queue.feed([*half_hour(60, late=4), wait(95)])
    assert states(queue) == [("00:30", "open"), ("01:30", "recovered")]
    opened = queue.alerts[0]
    assert (opened.group, opened.team, opened.severity) == (KEY, "support", "warning")
    assert opened.rule.parameters == {
        "service_level": 0.75, "target": 0.8, "within_seconds": 20.0, "contacts": 20,
        "interval_minutes": 30.0, "formula": "answered+abandoned-short",
    }  # fmt: skip
    assert [one.id for one in opened.evidence] == [f"answered {i}" for i in range(5)]
    assert opened.reason == (
        "75.0% of 20 contacts were answered within 20.0 s in 30.0 minutes, under the target of"
        " 80% (answered+abandoned-short)."
    )


def test_nineteen_contacts_prove_nothing() -> None:
    assert GroupHarness().feed([*half_hour(0, late=19, n=19), wait(40)]).alerts == []


def test_far_under_target_is_an_error() -> None:
    queue = GroupHarness().feed([*half_hour(0, late=13), wait(40)])
    assert [alert.severity for alert in queue.alerts] == ["error"]


def test_who_left_at_once_is_not_counted_unless_the_house_says_so() -> None:
    calls = [*half_hour(0, late=4), wait(25, 4.9, "abandoned"), wait(26, 2, "flowed_out"), wait(40)]
    assert GroupHarness().feed(calls).alerts == []
    strict = parse('[service_level_missed]\nformula = "answered+abandoned"')
    assert len(GroupHarness(strict).feed(calls).alerts) == 1
    (level, *_) = told(GroupHarness().feed(calls))
    assert (level.abandoned, level.short_abandoned, level.flowed_out) == (1, 1, 1)
    assert level.levels["answered+abandoned-short+flowouts"] == 16 / 21


def test_a_queue_has_targets_of_its_own() -> None:
    vip = parse(
        '[[override]]\nqueue = "sales"\n[override.service_level_missed]\nwithin = "3 s"\nleast = 5'
    )
    assert len(GroupHarness(vip).feed([*half_hour(0, late=0, n=5), wait(40)]).alerts) == 1


def test_what_comes_late_is_counted_and_changes_what_was_told() -> None:
    queue = GroupHarness().feed([*half_hour(0, late=0), wait(40)])
    assert [level.answered for level in told(queue)] == [20]
    queue.feed([wait(10.5, 60)])
    assert [level.answered for level in told(queue)] == [20, 21]
    assert [level.answered_late for level in told(queue, "day")][-1] == 1
    assert queue.counts["observations_late", "service_level_missed"] == 1
    assert queue.alerts == []


def test_a_queueing_that_comes_after_its_answer_corrects_the_wait() -> None:
    queue = GroupHarness().feed([wait(1, 0), wait(1, 50, corrects=True), wait(40)])
    (level,) = told(queue)
    assert (level.answered, level.answered_late) == (1, 1)
    service = queue.group(KEY).service
    assert service is not None
    assert service.spans[0].answered.number == 2
    assert service.spans[0].answered.total == 55_000


def test_days_and_months_are_those_of_the_house() -> None:
    berlin = parse('[hours]\nzone = "Europe/Berlin"')
    queue = GroupHarness(berlin).feed([wait(-90), wait(0)]).advance(minutes=60)
    assert {level.from_ for level in told(queue, "day")} == {
        "2026-11-20T23:00:00.000000Z", "2026-11-21T23:00:00.000000Z",
    }  # fmt: skip
    assert {level.to for level in told(queue, "month")} == {"2026-11-30T23:00:00.000000Z"}


def test_a_month_says_how_long_waits_and_holds_were() -> None:
    hold: Observation = Hold(START, "h", "contact_resumed", 7, None, None, 30 * SECOND)
    queue = GroupHarness().feed([wait(i, i) for i in range(1, 21)])
    queue.feed([(KEY, hold), wait(22, 9, "abandoned")]).advance(minutes=60)
    month = told(queue, "month")[-1]
    assert month.waits is not None
    assert month.holds is not None
    assert month.patience is not None
    assert (month.waits.number, month.waits.mean, month.holds.number) == (20, 10.5, 1)
    assert month.waits.p90 == pytest.approx(18, rel=0.008)
    assert month.patience.p50 == pytest.approx(9, rel=0.008)


def test_of_employees_fewer_than_twenty_contacts_are_not_told() -> None:
    for number, expected in ((19, 0), (20, 1)):
        calls = [("employees:desk", seen) for _, seen in half_hour(0, late=15, n=number)]
        team = GroupHarness().feed(calls).advance(minutes=60)
        assert len(told(team)) == expected
        assert team.alerts == []


def test_the_metric_shows_the_last_half_hour_and_nothing_once_one_was_empty() -> None:
    queue = GroupHarness().feed([*half_hour(0, late=5), wait(32)])
    shown = {name: value for name, value in queue.gauges.items() if "service_level" in name[0]}
    assert shown == {
        ("service_level_met", "sales"): 15, ("service_level_counted", "sales"): 20,
    }  # fmt: skip
    queue.advance(minutes=120)
    assert not any(value for name, value in queue.gauges.items() if "level" in name[0])


def test_signals_turned_off_still_tell_levels() -> None:
    off = parse("[service_level_missed]\nenabled = false")
    queue = GroupHarness(off).feed([*half_hour(0, late=20), wait(40)])
    assert queue.alerts == []
    assert [level.level for level in told(queue)] == [0.0]


CALLS = [*half_hour(0, late=9, n=25), *half_hour(33, late=2, n=22), *half_hour(64, late=9, n=24)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_neither_order_nor_batches_matter_within_the_lateness(seed: int, sizes: list[int]) -> None:
    random.Random(seed).shuffle(shuffled := [*CALLS])
    whole = GroupHarness(lateness=3 * HOUR).feed(CALLS).advance(minutes=300)
    other = GroupHarness(lateness=3 * HOUR).batches(sizes).feed(shuffled).advance(minutes=300)
    assert other.outputs == whole.outputs
    assert other.gauges == whole.gauges
    assert len(whole.alerts) == 3
