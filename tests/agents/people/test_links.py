"""Aliases and customers: linked, followed, refused, shared and let go."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from agents.harness import Harness
from agents.people.messages import Message, Sealer
from agents.seal import Seal
from schemas.customer import NEVER, Customer, encode
from schemas.links import MAX_ALIASES, MAX_REFUSED, Links
from schemas.seals import ROWS
from schemas.standards import parse
from streams.contract import HOPS, Line
from tests.agents.people.town import Event, Town
from tests.agents.say import START

DAY = 86_400
_ids = itertools.count()


def said(customer: str | None = None, at: float = 0, kind: str = "x_seen", **aliases: Any) -> Event:
    event: Event = {"id": f"p{next(_ids)}", "type": kind, "time": START + at, "channel": "web"}
    if customer is not None:
        event["customer_id"] = customer
    if aliases:
        event["aliases"] = aliases
    return event


def unlink(customer: str | None = None, at: float = 0, **aliases: Any) -> Event:
    return said(customer, at, "alias_unlinked", **aliases)


def town(*events: Event, standards: str = "") -> Town:
    """Four partitions that have taken those events, with nothing refused."""
    made = Town(4, parse(standards)).all(*events)
    assert not made.refused()
    return made


def rows_of(made: Town, *events: Event) -> list[list[str]]:
    return list(made.where(events).values())


def test_an_alias_that_is_linked_hands_over_and_points() -> None:
    before, link, after = said(email="a@x.de"), said("1", email="a@x.de"), said(email="A@X.de ")
    made = town(before, link, after)
    assert rows_of(made, before, link, after) == [["c:1"]] * 3
    assert made.pointers() == {"email:a@x.de": "1"}
    assert made.kinds() == ["merged"]
    assert made.gauge("customers") == 1


def test_an_alias_that_nobody_knew_is_linked_without_merging() -> None:
    made = town(said("1", email="a@x.de"), said("1", email="a@x.de"))
    (told,) = made.profiles()
    assert told.change is not None
    assert (told.customer_id, told.change.kind, told.aliases) == (
        "1", "linked", {"email": ["a@x.de"]}
    )  # fmt: skip


def test_all_in_one_partition_is_done_at_once() -> None:
    before, link, after = said(email="a@x.de"), said("1", email="a@x.de"), said(email="a@x.de")
    one = Harness().feed([before, link, after])
    assert not one.forwards
    assert [output.topic for output in one.outputs].count("profiles") == 1
    assert one.gauges["customers", "acquired"] == 1


def test_the_first_link_wins_and_the_other_is_told() -> None:
    later = said(email="a@x.de")
    made = town(said("1", email="a@x.de"), said("2", email="a@x.de"), later)
    assert rows_of(made, later) == [["c:1"]]
    conflict = next(told for told in made.profiles() if told.change.kind == "conflict")  # type: ignore[union-attr]
    assert conflict.customer_id == "2"
    assert conflict.change is not None
    assert conflict.change.held_by == "1"
    assert conflict.aliases == {}


def test_a_conflict_is_told_once_not_at_every_record() -> None:
    made = town(said("1", email="a@x.de"), *[said("2", n, email="a@x.de") for n in range(9)])
    assert made.kinds().count("conflict") == 1


def test_an_alias_of_too_many_identifies_nobody_and_says_so_to_all() -> None:
    links = [said(str(n), device_id="kiosk") for n in range(4)]
    alone, beside = said(device_id="kiosk"), said(device_id="kiosk", anonymous_id="abc")
    made = town(*links, alone, beside)
    assert rows_of(made, alone, beside) == [["device_id:kiosk"], ["anonymous_id:abc"]]
    told = [told for told in made.profiles() if told.change.kind == "shared"]  # type: ignore[union-attr]
    assert {each.customer_id for each in told} == {"0", "1", "2", "3"}
    assert all(each.aliases == {} for each in told)
    assert made.pointers() == {}


def test_how_many_are_too_many_is_the_house_s() -> None:
    links = [said(str(n), device_id="kiosk") for n in range(3)]
    made = town(*links, standards="[identity]\ncustomers = { device_id = 2 }")
    assert made.kinds().count("shared") == 3


def test_what_is_linked_beside_a_shared_alias_is_found_past_it() -> None:
    made = town(*[said(str(n), device_id="kiosk") for n in range(4)], said("9", anonymous_id="abc"))
    beside = said(device_id="kiosk", anonymous_id="abc")
    assert rows_of(made.all(beside), beside) == [["c:9"]]


def test_the_other_aliases_of_a_stranger_are_linked_with_the_strongest() -> None:
    """Nobody knows the cookie's row but the row of the address, until that is linked."""
    cookie, both = said(anonymous_id="abc"), said(email="a@x.de", anonymous_id="abc")
    made = town(cookie, both)
    assert rows_of(made, cookie, both) == [["anonymous_id:abc"], ["email:a@x.de"]]
    after = said(anonymous_id="abc")
    made.all(said("1", email="a@x.de"), after)
    assert rows_of(made, cookie, both, after) == [["c:1"]] * 3
    assert set(made.pointers().values()) == {"1"}


