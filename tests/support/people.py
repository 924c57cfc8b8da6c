"""Who is heard under which names, from when to when, and what they do under them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.support.acts import FAMILIES, Family, Steps

START = 1_795_305_600
DAY = 86_400
DAYS = (0, 1, 3, 9, 30, 100, 102, 103)
"""The day of each phase: waits run out between them, regular buyers fall silent, and who was once
in touch is no more. What stands for 30 days stands at the end, or has long expired."""
EACH = 6
"""So many interactions a phase: 48 in all, of 64 that are remembered."""
LINKING, CLAIMING = 3, 4
"""The turns in which customers say which names are theirs, and which are not."""
ALWAYS = len(DAYS)
SHARED = 3
"""From this phase on the shared devices are nobody's."""


class Name(NamedTuple):
    """A customer id, or an alias: somebody's from phase `since` until before another, and linked to
    the customer in the midst of phase `linked`, or never."""

    kind: str
    value: str
    linked: int | None
    since: int = 0
    until: int = ALWAYS

    @property
    def aliases(self) -> dict[str, str]:
        """As an interaction states it."""
        return {self.kind: self.value}

    def row(self, phase: int) -> str:
        """The row of what is said under this name as that phase begins; "" is the customer's."""
        return "" if self.linked is not None and self.linked < phase else self.value


@dataclass
class Act:
    """What is left of an act, and the name under which it was heard last."""

    steps: Steps
    name: Name
    brief: bool


@dataclass
class Person:
    """Somebody with a customer id, or a stranger: whoever is heard under an alias that is nobody's.

    `claims` are aliases of others that they say to be theirs, by phase; `lifts` are their own that
    are taken from them, and whether that is said with their customer id. The device that they share
    is named `beside` their own cookie, once it is nobody's. What they are about: `acts` that go on,
    how many of each family were `begun`, and the names of what is `bound` and of the last order.
    """

    who: str | None
    names: list[Name]
    families: list[Family]
    claims: dict[int, dict[str, str]] = field(default_factory=dict)
    lifts: dict[int, tuple[Name, bool]] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    begun: Counter[Family] = field(default_factory=Counter)
    bound: dict[str, Name] = field(default_factory=dict)
    ordered: Name | None = None

    def usable(self, phase: int) -> list[Name]:
        """The names under which they can be heard in that phase."""
        known = [Name("", self.who, -1)] if self.who is not None else []
        return known + [name for name in self.names if name.since <= phase < name.until]

    def due(self, phase: int) -> dict[str, str]:
        """The aliases that are linked in that phase."""
        return {name.kind: name.value for name in self.names if name.linked == phase}

    def held(self) -> set[str]:
        """The row keys of the aliases that are theirs in the end."""
        return {f"{each.kind}:{each.value}" for each in self.names if each.until == ALWAYS}


def crowd(rng: Random, customers: int) -> list[Person]:
    """Customers with an e-mail address and a device or a cookie each, and strangers.

    Every fifth address is taken from its customer, and is from then on the next one's, the same
    one's again, or nobody's. Every twentieth customer begins to share a device with others, which
    is nobody's then. (The last customer is to give nothing away.)
    """
    people = [_customer(rng, number) for number in range(customers)]
    strangers = [_let_go(rng, people, number) for number in range(0, customers, 5)]
    strangers += [_share(rng, people, number) for number in range(2, customers, 20)]
    return people + [each for each in strangers if each is not None]


def _customer(rng: Random, number: int) -> Person:
    kind = "device_id" if number % 2 else "anonymous_id"
    mail = Name("email", f"c{number}@mail.example", rng.randrange(ALWAYS))
    other = Name(kind, f"{kind}-c{number}", rng.randrange(ALWAYS))
    return Person(f"c{number}", [mail, other], rng.sample(rng.choice(FAMILIES), 3))


def _stranger(rng: Random, kind: str, value: str, since: int) -> Person:
    return Person(None, [Name(kind, value, None, since)], rng.sample(rng.choice(FAMILIES), 3))


def _let_go(rng: Random, people: list[Person], number: int) -> Person | None:
    """An address is taken from its customer. The stranger who has it then, if nobody else has."""
    giver, heir = people[number], people[(number + 1) % len(people)]
    linked = rng.randrange(3)
    mail = giver.names[0]._replace(linked=linked, until=rng.randrange(linked + 1, ALWAYS - 1))
    giver.names[0] = mail
    giver.lifts[mail.until] = mail, rng.random() < 0.5
    after = mail.until + 1
    fate = rng.random()
    if fate < 0.3:
        return _stranger(rng, *mail[:2], since=after)
    to = giver if fate < 0.5 else heir
    to.names.append(Name(*mail[:2], linked=rng.randrange(after, ALWAYS), since=after))
    if to is heir:
        own = heir.names[0]  # One address is linked at a time.
        heir.names[0] = own._replace(linked=min(own.linked or 0, linked))
        too_early = range(linked + 1, mail.until)  # Then it is another's, and they are told so.
        if too_early:
            heir.claims[rng.choice(too_early)] = mail.aliases
    return None


def _share(rng: Random, people: list[Person], number: int) -> Person:
    """A device is one customer's until four others say that it is theirs."""
    owner, *others = (people[(number + step) % len(people)] for step in range(5))
    kiosk = Name("device_id", f"kiosk-{number}", linked=0, until=SHARED - 1)
    owner.names.append(kiosk)
    for other in others:
        other.claims.setdefault(kiosk.until, {}).update(kiosk.aliases)
        other.beside = kiosk.aliases
    return _stranger(rng, *kiosk[:2], since=SHARED)


def changes(people: list[Person]) -> dict[str, int]:
    """How often each change of who somebody is must be told; what was known under an alias, and so
    is merged, is not asked. Of four who want a device the first two are refused it, the third makes
    it one that is shared, of which all five are told."""
    claims = [alias for person in people for said in person.claims.values() for alias in said]
    wanted = claims.count("device_id")
    return {
        "linked or merged": sum(name.linked is not None for p in people for name in p.names),
        "unlinked": sum(len(person.lifts) for person in people),
        "conflict": claims.count("email") + wanted // 2,
        "shared": wanted + wanted // 4,
    }
