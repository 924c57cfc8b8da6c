"""The kept schema files: current, in agreement with what decodes, and consistent in themselves."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from schemas import alert as alerts
from schemas import export
from schemas import service_level as service_levels
from schemas.alert import Action, Alert, Evidence, EvidenceOut, Handling, Rule, Status, Value
from schemas.instant import EARLIEST, LATEST, rfc3339
from schemas.interaction import Reason, Rejected, decode
from schemas.observation import Kind as GroupKind
from schemas.service_level import Durations, ServiceLevel
from schemas.vocabulary import VOCABULARY, AlertFeedback
from streams.settings import Settings
from streams.topics import wanted
from tests.schemas.bad import BAD, GOOD
from tests.schemas.examples import OWN, TYPES, full, minimal, wire
from tests.support.programs import need_program

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "schemas"
SPECS, VERSION = "@asyncapi/specs", "6.11.1"

ANSWERS = [kind for kind, holds in VOCABULARY.items() if holds is AlertFeedback]
# What no schema can see: the size of a number that nobody reads, and the days of a month.
BEYOND_SCHEMAS = {
    "a trait without end", "no such day", "the year ten thousand", "the leap second after all"
}  # fmt: skip
REFUSED = {name: value for name, (value, why, _) in BAD.items() if why != "not_json"}


@pytest.fixture(scope="module")
def interaction() -> Draft202012Validator:
    return Draft202012Validator(kept("interaction.json"))


def kept(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((KEPT / name).read_text(encoding="utf-8"))
    return schema


def taken(value: bytes) -> bool:
    try:
        decode(value, 1)
    except Rejected:
        return False
    return True


def test_the_kept_files_are_current() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in KEPT.iterdir()}
    assert on_disk == export.texts(), "run: python -m schemas.export docs/schemas"


def test_the_files_are_the_same_in_every_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemas.export", str(tmp_path / "made")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name, text in export.texts().items():
        assert (tmp_path / "made" / name).read_bytes() == text.encode()


@pytest.mark.parametrize(
    "name",
    ["interaction.json", "alert.json", "stage-change.json", "profile.json", "service-level.json"],
)
def test_the_schemas_are_json_schema(name: str) -> None:
    schema = kept(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert list(unresolved(schema)) == []


@pytest.mark.parametrize("kind", TYPES)
def test_the_schema_accepts_what_is_taken(kind: str, interaction: Draft202012Validator) -> None:
    for event in (minimal(kind), full(kind)):
        assert taken(wire(event))
        interaction.validate(event)


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - BEYOND_SCHEMAS))
def test_the_schema_refuses_what_is_refused(name: str, interaction: Draft202012Validator) -> None:
    assert not interaction.is_valid(parsed(REFUSED[name]))


@given(st.integers(EARLIEST, LATEST), st.sampled_from(["{}", "{} ", "{}x", " {}", "-{}"]))
def test_schema_and_decoder_take_the_same_times(at: int, form: str) -> None:
    agree({**minimal("page_viewed"), "time": form.format(rfc3339(at))})


@given(st.from_regex(export._TIME))
def test_a_time_that_the_schema_takes_fails_at_the_calendar_only(time: str) -> None:
    try:
        decode(wire({**minimal("page_viewed"), "time": time.rstrip("\n")}))
    except Rejected as refusal:
        why = refusal.message
    else:
        return
    day = int(time[8:10])
    assert day > 28 or "1990" in why or "9999" in time, why


values: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 2.0, 1.5, 10**9, 10**9 + 1, 1e12, 1.1e12, 2**63, -(2**63), "",
     "a", "a" * 8, "a" * 9, "a" * 64, "a" * 65, "a" * 128, "a" * 129, "a" * 256, "a" * 257, [], {},
     ["a"], [1], [None], [{}], [[]], {"a": "b"}, {"a": 1}, {"a": None}, {"": "a"}, {"a": 1.0},
     {"a" * 65: "b"}, {"a": {}}, [{"price": "1"}], [{"quantity": 1}, {"sku": None}], "complaint",
     "nps", "court", "web", "employee", "2026-11-22", "x_own", "order_completed"]
)  # fmt: skip
FIELDS = ("id", "type", "time", "channel", "customer_id", "aliases", "party", "handled_by", "brand",
          "branch", "region", "segment", "segments", "properties", "of_tomorrow")  # fmt: skip


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(FIELDS), values, max_size=2))
def test_schema_and_decoder_take_the_same_envelopes(kind: str, said: dict[str, Any]) -> None:
    agree({**minimal(kind), **said})


@given(st.sampled_from(TYPES), st.data())
def test_schema_and_decoder_take_the_same_properties(kind: str, data: st.DataObject) -> None:
    names = VOCABULARY[kind].__struct_fields__ if kind in VOCABULARY else ()
    said = data.draw(st.dictionaries(st.sampled_from((*names, "other")), values, max_size=3))
    event = minimal(kind)
    agree({**event, "properties": {**event.get("properties", {}), **said}})


VALIDATOR = Draft202012Validator(export.interaction())


def agree(event: dict[str, Any]) -> None:
    """That schema and decoder say the same; who it was about is the schema's to ask."""
    named = isinstance(event.get("customer_id"), str) or bool(event.get("aliases"))
    if event["type"] in ANSWERS and isinstance(properties := event.get("properties"), dict):
        named = named or isinstance(properties.get("group"), str)
    if event["type"] == "competitor_entered" and not named:
        said = properties if isinstance(properties := event.get("properties"), dict) else {}
        named = any(
            isinstance(each.get("region"), str) and each["region"] for each in (event, said)
        )
    assert VALIDATOR.is_valid(event) == (taken(wire(event)) and named), event