def test_a_weaker_alias_beside_a_linked_one_is_linked_as_well() -> None:
    made = town(said("1", email="a@x.de"), said(email="a@x.de", device_id="d"), said(device_id="d"))
    assert made.linked() == {"c:1": {"email:a@x.de", "device_id:d"}}


def test_a_link_is_lifted_by_a_control_event() -> None:
    before, link, after = said(email="a@x.de"), said("1", email="a@x.de"), said(email="a@x.de")
    made = town(before, link, unlink("1", email="a@x.de"), after)
    assert rows_of(made, before, link, after) == [["c:1"], ["c:1"], ["email:a@x.de"]]
    assert made.kinds() == ["merged", "unlinked"]
    assert made.linked() == {}
    assert made.gauge("customers") == 2
    assert made.all(said("2", email="a@x.de")).pointers() == {"email:a@x.de": "2"}


@pytest.mark.parametrize("holder", ["1", None])
def test_after_an_un_merge_whoever_was_refused_may_have_the_alias(holder: str | None) -> None:
    made = town(said("1", email="a@x.de"), said("2", email="a@x.de"))
    made.all(unlink(holder, 1, email="a@x.de"), said("2", 2, email="a@x.de"))
    assert made.pointers() == {"email:a@x.de": "2"}
    assert made.linked()["c:2"] == {"email:a@x.de"}


def test_an_un_merge_without_a_customer_takes_each_of_its_aliases_from_whoever_has_it() -> None:
    made = town(said("1", email="a@x.de"), said("2", phone="+4930901820"))
    made.all(unlink(email="a@x.de", phone="+4930901820"))
    assert made.pointers() == {}
    assert made.kinds().count("unlinked") == 2


def test_an_un_merge_of_another_customer_s_alias_changes_nothing() -> None:
    made = town(said("1", email="a@x.de"), unlink("2", email="a@x.de"))
    assert made.pointers() == {"email:a@x.de": "1"}
    assert made.linked() == {"c:1": {"email:a@x.de"}}


@pytest.mark.parametrize("holder", ["1", None])
def test_the_same_un_merge_counts_once(holder: str | None) -> None:
    gone = unlink(holder, 1, email="a@x.de")
    made = town(said("1", email="a@x.de"), gone, said("1", 2, email="a@x.de"), gone)
    assert made.pointers() == {"email:a@x.de": "1"}


def test_a_linking_record_that_comes_again_does_not_undo_an_un_merge() -> None:
    link = said("1", email="a@x.de")
    made = town(link, unlink("1", email="a@x.de"), link)
    assert made.pointers() == {}


