"""What the customers agent tells the groups agent, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.decide import Customers
from agents.harness import Harness
from agents.rulebook import Rulebook
from schemas.instant import SECOND
from schemas.observation import (
    CLASSES,
    Churn,
    Complaint,
    Hold,
    Observation,
    Order,
    Return,
    Score,
    Step,
    Visit,
    Wait,
    branch_key,
    decode,
    group_key,
    market_key,
    split,
    step_key,
)
from tests.agents.say import DAY, HOUR, MINUTE, Record, said


def seen(*records: Record, advance: float = 0) -> list[tuple[str, Observation]]:
    harness = Harness().feed(records)
    if advance:
        harness.advance(minutes=advance)
    return [
        (output.key.decode(), decode(output.value))
        for output in harness.outputs
        if output.topic == "observations"
    ]


def of(kind: type[Observation], *records: Record, advance: float = 0) -> list[tuple[str, Any]]:
    return [(key, each) for key, each in seen(*records, advance=advance) if isinstance(each, kind)]


def contact(kind: str, after: float, name: str = "k", **more: Any) -> Record:
    envelope = more.pop("envelope", {})
    return said(f"contact_{kind}", after, envelope, contact_id=name, queue="sales", **more)


def waits(*records: Record) -> list[tuple[str, str, float, bool]]:
    return [
        (key, wait.outcome, wait.waited / SECOND, wait.corrects) for key, wait in of(Wait, *records)
    ]


def test_a_wait_is_told_once_it_is_over_to_the_queue() -> None:
    assert waits(contact("queued", 0), contact("answered", 12)) == [
        ("queue:sales", "answered", 12, False)
    ]
    assert waits(contact("queued", 0), contact("abandoned", 7)) == [
        ("queue:sales", "abandoned", 7, False)
    ]
    assert waits(contact("queued", 0), said("callback_requested", 9, contact_id="k")) == [
        ("queue:sales", "flowed_out", 9, False)
    ]


def test_who_leaves_a_message_flows_out() -> None:
    assert waits(contact("queued", 0), contact("abandoned", 7, voicemail=True)) == [
        ("queue:sales", "flowed_out", 7, False)
    ]
    spoken = said("message_received", 9, {"channel": "phone"}, contact_id="k")
    assert waits(contact("queued", 0), spoken, contact("abandoned", 10)) == [
        ("queue:sales", "flowed_out", 9, False)
    ]
    assert waits(contact("abandoned", 7, voicemail=True), contact("queued", 0)) == []


def test_who_writes_while_waiting_in_a_chat_has_not_flowed_out() -> None:
    written = said("message_received", 9, {"channel": "chat"}, contact_id="k")
    assert waits(contact("queued", 0), written, contact("abandoned", 10)) == [
        ("queue:sales", "abandoned", 10, False)
    ]


def test_it_is_told_to_branch_brand_and_employees_as_well_never_to_one_of_them() -> None:
    where = {"brand": "Acme", "branch": "Main/1", "handled_by": "desk/7"}
    keys = [key for key, *_ in waits(contact("queued", 0), contact("answered", 1, envelope=where))]
    assert keys == ["queue:sales", "branch:Acme/Main/1", "brand:Acme", "employees:desk"]
    alone = {"handled_by": "7"}
    assert waits(contact("answered", 1, envelope=alone))[0][0] == "queue:sales"
    assert not any("7" in key for key, _ in seen(contact("answered", 1, envelope=alone)))


def test_one_answered_at_once_has_arrived_and_waited_nothing() -> None:
    told = seen(contact("answered", 5))
    assert [(key, each.kind) for key, each in told] == [
        ("queue:sales", "arrival"), ("queue:sales", "wait"),
    ]  # fmt: skip


def test_a_queueing_that_comes_late_corrects_what_was_told() -> None:
    assert waits(contact("answered", 30), contact("queued", 0)) == [
        ("queue:sales", "answered", 0, False), ("queue:sales", "answered", 30, True),
    ]  # fmt: skip
    assert waits(contact("abandoned", 30), contact("queued", 0)) == [
        ("queue:sales", "abandoned", 30, False)
    ]


def test_a_second_queueing_begins_a_second_wait() -> None:
    calls = [contact("queued", 0), contact("answered", 5), contact("queued", 60)]
    assert [wait[1:3] for wait in waits(*calls, contact("answered", 90))] == [
        ("answered", 5), ("answered", 30),
    ]  # fmt: skip


@given(st.permutations(["queued", "answered", "answered", "queued", "abandoned", "ended"]))
def test_whatever_the_order_a_contact_is_answered_or_abandoned_once(kinds: list[str]) -> None:
    times = {"queued": 0, "answered": 20, "abandoned": 25, "ended": 30}
    told = waits(*(contact(kind, times[kind]) for kind in kinds))
    first = [wait for wait in told if not wait[3]]
    assert len(first) == 1
    last = told[-1]
    assert last[2] == times[last[1]]


def test_holds_are_told_each() -> None:
    calls = [contact("answered", 0), contact("held", 10), contact("resumed", 40),
             contact("held", 60), contact("ended", 65)]  # fmt: skip
    assert [hold.held / SECOND for _, hold in of(Hold, *calls)] == [30, 5]


def test_a_visit_is_told_when_somebody_assists_or_the_visitor_leaves() -> None:
    where = {"branch": "Main", "brand": "Acme"}
    came = said("visitor_arrived", 0, where)
    keys = ["branch:Acme/Main", "brand:Acme"]
    assisted = of(Visit, came, said("visitor_greeted", 5, where), said("visitor_assisted", 50),
                  said("visitor_left", 90))  # fmt: skip
    assert [key for key, _ in assisted] == keys
    visit = assisted[0][1]
    assert (visit.greeted, visit.assisted, visit.stayed) == (5 * SECOND, 50 * SECOND, None)
    left = of(Visit, came, said("visitor_left", 90))[0][1]
    assert (left.greeted, left.assisted, left.stayed) == (None, None, 90 * SECOND)


def test_products_of_orders_and_returns() -> None:
    products = [{"product_id": "tea", "quantity": 2}, {"sku": "tea", "quantity": 1}, {"name": "x"}]
    (order,) = of(Order, said("order_completed", order_id="o", products=products))
    assert (order[0], order[1].quantity) == ("product:tea", 3)
    (back,) = of(Return, said("order_returned", order_id="o", products=products[:1]))
    assert (back[0], back[1].quantity) == ("product:tea", 2)


def test_steps_of_a_checkout_are_passed_or_abandoned() -> None:
    steps = [said("product_added", sku="tea"), said("checkout_started", 1),
             said("checkout_step_completed", 2, step=2), said("payment_failed", 3)]  # fmt: skip
    passed = [(key, step.passed) for key, step in of(Step, *steps, said("order_completed", 4))]
    assert passed == [("step:/started", True), ("step:/2", True), ("step:/payment_failed", True)]
    told = of(Step, *steps, advance=30)
    assert (told[-1][0], told[-1][1].passed) == ("step:/payment_failed", False)


def test_complaints_name_their_product_and_wishes_their_topic() -> None:
    at = {"brand": "Acme", "branch": "Main"}
    told = of(Complaint, said("ticket_opened", 0, at, kind="complaint", product_id="tea"))
    assert [key for key, _ in told] == ["branch:Acme/Main", "brand:Acme", "product:tea"]
    wishes = [
        key
        for topic in ("Gift_wrapping", " gift  wrapping", "gift-wrapping")
        for key, _ in seen(said("ticket_opened", kind="suggestion", category=topic))
    ]
    assert wishes == ["wish:gift wrapping"] * 3


@pytest.mark.parametrize(
    ("instrument", "score", "found"),
    [("nps", 9, (0.9, True, False)), ("nps", 7, (0.7, False, False)),
     ("csat", 2, (0.25, False, True)), ("ces", 7, (1, True, False))],
)  # fmt: skip
def test_answers_lie_between_the_worst_and_the_best(
    instrument: str, score: float, found: tuple[float, bool, bool]
) -> None:
    at = {"branch": "Main"}
    told = of(Score, said("survey_answered", 0, at, instrument=instrument, score=score))
    assert [key for key, _ in told] == ["branch:/Main", "brand:"]
    for _, each in told:
        assert (each.score, each.satisfied, each.detractor) == found


def test_a_survey_after_a_call_is_about_its_queue() -> None:
    asked = said("survey_answered", HOUR, instrument="csat", score=5)
    assert [key for key, _ in of(Score, contact("answered", 0), asked)] == ["queue:sales"]
    late = said("survey_answered", 8 * DAY, instrument="csat", score=5)
    assert of(Score, contact("answered", 0), late) == []


def test_churn_is_told_to_region_segments_and_brand_and_when_it_is_over() -> None:
    where = {"region": "Saxony", "brand": "Acme", "segments": {"band": "high"}}
    told = of(Churn, said("auto_renew_disabled", 0, where), said("subscription_renewed", MINUTE))
    keys = ["market:region/Saxony", "market:band/high", "brand:Acme"]
    assert [(key, each.over) for key, each in told] == [
        *((key, False) for key in keys), *((key, True) for key in keys),
    ]  # fmt: skip
    assert {each.signal for _, each in told} == {"cancellation_intended"}


def test_with_groups_off_nothing_is_told() -> None:
    logic = Customers(Rulebook(observed=False), future=None)
    harness = Harness(logic=logic).feed([contact("queued", 0), contact("answered", 5)])
    assert [output.topic for output in harness.outputs if output.topic == "observations"] == []


def test_of_whom_it_is_nobody_can_tell() -> None:
    told = seen(contact("queued", 0), contact("answered", 5))
    assert len({each.who for _, each in told}) == 1
    assert not any("c7" in repr(each) for _, each in told)


NAMES = st.text(min_size=1, max_size=8)


@given(NAMES, NAMES)
def test_keys_of_groups_can_be_read_back(first: str, name: str) -> None:
    assert split(branch_key(first, name)) == ("branch", first, name)
    assert split(step_key(None, name)) == ("step", None, name)
    assert split(market_key(first, name)) == ("market", first, name)
    assert split(group_key("queue", name)) == ("queue", None, name)
    assert len(CLASSES) == 12
