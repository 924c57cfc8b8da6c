"""The contracts in the languages that other tools read: JSON Schema and AsyncAPI.

`python -m schemas.export docs/schemas` writes six files, the same bytes every time:
interaction.json, alert.json, stage-change.json, profile.json and service-level.json (JSON Schema
2020-12) and asyncapi.json (AsyncAPI 3.0), which says what lies on which Kafka topic. They are made
from the classes that decode, so they cannot disagree.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from schemas.alert import Alert
from schemas.asyncapi import Schema, asyncapi
from schemas.instant import EARLIEST, SECOND, TOO_FINE
from schemas.interaction import CustomActivity, CustomType, Interaction
from schemas.lifecycle import StageChange
from schemas.profile import Profile
from schemas.service_level import ServiceLevel
from schemas.vocabulary import VOCABULARY, AlertFeedback, Instant, Properties

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI_SCHEMA = "application/vnd.aai.asyncapi+json;version=3.0.0"

_HOUR_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = (
    r"^(?:199[0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    rf"(?:[Tt ]{_HOUR_MINUTE}:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
    rf"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]))?$"
)

_INTERACTION = {
    "id": "Unique per distinct event: a repeat among the last 64 ids of a customer is dropped.",
    "type": "A type of the vocabulary, or a house's own that begins with x_.",
    "time": "When it happened: RFC 3339, a date alone (00:00:00 UTC), or epoch seconds, from 1990"
    " on. Missing: the timestamp of the Kafka record.",
    "channel": "Where it happened.",
    "customer_id": "The platform's own name of the customer. Without one there must be an alias, or"
    " in an answer to an alert about a group its `group`, or in competitor_entered a `region`.",
    "aliases": "Other names: anonymous_id, device_id, email, phone, loyalty_card, account_id, or"
    " any other. Values that name nobody (null, -1, all zeros, anonymous) are ignored.",
    "party": "Who the customer is to the house.",
    "handled_by": "Pseudonym of the employee or bot who served.",
    "brand": "Chooses the standards that apply.",
    "branch": "Chooses the standards that apply.",
    "region": "Where the customer or the branch is.",
    "segment": "Short for one axis of segments.",
    "segments": "Segments by axis, such as income_band, sector, social_layer.",
    "properties": "What is particular to the type.",
}
_ALERT = {
    "alert_id": "One name for one alert in all its states; the key of the record.",
    "signal": "The rule that spoke, such as cart_abandoned.",
    "status": "The state that this record tells; the last record of an id is the present one.",
    "resolution": "How it ended, where status is resolved or expired.",
    "group": "The group that it is about, in place of a customer, such as queue:sales: a queue, a"
    " branch, a product, a step of the checkout, a group of employees, a market, a brand, a wish.",
    "subject": "What it is about within the customer or the group: a cart, a contact, a branch.",
    "event_time": "The instant of event time at which this state became true.",
    "opened_at": "Event time at which it opened.",
    "resolved_at": "Event time at which it ended.",
    "detected_at": "Wall clock of the worker that found it; absent in replays.",
    "probability": "Of what the signal says, 0 to 1.",
    "value_at_risk": "What may be lost, in the currency that the platform stated.",
    "team": "Whom it concerns.",
    "respond_by": "Until when an answer helps.",
    "evidence": "The interactions it rests on, the newest last.",
    "reason": "Why, in a sentence.",
    "clears_if": "What would end it, in a sentence.",
    "suppressed_by": "Why this record was not routed to its team.",
    "handling": "What its team has said: who took it up, until when it is snoozed, the outcome.",
}
_CHANGE = {
    "from": "The stage until then; absent for somebody first heard of.",
    "to": "The stage from then on.",
    "reason": "The type of the interaction, or the signal, that led there.",
    "event_time": "The instant of event time at which it changed.",
    "detected_at": "Wall clock of the worker that found it; absent in replays.",
}
_PROFILE = {
    "customer_id": "The platform's own name of the customer; the key of the record.",
    "aliases": "The aliases that are linked, by type, in the order in which they were.",
    "lifecycle_stage": "The stage of life.",
    "last_seen": "Event time of the newest interaction.",
    "change": "What led to this record.",
    "detected_at": "Wall clock of the worker that found it; absent in replays.",
}
_SERVICE_LEVEL = {
    "group": "Whose: a queue, a branch or a group of employees, such as queue:orders.",
    "span": "How long: an interval (30m, or the house's own), day or month on the house's clock.",
    "from": "Its beginning.",
    "to": "Its end.",
    "formula": "The option set of the service level by which the house goes.",
    "within_seconds": "Answered in that time is answered in time.",
    "short_abandon_seconds": "Who gives up sooner has not really waited.",
    "answered": "Contacts whose wait ended with an answer.",
    "answered_late": "Those of them that were not answered in time.",
    "abandoned": "Contacts that gave up.",
    "short_abandoned": "Those of them that gave up at once.",
    "flowed_out": "Contacts that left the queue otherwise: a call back, a transfer.",
    "level": "The service level by the house's formula; null where nothing is to be divided by.",
    "levels": "The service level by each formula.",
    "waits": "How long those waited who were answered; of months.",
    "patience": "How long those waited who gave up; of months.",
    "holds": "How long holds lasted; of months.",
}
_ALERT_TIMES = ("event_time", "opened_at", "resolved_at", "detected_at", "respond_by")


def interaction() -> Schema:
    """JSON Schema of what comes in: one envelope, and `properties` by `type`."""
    kinds: dict[type[Properties], list[str]] = {}
    for kind, properties in VOCABULARY.items():
        kinds.setdefault(properties, []).append(kind)
    components = _components([Interaction, CustomActivity, *kinds])
    custom = components.pop(CustomActivity.__name__)
    envelope = components.pop(Interaction.__name__)
    fields: Schema = {"type": {"anyOf": [{"enum": list(VOCABULARY)}, _own_type()]}}
    fields.update(
        envelope["properties"], time=_time(), properties=custom["properties"]["properties"]
    )
    return {
        "$schema": DIALECT,
        "title": "Interaction",
        "description": "What a platform says that a customer did, felt or was done to. Further"
        " fields are allowed and ignored.",
        "type": "object",
        "required": ["id", "type", "channel"],
        "properties": _described(fields, _INTERACTION),
        "anyOf": [
            {"properties": {"customer_id": {"type": "string"}}, "required": ["customer_id"]},
            {
                "properties": {"aliases": {"type": "object", "minProperties": 1}},
                "required": ["aliases"],
            },
            _about_a_group(kinds[AlertFeedback]),
            *_of_a_region(),
        ],
        "allOf": [_for_types(names, properties) for properties, names in kinds.items()],
        "$defs": components,
    }


def alert() -> Schema:
    """JSON Schema of what goes out."""
    components = _components([Alert])
    body = components.pop(Alert.__name__)
    for name in _ALERT_TIMES:
        body["properties"][name]["format"] = "date-time"
    components["EvidenceOut"]["properties"]["time"]["format"] = "date-time"
    _described(body["properties"], _ALERT)
    return {"$schema": DIALECT, **body, "$defs": components}


def stage_change() -> Schema:
    """JSON Schema of a change of stage."""
    components = _components([StageChange])
    body = components.pop(StageChange.__name__)
    for name in ("event_time", "detected_at"):
        body["properties"][name]["format"] = "date-time"
    _described(body["properties"], _CHANGE)
    return {"$schema": DIALECT, **body}


def profile() -> Schema:
    """JSON Schema of the public view of a customer."""
    components = _components([Profile])
    body = components.pop(Profile.__name__)
    for name in ("last_seen", "detected_at"):
        body["properties"][name]["format"] = "date-time"
    components["ProfileChange"]["properties"]["at"]["format"] = "date-time"
    _described(body["properties"], _PROFILE)
    return {"$schema": DIALECT, **body, "$defs": components}


def service_level() -> Schema:
    """JSON Schema of the service level of a group in a span of time."""
    components = _components([ServiceLevel])
    body = components.pop(ServiceLevel.__name__)
    for name in ("from", "to"):
        body["properties"][name]["format"] = "date-time"
    _described(body["properties"], _SERVICE_LEVEL)
    return {"$schema": DIALECT, **body, "$defs": components}


def write(folder: Path) -> list[Path]:
    """Write the files; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts().items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def texts() -> dict[str, str]:
    """The text of each file, by name."""
    documents = {
        "interaction.json": interaction(),
        "alert.json": alert(),
        "stage-change.json": stage_change(),
        "profile.json": profile(),
        "service-level.json": service_level(),
        "asyncapi.json": asyncapi(),
    }
    return {name: json.dumps(said, indent=2) + "\n" for name, said in documents.items()}


