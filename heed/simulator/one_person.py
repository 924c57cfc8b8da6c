"""How well interactions are put together by person: precision and recall of pairs.

A pair are two interactions. It is rightly put together if both are of one person; one that is of
one person and lies apart is missed. Counting pairs weighs a person by all that was heard of them,
and a wrong link by all that it mixes up.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from heed.simulator.episode import Said

# From the strongest to the weakest, as most houses would have it.
STRENGTH = ("loyalty_card", "email", "phone", "device_id", "anonymous_id")


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many pairs are put together rightly, put together at all, and of one person."""

    right: int
    together: int
    of_one: int

    @property
    def precision(self) -> float | None:
        """Of the pairs put together, how many are of one person; None where there are none."""
        return self.right / self.together if self.together else None

    @property
    def recall(self) -> float | None:
        """Of the pairs of one person, how many are put together; None where there are none."""
        return self.right / self.of_one if self.of_one else None


def pairs(known: Iterable[tuple[str, str]]) -> Pairs:
    """Of interactions, each as whose it is taken for and whose it is.

    >>> pairs([("a", "ann"), ("a", "ann"), ("a", "bob"), ("b", "bob")])
    Pairs(right=1, together=3, of_one=2)
    """
    both = Counter(known)
    taken, really = Counter[str](), Counter[str]()
    for (name, owner), number in both.items():
        taken[name] += number
        really[owner] += number
    return Pairs(*(sum(n * (n - 1) // 2 for n in each.values()) for each in (both, taken, really)))


def named(event: dict[str, Any]) -> list[str]:
    """The names that an interaction gives, the strongest first.

    >>> named({"aliases": {"device_id": "d", "email": "e"}, "customer_id": "c"})
    ['c:c', 'email:e', 'device_id:d']
    """
    customer, aliases = event.get("customer_id"), event.get("aliases") or {}
    names = [] if customer is None else [f"c:{customer}"]
    return names + [f"{kind}:{aliases[kind]}" for kind in STRENGTH if kind in aliases]


def by_name(said: Iterable[Said]) -> dict[str, str]:
    """Nothing is linked: by event id, the strongest name given."""
    return {each.event["id"]: named(each.event)[0] for each in said}


def by_every_link(said: Iterable[Said]) -> dict[str, str]:
    """The rule of thumb: names that were ever given together are one person, without end."""
    said, above = list(said), dict[str, str]()

    def top(name: str) -> str:
        while (over := above.get(name, name)) != name:
            above[name] = above.get(over, over)
            name = over
        return name

    for each in said:
        if each.event["type"] == "alias_unlinked":
            continue
        first, *others = (top(name) for name in named(each.event))
        for other in others:
            above[top(other)] = top(first)
    return {each.event["id"]: top(named(each.event)[0]) for each in said}


def forgetting(event: dict[str, Any]) -> dict[str, Any]:
    """The same without its links: it gives one name only, the strongest."""
    names = named(event)
    if len(names) < 2 or event["type"] == "alias_unlinked":
        return event
    if "customer_id" in event:
        return {name: said for name, said in event.items() if name != "aliases"}
    kind, _, value = names[0].partition(":")
    return {**event, "aliases": {kind: value}}
