"""Alerts of two rows that become one are neither doubled nor orphaned, and gauges stay right."""

from __future__ import annotations

from collections import Counter, defaultdict
from copy import deepcopy
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agents.alerts import Kind
from agents.decide import weigh
from agents.harness import Harness
from agents.merging import merge
from schemas.alert import Alert, alert_id, decode
from schemas.customer import MAX_BYTES, Customer, encode, fits
from schemas.customer import decode as decoded
from streams.contract import Output
from tests.agents.hostile import hostile
from tests.agents.rows import (
    DAY,
    HOUR,
    KEY,
    LOGIC,
    MINUTE,
    START,
    Joined,
    facts,
    lived,
    lives,
    split,
    state_of,
)

Record = dict[str, Any]

SEEDS = st.integers(0, 2**32 - 1)
ALIAS = "anonymous_id:row-0"


def alerts(outputs: list[Output]) -> list[Alert]:
    return [decode(output.value) for output in outputs if output.topic == "alerts"]


def stands(alert: Alert) -> bool:
    return alert.status in ("open", "updated")


def told(joined: Joined) -> list[tuple[str, str | None, str | None]]:
    """What merging told: signal, subject, and how it ended."""
    return [(a.signal, a.subject, a.resolution) for a in alerts(joined.decision.outputs)]


def say(kind: str, after: float, /, who: Record | None = None, **said: Any) -> Record:
    return {
        "id": f"{kind}-{after}-{who}",
        "type": kind,
        "time": START + after,
        "channel": "web",
        **({"customer_id": "c7"} if who is None else who),
        "properties": said,
    }


STRANGER = {"aliases": {"anonymous_id": "row-0"}}


def rows(*lived_by: Harness) -> list[Customer]:
    return [decoded(next(iter(harness.rows.values()))) for harness in lived_by]


