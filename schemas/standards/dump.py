"""Standards as the text of a file that would say the same, with what each table means."""

import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.standards.limits import Limits, Standing
from schemas.standards.thresholds import Thresholds
from schemas.standards.units import Duration, WorkingTime, written

_COMMON = (*Limits.__struct_fields__, *Standing.__struct_fields__)


def tables(thresholds: Thresholds) -> Iterator[str]:
    """Every table of a signal as TOML text, each with a comment on what its keys mean."""
    for field in msgspec.structs.fields(Thresholds):
        yield "\n".join((*_comment(field.type), f"[{field.name}]", *_keys(thresholds, field.name)))


def _comment(kind: type[Any]) -> Iterator[str]:
    said = " ".join((inspect.getdoc(kind) or "").split())
    yield from (f"# {line}" for line in textwrap.wrap(said, 98, break_on_hyphens=False))


def _keys(thresholds: Thresholds, name: str) -> Iterator[str]:
    limits = getattr(thresholds, name)
    own = [key for key in limits.__struct_fields__ if key not in _COMMON]
    common = [key for key in ("expires", "enabled", "team", "severity") if hasattr(limits, key)]
    for key in (*own, *common):
        value = getattr(limits, key)
        if value is not None:
            yield f"{key} = {literal(value)}"


def literal(value: object) -> str:
    """A value as TOML.

    >>> literal(Duration(90_000_000)), literal(True), literal(("a", "b")), literal({"x": "y"})
    ('"90 s"', 'true', '["a", "b"]', '{ x = "y" }')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Duration | WorkingTime):
        return f'"{written(value)}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {literal(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, str):
        # A TOML basic string escapes as JSON does.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    return repr(value)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else literal(name)
