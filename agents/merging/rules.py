"""Rules by which two values of one field become one, and how they are applied to a struct.

Each gives the same whichever way round and in whatever order it is asked; what cannot (a name that
was heard last) takes the value of the later one, and whoever calls says which that is.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)

Rule = Callable[[Any, Any], Any]
Rules = Mapping[str, Rule]


def fold(rules: Rules, earlier: S, later: S) -> S:
    """A struct each of whose fields is what its rule makes of the two.

    Raises KeyError for a field without a rule.
    """
    names = later.__struct_fields__
    return type(later)(
        *[rules[name](getattr(earlier, name), getattr(later, name)) for name in names]
    )


def last(earlier: Any, later: Any) -> Any:
    """What the later one says."""
    return later


def stated(earlier: Any, later: Any) -> Any:
    """What the later one says, or else the earlier."""
    return later if later is not None else earlier


def first(one: int, other: int) -> int:
    """The earlier of two instants, where 0 is none.

    >>> first(0, 7), first(9, 7)
    (7, 7)
    """
    return min(one, other) if one and other else one or other


def total(one: Any, other: Any) -> Any:
    """Of what is counted: both."""
    return one + other


def either(one: Any, other: Any) -> Any:
    """Flags: those of both."""
    return one | other


def times(most: int) -> Rule:
    """Instants or days in order, the latest `most` of them.

    >>> times(3)([1, 5], [2, 5, 9])
    [2, 5, 9]
    """

    def rule(one: list[int], other: list[int]) -> list[int]:
        return sorted({*one, *other})[-most:]

    return rule


def entries(packed: bytes, size: int) -> list[bytes]:
    """The entries of so many bytes each in packed ones."""
    return [packed[at : at + size] for at in range(0, len(packed), size)]


def packed(size: int, most: int, order: Callable[[bytes], Any] | None = None) -> Rule:
    """Packed entries, each once, in that order (of their bytes), the last `most` of them."""

    def rule(one: bytes, other: bytes) -> bytes:
        every = {*entries(one, size), *entries(other, size)}
        return b"".join(sorted(every, key=order)[-most:])

    return rule


def paired(
    one: Iterable[S], other: Iterable[S], key: Callable[[S], Any], join: Callable[[S, S], S]
) -> list[S]:
    """All of both; those that have one key are joined."""
    found: dict[Any, S] = {}
    for each in (*one, *other):
        name = key(each)
        found[name] = join(found[name], each) if name in found else each
    return list(found.values())


def content(struct: msgspec.Struct) -> bytes:
    """What decides where nothing else does: the same for the same content."""
    return msgspec.msgpack.encode(struct)