def parsed(value: bytes) -> Any:
    """As another library reads it, integers of 6000 digits cut to what Python will print."""
    return json.loads(value, parse_int=lambda digits: int(digits[:400]))


def test_the_schema_asks_for_somebody(interaction: Draft202012Validator) -> None:
    event = minimal("page_viewed")
    del event["customer_id"]
    assert not interaction.is_valid(event)
    assert not interaction.is_valid({**event, "customer_id": None, "aliases": {}})
    interaction.validate({**event, "aliases": {"phone": 49301234567}})


def test_what_is_declared_of_a_region_need_not_name_anybody(
    interaction: Draft202012Validator,
) -> None:
    event = minimal("competitor_entered")
    del event["customer_id"]
    assert not interaction.is_valid(event)
    interaction.validate({**event, "region": "north"})
    interaction.validate({**event, "properties": {"region": "north"}})
    assert not interaction.is_valid({**event, "properties": {"region": ""}})
    assert not interaction.is_valid({**event, "type": "page_viewed", "region": "north"})


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_to_an_alert_about_a_group_need_not_name_anybody(
    kind: str, interaction: Draft202012Validator
) -> None:
    event = minimal(kind)
    del event["customer_id"]
    assert not interaction.is_valid({**event, "properties": {"alert_id": "x"}})
    interaction.validate({**event, "properties": {"group": "queue:orders"}})
    assert not interaction.is_valid({**event, "properties": {"group": "orders"}})
    assert not interaction.is_valid(
        {**event, "type": "page_viewed", "properties": {"group": "queue:orders"}}
    )


@pytest.mark.parametrize("kind", [*get_args(GroupKind), "crowd"])
def test_a_group_is_of_one_of_the_kinds_that_are_observed(kind: str) -> None:
    event = {**minimal("alert_outcome"), "properties": {"group": f"{kind}:a"}}
    assert taken(wire(event)) == (kind in get_args(GroupKind))


def test_the_schema_says_which_types_there_are(interaction: Draft202012Validator) -> None:
    schema = kept("interaction.json")
    assert schema["properties"]["type"]["anyOf"][0]["enum"] == list(VOCABULARY)
    typed = [name for case in schema["allOf"] for name in case["if"]["properties"]["type"]["enum"]]
    assert sorted(typed) == sorted(VOCABULARY)
    assert not interaction.is_valid({**minimal(OWN), "type": "lamp_lit"})


def alert(status: Status, **more: Any) -> Alert:
    rule = Rule("cart_abandoned", 1, {"idle_minutes": 60.0, "items": 2})
    return Alert(
        alert_id="0" * 32, signal="cart_abandoned", status=status, severity="warning",
        party="customer",
        event_time=rfc3339(EARLIEST), opened_at=rfc3339(EARLIEST), team="sales",
        evidence=alerts.evidence_out([Evidence("e-1", "product_added", EARLIEST)]),
        reason="So.", clears_if="Thus.", rule=rule, **more,
    )  # fmt: skip


def test_the_schema_accepts_what_is_told() -> None:
    document = kept("alert.json")
    schema = Draft202012Validator(document)
    for status in get_args(Status):
        schema.validate(json.loads(alerts.encode(alert(status))))
    whole = alert(
        "resolved", resolution="recovered", customer_id="c", aliases={"email": "a@b.c"},
        group="queue:a",
        brand="b", branch="b", segment="s", region="r", subject="cart", lifecycle_stage="acquired",
        value_tier="gold", resolved_at=rfc3339(LATEST), detected_at=rfc3339(LATEST),
        probability=0.5, value_at_risk=Value(9.5, "EUR"), respond_by=rfc3339(LATEST),
        recommended_action=Action("call", "Call them.", 5.0), suppressed_by="history",
        handling=Handling("1990-01-01T00:00:00.000000Z", "ann", None, "ordered", 20.0, 1.0, "ann"),
    )  # fmt: skip
    told = json.loads(alerts.encode(whole))
    schema.validate({**told, "of_tomorrow": 1})
    assert told.keys() == document["properties"].keys()
    assert EvidenceOut.__struct_fields__ == tuple(document["$defs"]["EvidenceOut"]["required"])
    for field in ("alert_id", "status", "event_time", "rule"):
        assert not schema.is_valid({name: told[name] for name in told if name != field}), field
    assert not schema.is_valid({**told, "status": "ajar"})


