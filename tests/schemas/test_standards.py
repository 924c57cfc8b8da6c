"""standards.toml: what may stand in it, whom it holds for, and what is said of a mistake."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import DAY, HOUR, MINUTE, SECOND, WEEK
from schemas.standards import (
    LONGEST,
    BadStandards,
    Duration,
    Limits,
    Standards,
    Thresholds,
    WorkingTime,
    dump,
    duration,
    load,
    parse,
    working_days,
    working_time,
    written,
)

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "standards.toml"


def complaint(text: str) -> str:
    with pytest.raises(BadStandards) as refused:
        parse(text, "house.toml")
    return str(refused.value)


def idle(standards: Standards, *scope: str | None) -> float:
    """Minutes until a cart is abandoned."""
    return standards.thresholds(*scope).cart_abandoned.idle / MINUTE


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90 s", 90 * SECOND), ("90s", 90 * SECOND), ("60 min", HOUR), ("60 m", HOUR),
        ("1 hour", HOUR), ("24 h", DAY), ("30 d", 30 * DAY), ("2 weeks", 2 * WEEK), ("1w", WEEK),
        ("1.5 min", 90 * SECOND), ("0.000001 s", 1), (" 7  days ", WEEK), ("0 s", 0),
        ("36525 d", LONGEST),
    ],
)  # fmt: skip
def test_a_duration_is_a_number_and_a_unit(text: str, span: int) -> None:
    assert duration(text) == span
    assert type(duration(text)) is Duration


@pytest.mark.parametrize(
    "text", ["", "60", "min", "60 mins", "60 Min", "-5 s", "1e3 s", "5 s 3 min", "٣ s", "1,5 min",
             "5 months", ".5 s", "5. s"],
)  # fmt: skip
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as"):
        duration(text)


@pytest.mark.parametrize("text", ["36526 d", "999999999 w"])
def test_a_duration_ends_at_a_hundred_years(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        duration(text)


@given(st.integers(1, 800_000), st.sampled_from(["s", "min", "h"]))
def test_whole_durations_are_exact(number: int, unit: str) -> None:
    size = {"s": SECOND, "min": MINUTE, "h": HOUR}[unit]
    assert duration(f"{number} {unit}") == number * size


def test_nothing_said_is_the_default() -> None:
    assert parse("").base == Standards().base == Thresholds()
    assert not parse("").varies


def test_the_example_is_the_defaults() -> None:
    standards = load(EXAMPLE)
    assert standards.base == Standards().base
    assert standards.base_hours == Standards().base_hours
    assert standards.exclude == Standards().exclude
    assert not standards.varies
    assert not standards.own


def test_the_example_is_written_from_the_tables_themselves() -> None:
    assert EXAMPLE.read_text(encoding="utf-8").startswith(dump(Standards()))


def test_the_example_names_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for table in msgspec.structs.fields(Thresholds):
        section = text.partition(f"\n[{table.name}]")[2].partition("\n[")[0]
        named = re.findall(r"^(\w+) = ", section, re.MULTILINE)
        keys = set(table.type.__struct_fields__) - {"team", "severity"}
        assert sorted(named) == sorted(keys), table.name


def uncommented() -> Standards:
    return parse(
        re.sub(r"^# ((?:\[|\w+ =).*)$", r"\1", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    )


def test_the_overrides_of_the_example_hold_once_they_are_no_comment() -> None:
    standards = uncommented()
    assert idle(standards, None, "north", None) == 90
    assert standards.thresholds(None, "north", None).cart_abandoned.enabled
    assert not standards.thresholds("partner", "north", None).cart_abandoned.enabled
    assert idle(standards, "partner", "north", None) == 90
    assert standards.thresholds("partner", "south", None) == Standards().base
    bank = standards.thresholds(None, None, None, {"sector": "bank"})
    assert bank.complaint_unanswered.within == 4 * HOUR
    assert standards.thresholds(None, None, None, None, "vip").answer_late.within == 10 * SECOND


def test_the_standard_of_the_example_names_every_key() -> None:
    (own,) = uncommented().own
    section = EXAMPLE.read_text("utf-8").partition("# [[standard]]")[2]
    assert re.findall(r"^# (\w+) = ", section, re.MULTILINE) == [*own.__struct_encode_fields__]
    assert (own.name, own.began, own.team) == (
        "room_service_in_time", "x_room_service_ordered", "kitchen"
    )  # fmt: skip


def test_every_table_of_a_signal_can_be_turned_off_and_told_to_others() -> None:
    for table in msgspec.structs.fields(Thresholds):
        said = f'[{table.name}]\nenabled = false\nteam = "desk"\nseverity = "critical"'
        limits = getattr(parse(said).base, table.name)
        assert isinstance(limits, Limits)
        assert (limits.enabled, limits.team, limits.severity) == (False, "desk", "critical")
        default = getattr(Thresholds(), table.name)
        assert default.enabled is (table.name != "resolution_unconfirmed")
        assert default.team is default.severity is None


def test_alerts_that_stand_open_end() -> None:
    lasting = {name for name in Thresholds.__struct_fields__
               if hasattr(getattr(Thresholds(), name), "expires")}  # fmt: skip
    assert set(Thresholds.__struct_fields__) - lasting == {
        "gone_silent", "lost", "won_back", "return_late", "spend_grown", "milestone_reached",
        "delighted", "advocate", "wish_repeated",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 h", 8 * HOUR), ("1 d", DAY), ("5 wd", working_days(5)), ("0 s", 0),
        ("1 working day", working_days(1)), (" 5 working days ", working_days(5)),
        ("366wd", working_days(366)),
    ],
)  # fmt: skip
def test_working_time_is_a_duration_or_a_number_of_working_days(text: str, value: int) -> None:
    assert working_time(text) == value
    assert type(working_time(text)) is WorkingTime


def test_working_time_ends_at_a_year_of_days() -> None:
    assert working_time("366 d") == 366 * DAY
    with pytest.raises(ValueError, match="longer than 366 days of working time"):
        working_time("367 d")


@pytest.mark.parametrize("text", ["0 wd", "367 wd", "1.5 wd", "5 workdays", "-5 wd", "5 days wd"])
def test_anything_else_is_no_working_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not (between 1 and 366 days|a duration such as)"):
        working_time(text)


@given(st.integers(0, 366 * DAY), st.integers(0, LONGEST), st.integers(1, 366))
def test_a_duration_is_written_as_it_is_read(worked: int, span: int, days: int) -> None:
    assert working_time(written(worked)) == worked
    assert duration(written(span)) == span
    assert working_time(written(working_days(days))) == working_days(days)


def test_a_byte_order_mark_is_none_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "standards.toml"
    path.write_text('[cart_abandoned]\r\nidle = "5 min"\r\n', encoding="utf-8-sig")
    assert idle(load(path), None, None, None) == 5


OVERRIDES = """
[cart_abandoned]
idle = "60 min"
cool_down = "12 h"

