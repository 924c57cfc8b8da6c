"""What comes in: every type is taken, and whatever cannot be is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.instant import SECOND, instant
from schemas.interaction import CLASSES, CustomActivity, Interaction, Rejected, decode
from schemas.vocabulary import VOCABULARY
from tests.schemas.bad import BAD, GOOD, changed, raw
from tests.schemas.examples import OWN, TIME, TYPES, full, minimal, wire

REASONS = {"not_json", "missing_field", "unknown_type", "invalid_field"}
RECEIVED = 1_795_341_600 * SECOND


def refused(value: bytes, received: int = RECEIVED) -> Rejected | None:
    """The refusal of a value, None where it is taken; any other exception is passed on."""
    try:
        event = decode(value, received)
    except Rejected as refusal:
        why = refusal
    else:
        assert isinstance(event, Interaction)
        assert isinstance(event.time, int)
        return None
    assert why.reason in REASONS
    assert 0 < len(why.message.encode()) < 400
    return why


@pytest.mark.parametrize("kind", TYPES)
def test_the_least_of_every_type_is_taken(kind: str) -> None:
    event = decode(wire(minimal(kind)))
    assert event.kind == kind
    assert event.time == instant(TIME)
    assert (event.id, event.channel, event.customer_id, event.party) == (
        "e-1", "web", "c-1", "customer",
    )  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_all_fields_of_every_type_are_taken_and_unknown_ones_ignored(kind: str) -> None:
    said = full(kind)
    event = decode(wire(said))
    for name in set(said) - {"type", "time", "properties", "of_tomorrow"}:
        assert getattr(event, name) == said[name], name
    if kind == OWN:
        assert isinstance(event, CustomActivity)
        assert event.properties == said["properties"]
        return
    assert type(event) is CLASSES[kind]
    for name in VOCABULARY[kind].__struct_fields__:
        assert getattr(event.properties, name) is not None, name


@pytest.mark.parametrize("kind", [kind for kind in TYPES if "properties" not in minimal(kind)])
@pytest.mark.parametrize("properties", [..., None, {}])
def test_properties_are_never_none_where_they_are_typed(kind: str, properties: Any) -> None:
    event = decode(changed(kind, properties=properties))
    assert kind == OWN or isinstance(event.properties, VOCABULARY[kind])


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_taken_is_refused_with_reason_and_place(name: str) -> None:
    value, reason, part = BAD[name]
    why = refused(value)
    assert why is not None
    assert (why.reason, part in why.message) == (reason, True), why.message


def test_a_missing_time_is_that_of_the_record() -> None:
    assert decode(changed(time=...), RECEIVED).time == RECEIVED
    assert decode(changed(time=None), RECEIVED).time == RECEIVED
    assert decode(changed(OWN, time=...), RECEIVED).time == RECEIVED


def test_a_missing_time_is_refused_where_the_record_has_none_either() -> None:
    why = refused(changed(time=...), received=0)
    assert why is not None
    assert (why.reason, "`time`" in why.message) == ("missing_field", True)


@pytest.mark.parametrize("kind", ["product_added", OWN])
@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-11-22T10:00:00Z", 1795341600_000000),
        ("2026-11-22t10:00:00z", 1795341600_000000),
        ("2026-11-22 10:00:00Z", 1795341600_000000),
        ("2026-11-22T10:00:00.000001Z", 1795341600_000001),
        ("2026-11-22T10:00:00.5+01:30", 1795336200_500000),
        ("2026-11-22T10:00:00-00:00", 1795341600_000000),
        ("2026-11-22", 1795305600_000000),
        ("2016-12-31T23:59:60Z", 1483228800_000000),
        ("2017-01-01T00:59:60.25+01:00", 1483228800_250000),
        ("1990-01-01T00:00:00Z", 631152000_000000),
        ("9999-12-31T23:59:59.999999Z", 253402300799_999999),
        (1795341600, 1795341600_000000),
        (1795341600.25, 1795341600_250000),
        (1795341600.000001, 1795341600_000001),
        (1.7953416e9, 1795341600_000000),
    ],
)
def test_a_time_is_rfc_3339_or_epoch_seconds(kind: str, time: Any, at: int) -> None:
    assert decode(changed(kind, time=time)).time == at == instant(time)


@pytest.mark.parametrize("said", [TIME, "2026-11-22", "2016-12-31T23:59:60Z", 1795341600.25, 2e9])
@pytest.mark.parametrize("time", [TIME, "2026-11-22"], ids=["usual", "rarer"])
def test_an_instant_among_the_properties_is_written_as_any_other(said: Any, time: Any) -> None:
    event = decode(changed("alert_snoozed", time=time, properties={"until": said}))
    assert event.properties.until == instant(said)


def test_of_a_name_that_stands_twice_the_last_counts() -> None:
    again = GOOD[:-1] + b',"id":"e-2","brand":"b","brand":null}'
    assert (decode(again).id, decode(again).brand) == ("e-2", None)
    assert decode(b'{"type":"order_completed",' + GOOD[1:]).kind == "product_added"
    assert decode(GOOD[:-1] + b',"type":"order_completed"}').kind == "order_completed"
    why = refused(GOOD[:-1] + b',"type":"nonsense"}')
    assert why is not None
    assert why.reason == "unknown_type"


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """As JSON Schema has it, and as languages with one kind of number write it."""
    event = decode(raw(b'{"quantity":2.0,"products":[{"quantity":3e0}]}', under="properties"))
    assert (event.properties.quantity, event.properties.products[0].quantity) == (2, 3)


@pytest.mark.parametrize(
    "value",
    [raw(b"1e400"), raw(b"7" * 6000), raw(b"[" * 100 + b"]" * 100), raw(rb'"\ud83d\uded2"')],
)
def test_what_nobody_reads_may_be_odd(value: bytes) -> None:
    assert refused(value) is None


def test_white_space_around_a_record_is_allowed() -> None:
    assert refused(b" \r\n\t" + json.dumps(json.loads(GOOD), indent=2).encode() + b"\n") is None


@pytest.mark.parametrize("kind", ["product_added", "contact_queued", "survey_answered", OWN])
def test_every_prefix_of_a_record_is_refused_as_not_json(kind: str) -> None:
    whole = wire(full(kind))
    for length in range(len(whole)):
        why = refused(whole[:length])
        assert why is not None
        assert why.reason == "not_json"


@given(st.binary(max_size=400))
def test_random_bytes_are_taken_or_refused(value: bytes) -> None:
    refused(value)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.integers(0, 8))
def test_damaged_records_are_taken_or_refused(at: int, noise: bytes, lost: int) -> None:
    refused(GOOD[:at] + noise + GOOD[at + lost :])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.just(10**30) | st.just(TIME),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = (*Interaction.__struct_fields__, "type")


@given(st.sampled_from(TYPES), st.sampled_from(FIELDS), json_values)
@example("product_added", "aliases", {"a": 10**30})
@example("identified", "properties", {"traits": {"\x00": -0.0}})
def test_any_json_in_any_field_is_taken_or_refused_by_its_name(
    kind: str, field: str, value: Any
) -> None:
    event = minimal(kind)
    why = refused(wire({**event, field: value}))
    if why is not None:
        assert f"`{field}" in why.message


@given(st.sampled_from(TYPES), st.data())
def test_any_json_in_any_property_is_taken_or_refused_by_its_name(
    kind: str, data: st.DataObject
) -> None:
    names = VOCABULARY[kind].__struct_fields__ if kind in VOCABULARY else ()
    name = data.draw(st.sampled_from((*names, "of_tomorrow")))
    value = data.draw(json_values)
    properties = {**minimal(kind).get("properties", {}), name: value}
    why = refused(wire({**minimal(kind), "properties": properties}))
    if why is not None:
        assert f"`properties.{name}" in why.message
        assert name != "of_tomorrow"