def test_the_schema_accepts_the_service_level_that_is_told() -> None:
    document = kept("service-level.json")
    schema = Draft202012Validator(document)
    month = ServiceLevel(
        group="queue:orders", span="month", from_="2026-11-01T00:00:00.000000Z",
        to="2026-12-01T00:00:00.000000Z", formula="answered", within_seconds=20.0,
        short_abandon_seconds=5.0, answered=10, answered_late=1, abandoned=2, short_abandoned=1,
        flowed_out=0, level=0.9, levels={"answered": 0.9, "answered+abandoned": None},
        waits=Durations(10, 1.5, 1.0, 2.0, 3.0), patience=Durations(2, 1.5, 1.0, 2.0, 3.0),
        holds=Durations(1, 1.5, 1.0, 2.0, 3.0),
    )  # fmt: skip
    told = json.loads(service_levels.encode(month))
    schema.validate(told)
    assert told.keys() == document["properties"].keys()
    schema.validate({**told, "level": None})
    assert not schema.is_valid({**told, "answered": "ten"})
    assert not schema.is_valid({name: told[name] for name in told if name != "group"})


def test_every_field_of_both_schemas_but_the_obvious_is_described() -> None:
    for field, schema in kept("interaction.json")["properties"].items():
        assert schema.get("description"), field
    for name, schema in kept("interaction.json")["$defs"].items():
        assert schema.get("description"), name


# AsyncAPI


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from nodes(each)


def unresolved(document: dict[str, Any]) -> Iterator[str]:
    """The references that lead nowhere, in this file or to one beside it."""
    for node in nodes(document):
        ref = node.get("$ref")
        if not isinstance(ref, str):
            continue
        file, _, pointer = ref.partition("#")
        target: Any = kept(file.removeprefix("./")) if file else document
        try:
            for part in pointer.split("/")[1:]:
                target = target[part.replace("~1", "/").replace("~0", "~")]
        except KeyError:
            yield ref


def test_every_reference_leads_somewhere() -> None:
    document = kept("asyncapi.json")
    assert list(unresolved(document)) == []
    assert {"./interaction.json", "./alert.json"} <= {node.get("$ref") for node in nodes(document)}


def test_a_reference_that_leads_nowhere_is_found() -> None:
    assert list(unresolved({"a": [{"$ref": "#/b"}, {"$ref": "./alert.json#/title"}]})) == ["#/b"]


def test_the_topics_are_those_that_a_worker_makes() -> None:
    channels = kept("asyncapi.json")["channels"]
    settings, made = Settings(), {}
    for topic in wanted(settings, ["alerts.{team}"]):
        made[topic.name] = [topic.config.get("cleanup.policy", "delete")]
    assert made == {
        each["address"]: each["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"]
        for each in channels.values()
    }


def test_every_operation_is_of_a_message_of_its_channel() -> None:
    document = kept("asyncapi.json")
    directions = set()
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        directions.add((operation["action"], channel.rpartition("/")[2]))
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")
    assert ("receive", "interactions") in directions
    assert {("send", "alerts"), ("send", "rejected"), ("send", "customers")} <= directions


def test_every_message_says_its_key() -> None:
    for name, message in kept("asyncapi.json")["components"]["messages"].items():
        assert message["bindings"]["kafka"]["key"]["description"], name


def test_the_headers_of_a_rejected_record_are_the_reasons_of_the_contract() -> None:
    headers = kept("asyncapi.json")["components"]["messages"]["rejected"]["headers"]["properties"]
    assert headers["heed-reason"]["enum"] == list(get_args(Reason))


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    """The JSON Schema of AsyncAPI 3.0, from its npm package: fetched once, offline ever after."""
    folder = ROOT / ".cache" / "asyncapi"
    kept_at = folder / f"{VERSION}.json"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept_at.exists():
            npm = need_program("npm", "Node.js with npm")
            command = [npm, "pack", "--silent", f"{SPECS}@{VERSION}"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            archive = folder / done.stdout.split()[-1]
            with tarfile.open(archive) as package:
                member = package.extractfile("package/schemas/3.0.0-without-$id.json")
                assert member is not None
                with (folder / "partial").open("wb") as partial:
                    shutil.copyfileobj(member, partial)
            (folder / "partial").rename(kept_at)
            archive.unlink()
    schema: dict[str, Any] = json.loads(kept_at.read_text(encoding="utf-8"))
    return schema


def test_the_document_is_asyncapi_3(specification: dict[str, Any]) -> None:
    validator = Draft7Validator(specification)
    document = kept("asyncapi.json")
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    assert errors == []
    document["channels"]["alerts"]["adress"] = "alerts"
    assert not validator.is_valid(document)


def test_the_good_record_of_the_bad_ones_is_good(interaction: Draft202012Validator) -> None:
    interaction.validate(json.loads(GOOD))
