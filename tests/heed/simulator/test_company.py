"""The simulated company: the same for the same seed, valid, whole, each part for itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import orjson
import pytest

from heed.simulator import Company, company, outreach, phone
from schemas.instant import DAY, SECOND, instant
from schemas.interaction import Channel, Party, decode
from schemas.vocabulary import VOCABULARY

ABOUT_ALERTS = {"alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome"}


@cache
def year(seed: int = 1) -> Company:
    return company(seed, customers=250)


@cache
def heard(seed: int = 1) -> list[dict[str, Any]]:
    return list(year(seed).interactions())


def wire(made: Company) -> list[bytes]:
    return [orjson.dumps(event) for event in made.interactions()]


def small(seed: int = 3, **options: Any) -> Company:
    return company(seed, **{"customers": 30, "days": 60, **options})


def test_the_same_seed_gives_the_same_bytes_and_truths() -> None:
    assert wire(small()) == wire(small())
    assert small().truths() == small().truths()


def test_another_seed_gives_another_company() -> None:
    assert wire(small()) != wire(small(4))
    assert small().truths() != small(4).truths()


def test_more_customers_leave_the_first_ones_as_they_are() -> None:
    few, more = small(), small(customers=60)
    first = {life.person.customer_id for life in few.lives}
    kept = [event for event in more.interactions() if event["customer_id"] in first]
    assert kept == list(few.interactions())
    assert [truth for truth in more.truths() if truth.customer_id in first] == few.truths()


def nobody(*_: object) -> Iterator[Any]:
    yield from ()


def test_a_part_that_changes_does_not_move_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wire(small())
    monkeypatch.setattr(outreach, "reached", nobody)
    after = wire(small())
    mail = [each for each in before if b"-mail-" in each]
    assert mail
    assert after == [each for each in before if each not in set(mail)]


def test_a_slower_queue_changes_nothing_but_calls_for_who_stays_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = company(5, 60, 120)
    monkeypatch.setattr(phone, "USUAL_WAIT", 60.0)
    after = company(5, 60, 120)
    same = {
        one.person.customer_id
        for one, other in zip(before.lives, after.lives, strict=True)
        if one.stay == other.stay
    }
    assert len(same) > 40

    def rest(made: Company) -> list[dict[str, Any]]:
        told = (each for each in made.interactions() if each["customer_id"] in same)
        return [each for each in told if each["channel"] not in ("phone", "survey", "social")
                and each["type"] != "feedback_given"]  # fmt: skip

    assert rest(before) == rest(after)
    assert wire(before) != wire(after)


def test_every_interaction_is_valid_unique_within_the_time_and_in_time_order() -> None:
    made, events = year(), heard()
    times = [decode(orjson.dumps(event)).time for event in events]
    assert times == sorted(times)
    assert made.begin <= times[0]
    assert times[-1] < made.end == made.begin + 365 * DAY
    assert len({event["id"] for event in events}) == len(events) > 30_000


@pytest.mark.parametrize("begin", ["2024-02-28", 1_709_078_400, "2024-02-28T00:00:00Z"])
def test_it_begins_when_it_is_told_to(begin: str | float) -> None:
    made = small(begin=begin)
    assert made.begin == instant("2024-02-28")
    assert wire(made) == wire(small(begin="2024-02-28"))


def test_every_channel_party_and_type_is_heard() -> None:
    events = heard()
    assert {event["channel"] for event in events} == set(get_args(Channel))
    assert {event.get("party", "customer") for event in events} == set(get_args(Party))
    silent = VOCABULARY.keys() - {event["type"] for event in events}
    assert silent <= ABOUT_ALERTS | {"erasure_requested", "alias_unlinked"} | RARE


RARE = {"account_deleted", "application_uninstalled", "consent_changed"}
"""A few a year in a company of this size."""


def test_somebody_inside_the_house_waits_on_behalf_of_a_customer() -> None:
    people = {life.person.customer_id for life in company(1).lives}
    causes = [
        event["properties"]["caused_by"]
        for event in heard()
        if event["properties"].get("caused_by")
    ]
    assert len(causes) > 20
    assert people.issuperset(causes)


def test_a_share_comes_under_aliases_whose_owners_the_truths_give() -> None:
    plain, made = small(), small(alias_share=0.3)
    hidden = {event["id"]: event for event in made.interactions()}
    owners = {
        (kind, value): truth.customer_id
        for truth in made.truths()
        if truth.what == "known_as"
        for kind, value in truth.detail.items()
    }
    nameless = 0
    for event in plain.interactions():
        other = hidden.pop(event["id"])
        assert decode(orjson.dumps(other)).kind == event["type"]
        if "customer_id" not in other:
            nameless += 1
            (alias,) = other["aliases"].items()
            assert owners[alias] == event["customer_id"]
    assert not hidden
    assert 0.25 < nameless / len(list(plain.interactions())) < 0.35


def test_out_of_order_they_are_the_same_and_none_comes_later_than_said() -> None:
    plain, mixed = small(), small(disorder=300)
    assert sorted(wire(plain)) == sorted(wire(mixed))
    assert wire(plain) != wire(mixed)
    newest = 0
    for event in mixed.interactions():
        at = instant(event["time"])
        newest = max(newest, at)
        assert newest - at < 300 * SECOND


def test_waits_depend_on_the_hour_and_branches_differ() -> None:
    queued, waits = {}, Counter[bool]()
    calls = Counter[bool]()
    visits, unassisted = Counter[str](), Counter[str]()
    for event in heard():
        at = instant(event["time"])
        match event["type"]:
            case "contact_queued":
                queued[event["properties"]["contact_id"]] = at
            case "contact_answered":
                busy = at % DAY // (3600 * SECOND) in (10, 11, 17, 18)
                waits[busy] += at - queued[event["properties"]["contact_id"]]
                calls[busy] += 1
            case "visitor_arrived":
                visits[event["branch"]] += 1
                unassisted[event["branch"]] += 1
            case "visitor_assisted":
                unassisted[event["branch"]] -= 1
    assert waits[True] / calls[True] > 1.5 * waits[False] / calls[False]
    left = {branch: unassisted[branch] / visits[branch] for branch in visits}
    assert left["harbour"] > 1.3 * left["station"]


def test_a_company_without_customers_has_its_other_parties() -> None:
    made = company(1, customers=0, days=90)
    assert {event["party"] for event in made.interactions()} <= set(get_args(Party)) - {"customer"}
    assert len(wire(made)) > 100
