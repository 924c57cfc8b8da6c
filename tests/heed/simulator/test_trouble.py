"""Planted troubles: what they do from their day on, and nothing before it or elsewhere."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from statistics import fmean, median

import pytest

from heed.simulator import Company, company
from schemas.instant import DAY

DAYS, FROM = 300, 150


@cache
def made(*plant: str) -> Company:
    return company(2, 250, DAYS, plant=plant)


def share(of: Company, after: bool, kind: str, per: str, **said: str) -> float:
    """How many of one kind there are for each of another, before or after the day."""
    turn = of.begin + FROM * DAY
    kinds = [
        event["type"]
        for at, event in of.heard()
        if (at >= turn) == after and said.items() <= {**event, **event["properties"]}.items()
    ]
    return kinds.count(kind) / kinds.count(per)


def test_before_their_day_nothing_is_different() -> None:
    plain = company(2, 250, DAYS)
    for plant in ("bad-product:kettle", "broken-step:payment"):
        turn = plain.begin + FROM * DAY
        mine, theirs = (
            [each for each in of.heard() if each.at < turn] for of in (plain, made(plant))
        )
        assert mine == theirs


def test_the_truth_says_what_was_planted_and_when() -> None:
    of = made("competitor:north@40", "broken-step:address")
    told = [truth for truth in of.truths() if truth.what == "trouble_planted"]
    assert [(truth.detail["trouble"], truth.detail["where"], truth.at) for truth in told] == [
        ("competitor", "north", of.begin + 40 * DAY),
        ("broken-step", "address", of.begin + FROM * DAY),
    ]


def test_a_competitor_takes_customers_of_its_region_and_of_no_other() -> None:
    def gone(of: Company, region: str) -> int:
        return sum(
            life.stay.why == "competitor" and life.person.region == region for life in of.lives
        )

    assert gone(made("competitor:north"), "north") > 1.5 * gone(made(), "north")
    elsewhere = {life.person.customer_id for life in made().lives if life.person.region != "north"}
    before, after = (
        [each for each in of.heard() if each.event["customer_id"] in elsewhere]
        for of in (made(), made("competitor:north"))
    )
    assert before == after


def test_nobody_turns_to_a_competitor_before_it_opens() -> None:
    of = made("competitor:north")
    opens, signs = of.begin + FROM * DAY, ("data_exported", "number_ported_out")
    turned = {
        life.person.customer_id
        for life in of.lives
        if life.stay.why == "competitor" and life.stay.shows_from
    }
    shown = [
        at for at, event in of.heard() if event["customer_id"] in turned and event["type"] in signs
    ]
    assert len(shown) > 5
    assert min(shown) >= opens


def test_at_a_bad_branch_visitors_wait_leave_and_are_not_content() -> None:
    of = made("bad-branch:mill")
    arrived: dict[str, int] = {}
    waits: dict[tuple[bool, bool], list[int]] = defaultdict(list)
    for at, event in of.heard():
        if event["type"] == "visitor_arrived":
            arrived[event["properties"]["visit_id"]] = at
        elif event["type"] == "visitor_greeted":
            which = event["branch"] == "mill", at >= of.begin + FROM * DAY
            waits[which].append(at - arrived[event["properties"]["visit_id"]])
    usual = {which: median(spans) for which, spans in waits.items()}
    assert usual[True, True] > 1.7 * max(usual[True, False], usual[False, True])
    assert usual[False, True] < 1.2 * usual[False, False]
    scores: dict[bool, list[int]] = {True: [], False: []}
    for at, event in of.heard():
        if event["type"] == "survey_answered" and "branch" in event:
            bad = event["branch"] == "mill" and at >= of.begin + FROM * DAY
            scores[bad].append(event["properties"]["score"])
    assert min(map(len, scores.values())) > 5
    assert fmean(scores[True]) < fmean(scores[False]) - 0.3


def test_a_bad_product_comes_back_and_is_complained_of() -> None:
    def of_kettle(of: Company, kind: str) -> int:
        return sum(
            event["type"] == kind
            and at >= of.begin + FROM * DAY
            and "'kettle'" in str(event["properties"])
            for at, event in of.heard()
        )

    for kind in ("order_returned", "ticket_opened", "product_reviewed"):
        assert of_kettle(made("bad-product:kettle"), kind) > of_kettle(made(), kind) + 3


@pytest.mark.parametrize(
    ("step", "kind"), [("address", "checkout_step_completed"), ("payment", "payment_info_entered")]
)
def test_a_broken_step_stops_checkouts_there(step: str, kind: str) -> None:
    of = made(f"broken-step:{step}")
    assert share(of, True, kind, "checkout_started") < 0.75 * share(
        of, False, kind, "checkout_started"
    )
    broken = [truth for truth in of.truths() if truth.detail.get("why") == "broken"]
    assert len(broken) > 20
    assert all(truth.what == "left_checkout" for truth in broken)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        ("fire:north", "begins with none of competitor, bad-branch"),
        ("competitor:west", "one of north, south, islands"),
        ("bad-product:kettle@soon", "the number of a day"),
    ],
)
def test_what_cannot_be_planted_is_told_in_a_sentence(plant: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        company(1, 1, 10, plant=(plant,))
