"""playbooks.toml: what is recommended, for whom, and what is said of a mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.playbooks import SIGNALS, BadPlaybooks, Playbooks, built_in, load, parse
from schemas.standards import Thresholds


def code(books: Playbooks, party: str | None = None, brand: str | None = None) -> str:
    action = books.action("cart_abandoned", party, brand)
    assert action is not None
    return action.code


def test_every_signal_has_an_action_in_whole_sentences() -> None:
    books = built_in()
    assert tuple(books.actions) == SIGNALS == Thresholds.__struct_fields__
    codes = [action.code for action in books.actions.values()]
    assert len(set(codes)) == len(codes)
    for action in books.actions.values():
        assert action.do
        for sentence in (*action.do, *action.avoid, *action.never):
            assert re.fullmatch(r"[A-Z][^\n]*[.?]", sentence), sentence
            assert len(sentence) <= 120, sentence


def test_an_action_is_one_text_too() -> None:
    action = parse('[lost]\ndo = ["Call.", "Ask."]').action("lost", None, None)
    assert action is not None
    assert action.text == "Call. Ask."


HOUSE = """
[cart_abandoned]
max_cost = 5

[[override]]
brand = "north"
[override.cart_abandoned]
code = "northern"

[[override]]
party = "partner"
[override.cart_abandoned]
code = "partners"
needs_approval = true

[[override]]
party = "partner"
brand = "south"
[override.cart_abandoned]
code = "southern_partners"
"""


@pytest.mark.parametrize(
    ("party", "brand", "expected"),
    [
        (None, None, "offer_help"),
        ("customer", "south", "offer_help"),
        (None, "north", "northern"),
        ("partner", None, "partners"),
        ("partner", "north", "northern"),
        ("partner", "south", "southern_partners"),
    ],
)
def test_the_words_of_a_brand_hold_over_those_of_a_party(
    party: str | None, brand: str | None, expected: str
) -> None:
    assert code(parse(HOUSE), party, brand) == expected


def test_what_a_house_leaves_out_stays_as_it_was() -> None:
    books, before = parse(HOUSE), built_in()
    plain = books.action("cart_abandoned", None, None)
    default = before.action("cart_abandoned", None, None)
    assert plain is not None
    assert default is not None
    assert plain.max_cost == 5
    assert (plain.code, plain.do, plain.avoid) == (default.code, default.do, default.avoid)
    partner = books.action("cart_abandoned", "partner", "north")
    assert partner is not None
    assert partner.needs_approval
    assert partner.max_cost == 5
    assert books.action("lost", None, None) == before.action("lost", None, None)


def test_signals_of_others_are_known_once_they_are_named() -> None:
    text = '[parcel_lost]\ncode = "search"\ndo = ["Look for it."]'
    with pytest.raises(BadPlaybooks, match="parcel_lost: is not known here"):
        parse(text)
    books = parse(text, signals=["parcel_lost"])
    action = books.action("parcel_lost", None, None)
    assert action is not None
    assert action.code == "search"
    assert built_in().action("parcel_lost", None, None) is None


MISTAKES = {
    "an unknown signal": ("[cart_abandonned]", "1: cart_abandonned: is not known here: did you"),
    "an unknown key": (
        '[lost]\n\ndoo = ["x"]',
        "3: lost.doo: is not known here: expected one of code, do, avoid, never, max_cost,",
    ),
    "one sentence without a list": ('[lost]\ndo = "Call."', "2: lost.do: expected list, got text"),
    "an empty sentence": ('[lost]\ndo = [""]', "2: lost.do: expected text of length >= 1"),
    "a code in words": ('[lost]\ncode = "Call back"', "2: lost.code: expected lower case letters"),
    "a cost below nothing": ("[lost]\nmax_cost = -1", "2: lost.max_cost: expected number >= 0"),
    "a cost in words": ('[lost]\nmax_cost = "5 EUR"', "lost.max_cost: expected number, got text"),
    "approval in words": ('[lost]\nneeds_approval = "yes"', "expected true or false, got text"),
    "a value for a table": ("lost = 1", "1: lost: expected table [lost]"),
    "one bracket": ('[override]\nparty = "partner"', "1: override: write [[override]]"),
    "an override for nobody": ("[[override]]\n[override.lost]\ndo = []", "names neither party nor"),
    "an override of nothing": ('[[override]]\nbrand = "b"', "1: override: changes nothing"),
    "an override by branch": (
        '[[override]]\nbranch = "b"\nparty = "partner"\nlost.code = "a"',
        "2: override.branch: is not known here: did you mean brand?",
    ),
    "another party": ('[[override]]\nparty = "staff"', "2: override.party: 'staff' is not one of"),
    "a mistake in the second override": (
        '[[override]]\nbrand = "a"\nlost.code = "a"\n[[override]]\nbrand = "b"\n'
        "[override.lost]\nnever = 5",
        "7: override.lost.never: expected list, got whole number",
    ),
    "no TOML": ("[lost", "house: is not TOML: Expected ']'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_by_line_and_key_with_what_was_expected(name: str) -> None:
    text, said = MISTAKES[name]
    with pytest.raises(BadPlaybooks) as refused:
        parse(text, "house")
    assert said in str(refused.value)
    assert re.match(r"house(:\d+)?: ", str(refused.value))


def test_what_a_signal_of_others_needs_is_said() -> None:
    with pytest.raises(BadPlaybooks, match=r"house:1: parcel_lost: says no (code|do)"):
        parse("[parcel_lost]\navoid = []", "house", ["parcel_lost"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPlaybooks, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
    path = tmp_path / "playbooks.toml"
    path.write_text(HOUSE, encoding="utf-8")
    assert code(load(path), "partner") == "partners"
