"""Which row a record belongs to: no two persons share one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.identity import STRENGTH, Names, alias_of, normalised, routing_key, row_key, who
from schemas.interaction import Interaction, Rejected, decode


def event(**envelope: Any) -> Interaction:
    record = {"id": "e", "type": "page_viewed", "time": 1_795_305_600, "channel": "web"}
    return decode(json.dumps({**record, **envelope}).encode())


def key(**aliases: object) -> str:
    return row_key(event(aliases=aliases))


def test_a_customer_id_comes_before_every_alias() -> None:
    assert row_key(event(customer_id="7", aliases={"email": "a@b.example"})) == "c:7"


def test_the_strongest_alias_counts_and_others_follow_by_name() -> None:
    ladder = {kind: f"{number}1" for number, kind in enumerate(STRENGTH, 1)}
    for kind in STRENGTH:
        assert key(zebra="z", badge="b", **ladder) == f"{kind}:{ladder.pop(kind)}"
    assert key(zebra="z", badge="b") == "badge:b"


def test_customer_123_and_card_123_share_no_row() -> None:
    assert row_key(event(customer_id="123")) != key(loyalty_card="123")


def test_an_alias_type_called_c_is_no_customer_id() -> None:
    assert key(c="123") == "%63:123" != row_key(event(customer_id="123"))
    assert who("%63:123") == (None, {"c": "123"})


def test_a_colon_in_an_alias_type_moves_nothing_into_another_row() -> None:
    tricks = [{"c:1": "2"}, {"c": "1:2"}, {"email:a": "b"}, {"%63": "1:2"}, {"c%3A1": "2"}]
    keys = [key(**trick) for trick in tricks]
    honest = [row_key(event(customer_id="1:2")), key(email="a:b")]
    assert len({*keys, *honest}) == len(tricks) + len(honest)
    for trick, own in zip(tricks, keys, strict=True):
        assert who(own) == (None, trick)


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.strip)


@given(st.dictionaries(texts.filter(bool), texts, min_size=1, max_size=3))
def test_every_key_says_whose_it_is(aliases: dict[str, str]) -> None:
    assume(any(normalised(kind, value) for kind, value in aliases.items()))
    own = key(**aliases)
    customer_id, found = who(own)
    assert customer_id is None
    assert found is not None
    ((kind, value),) = found.items()
    assert value == normalised(kind, aliases[kind])
    assert routing_key(own) == value.encode()


@given(texts.filter(bool))
def test_every_customer_id_is_its_own_key(customer_id: str) -> None:
    own = row_key(event(customer_id=customer_id))
    assert who(own) == (customer_id, None)
    assert routing_key(own) == customer_id.encode()


@pytest.mark.parametrize(
    "value", ["", " ", "0", "000-000", "-1", "null", "None", "undefined", "N/A", "Guest", None]
)
def test_values_that_identify_nobody_do_not(value: str | None) -> None:
    with pytest.raises(Rejected):
        key(device_id=value)
    assert key(device_id=value, zebra="z") == "zebra:z"


def test_mail_addresses_and_phone_numbers_are_compared_in_one_form() -> None:
    assert key(email=" Ann@Example.COM ") == "email:ann@example.com"
    assert key(phone="+49 (30) 123-45") == key(phone="+493012345") == "phone:+493012345"


def test_numbers_are_aliases_too() -> None:
    assert key(loyalty_card=4711) == "loyalty_card:4711"


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 901820",
        "0049 30 901820",
        "+49 (0)30 901820",
        "030/901820",
        "(030) 90-18 20",
        "+4930901820",
    ],
)
def test_a_telephone_number_has_one_form_however_it_is_written(number: str) -> None:
    assert Names("DE").normalised("phone", number) == "+4930901820"


def test_an_extension_is_somebody_of_their_own() -> None:
    names = Names("US")
    numbers = ["(415) 555-0132", "415-555-0132 ext. 7", "+1 415 555 0132 x8"]
    assert [names.normalised("phone", number) for number in numbers] == [
        "+14155550132", "+14155550132;ext=7", "+14155550132;ext=8"
    ]  # fmt: skip


def test_a_number_that_cannot_be_read_stays_as_its_digits() -> None:
    assert normalised("phone", "030 901820") == "030901820"
    assert Names("DE").normalised("phone", "17 (desk)") == "17"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "999999"), ("phone", "+49 111111111"), ("phone", "1234567890"),
        ("phone", "none"), ("email", "noreply@shop.example"), ("email", "No-Reply@shop.example"),
        ("email", "do_not_reply@x.example"), ("email", "test@test.example"), ("email", "@"),
        ("device_id", "ffffffff-ffff-ffff-ffff-ffffffffffff"), ("device_id", "(not set)"),
        ("device_id", "9774d56d682e549c"), ("device_id", "02:00:00:00:00:00"),
        ("loyalty_card", "9999999999"), ("account_id", "[object Object]"), ("account_id", "NaN"),
    ],
)  # fmt: skip
def test_what_machines_and_the_hurried_put_in_names_nobody(kind: str, value: str) -> None:
    assert Names("DE").key(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "+49 30 1234567"), ("email", "norah.reply@x.example"),
        ("email", "info@x.example"),
        ("loyalty_card", "11"), ("device_id", "aaaaab"), ("anonymous_id", "tester"),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_names_somebody(kind: str, value: str) -> None:
    assert Names("DE").key(kind, value) is not None


def test_of_several_aliases_those_that_name_somebody_are_listed_from_the_strongest() -> None:
    said = {"device_id": "d", "zebra": "z", "email": "A@b.example", "phone": "0", "badge": 7}
    assert Names().keys(said) == ["email:a@b.example", "device_id:d", "badge:7", "zebra:z"]
    assert [alias_of(key) for key in Names().keys({"c": "1", "a:b": "2"})] == [
        ("a:b", "2"), ("c", "1")
    ]  # fmt: skip