def test_an_un_merge_of_a_shared_alias_makes_it_one_again() -> None:
    made = town(*[said(str(n), device_id="kiosk") for n in range(4)])
    made.all(unlink(device_id="kiosk"), said("7", device_id="kiosk"))
    assert made.pointers() == {"device_id:kiosk": "7"}


@pytest.mark.parametrize("number", [4, 9])
def test_after_an_un_merge_of_a_shared_alias_whoever_was_refused_it_may_have_it(
    number: int,
) -> None:
    """Those of whom it was taken, and those who came when it was shared already."""
    last, order = str(number - 1), said(device_id="kiosk")
    made = town(*[said(str(n), device_id="kiosk") for n in range(number)])
    made.all(unlink(device_id="kiosk"), said(last, 60, device_id="kiosk"), order)
    assert made.pointers() == {"device_id:kiosk": last}
    assert rows_of(made, order) == [["c:" + last]]
    conflicts = made.kinds().count("conflict")
    made.all(said("0", 120, device_id="kiosk"))
    assert made.pointers() == {"device_id:kiosk": last}
    assert made.kinds().count("conflict") == conflicts + 1


def test_a_shared_alias_remembers_so_many_who_were_refused_it_in_a_kib() -> None:
    made = town(*[said(f"{n:03}", device_id="kiosk") for n in range(40)])
    links = made.rows()["device_id:kiosk"].links
    assert links is not None
    assert links.claimants == [f"{n:03}" for n in range(MAX_REFUSED)]
    made = town(*[said(f"{n:03}" * 80, device_id="kiosk") for n in range(9)])
    links = made.rows()["device_id:kiosk"].links
    assert links is not None
    assert [len(each) for each in links.claimants] == [240, 240, 240, 240]


def test_a_row_of_an_older_version_that_is_shared_can_be_un_merged() -> None:
    """It does not say by whom it was claimed."""
    made = town(*[said(str(n), device_id="kiosk") for n in range(4)])
    for harness in made.partitions:
        if "device_id:kiosk" in harness.rows:
            harness.rows["device_id:kiosk"] = encode(Customer(links=Links(shared=True)), NEVER)
    made.all(unlink(device_id="kiosk"), said("7", device_id="kiosk"))
    assert made.pointers() == {"device_id:kiosk": "7"}


def test_the_same_un_merge_counts_once_also_when_the_alias_is_shared_since() -> None:
    gone = unlink(device_id="kiosk")
    made = town(said("9", device_id="kiosk"), gone)
    made.all(*[said(str(n), device_id="kiosk") for n in range(4)], gone)
    links = made.rows()["device_id:kiosk"].links
    assert links is not None
    assert links.shared


def test_an_un_merge_names_aliases() -> None:
    made = Town().all(unlink("1"))
    assert made.refused() == ["missing_field: `aliases` says which aliases are unlinked"]


def test_a_customer_with_enough_aliases_gets_no_more_until_one_is_old() -> None:
    links = [said("1", n, email=f"a{n}@x.de") for n in range(8)]
    made = town(*links)
    assert len(made.linked()["c:1"]) == 5
    assert made.kinds().count("too_many") == 1
    made.all(said("1", 31 * DAY, email="new@x.de"))
    assert made.kinds().count("let_go") == 1
    assert made.linked()["c:1"] == {
        *(f"email:a{n}@x.de" for n in range(1, 5)), "email:new@x.de"
    }  # fmt: skip
    assert set(made.pointers()) == made.linked()["c:1"]


def test_an_alias_in_use_is_not_let_go() -> None:
    made = town(*[said("1", n, email=f"a{n}@x.de") for n in range(5)])
    made.all(said(at=29 * DAY, email="a0@x.de"), said("1", 31 * DAY, email="new@x.de"))
    assert "email:a0@x.de" in made.linked()["c:1"]


