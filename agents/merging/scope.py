"""Who a customer is and when they were last seen: what was stated last counts, field by field."""

from xxhash import xxh32_digest

from agents.merging.rules import entries
from schemas.customer import HASH, MAX_AXES, MAX_SEEN, Customer
from schemas.merged import MAX_HANDED, MAX_STATED, STATED, Merged

FIELDS = ("party", "brand", "branch", "region", "segment")
_AXIS = "segments."

Claims = dict[str, tuple[int, str]]
"""Of each field, and each axis of segments: when it was stated, and what."""


def claims(customer: Customer) -> Claims:
    """What is known of a row, and since when at the latest."""
    said = {name: getattr(customer, name) for name in FIELDS}
    for axis, value in (customer.segments or {}).items():
        said[_AXIS + axis] = value
    packed = customer.merged.stated if customer.merged is not None else b""
    since = {entry[:8]: int.from_bytes(entry[8:], "big") for entry in entries(packed, STATED)}
    return {
        name: (since.get(_key(name, value), customer.last_seen), value)
        for name, value in said.items()
        if value is not None
    }


def describe(customer: Customer, earlier: Customer, later: Customer) -> bytes:
    """Describe a customer by what either row knows; returns `Merged.stated`.

    `customer.last_seen` is known by now.
    """
    known, other = claims(earlier), claims(later)
    for name, claim in other.items():
        known[name] = max(claim, known.get(name, claim))
    for name in FIELDS:
        setattr(customer, name, known[name][1] if name in known else None)
    axes = sorted(name for name in known if name.startswith(_AXIS))
    for name in axes[MAX_AXES:]:
        del known[name]
    segments = {name.removeprefix(_AXIS): known[name][1] for name in axes[:MAX_AXES]}
    customer.segments = segments or None
    old = [
        _key(name, value) + at.to_bytes(8, "big")
        for name, (at, value) in sorted(known.items())
        if at != customer.last_seen
    ]
    return b"".join(old[:MAX_STATED])


def handed(earlier: Customer, later: Customer, taken: bytes) -> bytes:
    """The hand-overs that both have taken, with this one; beyond 16 one of the others goes."""
    known = {
        entry
        for each in (earlier, later)
        if each.merged is not None
        for entry in entries(each.merged.handed, HASH)
    }
    known.discard(taken)
    kept = sorted(known)[-(MAX_HANDED - bool(taken)) :]
    return b"".join(sorted([*kept, taken] if taken else kept))


def merged(customer: Customer, earlier: Customer, later: Customer, taken: bytes) -> Merged | None:
    """What is kept of the merging; None where there is nothing."""
    kept = Merged(handed(earlier, later, taken), describe(customer, earlier, later))
    return kept if kept.handed or kept.stated else None


def seen(earlier: Customer, later: Customer) -> bytes:
    """The ids last seen by both: from the end, in turn, so that each keeps its newest."""
    place: dict[bytes, int] = {}
    for each in (earlier, later):
        for ago, digest in enumerate(reversed(entries(each.seen, HASH))):
            place[digest] = min(ago, place.get(digest, ago))
    newest = sorted(place, key=lambda digest: (place[digest], digest))[:MAX_SEEN]
    return b"".join(reversed(newest))


def _key(name: str, value: str) -> bytes:
    return xxh32_digest(name.encode()) + xxh32_digest(value.encode())
