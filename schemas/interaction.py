"""The interaction: what a platform says a customer did, felt or was done to.

Decoding is validation: one pass through msgspec's tagged union gives an object of the type's own
class with typed properties, or the reason why it cannot be taken. A 300-byte interaction costs
about one microsecond.
"""

import re
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from schemas.instant import (
    EARLIEST,
    EPOCH,
    LATEST,
    MICROSECOND,
    NotAnInstant,
    Timestamp,
    instant,
    quoted,
)
from schemas.vocabulary import VOCABULARY, BoundedInt, Name, Properties, stated

Channel = Literal[
    "web", "app", "inapp", "phone", "store", "email", "chat", "messenger", "sms", "social",
    "board", "post", "fax", "survey", "partner", "iot", "system",
]  # fmt: skip
Party = Literal[
    "customer", "employee", "department", "partner", "supplier", "shareholder", "government",
    "association", "community",
]  # fmt: skip
Reason = Literal[
    "not_json", "invalid_field", "missing_field", "unknown_type", "no_identity",
    "from_the_future", "too_large", "signal_error", "forward_loop", "erased",
]  # fmt: skip

EventId = Annotated[str, Meta(min_length=1, max_length=128)]
CustomerId = Annotated[str, Meta(min_length=1, max_length=256)]

AliasType = Annotated[str, Meta(min_length=1, max_length=64)]
CustomType = Annotated[str, Meta(pattern="^x_", max_length=128)]

if TYPE_CHECKING:
    Moment = int
else:
    # On the wire RFC 3339 or epoch seconds; `decode` leaves microseconds in its place.
    Moment = Timestamp | int | float | None


class Rejected(Exception):
    """A record that cannot be taken: a reason code of the contract, and a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message


class Interaction(Struct, kw_only=True, gc=False):
    """The envelope that all interactions share; `kind` is the type's name."""

    id: EventId
    channel: Channel
    time: Moment = cast("int", None)
    customer_id: CustomerId | None = None
    aliases: dict[AliasType, Name | BoundedInt | None] | None = None
    party: Party = "customer"
    handled_by: Name | None = None
    brand: Name | None = None
    branch: Name | None = None
    region: Name | None = None
    segment: Name | None = None
    segments: dict[AliasType, Name | None] | None = None
    properties: Any = None

    @property
    def kind(self) -> str:
        """The type as on the wire, such as `product_added`."""
        return str(self.__struct_config__.tag)


class CustomActivity(Interaction, kw_only=True, gc=False):
    """A house's own type (`x_...`): kept as plain activity."""

    type: CustomType
    properties: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        return self.type


def _class_for(kind: str, properties: type[Properties]) -> type[Interaction]:
    needed = any(field.required for field in msgspec.structs.fields(properties))
    field = (
        ("properties", properties)
        if needed
        else ("properties", properties, msgspec.field(default_factory=properties))
    )
    return cast(
        "type[Interaction]",
        msgspec.defstruct(
            "".join(word.title() for word in kind.split("_")),
            [field],
            bases=(Interaction,),
            module=__name__,
            # A plain attribute: the property's way to it would cost a third of a microsecond.
            namespace={"kind": kind},
            tag_field="type",
            tag=kind,
            kw_only=True,
            gc=False,
        ),
    )


CLASSES: dict[str, type[Interaction]] = {
    kind: _class_for(kind, properties) for kind, properties in VOCABULARY.items()
}
AnyInteraction: Any = reduce(or_, CLASSES.values())

