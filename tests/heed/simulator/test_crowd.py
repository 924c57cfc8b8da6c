"""The demo's day of a shop: always the same, all of it valid, and every kind of alert in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import zip_longest
from typing import Any

import orjson
import pytest

from heed.simulator.crowd import ACTIONS, CALLERS, SHOPPERS, Visit, shop_day
from schemas.instant import DAY, MINUTE, SECOND, instant
from schemas.interaction import Interaction, decode
from schemas.vocabulary import VOCABULARY

START = datetime(2026, 6, 1, tzinfo=UTC)
CHECKOUT = {
    "checkout_started",
    "checkout_step_completed",
    "payment_info_entered",
    "payment_failed",
}


def lived(**options: Any) -> list[Interaction]:
    return [decode(orjson.dumps(event)) for event in shop_day(START, **options)]


def cart_outcomes(day: list[Interaction]) -> Counter[tuple[str, str]]:
    """Which signal opens for each cart, and how it is resolved, by reading the carts one by one."""
    carts: dict[str, list[Interaction]] = defaultdict(list)
    for event in day:
        if (cart := getattr(event.properties, "cart_id", None)) is not None:
            carts[cart].append(event)
    outcomes: Counter[tuple[str, str]] = Counter()
    for events in carts.values():
        in_checkout = False
        for event, following in zip_longest(events, events[1:]):
            in_checkout |= event.kind in CHECKOUT
            if event.kind == "order_completed" or empties(event):
                break
            due = event.time + (10 if in_checkout else 60) * MINUTE
            if due < (following.time if following else day[-1].time):
                signal = "checkout_abandoned" if in_checkout else "cart_abandoned"
                outcomes[signal, resolution(following)] += 1
                break  # a second opening is a day away
    return outcomes


def empties(event: Interaction) -> bool:
    return event.kind == "product_removed" or (
        event.kind == "cart_viewed" and event.properties.products == []
    )


def resolution(event: Interaction | None) -> str:
    if event is None:
        return "open"
    if event.kind == "order_completed":
        return "recovered"
    return "emptied" if empties(event) else "returned"


def test_the_same_arguments_give_the_same_day() -> None:
    assert list(shop_day(START)) == list(shop_day(START))
    assert list(shop_day(START)) != list(shop_day(START, seed=8))


def test_every_form_of_the_start_is_the_same_instant() -> None:
    forms: list[datetime | float] = [
        START.timestamp(),
        START.replace(tzinfo=None),
        START.astimezone(timezone(timedelta(hours=2))),
    ]
    for form in forms:
        assert list(shop_day(form, shoppers=5, callers=5)) == list(
            shop_day(START, shoppers=5, callers=5)
        )


def test_all_interactions_are_valid_in_time_order_and_of_one_day() -> None:
    day = lived()
    assert 4_500 <= len(day) <= 5_500
    assert [event.id for event in day] == [f"day-{n}" for n in range(1, len(day) + 1)]
    times = [event.time for event in day]
    assert times == sorted(times)
    begin = instant(START.isoformat())
    assert begin <= times[0]
    assert times[-1] < begin + DAY
    assert {event.channel for event in day} == {"web", "app", "phone", "email", "store"}


def test_some_people_stay_nameless_and_some_sign_in_on_the_way() -> None:
    by_alias: dict[str, set[str | None]] = defaultdict(set)
    for event in lived():
        for alias in (event.aliases or {}).values():
            by_alias[str(alias)].add(event.customer_id)
    nameless = [alias for alias, customers in by_alias.items() if customers == {None}]
    linked = [customers for customers in by_alias.values() if len(customers) > 1]
    assert len(nameless) >= 40
    assert any(alias.startswith("+49") for alias in nameless)
    assert len(linked) >= 5
    assert all(len(customers) == 2 and None in customers for customers in linked)


@pytest.mark.parametrize("options", [{}, {"seed": 1}, {"seed": 2}, {"shoppers": 200}])
def test_carts_and_checkouts_are_abandoned_and_cleared_in_every_way(
    options: dict[str, int],
) -> None:
    outcomes = cart_outcomes(lived(**options))
    ways = ("open", "returned", "recovered", "emptied")
    for signal in ("cart_abandoned", "checkout_abandoned"):
        assert all(outcomes[signal, way] for way in ways), outcomes


@pytest.mark.parametrize("seed", [7, 1, 2])
def test_callers_give_up_early_late_and_twice_and_some_are_reached_after(seed: int) -> None:
    queued: dict[str, int] = {}
    asked: set[str] = set()
    waiting: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for event in lived(seed=seed):
        who = event.customer_id or str(event.aliases)
        match event.kind:
            case "contact_queued":
                queued[event.properties.contact_id] = event.time
            case "callback_requested":
                asked.add(event.properties.contact_id)
            case "contact_abandoned" if event.properties.contact_id in asked:
                seen["asked for a call back"] += 1
            case "contact_abandoned":
                wait = event.time - queued[event.properties.contact_id]
                if wait < 5 * SECOND:
                    seen["short"] += 1
                else:
                    seen["again" if who in waiting else "long"] += 1
                    waiting[who] = event.time
            case "contact_answered" | "callback_done" if who in waiting:
                seen[f"reached: {event.kind}"] += 1
                del waiting[who]
    assert set(seen) == {
        "short", "long", "again", "asked for a call back", "reached: contact_answered",
        "reached: callback_done",
    }  # fmt: skip
    assert waiting


def test_a_small_day_is_a_day_too() -> None:
    assert lived(shoppers=0, callers=0) == []
    assert lived(shoppers=1, callers=3)


def test_every_word_of_the_stories_is_an_action_a_wait_or_a_type_of_interaction() -> None:
    words = {word for _, story in (*SHOPPERS, *CALLERS) for word in story.split()}
    spoken = {word for word in words if not word[0].isdigit()}
    assert spoken <= ACTIONS.keys() | VOCABULARY.keys()
    assert ACTIONS.keys() <= spoken
    assert all(getattr(Visit, name) is action for name, action in ACTIONS.items())
