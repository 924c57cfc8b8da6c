"""Who gets which standards: layers, opening hours, a house's own, and all of it written back."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import MINUTE
from schemas.standards import (
    BadStandards,
    HoursTable,
    Standards,
    Thresholds,
    dump,
    parse,
    working_days,
)
from schemas.standards.hours import holidays_of
from schemas.vocabulary import VOCABULARY

LAYERS = {
    "queue": 'queue = "vip"',
    "segments": 'segments = { sector = "bank" }',
    "branch": 'branch = "n-1"',
    "brand": 'brand = "north"',
    "party": 'party = "partner"',
}
WHO: dict[str, Any] = {
    "party": "partner", "brand": "north", "branch": "n-1", "segments": {"sector": "bank"},
    "queue": "vip",
}  # fmt: skip


def layered(*names: str) -> Standards:
    """Each layer says its own number of minutes: 1 for the party, up to 5 for the queue."""
    minutes = {name: number for number, name in enumerate(reversed(LAYERS), 1)}
    return parse("\n".join(
        f'[[override]]\n{LAYERS[name]}\n[override.cart_abandoned]\nidle = "{minutes[name]} min"'
        for name in names
    ))  # fmt: skip


def idle(standards: Standards, **who: Any) -> int:
    asked = {"party": None, "brand": None, "branch": None, **who}
    return int(standards.thresholds(**asked).cart_abandoned.idle) // MINUTE


def test_layers_hold_by_rank_whatever_their_order_in_the_file() -> None:
    for order in permutations(LAYERS):
        standards = layered(*order)
        who = dict(WHO)
        for name, minutes in zip(LAYERS, (5, 4, 3, 2, 1), strict=True):
            assert idle(standards, **who) == minutes, (order, name)
            del who[name]
        assert idle(standards) == 60


def test_an_override_of_several_layers_is_of_the_last_of_them() -> None:
    standards = parse("""
[[override]]
party = "partner"
queue = "vip"
cart_abandoned.idle = "1 min"
[[override]]
branch = "n-1"
cart_abandoned.idle = "2 min"
""")
    assert idle(standards, **WHO) == 1
    assert idle(standards, **{**WHO, "party": None}) == 2


def test_a_segment_is_asked_for_by_axis_and_all_that_are_named_must_match() -> None:
    standards = parse("""
[[override]]
segments = { sector = "bank", culture = "south" }
cart_abandoned.idle = "1 min"
""")
    assert idle(standards, segments={"sector": "bank", "culture": "south", "other": "x"}) == 1
    for segments in (None, {}, {"sector": "bank"}, {"sector": "bank", "culture": None},
                     {"culture": "bank", "sector": "south"}):  # fmt: skip
        assert idle(standards, segments=segments) == 60, segments


def test_standards_say_what_it_is_worth_asking_for() -> None:
    assert not Standards().varies
    plain = layered("brand")
    assert (plain.varies, plain.varies_by_segment, plain.varies_by_queue) == (True, False, False)
    segment = layered("segments")
    assert (segment.varies, segment.varies_by_segment, segment.varies_by_queue) == (
        True, True, False,
    )  # fmt: skip
    assert segment.axes == {"sector"}
    queue = layered("queue")
    assert (queue.varies, queue.varies_by_segment, queue.varies_by_queue) == (True, False, True)
    assert queue.queues == {"vip"}


HOURS = """
[hours]
zone = "Europe/Berlin"
monday = ["09:00-12:30", "13:30-18:00"]
tuesday = ["09:00-18:00"]

[[override]]
branch = "airport"
[override.hours]
tuesday = []
sunday = ["00:00-24:00"]

