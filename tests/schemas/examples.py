"""Interactions of every type, made from the classes: the least that is taken, and all there is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import inspect

from schemas.interaction import CustomActivity, Interaction
from schemas.vocabulary import VOCABULARY, Instant

TIME = "2026-11-22T10:00:00.123456Z"
OWN = "x_showroom_lamp_lit"
TYPES = (*VOCABULARY, OWN)


def minimal(kind: str) -> dict[str, Any]:
    """The least that an interaction of that type can be."""
    event: dict[str, Any] = {"id": "e-1", "type": kind, "time": TIME, "channel": "web"}
    event["customer_id"] = "c-1"
    if kind in VOCABULARY:
        needed = [f for f in msgspec.structs.fields(VOCABULARY[kind]) if f.required]
        if needed:
            event["properties"] = {f.name: _value(inspect.type_info(f.type)) for f in needed}
    return event


def full(kind: str) -> dict[str, Any]:
    """Every field that an interaction of that type can have, and one that nobody knows."""
    body = VOCABULARY.get(kind)
    holder = Interaction if body else CustomActivity
    event = {
        field.name: _value(inspect.type_info(field.type))
        for field in msgspec.structs.fields(holder)
        if field.name not in ("time", "properties", "type")
    }
    properties = _value(inspect.type_info(body)) if body else {"lamp": "l-1", "lit": [1, None]}
    unknown = {"of_tomorrow": {"any": ["thing"]}}
    return {**event, **unknown, "type": kind, "time": TIME, "properties": {**properties, **unknown}}


def wire(event: Any) -> bytes:
    """As on the topic."""
    return json.dumps(event).encode()


def _value(of: inspect.Type) -> Any:
    match of:
        case inspect.UnionType(types=types):
            return _value(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.StructType(fields=fields):
            return {field.name: _value(field.type) for field in fields}
        case inspect.ListType(item_type=item):
            return [_value(item)] * 2
        case inspect.DictType(key_type=key, value_type=value):
            return {_value(key): _value(value)}
        case inspect.LiteralType(values=values):
            return values[-1]
        case inspect.StrType(pattern=str()):
            return "queue:orders"
        case inspect.StrType(max_length=longest):
            return ("Grüße \U0001f6d2 " * 64)[: longest or 64]
        case inspect.IntType(le=most):
            return most
        case inspect.FloatType(le=most):
            return most
        case inspect.CustomType(cls=cls) if cls is Instant:
            return TIME
        case inspect.BoolType():
            return True
        case inspect.AnyType():
            return {"nested": [1.5, "two", None, True]}
    raise NotImplementedError(of)
