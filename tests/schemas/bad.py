"""Records that cannot be taken, each with the reason and what the message must name."""

from __future__ import annotations

from typing import Any

from tests.schemas.examples import minimal, wire

Case = tuple[bytes, str, str]


def changed(kind: str = "product_added", **fields: Any) -> bytes:
    """A good record of that type with some fields replaced; `...` leaves one out."""
    event = {**minimal(kind), **fields}
    return wire({name: value for name, value in event.items() if value is not ...})


def raw(field: bytes, kind: str = "product_added", under: str | None = None) -> bytes:
    """A good record with `field`, as it is, as the value of `under` or of an unknown field."""
    return changed(kind, **{under or "of_tomorrow": "RAW"}).replace(b'"RAW"', field)


GOOD = changed()

NOT_JSON: dict[str, Case] = {
    "nothing": (b"", "not_json", "not JSON: it is empty"),
    "white space": (b" \n", "not_json", "not JSON: it is empty"),
    "the beginning of one": (GOOD[:-1], "not_json", "truncated"),
    "not a record": (b"hello", "not_json", "byte 0"),
    "two records": (GOOD + b"\n" + GOOD, "not_json", "trailing"),
    "NaN": (raw(b"NaN", under="time"), "not_json", "byte"),
    "NaN where nobody looks": (raw(b"NaN"), "not_json", "byte"),
    "Infinity": (raw(b"-Infinity", under="time"), "not_json", "byte"),
    "single quotes": (GOOD.replace(b'"', b"'"), "not_json", "byte 1"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, "not_json", "byte order mark"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not_json", "byte order mark"),
    "Latin-1": (raw("\xfc".encode("latin-1").join((b'"', b'"')), under="id"), "not_json", "UTF-8"),
    "an encoded surrogate": (raw(b'"\xed\xa0\x80"', under="id"), "not_json", "UTF-8"),
    "a lone surrogate": (raw(rb'"\ud800"', under="id"), "not_json", "surrogate"),
    "a lone low surrogate": (raw(rb'"\udc00"', under="brand"), "not_json", "surrogate"),
    "a lone surrogate as a name": (raw(rb'{"\ud800":1}', under="aliases"), "not_json", "not JSON"),
    "a lone surrogate at the end": (
        rb'{"id":"\ud83d\ude00\\ud800","brand":"\ud800"}', "not_json",
        r"not JSON: \ud800 (byte 37) is a lone surrogate",
    ),
    "a lone surrogate before another": (
        raw(rb'"\ud83d\ud83d"', under="id"), "not_json", r"\ud83d (byte 8) is a lone surrogate"
    ),
    "half a character, cut off": (rb'{"id":"\ud83d', "not_json", "truncated"),
    "a character, cut off": (rb'{"id":"\ud83d\ude', "not_json", "truncated"),
    "a lone surrogate in a time": (raw(rb'"\ud8002026"', under="time"), "not_json", "surrogate"),
    "deep nesting": (raw(b"[" * 100_000 + b"]" * 100_000), "not_json", "nested"),
    "deep nesting in a trait": (
        raw(b'{"traits":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}", "identified",
            "properties"),
        "not_json", "nested",
    ),
    "endless nesting": (b'{"id":' * 100_000, "not_json", "nested"),
}  # fmt: skip

MISSING: dict[str, Case] = {
    "no id": (changed(id=...), "missing_field", "`id`"),
    "no type": (changed(type=...), "missing_field", "`type`"),
    "a null type": (changed(type=None), "missing_field", "`type`"),
    "no channel": (changed(channel=...), "missing_field", "`channel`"),
    "an empty object": (b"{}", "missing_field", "`type`"),
    "an own type and nothing else": (b'{"type":"x_lamp"}', "missing_field", "`id`"),
    "a wait without properties": (
        changed("contact_queued", properties=...), "missing_field", "`properties`"
    ),
    "a wait with null properties": (
        changed("contact_queued", properties=None), "missing_field", "`properties`"
    ),
    "a wait without its contact": (
        changed("contact_queued", properties={}), "missing_field", "`properties.contact_id`"
    ),
}  # fmt: skip

UNKNOWN: dict[str, Case] = {
    "another type": (changed(type="cart_sniffed"), "unknown_type", "'cart_sniffed'"),
    "another spelling": (changed(type="Product Added"), "unknown_type", "'Product Added'"),
    "no type at all": (changed(type=""), "unknown_type", "''"),
    "a capital X": (changed(type="X_lamp"), "unknown_type", "x_"),
    "a long name": (changed(type="y" * 100_000), "unknown_type", "yyy..."),
    "what cannot be printed": (changed(type="\x00\x1b[2J"), "unknown_type", r"\x00\x1b"),
}

INVALID: dict[str, Case] = {
    "an array": (b"[" + GOOD + b"]", "invalid_field", "one per record"),
    "a string": (b'"hello"', "invalid_field", "JSON object"),
    "null": (b"null", "invalid_field", "JSON object"),
    "a number as type": (changed(type=7), "invalid_field", "`type`: expected"),
    "a long own type": (changed(type="x_" + "y" * 200), "invalid_field", "`type`: expected"),
    "a number as id": (changed(id=7), "invalid_field", "`id`: expected `str`"),
    "an empty id": (changed(id=""), "invalid_field", "`id`: expected `str` of length >= 1"),
    "a long id": (changed(id="x" * 129), "invalid_field", "`id`: expected `str` of length <= 128"),
    "an empty customer": (changed(customer_id=""), "invalid_field", "`customer_id`: expected"),
    "another channel": (changed(channel="Web"), "invalid_field", "`channel`: 'Web' is not one of"),
    "a null channel": (changed(channel=None), "invalid_field", "`channel`: expected one of web, "),
    "a long channel": (changed(channel="w" * 9999), "invalid_field", "www...' is not one of web, "),
    "another party": (changed(party="staff"), "invalid_field", "not one of customer, employee, "),
    "a null party": (changed(party=None), "invalid_field", "`party`: expected one of customer, "),
    "aliases in a list": (changed(aliases=["a"]), "invalid_field", "`aliases`: expected `object"),
    "a fraction as alias": (changed(aliases={"phone": 1.5}), "invalid_field", "`aliases[...]`"),
    "a price beyond all floats": (
        changed(properties={"price": 10**4000}), "invalid_field", "`properties.price`"
    ),
    "a step beyond all integers": (
        changed("checkout_started", properties={"step": -(10**4000)}),
        "invalid_field", "`properties.step`",
    ),
    "a huge alias": (changed(aliases={"phone": 10**30}), "invalid_field", "`aliases[...]`"),
    "an alias without end": (
        raw(b'{"a":' + b"7" * 6000 + b"}", under="aliases"), "invalid_field", "`aliases[...]`"
    ),
    "an alias without a name": (changed(aliases={"": "a"}), "invalid_field", "its names"),
    "a long alias": (changed(aliases={"a": "b" * 257}), "invalid_field", "`aliases[...]`"),
    "a long name of an alias": (changed(aliases={"a" * 65: "b"}), "invalid_field", "`aliases`"),
    "segments in a list": (changed(segments=["gold"]), "invalid_field", "`segments`"),
    "properties in a list": (changed(properties=[]), "invalid_field", "`properties`: expected"),
    "an own type's properties": (
        changed("x_lamp", properties=5), "invalid_field", "`properties`: expected `object"
    ),
    "a price in words": (
        changed(properties={"products": [{}, {"price": "29.90"}]}),
        "invalid_field", "`properties.products[1].price`: expected `float | null`, got `str`",
    ),
    "a price without end": (
        raw(b'{"price":1e400}', under="properties"), "invalid_field", "`properties.price`"
    ),
    "a huge price": (changed(properties={"price": 10**30}), "invalid_field", "properties.price"),
    "half a piece": (
        changed(properties={"quantity": 1.5}), "invalid_field", "`properties.quantity`: expected"
    ),
    "less than nothing": (
        changed(properties={"quantity": -1}), "invalid_field", "`properties.quantity`: expected"
    ),
    "another kind of ticket": (
        changed("ticket_opened", properties={"kind": "rant"}),
        "invalid_field", "`properties.kind`: 'rant' is not one of complaint, request, question",
    ),
    "another instrument": (
        changed("survey_answered", properties={"instrument": 7}),
        "invalid_field", "`properties.instrument`: expected",
    ),
    "an end of a snooze in words": (
        changed("alert_snoozed", properties={"until": "tomorrow - at `$.x`"}), "invalid_field",
        "`properties.until`: 'tomorrow - at `$.x`' is not an RFC 3339 time such as 2026",
    ),
    "an end of a snooze in milliseconds": (
        changed("alert_snoozed", properties={"until": 1795341600000}), "invalid_field",
        "`properties.until`: 1795341600000 looks like epoch milliseconds: send epoch seconds",
    ),
    "an end of a snooze that is none": (
        changed("alert_snoozed", properties={"until": ""}), "invalid_field", "`properties.until`",
    ),
    "a snooze that is a truth": (
        changed("alert_snoozed", properties={"until": True}),
        "invalid_field", "`properties.until`: expected an RFC 3339 time or epoch seconds",
    ),
    "a snooze until before everything": (
        changed("alert_snoozed", properties={"until": 7}),
        "invalid_field", "`properties.until`: 7 is before 1990",
    ),
    "a trait without end": (
        raw(b'{"traits":{"age":' + b"7" * 6000 + b"}}", "identified", "properties"),
        "invalid_field", "`properties.traits[...]`: integer value out of range",
    ),
}  # fmt: skip

TIMES: dict[str, Case] = {
    "milliseconds": (changed(time=1795341600000), "invalid_field", "epoch milliseconds"),
    "microseconds": (changed(time=1795341600000000), "invalid_field", "epoch microseconds"),
    "nanoseconds": (changed(time=1795341600000000000), "invalid_field", "epoch nanoseconds"),
    "a huge number": (changed(time=10**30), "invalid_field", "such a number is no time"),
    "a number beyond all floats": (changed(time=10**4000), "invalid_field", "is no time"),
    "its negative": (changed(time=-(10**4000)), "invalid_field", "such a number is before 1990"),
    "its negative in an own type": (
        changed("x_lamp", time=-(10**4000)), "invalid_field", "such a number is before 1990"
    ),
    "a number without end": (raw(b"1e400", under="time"), "invalid_field", "`time`: number out"),
    "digits without end": (raw(b"7" * 6000, under="time"), "invalid_field", "`time`: integer"),
    "negative digits without end": (raw(b"-" + b"7" * 6000, under="time"), "invalid_field", "time"),
    "an unset clock": (changed(time=0), "invalid_field", "`time`: 0 is before 1990"),
    "another unset clock": (changed(time="1980-01-06T00:00:00Z"), "invalid_field", "before 1990"),
    "a microsecond too early": (
        changed(time="1989-12-31T23:59:59.999999Z"), "invalid_field", "before 1990"
    ),
    "a negative time": (changed(time=-1), "invalid_field", "before 1990"),
    "the first year of all": (
        changed(time="0001-01-01T00:00:00+23:59"), "invalid_field", "before 1990"
    ),
    "the year ten thousand": (
        changed(time="9999-12-31T23:59:59-00:01"), "invalid_field", "past the year 9999"
    ),
    "the leap second after all": (
        changed(time="9999-12-31T23:59:60Z"), "invalid_field", "past the year 9999"
    ),
    "no offset": (changed(time="2026-11-22T10:00:00"), "invalid_field", "end it with Z or"),
    "no such day": (changed(time="2026-02-29T10:00:00Z"), "invalid_field", "not an RFC 3339"),
    "no such hour": (changed(time="2026-11-22T24:00:00Z"), "invalid_field", "not an RFC 3339"),
    "a week date": (changed(time="2026-W47-7"), "invalid_field", "not an RFC 3339"),
    "the basic format": (changed(time="20261122T100000Z"), "invalid_field", "not an RFC 3339"),
    "a comma": (changed(time="2026-11-22T10:00:00,5Z"), "invalid_field", "not an RFC 3339"),
    "no seconds": (changed(time="2026-11-22T10:00Z"), "invalid_field", "not an RFC 3339"),
    "the American way": (changed(time="11/22/2026"), "invalid_field", "not an RFC 3339"),
    "a number in quotes": (changed(time="1795341600"), "invalid_field", "not an RFC 3339"),
    "an empty string": (changed(time=""), "invalid_field", "`time`: ''"),
    "a long text": (changed(time="2" * 100_000), "invalid_field", "222...' is not an RFC 3339"),
    "a truth": (changed(time=True), "invalid_field", "`time`: expected an RFC 3339 time"),
    "an object": (changed(time={"$date": 1}), "invalid_field", "`time`: expected an RFC 3339"),
}  # fmt: skip

BAD = {**NOT_JSON, **MISSING, **UNKNOWN, **INVALID, **TIMES}
