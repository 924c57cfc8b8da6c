"""Which row a record belongs to.

Row keys are typed: `c:<customer_id>`, else the strongest alias `<type>:<value>`; so customer 123
and card 123 never share a row. An alias type that is called `c` or contains a colon is written with
percent signs (`%63:123`), so that it shares none either. Linking rows is not done here.
"""

import re
from urllib.parse import unquote

from schemas.interaction import Interaction, Rejected

STRENGTH = ("account_id", "loyalty_card", "email", "phone", "device_id", "anonymous_id")
"""The aliases from the strongest to the weakest; others follow by name."""

_KNOWN = frozenset(STRENGTH)
_BLOCKED = re.compile(
    r"[0\-]*|-1|null|none|nil|undefined|anonymous|unknown|n/?a|guest", re.IGNORECASE
)
_NOT_PHONE = re.compile(r"[^\d+]")


def normalised(kind: str, value: object) -> str | None:
    """An alias as it is compared, or None where the value identifies nobody.

    >>> normalised("email", " Ann@Example.COM "), normalised("device_id", "0000-0000")
    ('ann@example.com', None)
    """
    text = str(value).strip() if value is not None else ""
    if kind == "email":
        text = text.lower()
    elif kind == "phone":
        text = _NOT_PHONE.sub("", text)
    return None if _BLOCKED.fullmatch(text) else text


def row_key(event: Interaction) -> str:
    """The key of the row of `event`. Raises Rejected(`no_identity`)."""
    customer_id = event.customer_id
    if customer_id is not None:
        return "c:" + customer_id
    aliases = event.aliases
    if aliases:
        for kind in STRENGTH:
            value = aliases.get(kind)
            if value is not None and (name := normalised(kind, value)) is not None:
                return f"{kind}:{name}"
        for kind in sorted(aliases.keys() - _KNOWN):
            if (name := normalised(kind, aliases[kind])) is not None:
                return f"{_escaped(kind)}:{name}"
    raise Rejected("no_identity", "neither `customer_id` nor an alias that identifies somebody")


def _escaped(kind: str) -> str:
    return "%63" if kind == "c" else kind.replace("%", "%25").replace(":", "%3A")


def who(key: str) -> tuple[str | None, dict[str, str] | None]:
    """`customer_id` and `aliases` of a row key, one of them None.

    >>> who("c:123"), who("%63:123")
    (('123', None), (None, {'c': '123'}))
    """
    kind, _, value = key.partition(":")
    return (value, None) if kind == "c" else (None, {unquote(kind): value})


def routing_key(key: str) -> bytes:
    """What a platform uses as Kafka key for this row: the bare id or alias value."""
    return key.partition(":")[2].encode()