[[override]]
queue = "night"
[override.hours]
zone = "America/New_York"
"""


def test_hours_change_by_layer_key_by_key() -> None:
    standards = parse(HOURS)
    assert standards.hours(None, None, None) == standards.base_hours
    airport = standards.hours(None, None, "airport")
    assert [len(day) for day in airport.week] == [2, 0, 0, 0, 0, 0, 1]
    assert airport.zone == "Europe/Berlin"
    night = standards.hours(None, None, "airport", None, "night")
    assert night.week == airport.week
    assert night.zone == "America/New_York"
    assert hash(night) != hash(airport)
    assert standards.thresholds(None, None, "airport", None, "night") == Thresholds()


def test_nothing_said_is_always_open_and_what_is_not_named_is_closed() -> None:
    assert parse("").base_hours.always
    assert parse('[hours]\nzone = "Europe/Berlin"').base_hours.always
    assert not parse('[hours]\nholidays = "DE"').base_hours.always
    one = parse('[hours]\nsunday = ["10:00-11:00"]').base_hours
    assert [len(day) for day in one.week] == [0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("said", ['["2026-12-24", "2026-12-31"]', "[2026-12-24, 2026-12-31]"])
def test_closed_days_are_dates_written_either_way(said: str) -> None:
    assert [day.isoformat() for day in parse(f"[hours]\nclosed = {said}").base_hours.closed] == [
        "2026-12-24", "2026-12-31",
    ]  # fmt: skip


def test_holidays_are_those_of_the_part_of_the_country() -> None:
    days = {where: {f"{day:%m-%d}" for day in holidays_of(where, 2026)} for where in
            ("DE", "DE-BY", "US-CA")}  # fmt: skip
    assert "01-06" in days["DE-BY"] - days["DE"]
    assert "10-03" in days["DE"]
    assert "07-04" in days["US-CA"]


OWN = """
[[standard]]
name = "greeted_by_name"
from = "visitor_arrived"
to = "visitor_greeted"
within = "30 s"
"""


def test_a_house_declares_its_own_standards() -> None:
    (one,) = parse(OWN).own
    assert (one.name, one.began, one.to, one.within) == (
        "greeted_by_name", "visitor_arrived", "visitor_greeted", 30_000_000,
    )  # fmt: skip
    assert (one.hours, one.severity, one.team) == (False, "warning", "support")
    assert one.channel is one.brand is one.branch is one.queue is one.reason is None


def test_a_standard_in_working_days_counts_in_the_opening_hours() -> None:
    (one,) = parse(OWN.replace("30 s", "2 wd") + "hours = true").own
    assert one.within == working_days(2)


def test_hundreds_of_standards_are_read_with_their_lines() -> None:
    many = "".join(OWN.replace("greeted_by_name", f"standard_{n}") for n in range(800))
    assert len(parse(many).own) == 800
    with pytest.raises(BadStandards, match=r"house:4806: standard\.within: 'soon'"):
        parse(many + OWN.replace("30 s", "soon"), "house")


HEAD = '[[standard]]\nname = "a"\nfrom = "order_completed"\n'
WEEK = '[hours]\nmonday = ["09:00-12:00"]\n'
FORM = 'such as "09:00-18:00" or "13:30-24:00"'
MISTAKES = {
    "a weekday in another language": ("[hours]\nmontag = []", "2: hours.montag: is not known here"),
    "hours without minutes": ('[hours]\nmonday = ["9-18"]', f"'9-18' is no opening {FORM}"),
    "hours with one digit": ('[hours]\nmonday = ["9:00-18:00"]', "'9:00-18:00' is no opening"),
    "an hour that is none": (
        '[hours]\n\nmonday = ["25:00-26:00"]',
        "3: hours.monday: '25:00-26:00': 25:00 is no time of day: expected 00:00 to 24:00",
    ),
    "a minute that is none": ('[hours]\nfriday = ["09:60-10:00"]', "09:60 is no time of day"),
    "after midnight": ('[hours]\nfriday = ["09:00-24:30"]', "24:30 is no time of day"),
    "reversed": (
        '[hours]\nsunday = ["18:00-02:00"]',
        "2: hours.sunday: '18:00-02:00' ends before it begins",
    ),
    "empty": ('[hours]\nsunday = ["18:00-18:00"]', "ends before it begins"),
    "overlapping": (
        '[hours]\nzone = "UTC"\nmonday = ["09:00-13:00", "12:30-18:00"]',
        '3: hours.monday: "09:00-13:00" and "12:30-18:00" overlap',
    ),
    "out of order": (
        '[hours]\nmonday = ["13:00-18:00", "09:00-12:00"]',
        'hours.monday: "13:00-18:00" and "09:00-12:00" are not in order',
    ),
    "one opening without a list": ('[hours]\nmonday = "09:00-18:00"', "monday: expected list"),
    "a number for an opening": ("[hours]\nmonday = [9]", "9 is not a text, such as"),
    "never open": (
        "[hours]\nmonday = []",
        '1: hours: is never open: expected an opening, as monday = ["09:00-18:00"]',
    ),
    "closed for a year": (
        "[hours]\nmonday = ['09:00-12:00']\nclosed = [" + ", ".join(
            f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)
        ) + ", 2026-03-30, 2026-06-29, 2026-08-31, 2026-11-30, 2027-01-04]",
        "3: hours.closed: leaves no open day within a year",
    ),
    "a zone that is none": (
        '[hours]\nzone = "Europe/Berln"',
        "2: hours.zone: 'Europe/Berln' is not a time zone such as \"Europe/Berlin\" or \"UTC\"",
    ),
    "a way out of the zones": ('[hours]\nzone = "../../etc/passwd"', "is not a time zone"),
    "no zone": ('[hours]\nzone = ""', "'' is not a time zone"),
    "a zone as number": ("[hours]\nzone = 1", "1 is not a text, such as \"Europe/Berlin\""),
    "a country by name": (
        '[hours]\nholidays = "Germany"',
        "2: hours.holidays: 'Germany' is not a country or a part of one, such as",
    ),
    "a part that is none": (
        '[hours]\nholidays = "DE-XX"',
        "hours.holidays: 'DE-XX': DE has no part 'XX': expected one of BB, BE, BW, BY",
    ),
    "a part of the indivisible": (
        '[hours]\nholidays = "TO-XX"', "TO has no part 'XX': expected \"TO\""
    ),
    "half a part": ('[hours]\nholidays = "DE-"', "DE has no part ''"),
    "a day that is none": (
        '[hours]\nclosed = ["2026-02-30"]',
        '2: hours.closed: expected a date such as "2026-12-24"',
    ),
    "closed without a list": ('[hours]\nclosed = "2026-02-03"', "hours.closed: expected list"),
    "hours for a table": ("hours = 3", "1: hours: expected table, got whole number"),
    "two tables of hours": ('[[hours]]\nzone = "UTC"', "1: hours: expected table, got list"),
    "an override that closes": (
        f'{WEEK}[[override]]\nbrand = "b"\n[override.hours]\nmonday = []',
        "5: override.hours: is never open",
    ),
    "an override of hours that is none": (
        f'{WEEK}[[override]]\nbrand = "b"\n[override.hours]\nmonday = ["x"]',
        "6: override.hours.monday: 'x' is no opening",
    ),
    "an override for no segment": (
        "[[override]]\nsegments = {}\nwon_back.enabled = false",
        "1: override: names none of party, brand, branch, segments and queue",
    ),
    "a segment without axis": (
        '[[override]]\nsegments = "bank"', "2: override.segments: expected table, got text"
    ),
    "a segment by number": ("[[override]]\nsegments = { a = 1 }", "segments: expected text"),
    "a queue without name": ('[[override]]\nqueue = ""', "2: override.queue: expected text"),
    "a standard in an override": (
        '[[override]]\nbrand = "b"\nstandard = []',
        "3: override.standard: is not known here: expected one of hours, manners, party, brand,",
    ),
    "one bracket": ('[standard]\nname = "a"', "1: standard: write [[standard]], with two brackets"),
    "a standard without name": ("[[standard]]\nwithin = '5 s'", "1: standard: says no name"),
    "a standard without time": (HEAD + 'to = "x_b"', "1: standard: says no within"),
    "an event that is none": (
        HEAD + 'to = "order_deliverd"\nwithin = "5 d"',
        "4: standard.to: 'order_deliverd' is no type of interaction: did you mean order_delivered",
    ),
    "from and to alike": (
        HEAD + 'to = "order_completed"\nwithin = "5 d"',
        "4: standard.to: is order_completed as from is",
    ),
    "a standard without waiting": (
        HEAD + 'to = "x_b"\nwithin = "0 s"', "5: standard.within: expected a duration above 0"
    ),
    "working days of all days": (
        HEAD + 'to = "x_b"\nwithin = "2 wd"',
        "5: standard.within: counts working days: say hours = true as well",
    ),
    "a standard with a sentence for a name": (
        '[[standard]]\nname = "Greet by name"\nfrom = "x_a"\nto = "x_b"\nwithin = "5 s"',
        '2: standard.name: expected lower case letters, digits and "_", such as "greeted_by_name"',
    ),
    "a name twice": (
        OWN + OWN, '9: standard.name: "greeted_by_name" is the name of an earlier standard'
    ),
    "another channel": (
        HEAD + 'to = "x_b"\nwithin = "5 s"\nchannel = "mail"',
        "6: standard.channel: 'mail' is not one of web, app, inapp, phone",
    ),
    "another severity": ('[lost]\nseverity = "bad"', "'bad' is not one of info, warning, error"),
    "a team with a space": (
        '[lost]\nteam = "After Sales"', '2: lost.team: expected lower case letters, digits, "."'
    ),
    "working days of elapsed time": ('[cart_abandoned]\nidle = "5 wd"', "'5 wd' is not a duration"),
    "working days misspelt": (
        '[request_unanswered]\nwithin = "5 wdays"', 'or working days as "5 wd"'
    ),
    "no working days": ('[request_unanswered]\nwithin = "0 wd"', "is not between 1 and 366 days"),
    "a table misspelt": ("[cart_abandonde]", "1: cart_abandonde: is not known here: did you mean"),
    "a list for a table": ("won_back = [1]", "1: won_back: expected table, got list"),
    "a tier that is none": ("[check_in_due]\ntier = 4", "2: check_in_due.tier: 4 is not one of 1"),
    "an order number of 0": ("[milestone_reached]\norders = [0]", "expected whole number >= 1"),
    "a percentage for a share": ("[serial_returner]\nshare = 40", "share: expected number <= 1.0"),
    "a gap above zero": ("[expectation_gap]\ngap = 1.0", "gap: expected number < 0"),
    "half a count": ("[lost]\n[captured]\n[detractor]\nnps = 6.5", "4: detractor.nps: expected"),
    "a window of nothing": ('[captured]\nwindow = "0 s"', "2: captured.window: expected a"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_by_line_and_key_with_what_was_expected(name: str) -> None:
    text, said = MISTAKES[name]
    with pytest.raises(BadStandards) as refused:
        parse(text, "house")
    assert said in str(refused.value)
    assert re.match(r"house:\d+: [\w.]+: ", str(refused.value))


VALUES = [
    "1", "-1", "1.5", "nan", "inf", "true", "99999999999999999999999", '""', '"x"', '"\\u0000"',
    '"5 s"', '"5 wd"', '"é"', '"Europe"', '"UTC"', '"DE"', '"DE-BY-X"', '"customer"', "[]", "[1]",
    '["x"]', "[[]]", "{}", "{ a = 1 }", '{ a = "b" }', "2026-01-01", "2026-01-01T00:00:00Z",
    "10:00:00", "[2026-01-01]", '["2026-01-01"]', '["09:00-10:00"]', '["24:00-24:00"]',
    '["٠٩:00-10:00"]', f'"{"a" * 5000}"',
]  # fmt: skip
TABLES = {
    "[hours]": "zone monday holidays closed",
    "[exclude]": "customers",
    "[identity]": "region renewed_after aliases customers",
    '[[override]]\nlost.alive = 0.3': "party brand branch segments queue hours exclude standard",
    '[[override]]\nbrand = "b"\n[override.hours]': "zone monday closed",
    '[[standard]]\nname = "a"': "from to within channel hours severity team reason began",
    "[milestone_reached]": "orders years enabled",
    "[contact_unanswered]": "post phone team severity",
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", VALUES)
def test_any_value_is_understood_or_complained_about_in_a_line(table: str, value: str) -> None:
    for key in TABLES[table].split():
        text = f"{table}\n{key} = {value}\n"
        why = ""
        try:
            standards = parse(text, "house")
        except BadStandards as refusal:
            why = str(refusal)
        if why:
            assert re.fullmatch(r"house:\d+: [\w.]+: .{1,500}", why), text
        else:
            assert same(parse(dump(standards)), standards), text


def same(one: Standards, other: Standards) -> bool:
    return (
        one.base == other.base
        and one.overrides == other.overrides
        and one.own == other.own
        and one.exclude == other.exclude
        and one.base_hours == other.base_hours
    )


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@given(names, names, names, st.integers(1, 10**12), st.integers(1, 366))
def test_standards_are_written_as_they_are_read(
    brand: str, axis: str, reason: str, idle: int, days: int
) -> None:
    from schemas.standards import Duration, HouseStandard, Override, Where

    where = Where(brand=brand, segments={axis: brand}, queue=brand)
    own = HouseStandard(
        name="a", began="x_a", to="x_b", within=working_days(days), hours=True, reason=reason
    )
    changed = {"cart_abandoned": {"idle": Duration(idle), "team": "desk"}}
    standards = Standards(
        overrides=(
            Override(where, changed, {"monday": ()}),
            Override(Where(party="partner"), changed),
        ),
        hours=parse(HOURS).base_hours,
        own=(own,),
    )
    assert same(parse(dump(standards)), standards)


def test_the_vocabulary_and_a_houses_own_types_can_be_expected() -> None:
    for kind in VOCABULARY:
        (one,) = parse(
            OWN.replace("visitor_greeted", kind if kind != "visitor_arrived" else "x_")
        ).own
        assert one.to in (kind, "x_")


def test_a_table_of_hours_is_plain_data() -> None:
    assert HoursTable() == parse("").base_hours
    assert hash(HoursTable()) == hash(parse("[hours]").base_hours)