def _components(types: Iterable[Any]) -> dict[str, Schema]:
    _, components = msgspec.json.schema_components(
        types, ref_template="#/$defs/{name}", schema_hook=_own_kinds
    )
    return {name: _plain(schema) for name, schema in sorted(components.items())}


def _plain(schema: Any) -> Any:
    """msgspec's schema without what goes without saying, null as one type among others."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: _plain(each) for name, each in schema.items()}
    if out.get("default", ...) in (None, {}):
        del out["default"]
    if out.get("required") == []:
        del out["required"]
    if "description" in out and isinstance(out["description"], str):
        out["description"] = " ".join(out["description"].split())
    match out.get("anyOf"):
        case [{"enum": values}, {"type": "null"}]:
            out = {**out, "enum": [*values, None]}
            del out["anyOf"]
        case [{"anyOf": list(several)}, {"type": "null"} as nothing]:
            out = {**out, "anyOf": [*several, nothing]}
        case [{"type": str(kind)} as only, {"type": "null"}]:
            out = {**out, **only, "type": [kind, "null"]}
            del out["anyOf"]
    return out


def _own_type() -> Schema:
    own: Schema = msgspec.json.schema(CustomType)
    return own


def _own_kinds(kind: type[Any]) -> Schema:
    """What msgspec cannot know: an instant, as `time` may be written."""
    if kind is not Instant:
        raise NotImplementedError(kind)  # msgspec's word for a type that a hook does not know
    text, number, _ = _time()["anyOf"]
    return {"anyOf": [text, number]}


def _time() -> Schema:
    return {
        "anyOf": [
            {"type": "string", "pattern": _TIME},
            {
                "type": "number",
                "minimum": EARLIEST // SECOND,
                "exclusiveMaximum": TOO_FINE,
            },
            {"type": "null"},
        ],
        "examples": ["2026-11-22T10:00:00.123456Z", "2026-11-22T11:00:00+01:00", 1795341600.5],
    }


def _for_types(names: list[str], properties: type[Properties]) -> Schema:
    body: Schema = {"$ref": f"#/$defs/{properties.__name__}"}
    then: Schema = {"properties": {"properties": {"anyOf": [body, {"type": "null"}]}}}
    if any(field.required for field in msgspec.structs.fields(properties)):
        then = {"properties": {"properties": body}, "required": ["properties"]}
    return {
        "if": {"properties": {"type": {"enum": names}}, "required": ["type"]},
        "then": then,
    }


def _about_a_group(names: list[str]) -> Schema:
    """Answers to alerts about groups: they need to name no customer."""
    group: Schema = {
        "type": "object",
        "properties": {"group": {"type": "string"}},
        "required": ["group"],
    }
    return {
        "properties": {"type": {"enum": names}, "properties": group},
        "required": ["properties"],
    }


def _of_a_region() -> list[Schema]:
    """What is declared of a region, which its properties name, or the envelope."""
    kind, named = {"type": {"const": "competitor_entered"}}, {"type": "string", "minLength": 1}
    within: Schema = {"type": "object", "properties": {"region": named}, "required": ["region"]}
    return [
        {"properties": {**kind, "properties": within}, "required": ["properties"]},
        {"properties": {**kind, "region": named}, "required": ["region"]},
    ]


def _described(fields: Schema, words: dict[str, str]) -> Schema:
    for name, description in words.items():
        fields[name] = {"description": description, **fields[name]}
    return fields


if __name__ == "__main__":
    for each in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schemas")):
        print(each)