def gauges(*parts: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    total: dict[tuple[str, ...], float] = defaultdict(float)
    for part in parts:
        for name, number in part.items():
            total[name] += number
    return {name: round(number, 6) for name, number in total.items() if round(number, 6)}


@settings(max_examples=60, deadline=None)
@given(SEEDS, SEEDS, st.sampled_from((2, 3)), st.sampled_from((0, HOUR, 40 * DAY)))
def test_every_alert_that_was_opened_stands_or_is_told_as_over(
    seed: int, cut: int, number: int, later: int
) -> None:
    records = lives(seed)
    parts = [part for part in split(records, number, cut) if part]
    told_by, states = [], []
    for place, part in enumerate(parts):
        if place:
            who = {"customer_id": None, "aliases": {"anonymous_id": f"row-{place - 1}"}}
            part = [{**record, **who} for record in part]
        harness = lived(part).advance(to=records[-1]["time"] + later)
        told_by.append(harness)
        states += rows(harness)
    joined = Joined(states)
    after = joined.live_on().advance(to=records[-1]["time"] + later + 400 * DAY)
    outputs = [output for harness in told_by for output in harness.outputs]
    present: dict[str, Alert] = {}
    opened: Counter[str] = Counter()
    for alert in alerts([*outputs, *joined.decision.outputs]):
        present[alert.alert_id] = alert
        opened[alert.alert_id] += alert.status == "open"
    standing = {joined.alerts.id_of(alert) for alert in joined.customer.alerts}
    assert {name for name, alert in present.items() if stands(alert)} == standing
    assert len({(a.signal, a.subject) for a in joined.customer.alerts}) == len(standing)
    one = gauges(*(harness.gauges for harness in told_by), joined.decision.gauges)
    at_risk = [present[name].value_at_risk for name in standing]
    money = sum(value.amount for value in at_risk if value is not None)
    assert abs(sum(n for name, n in one.items() if name[0] == "value_at_risk") - money) < 0.01
    # And so it stays: what ends later ends under the id that it was told under.
    for alert in alerts(after.outputs):
        present[alert.alert_id] = alert
        opened[alert.alert_id] += alert.status == "open"
    assert all(opened[name] for name, alert in present.items() if alert.status != "notice")
    assert sum(n for name, n in one.items() if name[0] == "alerts_open") == len(standing)
    assert {name: n for name, n in one.items() if name[0] == "customers"} == {
        ("customers", joined.customer.stage): 1
    }
    last = gauges(one, after.gauges)
    standing_at_last = [a for a in present.values() if stands(a)]
    assert sum(n for name, n in last.items() if name[0] == "alerts_open") == len(standing_at_last)


@settings(max_examples=30, deadline=None)
@given(SEEDS, SEEDS)
def test_in_whatever_order_rows_are_handed_over_the_same_is_known_and_stands(
    seed: int, cut: int
) -> None:
    records = lives(seed)
    now = records[-1]["time"]
    a, b, c = (state_of(lived(part).advance(to=now)) for part in split(records, 3, cut))
    one = Joined(deepcopy([a, b, c])).customer
    inner = Joined(deepcopy([b, c])).customer
    for other in (Joined(deepcopy([a, c, b])).customer, Joined([deepcopy(a), inner]).customer):
        assert facts(other) == facts(one)
        assert open_of(other) == open_of(one)


def open_of(customer: Customer) -> list[tuple[str, str]]:
    return sorted((alert.signal, alert.subject or "") for alert in customer.alerts)


@settings(max_examples=30, deadline=None)
@given(SEEDS, SEEDS)
@example(5563460, 68)  # A referral after a return.
@example(13101, 5)  # A referral after the last order.
def test_whoever_was_first_an_alias_goes_on_as_if_always_known(seed: int, cut: int) -> None:
    """The customer's row is empty, and takes all: what follows is what would have followed."""
    records = lives(seed)
    before, after = split(records, 2, cut, whole=True)
    assume(before)
    joined = Joined([Customer(), state_of(lived(before))])
    assert not told(joined)
    on = joined.live_on().feed(after).finish()
    one = Harness(logic=on.logic).feed(before).feed(after).finish()
    keep, other = state_of(on), state_of(one)
    keep.merged = None
    for alert in keep.alerts:
        alert.told_as = None
    for each in (keep, other):
        each.timers.sort(key=repr)
        each.alerts.sort(key=repr)
        each.seen = b""
        each.answers.sort(key=repr)
    assert repr(keep.alerts) == repr(other.alerts)
    assert keep.stage == other.stage
    assert [repr(t) for t in keep.timers] == [repr(t) for t in other.timers]


@pytest.mark.parametrize("known", [(), ("page_viewed",), ("ticket_opened",)], ids=str)
@pytest.mark.parametrize("alias_first", [True, False])
def test_a_stage_that_moved_on_from_an_alert_stays_where_it_was(
    known: tuple[str, ...], alias_first: bool
) -> None:
    """A referral after a return: the alert stands, the stage is that of orders again."""
    days = (0, 7)
    stranger = lived([
        *(say("order_completed", day * DAY, STRANGER, order_id=f"o{day}") for day in days),
        say("order_returned", 7 * DAY + 1, STRANGER, order_id="o7"),
        say("referral_made", 7 * DAY + 2, STRANGER),
    ])  # fmt: skip
    (theirs,) = rows(stranger)
    assert "left_after_purchase" in {alert.signal for alert in theirs.alerts}
    assert theirs.stage == "retained"
    mine = state_of(lived([say(kind, 8 * DAY, ticket_id="t") for kind in known]))
    both = [theirs, mine] if alias_first else [mine, theirs]
    assert merge(*both).stage == "retained"
    assert Joined(both).customer.stage == "retained"


def test_loyal_is_shown_by_an_order_and_not_by_being_linked() -> None:
    """A referral after the last order: the next order is to show it."""
    kinds = ("tea", "milk", "tea", "milk", "tea")
    stranger = lived([
        *(
            say(
                "order_completed", day * DAY, STRANGER, order_id=f"o{day}",
                products=[{"product_id": "p", "category": kind}],
            )
            for day, kind in enumerate(kinds)
        ),
        say("referral_made", 5 * DAY, STRANGER),
    ])  # fmt: skip
    (theirs,) = rows(stranger)
    assert theirs.stage == "retained"
    joined = Joined([Customer(), theirs])
    assert joined.customer.stage == "retained"
    again = say("referral_made", 5 * DAY + 1)
    assert state_of(joined.live_on().feed([again])).stage == "retained"
    ordered = say("order_completed", 5 * DAY + 2, order_id="next")
    assert state_of(joined.live_on().feed([ordered])).stage == "loyal"


def test_a_row_that_decides_nothing_may_still_be_the_further_one() -> None:
    stranger = lived([say("page_viewed", 0, STRANGER)])
    known = lived([say("ticket_opened", 1, ticket_id="t")])
    assert Joined(rows(stranger, known)).customer.stage == "acquired"
    assert Joined(rows(known, stranger)).customer.stage == "acquired"


def test_a_cart_that_was_bought_under_the_other_row_is_recovered() -> None:
    stranger = lived([say("product_added", 0, STRANGER, sku="tea")]).advance(to=START + 2 * HOUR)
    known = lived([say("order_completed", 3 * HOUR)])
    joined = Joined(rows(known, stranger))
    (alert,) = alerts(joined.decision.outputs)
    assert (alert.signal, alert.resolution) == ("cart_abandoned", "recovered")
    assert alert.customer_id == "c7"
    assert alert.alert_id == stranger.alerts[0].alert_id
    assert alert.resolved_at == "2026-01-01T03:00:00.000000Z"


def test_a_cart_touched_under_the_other_row_before_it_was_told_was_never_abandoned() -> None:
    stranger = lived([say("product_added", 0, STRANGER, cart_id="k", sku="tea")])
    known = lived([say("product_added", 30 * MINUTE, cart_id="k", sku="milk")])
    stranger.advance(to=START + 70 * MINUTE)
    joined = Joined(rows(known, stranger))
    assert told(joined) == [("cart_abandoned", "k", "late_evidence")]
    (again,) = joined.live_on().advance(to=START + 90 * MINUTE).alerts
    assert (again.signal, again.event_time) == ("cart_abandoned", "2026-01-01T01:30:00.000000Z")


def test_a_silent_buyer_who_has_bought_under_an_alias_is_won_back() -> None:
    buyer = lived([say("order_completed", day * DAY, order_id=f"{day}") for day in (0, 7, 14)])
    buyer.advance(to=START + 200 * DAY)
    stranger = lived([say("order_completed", 201 * DAY, STRANGER, order_id="x")])
    joined = Joined(rows(buyer, stranger))
    assert ("lost", None, "recovered") in told(joined)
    assert ("won_back", None, None) in told(joined)
    assert joined.customer.stage == "won_back"


def test_a_silence_that_other_purchases_fill_was_none() -> None:
    buyer = lived([say("order_completed", day * DAY, order_id=f"{day}") for day in (0, 7, 14)])
    buyer.advance(to=START + 100 * DAY)
    silent = next(a for a in buyer.alerts if a.signal == "gone_silent")
    days = range(20, 98, 3)
    other = lived([say("order_completed", day * DAY, STRANGER, order_id=f"s{day}") for day in days])
    joined = Joined(rows(buyer, other))
    ended = next(a for a in alerts(joined.decision.outputs) if a.signal == "gone_silent")
    assert (ended.resolution, ended.alert_id) == ("late_evidence", silent.alert_id)
    assert joined.customer.stage != "losing"


def test_a_call_that_was_answered_under_the_other_row_is_recovered() -> None:
    caller = lived([
        say("contact_queued", 0, STRANGER, contact_id="k"),
        say("contact_abandoned", 30, STRANGER, contact_id="k"),
    ])  # fmt: skip
    known = lived([say("contact_answered", HOUR, contact_id="k2")])
    joined = Joined(rows(known, caller))
    assert ("queue_abandoned", "k", "recovered") in told(joined)


def test_a_call_queued_under_one_row_and_left_under_the_other_is_abandoned() -> None:
    caller = lived([say("contact_queued", 0, STRANGER, contact_id="k")])
    known = lived([say("contact_abandoned", 30, contact_id="k")])
    assert ("queue_abandoned", "k", None) in told(Joined(rows(known, caller)))


def test_a_complaint_answered_under_the_other_row_is_not_waited_for() -> None:
    stranger = lived([say("ticket_opened", 0, STRANGER, ticket_id="t", kind="complaint")])
    known = lived([say("ticket_replied", 5 * MINUTE, ticket_id="t", kind="complaint")])
    joined = Joined(rows(known, stranger))
    assert not [t for t in joined.customer.timers if t.signal == "complaint_unanswered"]
    assert [t for t in joined.customer.timers if t.signal == "complaint_unresolved"]


def test_of_two_alerts_that_say_the_same_the_earlier_stands() -> None:
    one = lived([say("survey_answered", HOUR, instrument="nps", score=2)])
    other = lived([say("survey_answered", 0, STRANGER, instrument="nps", score=3)])
    joined = Joined(rows(one, other))
    assert ("detractor", None, "superseded") in told(joined)
    standing = next(a for a in joined.customer.alerts if a.signal == "detractor")
    assert joined.alerts.id_of(standing) == alert_id("detractor", ALIAS, None, START * 1_000_000)


def test_an_alert_that_came_with_a_row_is_answered_by_its_own_id() -> None:
    stranger = lived([say("survey_answered", 0, STRANGER, instrument="nps", score=2)])
    (opened,) = [a for a in stranger.alerts if a.signal == "detractor"]
    joined = Joined([Customer(), *rows(stranger)])
    on = joined.live_on().feed([say("alert_outcome", HOUR, alert_id=opened.alert_id)])
    (ended,) = [a for a in on.alerts if a.signal == "detractor"]
    assert (ended.alert_id, ended.resolution) == (opened.alert_id, "actioned")
    assert ended.customer_id == "c7"


def test_dissatisfactions_of_two_rows_are_weighed_together() -> None:
    stranger = lived([say("survey_answered", 0, STRANGER, instrument="nps", score=2)])
    known = lived([say("ticket_opened", HOUR, ticket_id="t", kind="complaint")])
    joined = Joined(rows(known, stranger))
    weigh(LOGIC.rulebook.default, KEY, joined.customer, 0, joined.alerts, set())
    assert ("customer_dissatisfied", None, None) in told(joined)


def test_a_benefit_stays_with_the_orders_of_its_row() -> None:
    one = lived([say("order_completed", 0), say("benefit_given", HOUR, kind="gift")])
    other = lived([say("order_completed", 5 * DAY, STRANGER)])
    journey = Joined(rows(one, other)).customer.journey
    assert journey is not None
    assert [(perk.kind, perk.given) for perk in journey.perks] == [("gift", 0b100)]


class Counting:
    """A third party's signal that counts in `extra`."""

    kinds = (Kind("counting", "t", "", str, dict),)

    def merge(self, mine: int, theirs: int) -> int:
        return mine + theirs


class Failing(Counting):
    def merge(self, mine: int, theirs: int) -> int:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("signals", "kept"),
    [([], 2), ([Counting()], 5), ([Failing()], 2)],
    ids=["no", "own", "failing"],
)
def test_what_a_third_party_keeps_is_merged_as_it_says(signals: list[object], kept: int) -> None:
    mine, theirs = Customer(extra={"counting": 2}), Customer(extra={"counting": 3, "other": [1]})
    assert merge(mine, theirs, "h", signals).extra == {"counting": kept, "other": [1]}


def test_what_was_stated_last_holds_though_another_row_was_seen_later() -> None:
    named = Customer(last_seen=9, brand="North", segments={"tier": "A"})
    silent = Customer(last_seen=20)
    between = Customer(last_seen=15, brand="South", segments={"tier": "B", "size": "S"})
    for one, other, third in permutations((named, silent, between)):
        for joined in (merge(merge(one, other), third), merge(one, merge(other, third))):
            assert (joined.brand, joined.segments) == ("South", {"size": "S", "tier": "B"})


@pytest.mark.parametrize("seed", range(3))
def test_two_of_the_worst_customers_fit_into_one(seed: int) -> None:
    one, other = (Harness().feed(hostile(each)) for each in (seed, seed + 10))
    joined = Joined(rows(one, other))
    customer = joined.customer
    assert fits(customer)
    assert len(encode(customer, customer.deadline)) <= MAX_BYTES
    assert customer.carts is not None
    assert len(customer.carts.carts) <= 16
    assert customer.contacts is not None
    assert len(customer.contacts.contacts) <= 16
    assert len(customer.timers) <= 24