_decode = msgspec.json.Decoder(AnyInteraction, dec_hook=stated).decode
_decode_custom = msgspec.json.Decoder(CustomActivity).decode
# What an unusable record, or one of the rarer spellings, makes msgspec raise.
_UNUSUAL = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_BYTE_ORDER_MARKS = (b"\xef\xbb", b"\xff\xfe", b"\xfe\xff")
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
_CUT_OFF = re.compile(rb"(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_ENUM = re.compile(r"Invalid enum value '(.*)'", re.DOTALL)


def decode(value: bytes, received: int = 0) -> Interaction:
    """The interaction in `value`; `received` (microseconds) stands in for a missing time.

    Where a name stands twice in an object, the last one counts. Raises nothing but Rejected: with
    `not_json`, `missing_field`, `unknown_type` or `invalid_field`, and a message that names the
    field by its path and says what was expected.
    """
    try:
        event: Interaction = _decode(value)
    except _UNUSUAL as why:
        event = _decode_unusual(value, why)
    said: Any = event.time
    if said.__class__ is datetime:  # by far the most, so written out
        at = (said - EPOCH) // MICROSECOND
        if EARLIEST <= at <= LATEST:
            event.time = at
            return event
    if said is None:
        if not received:
            raise Rejected("missing_field", "`time` is missing and the record carries none")
        event.time = received
        return event
    try:
        event.time = instant(said)
    except NotAnInstant as why:
        raise Rejected("invalid_field", f"`time`: {why}") from None
    return event


def _decode_unusual(value: bytes, first: Exception) -> Interaction:
    """The slow path: a house's own type, a rarer spelling, or the reason of the refusal."""
    if "`$.type`" in str(first):
        try:
            return _decode_custom(value)
        except _UNUSUAL as why:
            first = why
    try:
        plain = msgspec.json.decode(value)
    except msgspec.ValidationError as why:
        # A number that no machine's number holds. Where the fields were known, so is which.
        said = str(first) if "out of range" in str(first) else str(why)
        raise _refused(said) from None
    except _UNUSUAL as why:
        raise Rejected("not_json", f"not JSON: {_not_json(value, why)}") from None
    if not isinstance(plain, dict):
        raise Rejected("invalid_field", "an interaction is a JSON object, one per record")
    return _from_plain(plain)


def _from_plain(plain: dict[str, Any]) -> Interaction:
    kind = plain.get("type")
    if kind is None:
        raise Rejected("missing_field", "`type` is missing")
    if not isinstance(kind, str):
        raise Rejected("invalid_field", "`type`: expected `str`")
    cls = CustomActivity if kind.startswith("x_") else CLASSES.get(kind)
    if cls is None:
        what = f"{quoted(kind)} is not in the vocabulary, and does not begin with x_"
        raise Rejected("unknown_type", f"`type`: {what}")
    time = plain.pop("time", None)
    if isinstance(time, bool | dict | list):
        raise Rejected("invalid_field", "`time`: expected an RFC 3339 time or epoch seconds")
    if plain.get("properties", ...) is None:
        del plain["properties"]
    try:
        event = _convert(plain, cls)
    except msgspec.ValidationError as why:
        raise _refused(str(why), kind) from None
    except RecursionError:
        raise Rejected("invalid_field", "nested too deeply") from None
    event.time = time
    return event


def _convert(plain: dict[str, Any], cls: type[Interaction]) -> Interaction:
    try:
        return msgspec.convert(plain, cls, dec_hook=stated)
    except msgspec.ValidationError:
        return msgspec.convert(_integral(plain), cls, dec_hook=stated)


def _integral(value: Any) -> Any:
    """`value` with 2.0 as 2: JSON knows one kind of number, and JSON Schema takes both."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _integral(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_integral(each) for each in value]
    return value


def _not_json(value: bytes, why: Exception) -> str:
    if bytes(value[:2]) in _BYTE_ORDER_MARKS:
        return "it begins with a byte order mark: send plain UTF-8"
    if isinstance(why, RecursionError):
        return "nested too deeply"
    if isinstance(why, UnicodeDecodeError):
        return "it is not UTF-8"
    # Both may be called truncated: the parser wants to read on.
    if not value.strip():
        return "it is empty"
    return _lone_surrogate(value) or str(why)


def _lone_surrogate(value: bytes) -> str:
    """Where an escape is half of a character; of one that is cut off the rest may have been."""
    for found in _ESCAPES.finditer(value):
        lone = found["lone"]
        if lone is not None and not _CUT_OFF.fullmatch(value, found.end()):
            place = f"{lone.decode()} (byte {found.start()})"
            return f"{place} is a lone surrogate, half of a character"
    return ""


def _refused(message: str, kind: str = "") -> Rejected:
    """msgspec's message in our words: the path first, then what was expected there."""
    # The last one: before it there may be what the sender wrote.
    what, at, where = message.rpartition(" - at ")
    if not at:
        what, where = message, ""
    path = where.removeprefix("`key` in ").strip("`").removeprefix("$").removeprefix(".")
    missing = _MISSING.match(what)
    if missing:
        name = f"{path}.{missing[1]}" if path else missing[1]
        return Rejected("missing_field", f"`{name}` is missing")
    choices, enum = ", ".join(_choices(kind, path)), _ENUM.match(what)
    if enum:
        what = f"{quoted(enum[1])} is not one of {choices}"
    else:
        what = what[:1].lower() + what[1:]
        if choices:
            what = what.replace("`str`", f"one of {choices}").replace("`str | null`", choices)
        elif where.startswith("`key` in "):
            what = f"its names: {what}"
    return Rejected("invalid_field", f"`{path}`: {what}")


def _choices(kind: str, path: str) -> list[str]:
    """The values that the field at `path` may have, where they are enumerated."""
    inner, _, name = path.rpartition(".")
    holder = VOCABULARY.get(kind, Properties) if inner == "properties" else Interaction
    hint = get_type_hints(holder).get(name)
    parts = [choice for part in get_args(hint) for choice in get_args(part) or (part,)]
    return [choice for choice in parts if isinstance(choice, str)]
