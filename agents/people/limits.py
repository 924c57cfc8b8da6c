"""How many aliases one row can have, and which of them gives way to a new one."""

from typing import NamedTuple

from agents.identity import alias_of
from schemas.links import (
    LINK_BYTES,
    MAX_ALIASES,
    MAX_KEY_BYTES,
    REFUSED,
    SHARED,
    Link,
    Links,
)
from schemas.standards import Identity

_NOT_OURS = (REFUSED, SHARED)


class Place(NamedTuple):
    """Whether there is a place for another alias, and the one that gives way for it."""

    free: bool
    gone: Link | None = None


def place_for(links: Links, key: str, at: int, identity: Identity) -> Place:
    """A place for the alias `key`, seen at `at` (microseconds).

    Of as many as can be of its type, the one that has not been seen for longest gives way, where
    that was long enough ago. What was refused is forgotten for want of room, the oldest first.
    """
    weight = Link(key, at).weight
    if weight > MAX_KEY_BYTES:
        return Place(False)
    kind = key.partition(":")[0]
    held = [
        link
        for link in links.aliases
        if link.state not in _NOT_OURS and link.key.partition(":")[0] == kind
    ]
    gone = None
    if len(held) >= identity.most_aliases(alias_of(key)[0]):
        gone = min(held, key=_age, default=None)
        if gone is None or at - gone.at < identity.renewed_after:
            return Place(False)
    refused = sorted((link for link in links.aliases if link.state in _NOT_OURS), key=_age)
    number, room = len(links.aliases) + 1, links.weight + weight
    if gone is not None:
        number, room = number - 1, room - gone.weight
    for old in refused:
        if number <= MAX_ALIASES and room <= LINK_BYTES:
            break
        links.aliases.remove(old)
        number, room = number - 1, room - old.weight
    if number > MAX_ALIASES or room > LINK_BYTES:
        return Place(False)
    if gone is not None:
        links.aliases.remove(gone)
    return Place(True, gone)


def _age(link: Link) -> tuple[int, str]:
    return link.at, link.key
