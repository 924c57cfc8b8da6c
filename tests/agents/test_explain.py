"""What is known of a customer, in words: the sentences, and what is said to come."""

from __future__ import annotations

from typing import Any

import pytest

from agents.explain import Explanation, explain, points_to
from agents.explain.explanation import decode, encode
from agents.explain.remembered import sentences
from agents.explain.teller import CustomerTeller
from agents.explain.whom import candidates
from agents.harness import Harness
from agents.rulebook import Rulebook
from schemas.customer import Customer
from schemas.links import Links
from schemas.standards import parse

Said = dict[str, Any]


def of(events: list[Said], standards: str = "", key: str = "c:ann") -> tuple[Explanation, Harness]:
    lived = Harness(parse(standards) if standards else None).feed(events)
    lived.finish()
    made = explain(key, lived.rows[key], lived.logic.rulebook, lived.partition.view.clock.now)
    return made, lived


def event(kind: str, time: str, **more: Any) -> Said:
    said = {"id": f"{kind}-{time}", "type": kind, "time": time, "channel": "web"}
    return {**said, "customer_id": "ann", **more}


CART = event(
    "product_added", "2026-03-05T14:02:00Z",
    properties={"cart_id": "7", "sku": "tea", "price": 18, "quantity": 3, "currency": "EUR"},
)  # fmt: skip
BOUGHT = [
    event("order_completed", f"2026-0{month}-01T10:00:00Z", properties={"revenue": 50.0})
    for month in (1, 2, 3)
]


def test_an_open_cart_is_told_with_when_it_is_abandoned_unless_touched() -> None:
    made, _ = of([CART])
    assert (
        "Cart 7 (3 items, 54.00 EUR) untouched since 2026-03-05 14:02 UTC: cart_abandoned at "
        "2026-03-05 15:02 UTC unless bought, emptied or touched."
    ) in made.said
    first = made.ahead[0]
    assert (first.time, first.signal, first.status, first.subject) == (
        "2026-03-05T15:02:00.000000Z", "cart_abandoned", "open", "7",
    )  # fmt: skip
    assert first.unless == "The customer orders, empties the cart, or touches it again."


def test_the_house_own_threshold_is_the_one_that_is_told() -> None:
    made, _ = of([CART], "[cart_abandoned]\nidle = '15 min'\n")
    assert any("cart_abandoned at 2026-03-05 14:17 UTC" in each for each in made.said)
    assert made.ahead[0].time == "2026-03-05T14:17:00.000000Z"


def test_a_rhythm_is_told_with_p_alive_and_when_it_falls() -> None:
    made, lived = of([*BOUGHT, CART])
    assert (
        "P(alive), the probability that they will buy again, is 0.79; it falls under 0.5 on "
        "2026-05-22 (gone_silent)."
    ) in made.said
    assert "Bought on 3 days between 2026-01-01 and 2026-03-01: 3 orders, 150.00." in made.said
    silent = next(each for each in made.ahead if each.signal == "gone_silent")
    assert silent.time.startswith("2026-05-22")
    assert made.stage == "retained"
    assert lived.alerts == [a for a in lived.alerts if a.signal != "gone_silent"]


def test_what_is_said_to_come_is_what_then_comes() -> None:
    made, lived = of([*BOUGHT, CART])
    before = len(lived.outputs)
    lived.advance(to=made.ahead[-1].time)
    told = [(a.event_time, a.signal, a.status) for a in lived.alerts if a.status != "expired"]
    said = [(a.time, a.signal, a.status) for a in made.ahead if a.status != "stage"]
    assert len(lived.outputs) > before
    assert told[-len(said) :] == said


def test_what_was_explained_has_not_changed() -> None:
    _, lived = of([*BOUGHT, CART])
    stored = dict(lived.rows)
    made = explain(
        "c:ann", lived.rows["c:ann"], lived.logic.rulebook, lived.partition.view.clock.now
    )
    assert made.ahead
    assert lived.rows == stored


def test_an_open_alert_is_told_with_its_reason_its_id_and_what_clears_it() -> None:
    later = event("page_viewed", "2026-03-05T16:00:00Z")
    made, lived = of([CART, later])
    (standing,) = made.alerts
    (told,) = (alert for alert in lived.alerts if alert.status == "open")
    assert standing.alert_id == told.alert_id
    assert standing.reason == told.reason
    assert standing.recommended_action == told.recommended_action
    assert standing.clears_if == "The customer orders, empties the cart, or touches it again."
    assert standing.evidence == told.evidence
    assert "cart_abandoned since 2026-03-05 15:02 UTC." in " ".join(made.said)


