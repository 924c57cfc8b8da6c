"""What the documents show is what is taken, refused and promised."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from schemas.instant import DAY, HOUR, MINUTE
from schemas.interaction import Channel, Interaction, Party, Reason, Rejected, decode
from schemas.playbooks import Action
from schemas.playbooks import parse as parse_playbooks
from schemas.standards import BadStandards, Exclude, Thresholds, WorkingTime, parse
from schemas.vocabulary import VOCABULARY, Product

DOCS = Path(__file__).resolve().parents[2] / "docs"
INTERACTIONS = (DOCS / "interactions.md").read_text(encoding="utf-8")
STANDARDS = (DOCS / "standards.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table rows under a heading."""
    section = re.split(r"^## ", text.split(f"## {heading}\n")[1], flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def words(cell: str) -> list[str]:
    return " ".join(re.findall(r"`([^`]+)`", cell)).split()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_example_of_an_interaction_is_taken(number: int) -> None:
    examples = blocks(INTERACTIONS, "json")
    assert len(examples) == 3
    event = decode(examples[number].encode())
    said = json.loads(examples[number])
    assert event.kind == said["type"]
    if event.kind in VOCABULARY:
        for name, value in said["properties"].items():
            assert getattr(event.properties, name) == value, name


def test_the_vocabulary_stands_whole_in_the_document_with_its_properties() -> None:
    told = []
    for _, types, properties in rows(INTERACTIONS, "Vocabulary")[1:]:
        told += words(types)
        named = {re.sub(r"\W+$", "", word) for word in words(properties)}
        for kind in words(types):
            fields = set(VOCABULARY[kind].__struct_fields__)
            if VOCABULARY[kind].__mro__[1] is Product:
                fields -= set(Product.__struct_fields__)
            choices = {"complaint", "request", "question", "suggestion", "own", "regulator",
                       "consumer_body", "court", "press", "review_site", "nps", "csat", "ces",
                       "servqual"}  # fmt: skip
            assert fields == named - choices, kind
    assert told == list(VOCABULARY)


def test_the_envelope_stands_whole_in_the_document() -> None:
    table = rows(INTERACTIONS, "The envelope")[1:]
    fields = [word for row in table for word in words(row[0])]
    assert sorted(fields) == sorted((*Interaction.__struct_fields__, "type"))
    rules = {words(row[0])[0]: words(row[2]) for row in table}
    assert rules["channel"] == list(get_args(Channel))
    assert rules["party"][:-1] == list(get_args(Party))


def reasons() -> dict[str, str]:
    """What the document gives as an instance of each reason."""
    table = rows(INTERACTIONS, "What is rejected")
    return {words(row[0])[0]: row[-1] for row in table if len(row) == 3 and words(row[0])}


def test_every_reason_stands_in_the_document() -> None:
    assert tuple(sorted(reasons())) == tuple(sorted(get_args(Reason)))


@pytest.mark.parametrize(
    "record",
    [
        b'\xef\xbb\xbf{"id":"1"}',
        b'{"id":"1","type":"contact_queued","channel":"web","properties":{}}',
        b'{"id":"1","type":"Product Added","channel":"web"}',
        b'{"id":"1","type":"page_viewed","channel":"web","time":1795341600000}',
    ],
)
def test_every_message_in_the_document_is_what_is_said(record: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        decode(record)
    assert refused.value.message in reasons()[refused.value.reason]


(
    HOURS, OVERRIDES, LEARNED, STANDARD, PLAYBOOK, MANNERS, TEAMS, EXCLUSION,
) = blocks(STANDARDS, "toml")  # fmt: skip


def test_the_overrides_of_the_document_hold_as_it_says() -> None:
    standards = parse(OVERRIDES)
    for scope, minutes, silent in (
        ((None, None, None), 60, True),
        (("customer", "north", None), 90, True),
        (("partner", "north", None), 90, False),
        (("partner", "south", "airport"), 60, False),
        ((None, "north", "airport"), 20, True),
    ):
        found = standards.thresholds(*scope)
        assert found.cart_abandoned.idle == minutes * MINUTE, scope
        assert found.gone_silent.enabled is silent, scope
    bank = standards.thresholds(None, None, None, {"sector": "bank"})
    assert bank.complaint_unanswered.within == 240 * MINUTE
    assert standards.hours(None, None, None).always
    assert not standards.hours(None, None, None, None, "night").always


def test_the_hours_of_the_document_are_hours() -> None:
    week = parse(HOURS).base_hours.week
    assert [len(day) for day in week] == [2, 1, 1, 1, 1, 0, 0]


def test_the_standard_of_the_document_is_one_and_its_keys_are_explained() -> None:
    (own,) = parse(STANDARD).own
    assert own.within == 30 * MINUTE
    told = [word for row in rows(STANDARDS, "Standards of your own")[1:] for word in words(row[0])]
    assert sorted(told) == sorted(own.__struct_encode_fields__)


def test_the_playbook_of_the_document_is_one_and_names_every_key() -> None:
    books = parse_playbooks(PLAYBOOK)
    plain = books.action("cart_abandoned", None, None)
    north = books.action("cart_abandoned", None, "north")
    assert plain is not None
    assert north is not None
    assert (plain.code, plain.max_cost) == ("call_about_cart", 5)
    assert north.text == "Moin! Call, and ask what was missing."
    keys = re.findall(r"^(\w+) = ", PLAYBOOK.partition("[[override]]")[0], re.MULTILINE)
    assert keys == list(Action.__struct_fields__)


def test_every_signal_in_working_time_is_named() -> None:
    section = STANDARDS.partition("## Opening hours")[2].partition("\n## ")[0]
    worked = {
        name
        for name, signal in Thresholds.__annotations__.items()
        if any(field.type is WorkingTime for field in msgspec.structs.fields(signal))
    }
    assert worked == set(re.findall(r"`(\w+_\w+)`", section))


def test_the_manners_of_the_document_hold_as_it_says() -> None:
    standards = parse(MANNERS)
    usual, partners = standards.manners(None, None, None), standards.manners("partner", None, None)
    assert (usual.cap, usual.snooze, usual.dismissed) == (16 * HOUR, DAY, DAY)
    assert usual.quiet != partners.quiet
    assert usual.urgent == partners.urgent == ("answer_late", "hold_too_long")


def test_the_teams_of_the_document_are_declared() -> None:
    declared = parse(TEAMS).declared
    assert {name: team.may_spend for name, team in declared.items()} == {
        "sales": 20,
        "concierge": None,
    }


def test_the_exclusion_of_the_document_is_one() -> None:
    standards = parse(EXCLUSION)
    assert standards.exclude != Exclude()
    assert standards.excludes("bot-7")


def test_every_threshold_that_its_name_does_not_explain_is_explained() -> None:
    table = [row[0] for row in rows(STANDARDS, "Where the defaults come from, and how to choose")]
    told = " ".join(table)
    common = {"enabled", "model", "team", "severity", "expires", "cool_down", "within"}
    for name, signal in Thresholds.__annotations__.items():
        if name == "contact_unanswered":
            continue
        for key in set(signal.__struct_fields__) - common:
            word = key.replace("_", " ").removesuffix("s")
            said = signal.__doc__.lower()
            assert key in told or f"`{key}`" in said or word in said, f"{name}.{key}"


def test_what_is_learned_from_a_history_is_a_standard() -> None:
    assert parse(LEARNED).base.one_and_gone.within == 193 * DAY


def test_the_complaints_in_the_document_are_what_is_said() -> None:
    complaints = blocks(STANDARDS, "text")[0].splitlines()
    for complaint, line in zip(complaints, ('idel = "1 s"', 'idle = "60 mins"'), strict=True):
        number = int(complaint.split(":")[1])
        with pytest.raises(BadStandards) as refused:
            parse("[cart_abandoned]" + "\n" * (number - 1) + line)
        assert str(refused.value) == complaint