def test_a_customer_has_at_most_so_many_aliases_of_all_types() -> None:
    links = [said("1", n, **{f"kind{n:02}": f"v{n}"}) for n in range(30)]
    made = town(*links)
    assert len(made.linked()["c:1"]) == len(made.pointers()) == MAX_ALIASES


def test_a_type_of_which_none_may_be_linked_never_is() -> None:
    made = town(said("1", device_id="d"), standards="[identity]\naliases = { device_id = 0 }")
    assert made.pointers() == {}


def test_records_of_a_customer_are_no_links_once_the_alias_is_known() -> None:
    made = town(*[said("1", n, email="a@x.de") for n in range(5)])
    assert sum(len(harness.forwards) for harness in made.partitions) <= 2


def test_alerts_say_by_which_names_a_customer_is_known() -> None:
    added = said("1", kind="product_added", email="a@x.de")
    made = town({**added, "properties": {"sku": "tea"}}).finish(START + DAY)
    (alert,) = [told for told in made.alerts() if told.signal == "cart_abandoned"][:1]
    assert (alert.customer_id, alert.aliases) == ("1", {"email": "a@x.de"})


def test_a_record_in_the_wrong_partition_finds_its_way_past_a_shared_alias() -> None:
    made = town(*[said(str(n), device_id="kiosk") for n in range(4)], said("9", anonymous_id="abc"))
    for partition in range(4):
        made.send(beside := said(device_id="kiosk", anonymous_id="abc"), partition)
        made.settle()
        assert rows_of(made, beside) == [["c:9"]]
    assert not made.refused()
    assert made.hops <= 3


def test_a_record_that_was_forwarded_too_often_is_refused() -> None:
    made = town(said("1", email="a@x.de"))
    value = (
        b'{"id":"e","type":"x_seen","channel":"web","time":1795305600,"aliases":{"email":"a@x.de"}}'
    )
    for harness in made.partitions:
        harness.feed([Line(value, headers=[(HOPS, b"3")])])
    assert set(made.refused()) == {"forward_loop: forwarded 3 times and still not at home"}


def internal(key: str | None = None, **change: Any) -> Line:
    message = Message(kind="point", alias="email:a@x.de", customer="7", at=START)
    line = Sealer(Seal(key)).sealed(message, 0).record
    assert isinstance(line, Line)
    return line._replace(**change)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (internal(headers=()), "not_json"),
        (internal(headers=[(ROWS, b"")]), "invalid_field: `heed-internal`"),
        (internal("another key"), "invalid_field: `heed-internal`"),
        (internal(value=b"\x90"), "invalid_field: `heed-internal`"),
        (Line(b"{", headers=[(HOPS, b"1")]), "not_json"),
    ],
    ids=["no header", "no seal", "another key", "other bytes", "no message at all"],
)
def test_a_forged_internal_record_is_refused(line: Line, why: str) -> None:
    harness = Harness().feed([line])
    (refusal,) = harness.refusals
    assert f"{refusal.reason}: {refusal.message}".startswith(why)
    assert not harness.rows


@pytest.mark.parametrize("row", [b"c:2", b"email:b@x.de", b"\xff", b""])
def test_a_forged_row_is_refused_unless_it_is_a_customer_s(row: bytes) -> None:
    value = (
        b'{"id":"e","type":"x_seen","channel":"web","time":1795305600,"aliases":{"email":"a@x.de"}}'
    )
    alias = b"email:a@x.de" if row != b"c:2" else b"email:b@x.de"
    harness = Harness().feed([Line(value, headers=[("heed-row", row), ("heed-alias", alias)])])
    assert [refusal.reason for refusal in harness.refusals] == ["invalid_field"]


def test_the_share_of_identified_interactions_is_kept_by_channel() -> None:
    made = town(said(email="a@x.de"), said("1", email="a@x.de"), said(email="a@x.de"), said("1"))
    assert (made.gauge("heard"), made.gauge("identified")) == (4, 3)
