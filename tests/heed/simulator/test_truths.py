"""What is true agrees with what is heard, and knows nothing of Heed's rules."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest

from heed.simulator import MEANINGS, Company, Truth, company
from schemas.instant import DAY, HOUR, instant

SEEDS = (1, 2, 3)


@cache
def made(seed: int) -> Company:
    return company(seed, customers=300)


@cache
def heard(seed: int) -> list[tuple[int, dict[str, Any]]]:
    return [(said.at, said.event) for said in made(seed).heard()]


def told(seed: int, *whats: str) -> list[Truth]:
    truths = [truth for truth in made(seed).truths() if truth.what in whats]
    assert truths
    return truths


def orders(seed: int) -> dict[str, list[int]]:
    of: dict[str, list[int]] = defaultdict(list)
    for at, event in heard(seed):
        if event["type"] == "order_completed":
            of[event["customer_id"]].append(at)
    return of


def about(seed: int, name: str) -> dict[str, list[tuple[int, str]]]:
    """Instants and types of what is heard of each cart, contact, ..., by its id."""
    of: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, event in heard(seed):
        if name in event["properties"]:
            of[event["properties"][name]].append((at, event["type"]))
    return of


def test_every_truth_that_has_a_meaning_occurs_and_no_other() -> None:
    seen = Counter(truth.what for seed in SEEDS for truth in made(seed).truths())
    assert seen.keys() == MEANINGS.keys() - {"known_as", "linked_wrongly", "trouble_planted"}


@pytest.mark.parametrize("seed", SEEDS)
def test_truths_are_of_somebody_and_within_the_time(seed: int) -> None:
    people = {life.person.customer_id for life in made(seed).lives}
    for truth in made(seed).truths():
        assert truth.customer_id in people
        assert made(seed).begin - 10 * DAY <= truth.at < made(seed).end
        assert truth.until is None or truth.at <= truth.until


@pytest.mark.parametrize("seed", SEEDS)
def test_who_went_to_a_competitor_or_left_for_good_never_orders_again(seed: int) -> None:
    of = orders(seed)
    for truth in told(seed, "went_to_competitor", "left_for_good", "left_over_service"):
        assert all(at <= truth.at for at in of[truth.customer_id])


@pytest.mark.parametrize("seed", SEEDS)
def test_who_left_for_good_had_bought_more_than_once(seed: int) -> None:
    of = orders(seed)
    assert all(len(of[truth.customer_id]) > 1 for truth in told(seed, "left_for_good"))
    for truth in told(seed, "bought_once"):
        before = [at for at in of[truth.customer_id] if at <= truth.at]
        after = [at for at in of[truth.customer_id] if at > truth.at]
        assert len(before) == 1
        assert not after or (truth.until is not None and min(after) >= truth.until)


def test_who_came_back_had_stopped_and_ordered_at_that_instant() -> None:
    back = [truth for seed in SEEDS for truth in made(seed).truths() if truth.what == "came_back"]
    assert len(back) >= 5
    for seed in SEEDS:
        of = orders(seed)
        gone = {truth.customer_id: truth for truth in told(seed, "life_changed")}
        for truth in told(seed, "came_back"):
            left = gone[truth.customer_id]
            assert left.until is not None
            assert truth.at in of[truth.customer_id]
            assert not [at for at in of[truth.customer_id] if left.at < at < left.until]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cart_that_was_left_is_never_bought_and_one_slept_over_is_touched_again(
    seed: int,
) -> None:
    carts = about(seed, "cart_id")
    for truth in told(seed, "left_cart", "left_checkout", "never_meant_to_buy"):
        cart = carts[truth.detail["subject"]]
        assert max(cart)[0] == truth.at
        assert "order_completed" not in {kind for _, kind in cart}
        began = any(kind == "checkout_started" for _, kind in cart)
        assert began == (truth.what == "left_checkout")
    for truth in told(seed, "thought_it_over"):
        later = [at for at, _ in carts[truth.detail["subject"]] if at > truth.at]
        assert later or truth.at > made(seed).end - 2 * DAY
        assert all(at - truth.at >= 9 * HOUR for at in later)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_gave_up_in_the_queue_was_not_answered_in_that_call(seed: int) -> None:
    contacts = about(seed, "contact_id")
    for truth in told(seed, "gave_up_in_queue", "called_in_error"):
        kinds = [kind for _, kind in contacts[truth.detail["subject"]]]
        assert kinds == ["contact_queued", "contact_abandoned"]


@pytest.mark.parametrize("seed", SEEDS)
def test_deliveries_that_are_waited_for_come_after_their_promise(seed: int) -> None:
    deliveries = about(seed, "order_id")
    for truth in told(seed, "waited_for_delivery"):
        parcel = deliveries[truth.detail["subject"]]
        assert [at for at, kind in parcel if kind == "order_delivered"] in ([], [truth.until])
        assert truth.until is None or truth.until > truth.at


def test_some_of_those_who_stay_show_signs_of_leaving_and_some_who_go_show_none() -> None:
    signs = {"data_exported", "number_ported_out"}
    shown = {event["customer_id"] for _, event in heard(1) if event["type"] in signs}
    gone = {truth.customer_id for truth in told(1, "went_to_competitor")}
    assert shown & gone
    assert shown - gone
    assert gone - shown


def test_waits_hurt_some_and_not_others_at_every_length() -> None:
    """No limit in seconds tells the hurt from the others: the truth is no threshold."""
    queued: dict[str, int] = {}
    waits: dict[str, int] = {}
    for at, event in heard(1):
        if event["type"] == "contact_queued":
            queued[event["properties"]["contact_id"]] = at
        elif event["type"] == "contact_answered":
            name = event["properties"]["contact_id"]
            waits[name] = at - queued[name]
    hurt = {truth.detail["subject"] for truth in told(1, "hurt_by_wait")}
    hurting = sorted(wait for name, wait in waits.items() if name in hurt)
    others = sorted(wait for name, wait in waits.items() if name not in hurt)
    assert hurting[len(hurting) // 10] < others[-len(others) // 10]
    assert sum(hurting) / len(hurting) > 2 * sum(others) / len(others)


def test_some_mind_a_late_call_back_and_others_wait_as_long() -> None:
    minding, others = [], []
    for seed in SEEDS:
        late = {truth.detail["subject"] for truth in told(seed, "called_back_late")}
        for name, said in about(seed, "contact_id").items():
            times = {kind: at for at, kind in said}
            assert name not in late or "callback_requested" in times
            if times.keys() >= {"callback_requested", "callback_done"}:
                wait = times["callback_done"] - times["callback_requested"]
                (minding if name in late else others).append(wait)
    assert min(minding) < max(others)
    assert median(minding) > 1.5 * median(others)


def test_a_hurt_makes_some_leave_who_would_have_stayed() -> None:
    over = told(1, "left_over_service")
    fates = {life.person.customer_id: life.person.fate for life in made(1).lives}
    assert any(fates[truth.customer_id] == "stays" for truth in over)


def test_a_truth_is_written_as_plain_json() -> None:
    at = instant("2026-01-02T03:04:05Z")
    truth = Truth("ann", "left_cart", at, None, {"subject": "cart-1"})
    assert orjson.loads(orjson.dumps(truth.plain())) == {
        "customer_id": "ann", "what": "left_cart", "at": "2026-01-02T03:04:05.000000Z",
        "until": None, "detail": {"subject": "cart-1"},
    }  # fmt: skip


def test_nothing_that_makes_truths_knows_a_rule_or_a_threshold() -> None:
    folder = Path(__file__).resolve().parents[3] / "heed" / "simulator"
    for path in sorted(folder.glob("*.py")):
        if path.name in ("quality.py", "troubles.py"):
            continue  # they measure
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                name = node.module or ""
                assert not name.startswith(("agents", "schemas.standards", "heed.replay")), path


def test_nobody_spoke_for_a_quarter_with_who_is_out_of_touch() -> None:
    talks: dict[str, list[int]] = defaultdict(list)
    for at, event in heard(1):
        if event["type"] in ("contact_answered", "survey_answered", "message_received"):
            talks[event["customer_id"]].append(at)
    for truth in told(1, "out_of_touch"):
        silent = range(truth.at - 90 * DAY + 1, truth.at)
        assert not [at for at in talks[truth.customer_id] if at in silent]


def test_who_took_leave_after_an_order_had_ordered_within_two_weeks() -> None:
    of = orders(1)
    for truth in told(1, "took_leave_after_order"):
        assert any(0 <= truth.at - at <= 14 * DAY for at in of[truth.customer_id])


def test_who_is_trapped_lives_where_there_is_no_other_and_stays() -> None:
    lives = {life.person.customer_id: life for life in made(1).lives}
    for truth in told(1, "trapped_unhappy"):
        life = lives[truth.customer_id]
        assert (life.person.region, life.stay.left) == ("islands", None)