[[override]]
brand = "north"
cart_abandoned.idle = "50 min"
queue_abandoned = { short_abandon = "10 s" }

[[override]]
party = "employee"
[override.cart_abandoned]
idle = "40 min"

[[override]]
brand = "north"
branch = "n-1"
[override.cart_abandoned]
idle = "30 min"
[override.gone_silent]
enabled = false

[[override]]
party = "customer"
branch = "n-2"
[override.cart_abandoned]
idle = "20 min"
"""


@pytest.mark.parametrize(
    ("party", "brand", "branch", "minutes"),
    [
        (None, None, None, 60),
        ("customer", "south", "s-1", 60),
        (None, "north", None, 50),
        ("employee", None, None, 40),
        ("employee", "north", None, 50),
        ("employee", "north", "n-1", 30),
        (None, "north", "n-1", 30),
        (None, "south", "n-1", 60),
        (None, "south", "n-2", 20),
        ("customer", "north", "n-2", 20),
        ("partner", "north", "n-2", 50),
    ],
)
def test_an_override_holds_where_all_its_parts_match_over_those_of_lower_layers(
    party: str | None, brand: str | None, branch: str | None, minutes: int
) -> None:
    assert idle(parse(OVERRIDES), party, brand, branch) == minutes


def test_overrides_that_match_hold_together() -> None:
    standards = parse(OVERRIDES)
    found = standards.thresholds("employee", "north", "n-1")
    assert found.cart_abandoned.idle == 30 * MINUTE
    assert found.cart_abandoned.cool_down == 12 * HOUR
    assert found.queue_abandoned.short_abandon == 10 * SECOND
    assert not found.gone_silent.enabled
    assert found.gone_silent.alive == 0.5
    assert found.checkout_abandoned == Standards().base.checkout_abandoned


def test_thresholds_of_one_kind_are_equal_and_hash_alike() -> None:
    standards = parse(OVERRIDES)
    one, other = (standards.thresholds(None, "north", branch) for branch in ("n-8", "n-9"))
    assert one == other
    assert hash(one) == hash(other)


def test_customers_are_excluded_by_pattern() -> None:
    standards = parse('[exclude]\ncustomers = ["test-*", "*@example.com", "bot?"]')
    for name in ("test-", "test-9", "a@example.com", "bot1"):
        assert standards.excludes(name), name
    for name in ("my-test-9", "a@example.org", "bot", "bot12", "Test-9", ""):
        assert not standards.excludes(name), name


MISTAKES: dict[str, tuple[str, str]] = {
    "an unknown key": (
        '[cart_abandoned]\n\nidel = "60 min"',
        "house.toml:3: cart_abandoned.idel: is not known here:"
        " expected one of idle, cool_down, enabled, team, severity, expires",
    ),
    "an unknown key outside": (
        "idle = 1",
        "house.toml:1: idle: is not known here: expected one of hours, manners,"
        " teams, exclude, identity, override, standard, cart_abandoned",
    ),
    "too many customers": (
        "[identity]\ncustomers = { phone = 7 }",
        "house.toml:2: identity.customers: expected whole number <= 6",
    ),
    "a country in words": (
        '[identity]\nregion = "Germany"',
        "house.toml:2: identity.region: expected two capital letters",
    ),
    "a renewal without unit": (
        "[identity]\nrenewed_after = 30",
        "house.toml:2: identity.renewed_after: 30 is not a duration with its unit,",
    ),
    "a team that there is not": (
        '[teams.care]\n[lost]\nfactor = 3\nteam = "crae"',
        "house.toml:4: lost.team: 'crae' is named as a team, and is none: expected one of",
    ),
    "a team that there is not, for some": (
        '[teams.care]\n[[override]]\nbrand = "north"\n[override.lost]\nteam = "crae"',
        "house.toml:5: override.lost.team: 'crae' is named as a team, and is none",
    ),
    "a team that there is not, of a standard": (
        '[[standard]]\nname = "a"\nfrom = "x_a"\nto = "x_b"\nwithin = "5 min"\nteam = "crae"\n'
        "[teams.care]",
        "house.toml:6: standard.team: 'crae' is named as a team, and is none",
    ),
    "teams too much alike": (
        '[teams."our.care"]\n[teams.our_care]',
        'house.toml:2: teams.our_care: "our_care" and "our.care" are too much alike',
    ),
    "teams too much alike, one of a signal": (
        '[lost]\nteam = "after.sales"',
        'house.toml:2: lost.team: "after_sales" and "after.sales" are too much alike',
    ),
    "an unknown table": ('# carts\n[carts]\nidle = "1 s"', "house.toml:2: carts: is not known"),
    "a wrong unit": (
        '[cart_abandoned]\nidle = "60 mins"',
        "house.toml:2: cart_abandoned.idle: '60 mins' is not a duration such as",
    ),
    "no unit": (
        "[cart_abandoned]\nidle = 60",
        "house.toml:2: cart_abandoned.idle: 60 is not a duration with its unit",
    ),
    "no time at all": (
        '[cart_abandoned]\nenabled = true\nidle = "0 s"',
        "house.toml:3: cart_abandoned.idle: expected a duration above 0",
    ),
    "a dotted key": ('\ncart_abandoned.idle = "5 x"', "house.toml:2: cart_abandoned.idle: '5 x'"),
    "an inline table": ('cart_abandoned = { idle = "5 x" }', "house.toml:1: cart_abandoned.idle"),
    "a value for a table": ("gone_silent = 5", "house.toml:1: gone_silent: expected table, got"),
    "a word for a truth": (
        '[won_back]\nenabled = "yes"',
        "house.toml:2: won_back.enabled: expected true or false, got text",
    ),
    "another model": (
        '[gone_silent]\nmodel = "pareto"',
        "house.toml:2: gone_silent.model: 'pareto' is not one of bg_nbd, own_rhythm",
    ),
    "a percentage": ("[gone_silent]\nalive = 50", "house.toml:2: gone_silent.alive: expected"),
    "certainty": ("[gone_silent]\nalive = 1", "house.toml:2: gone_silent.alive: expected number"),
    "impossibility": ("[gone_silent]\nalive = 0.0", "gone_silent.alive: expected number >= 0.001"),
    "a percentile": ("[gone_silent]\npercentile = 90", "gone_silent.percentile: expected number"),
    "a parameter of zero": ("[gone_silent]\nalpha = 0", "gone_silent.alpha: expected number > 0"),
    "a negative parameter": ("[gone_silent]\nr = -0.2", "gone_silent.r: expected number > 0"),
    "no number": ("[gone_silent]\na = nan", "house.toml:2: gone_silent.a: expected number"),
    "no end": ("[gone_silent]\nb = inf", "house.toml:2: gone_silent.b: expected number <= 10000"),
    "a factor in words": ('[gone_silent]\nfactor = "1.5"', "expected number, got text"),
    "exclusion of one": ('[exclude]\ncustomers = "a"', "house.toml:2: exclude.customers: expected"),
    "exclusion of a number": ("[exclude]\ncustomers = [7]", "exclude.customers: expected text"),
    "exclusion of something": ("[exclude]\nbrands = []", "exclude.brands: is not known here"),
    "one bracket": (
        '[override]\nbrand = "b"',
        "house.toml:1: override: write [[override]], with two brackets",
    ),
    "a list of overrides": ("override = [1]", "house.toml:1: override: write [[override]]"),
    "an override for nobody": (
        "\n[[override]]\n[override.won_back]\nenabled = false",
        "house.toml:2: override: names none of party, brand, branch, segments and queue",
    ),
    "an override of nothing": (
        '[[override]]\nbrand = "b"\n[cart_abandoned]\nidle = "5 s"',
        "house.toml:1: override: changes nothing: its tables are written [override.cart_abandoned]",
    ),
    "an override by segment": (
        '[[override]]\nbrand = "b"\nsegment = "gold"',
        "house.toml:3: override.segment: is not known here: did you mean segments?",
    ),
    "another party": (
        '[[override]]\nparty = "staff"',
        "house.toml:2: override.party: 'staff' is not one of customer, employee, department",
    ),
    "a brand by number": ("[[override]]\nbrand = 7", "house.toml:2: override.brand: expected text"),
    "a brand without a name": ('[[override]]\nbrand = ""', "override.brand: expected text of len"),
    "a mistake in the second override": (
        '[[override]]\nbrand = "a"\nwon_back.enabled = false\n\n'
        '[[override]]\nbrand = "b"\n[override.cart_abandoned]\nidle = "5 s"\ncool_down = "x"',
        "house.toml:9: override.cart_abandoned.cool_down: 'x' is not a duration",
    ),
    "no TOML": ("[cart_abandoned]\nidle 60", "house.toml:2: is not TOML: Expected '='"),
    "a table twice": ("[won_back]\n[won_back]", "house.toml:2: is not TOML: Cannot declare"),
    "no end of a text": ('a = "', "house.toml: is not TOML: Unterminated string"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_by_file_line_and_key_with_what_was_expected(name: str) -> None:
    text, said = MISTAKES[name]
    message = complaint(text)
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadStandards, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "standards.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadStandards, match="is not UTF-8 text"):
        load(path)


scalars: Any = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text("5 .smin", max_size=6)
)
keys = st.sampled_from(["idle", "alive", "model", "enabled", "short_abandon", "nonsense"])
tables = st.sampled_from(["cart_abandoned", "gone_silent", "queue_abandoned", "exclude", "x"])


@given(tables, keys, scalars, st.booleans())
def test_any_value_is_understood_or_complained_about(
    table: str, key: str, value: Any, scoped: bool
) -> None:
    written = {True: "true", False: "false", None: "[]"}.get(value, repr(value))
    head = f'[[override]]\nbrand = "b"\n[override.{table}]' if scoped else f"[{table}]"
    text = f"{head}\n{key} = {written}\n"
    try:
        standards = parse(text, "house.toml")
    except BadStandards as refusal:
        why = str(refusal)
    else:
        assert standards.varies == scoped
        hash(standards.thresholds(None, "b", None))
        return
    assert re.match(r"house\.toml:\d+: ", why), why
