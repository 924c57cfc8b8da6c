"""Interactions under aliases: how many, whose they are, what links them, what stays as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import orjson

from heed.simulator import Company, company
from schemas.interaction import decode

LINKS = ("-in", "-known-0", "-known-1", "-known-2", "-apart")


@cache
def made(aliased: float = 0.4, seed: int = 1) -> Company:
    return company(seed, 200, 200, aliased=aliased)


def test_that_share_says_no_customer_id_and_each_is_valid() -> None:
    events = list(made().interactions())
    assert 0.37 < sum("customer_id" not in event for event in events) / len(events) < 0.43
    for event in events:
        decode(orjson.dumps(event))
    assert len({event["id"] for event in events}) == len(events)


def test_the_same_seed_gives_the_same_names() -> None:
    again = company(1, 200, 200, aliased=0.4)
    assert list(again.interactions()) == list(made().interactions())
    assert again.truths() == made().truths()


def test_what_happened_stays_as_it_was_but_for_the_names_and_the_links() -> None:
    plain = {event["id"]: event for event in made(0.0).interactions()}
    for event in made().interactions():
        if event["id"].endswith(LINKS) and event["id"] not in plain:
            assert event["type"] in ("identified", "alias_unlinked")
            continue
        before = plain.pop(event["id"])
        for name in ("type", "time", "channel", "properties", "region"):
            assert event[name] == before[name]
        assert event.get("customer_id", before["customer_id"]) == before["customer_id"]
    assert not plain
    names = {"known_as", "linked_wrongly"}
    assert [truth for truth in made().truths() if truth.what not in names] == made(0.0).truths()


def test_the_truth_says_who_was_behind_each_name_at_each_time() -> None:
    assert made().disguise is not None
    owners = made().disguise.owners  # type: ignore[union-attr]
    spans = defaultdict(list)
    for truth in made().truths():
        if truth.what == "known_as":
            for name in truth.detail.items():
                spans[name].append((truth.at, truth.until, truth.customer_id))
    for said in made().heard():
        if "customer_id" not in said.event:
            for name in said.event["aliases"].items():
                behind = [
                    who for begins, ends, who in spans[name] if begins <= said.at <= (ends or 0)
                ]
                assert owners[said.event["id"]] in behind


def test_names_are_linked_in_several_ways_and_some_never() -> None:
    linked, seen, ways = set(), set(), Counter[str]()
    for event in made().interactions():
        names = set(event.get("aliases", {}).items())
        seen |= names
        if names and "customer_id" in event:
            linked |= names
            ways[event["type"]] += 1
    assert {"identified", "order_completed", "contact_answered", "visitor_assisted"} <= ways.keys()
    assert 0.4 < len(linked) / len(seen) < 0.95


def test_some_devices_are_shared_and_a_few_links_are_wrong() -> None:
    behind = defaultdict(set)
    for truth in made().truths():
        if truth.what == "known_as" and "shared" in truth.detail:
            behind[frozenset(truth.detail.items())].add(truth.customer_id)
    assert sum(len(people) > 1 for people in behind.values()) > 5
    wrong = [truth for truth in company(1, 400, 365, aliased=0.4).truths()
             if truth.what == "linked_wrongly"]  # fmt: skip
    assert 2 < len(wrong) < 60