def test_the_expiry_of_what_stands_is_told_and_of_what_does_not_stand_yet_is_not() -> None:
    later = event("page_viewed", "2026-03-05T16:00:00Z")
    assert [a.status for a in of([CART])[0].ahead if a.signal == "cart_abandoned"] == ["open"]
    assert [a.status for a in of([CART, later])[0].ahead if a.signal == "cart_abandoned"] == [
        "expired"
    ]


def test_a_customer_of_whom_nothing_is_waited_for_is_told_without() -> None:
    made, _ = of([event("x_blinked", "2026-03-05T16:00:00Z")])
    assert (made.alerts, made.ahead) == ([], [])
    assert made.stage == "acquired"


def test_of_an_excluded_customer_it_is_told_that_they_are_and_by_which_pattern() -> None:
    excluding = '[exclude]\ncustomers = ["test-*", "an?"]'
    made, lived = of([*BOUGHT, CART], excluding)
    assert (made.excluded_by, made.alerts, made.ahead) == ("an?", [], [])
    told = CustomerTeller(lived.logic.rulebook).tell("c:ann", lived.rows["c:ann"], 0)
    assert decode(told).excluded_by == "an?", "a worker says the same"
    mail = event("page_viewed", "2026-03-05T16:00:00Z", customer_id=None, aliases={"email": "a@b"})
    assert of([mail], '[exclude]\ncustomers = ["*@b"]', "email:a@b")[0].excluded_by == "*@b"


def test_of_others_nothing_is_told_of_exclusion() -> None:
    made, _ = of([CART], '[exclude]\ncustomers = ["test-*", "c:ann"]')
    assert made.excluded_by is None
    assert b"excluded" not in encode(made)


def test_the_timeline_of_the_state_is_in_order_and_names_what_it_knows() -> None:
    made, _ = of([*BOUGHT, CART])
    times = [each.time for each in made.timeline]
    assert times == sorted(times)
    assert [each.type for each in made.timeline][-1] == "product_added"
    assert made.known_since == "2026-01-01T00:00:00.000000Z"


def test_whose_an_alias_is_and_what_is_anothers_is_told() -> None:
    mail = {"email": "Ann@Example.com"}
    said = [
        event("identified", "2026-01-01T10:00:00Z", aliases=mail),
        event("identified", "2026-01-02T10:00:00Z", customer_id="bob", aliases=mail),
    ]
    made, lived = of(said)
    assert (made.aliases, made.linked) == ({"email": ["ann@example.com"]}, [*made.keys[1:]])
    assert made.keys == ["c:ann", "email:ann@example.com"]
    assert points_to(lived.rows["email:ann@example.com"]) == "c:ann"
    other, _ = of(said, key="c:bob")
    assert other.aliases == {}
    sentence = "email ann@example.com was said to be theirs: it is another customer's."
    assert sentence in other.said


def test_what_a_team_does_not_want_to_hear_of_is_told_with_until_when() -> None:
    later = event("page_viewed", "2026-03-05T16:00:00Z")
    standing = of([CART, later])[0].alerts[0]
    snoozed = event(
        "alert_snoozed", "2026-03-05T17:00:00Z",
        properties={"alert_id": standing.alert_id, "until": "2026-03-06T09:00:00Z"},
    )  # fmt: skip
    made, _ = of([CART, later, snoozed])
    (held,) = made.alerts
    assert (held.suppressed_by, held.held_until) == ("snoozed", "2026-03-06T09:00:00.000000Z")
    assert any(each.startswith("cart_abandoned is not to be told before") for each in made.said)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("c:7", "c:7"),
        ("7", "c:7"),
        ("email: Ann@Example.com ", "email:ann@example.com"),
        ("device_id:d-1", "device_id:d-1"),
    ],
)
def test_who_is_asked_for_may_be_typed_as_people_type(asked: str, first: str) -> None:
    assert candidates(asked)[0] == first


def test_with_how_many_an_alias_was_seen_is_said_as_far_as_it_is_remembered() -> None:
    customer = Customer(links=Links(shared=True, claimants=["a", "b", "c", "d"]))
    chapter, tail = Rulebook().default, "too many: it identifies nobody any more."
    assert sentences(customer, chapter, 0) == [f"Seen with at least 4 customers, which is {tail}"]
    old = Customer(links=Links(shared=True))
    (said,) = sentences(old, chapter, 0)
    assert said == "Seen with too many customers: it identifies nobody any more."


def test_an_address_alone_may_be_an_id_and_may_be_an_alias() -> None:
    found = candidates("Ann@Example.com")
    assert found[0] == "c:Ann@Example.com"
    assert "email:ann@example.com" in found
