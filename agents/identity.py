"""Which row a record belongs to, by its customer id or its strongest alias.

Row keys are typed: `c:<customer_id>`, else the strongest alias `<type>:<value>`; so customer 123
and card 123 never share a row. An alias type that is called `c` or contains a colon is written with
percent signs (`%63:123`), so that it shares none either. Rows are linked in agents.people.
"""

import re
from urllib.parse import unquote

import phonenumbers

from schemas.interaction import Interaction, Rejected
from schemas.links import LINKED, SEEN, Link, Links
from schemas.vocabulary import AlertFeedback

STRENGTH = ("account_id", "loyalty_card", "email", "phone", "device_id", "anonymous_id")
"""The aliases from the strongest to the weakest; others follow by name."""

_KNOWN = frozenset(STRENGTH)
_BLOCKED = re.compile(
    r"[0\-:.\s]*|-1|null|none|nil|nan|undefined|\(?not set\)?|true|false|\[object object\]"
    r"|anonymous|unknown|nobody|n[./]?a\.?|guest|test|default|customer|user"
    # One character over and over, as in ffffffff-ffff-..., 99999999, xxxxxx.
    r"|-*(.)(?:-*\1){5,}-*"
    # What privacy settings and a well-known fault of old telephones give everybody.
    r"|02:00:00:00:00:00|9774d56d682e549c",
    re.IGNORECASE,
)
_BLOCKED_MAIL = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|nobody|none|anonymous"
    r"|unknown|guest|test)@.*|@.*|.*@"
)
_BLOCKED_DIGITS = re.compile(r"\+?(?:(\d)\1{5,}|0?1234567(?:8(?:90?)?)?)")
_NOT_PHONE = re.compile(r"[^\d+]")
# Reading a telephone number takes 30 us: what was read is kept, and forgotten all at once.
_MOST_KEPT = 50_000


class Names:
    """Aliases as they are compared; `region` is the country of telephone numbers that state none.

    >>> Names("DE").row_key_of({"phone": "030 901820"}), Names().row_key_of({"phone": "030 901820"})
    ('phone:+4930901820', 'phone:030901820')
    """

    def __init__(self, region: str | None = None) -> None:
        self.region = region
        self._kept: dict[tuple[str, object], str | None] = {}

    def normalised(self, kind: str, value: object) -> str | None:
        """An alias as it is compared, or None where the value identifies nobody.

        >>> Names().normalised("email", " Ann@Example.COM "), Names().normalised("fax", "0000-0000")
        ('ann@example.com', None)
        """
        text = str(value).strip() if value is not None else ""
        if kind == "email":
            text = text.lower()
            if _BLOCKED_MAIL.fullmatch(text):
                return None
        elif kind == "phone":
            text = self._phone(text)
        return None if _BLOCKED.fullmatch(text) else text

    def key(self, kind: str, value: object) -> str | None:
        """The row key of an alias, None where it identifies nobody."""
        asked = (kind, value)
        if asked in self._kept:
            return self._kept[asked]
        name = self.normalised(kind, value)
        found = None if name is None else alias_key(kind, name)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[asked] = found
        return found

    def keys(self, aliases: dict[str, str | int | None] | None) -> list[str]:
        """The row keys of aliases, the strongest first; those that identify nobody are left out."""
        if not aliases:
            return []
        if len(aliases) == 1:
            for kind, value in aliases.items():
                only = self.key(kind, value)
                return [] if only is None else [only]
        kinds = [kind for kind in STRENGTH if kind in aliases]
        kinds += sorted(aliases.keys() - _KNOWN)
        keys = [self.key(kind, aliases[kind]) for kind in kinds]
        return [key for key in keys if key is not None]

    def row_key(self, event: Interaction) -> str:
        """The key of the row of `event`. Raises Rejected(`no_identity`)."""
        if event.customer_id is not None:
            return "c:" + event.customer_id
        return self.row_key_of(event.aliases)

    def row_key_of(self, aliases: dict[str, str | int | None] | None) -> str:
        """The key of the strongest alias. Raises Rejected(`no_identity`)."""
        keys = self.keys(aliases)
        if not keys:
            what = "neither `customer_id` nor an alias that identifies somebody"
            raise Rejected("no_identity", what)
        return keys[0]

    def record_key(self, event: Interaction) -> bytes:
        """What a platform uses as Kafka key for `event`. Raises Rejected(`no_identity`)."""
        group = group_of(event)
        return routing_key(self.row_key(event)) if group is None else group.encode()

    def _phone(self, text: str) -> str:
        """E.164, with the extension where there is one (RFC 3966); else the digits and `+`.

        Empty for what people type to get past a form.
        """
        digits = _NOT_PHONE.sub("", text)
        said = "+" + digits[2:] if digits.startswith("00") and not text.startswith("+") else text
        if _BLOCKED_DIGITS.fullmatch(digits):
            return ""
        try:
            number = phonenumbers.parse(said, self.region)
        except phonenumbers.NumberParseException:
            return digits
        if not phonenumbers.is_possible_number(number):
            return digits
        if _BLOCKED_DIGITS.fullmatch(str(number.national_number)):
            return ""
        found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return f"{found};ext={number.extension}" if number.extension else found


_plain = Names()


def normalised(kind: str, value: object) -> str | None:
    """An alias as it is compared where no region is set, None where it identifies nobody."""
    return _plain.normalised(kind, value)


def row_key(event: Interaction) -> str:
    """The key of the row of `event`, where no region is set. Raises Rejected(`no_identity`)."""
    return _plain.row_key(event)


def _escaped(kind: str) -> str:
    return "%63" if kind == "c" else kind.replace("%", "%25").replace(":", "%3A")


def who(key: str) -> tuple[str | None, dict[str, str] | None]:
    """`customer_id` and `aliases` of a row key, one of them None.

    >>> who("c:123"), who("%63:123")
    (('123', None), (None, {'c': '123'}))
    """
    kind, _, value = key.partition(":")
    return (value, None) if kind == "c" else (None, {unquote(kind): value})


def known_as(own: dict[str, str] | None, links: Links) -> dict[str, str] | None:
    """The aliases of a row beside its own, of each type the one that was seen last."""
    found: dict[str, str] = {}
    for link in sorted(links.aliases, key=_seen_at):
        if link.state == LINKED or link.state == SEEN:
            kind, value = alias_of(link.key)
            found[kind] = value
    found.update(own or {})
    return found or None


def _seen_at(link: Link) -> tuple[int, str]:
    return link.at, link.key


def alias_of(key: str) -> tuple[str, str]:
    """Type and value of an alias's row key.

    >>> alias_of("%63:123")
    ('c', '123')
    """
    kind, _, value = key.partition(":")
    return unquote(kind), value


def alias_key(kind: str, value: str) -> str:
    """The row key of an alias that is written as it is compared; the way back from `alias_of`.

    >>> alias_key("c", "123")
    '%63:123'
    """
    return f"{_escaped(kind)}:{value}"


def group_of(event: Interaction) -> str | None:
    """The group about whose alert a team says something: of all else None."""
    said = event.properties
    return said.group if isinstance(said, AlertFeedback) else None


def routing_key(key: str) -> bytes:
    """What a platform uses as Kafka key for this row: the bare id or alias value."""
    return key.partition(":")[2].encode()
