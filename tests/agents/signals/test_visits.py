"""`greeting_late`, `assisted_late`, `visit_abandoned`, `hold_too_long`: beyond the stories."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Harness
from schemas.customer import decode
from schemas.service import MAX_HOLDS, MAX_VISITS
from tests.agents.say import DAY, HOUR, Record, said, shop


def of(harness: Harness, signal: str) -> list[str]:
    return [a.resolution or a.status for a in harness.alerts if a.signal == signal]


def visit(*moments: tuple[str, float], name: str | None = "v") -> list[Record]:
    return [said(f"visitor_{what}", at, visit_id=name) for what, at in moments]


@given(st.permutations(visit(("arrived", 0), ("assisted", 50), ("left", 300))))
def test_an_assisted_visit_in_any_order_is_no_abandonment_in_the_end(records: list[Record]) -> None:
    harness = shop("", *records).advance(minutes=60)
    assert of(harness, "visit_abandoned") in ([], ["open", "late_evidence"])
    # Where leaving had ended the alert, there is nothing to void any more.
    assert of(harness, "assisted_late") in (
        [], ["open", "late_evidence"], ["open", "superseded"],
    )  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_abandoned_visit_in_any_order_is_one(order: tuple[int, ...]) -> None:
    moments = visit(("arrived", 0), ("greeted", 30), ("left", 300))
    harness = shop("", *[moments[place] for place in order])
    assert of(harness, "visit_abandoned") == ["open"]


def test_leaving_without_a_name_leaves_where_one_arrived_last() -> None:
    records = [*visit(("arrived", 0), name="v1"), *visit(("arrived", HOUR), name="v2")]
    harness = shop("", *records, *visit(("left", HOUR + 90), name=None))
    (alert,) = [a for a in harness.alerts if a.signal == "visit_abandoned"]
    assert alert.rule.parameters == {
        "stayed_seconds": 90.0, "short_visit_seconds": 60.0, "visit_id": "v2",
    }  # fmt: skip
    assert [each.type for each in alert.evidence] == ["visitor_arrived", "visitor_left"]


def test_a_voided_abandonment_leaves_no_cool_down() -> None:
    first = visit(("arrived", 0), ("left", 300), ("assisted", 100))
    second = visit(("arrived", HOUR), ("left", HOUR + 300), name="w")
    assert of(shop("", *first, *second), "visit_abandoned") == ["open", "late_evidence", "open"]


def test_few_visits_are_remembered_and_none_after_a_day() -> None:
    harness = shop("", *[v for n in range(9) for v in visit(("arrived", n), name=f"v{n}")])
    (row,) = harness.rows.values()
    service = decode(row).service
    assert service is not None
    assert len(service.visits) == MAX_VISITS
    harness.feed(visit(("arrived", 3 * DAY), name="late"))
    (row,) = harness.rows.values()
    service = decode(row).service
    assert service is not None
    assert [each.name for each in service.visits] == ["late"]


def test_a_new_nameless_arrival_says_that_the_last_visit_is_over() -> None:
    harness = shop("", *visit(("arrived", 0), ("arrived", DAY), ("greeted", DAY + 30), name=None))
    assert of(harness, "greeting_late") == ["open", "superseded"]


def test_an_arrival_told_twice_is_one_visit() -> None:
    harness = shop("", *visit(("arrived", 0), ("arrived", 30), ("greeted", 55)))
    assert of(harness.advance(minutes=5), "greeting_late") == []


def test_the_leaving_of_a_visit_whose_arrival_was_missed_is_not_that_of_the_next() -> None:
    records = visit(("left", 0), ("arrived", HOUR), ("left", HOUR + 70), name=None)
    (alert,) = [a for a in shop("", *records).alerts if a.signal == "visit_abandoned"]
    assert alert.rule.parameters["stayed_seconds"] == 70
    assert [each.id for each in alert.evidence] == [records[1]["id"], records[2]["id"]]


CUMULATED = "[hold_too_long]\ncumulated = true\n"


def hold(at: float, span: float, name: str = "k") -> list[Record]:
    return [
        said("contact_held", at, contact_id=name),
        said("contact_resumed", at + span, contact_id=name),
    ]


@given(st.lists(st.integers(1, 25), min_size=1, max_size=8))
def test_holds_of_one_contact_add_up_to_one_alert(spans: list[int]) -> None:
    records, at = [], 0
    for span in spans:
        records += hold(at, span)
        at += 60
    told = of(shop(CUMULATED, *records), "hold_too_long")
    assert told == (["open", "recovered"] if sum(spans) > 30 else [])


def test_holds_of_two_contacts_do_not() -> None:
    records = [*hold(0, 20, "a"), *hold(60, 20, "b")]
    assert of(shop(CUMULATED, *records), "hold_too_long") == []


def test_a_hold_whose_end_arrives_first_is_added_as_well() -> None:
    held, resumed = hold(0, 25)
    records = [resumed, held, *hold(60, 10)]
    assert of(shop(CUMULATED, *records), "hold_too_long") == ["open", "recovered"]


def test_the_sum_ends_with_the_contact_and_is_kept_of_few() -> None:
    over = said("contact_ended", 100, contact_id="k")
    assert of(shop(CUMULATED, *hold(0, 20), over, *hold(200, 20)), "hold_too_long") == []
    harness = shop(CUMULATED, *[r for n in range(9) for r in hold(60 * n, 5, f"k{n}")])
    (row,) = harness.rows.values()
    service = decode(row).service
    assert service is not None
    assert [held.name for held in service.holds] == [f"k{n}" for n in range(9)][-MAX_HOLDS:]


@pytest.mark.parametrize("signal", ["greeting_late", "assisted_late", "visit_abandoned"])
def test_each_can_be_off(signal: str) -> None:
    off = f"[{signal}]\nenabled = false\n"
    assert of(shop(off, *visit(("arrived", 0), ("left", 600))), signal) == []


@pytest.mark.parametrize("signal", ["greeting_late", "assisted_late", "visit_abandoned"])
def test_the_house_sets_severity_team_and_expiry(signal: str) -> None:
    text = f'[{signal}]\nseverity = "critical"\nteam = "doormen"\nexpires = "2 h"\n'
    moments = [("arrived", 0.0)] + ([("left", 600.0)] if signal == "visit_abandoned" else [])
    harness = shop(text, *visit(*moments)).advance(minutes=300)
    alerts = [alert for alert in harness.alerts if alert.signal == signal]
    assert [(a.status, a.severity, a.team) for a in alerts] == [
        ("open", "critical", "doormen"), ("expired", "critical", "doormen"),
    ]  # fmt: skip
