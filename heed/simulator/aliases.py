"""Under which names people come: a browser before they sign in, a device, a number, an address.

A share of the interactions says no `customer_id`. Some of the episodes in which that is so link the
name to the customer: they sign in, are asked who they are on the phone, order with an account; or
order as a guest, which links a browser to an address only. Families share a tablet and offices a
telephone, at times somebody signs in on a friend's browser, and that is seldom put right.

Who was behind a name, and when, is truth (`known_as`); nothing else here changes what happened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from heed.simulator.dice import dice
from heed.simulator.episode import BRAND, Episode, Said
from heed.simulator.people import Person
from heed.simulator.truth import Truth
from schemas.instant import DAY, HOUR, SECOND

# The kind of name by which somebody is known in a channel; in the others they say who they are.
KNOWN_BY = {
    "web": "anonymous_id", "chat": "anonymous_id", "app": "device_id", "phone": "phone",
    "sms": "phone", "messenger": "phone", "email": "email", "survey": "email",
    "store": "loyalty_card",
}  # fmt: skip
FAMILIES, FAMILY = 0.12, 3
"""The share of the people who live in such a family, and how many share its tablet."""
OFFICES, OFFICE = 0.08, 8
REGISTERED = {"email": 0.6, "loyalty_card": 0.7, "phone": 0.4}
"""The share of names that the house knew from the beginning."""
ACCOUNT = frozenset(
    ("signed_up", "identified", "profile_updated", "account_deleted", "data_exported",
     "trial_started", "subscription_started", "subscription_downgraded", "subscription_cancelled",
     "auto_renew_disabled", "consent_changed", "goal_set", "goal_reached", "occasion_set")
)  # fmt: skip
"""What is done signed in."""
ASKS = ("contact_answered", "visitor_assisted")
"""Where somebody of the house may ask who they are."""
SIGNS_IN, GUEST, IS_ASKED = 0.35, 0.3, 0.5
BORROWS = 0.006
"""Of those who sign in, how many do so on a browser of somebody else."""
PUT_RIGHT = 0.5
LINKED, UNLINKED = "identified", "alias_unlinked"
NEW_BROWSER, NEW_DEVICE = 110 * DAY, 500 * DAY
"""How long a browser keeps its cookie and a person a telephone, on average."""
SHARED = {"family": "device_id", "office": "phone"}


@dataclass(frozen=True, slots=True)
class Disguise:
    """A company's interactions under the names by which they came, and what is true of these."""

    said: list[Said]
    truths: list[Truth]
    owners: dict[str, str]
    """Whose each interaction really is: customer id by event id, of customers."""


class Use(NamedTuple):
    """A name in use by somebody."""

    kind: str
    value: str
    customer_id: str


class Lived(NamedTuple):
    """A person, and the episodes that they lived within the company's time."""

    person: Person
    episodes: Sequence[Episode]


@dataclass(slots=True)
class _Names:
    """The names that one person goes by, from time to time."""

    person: Person
    since: dict[str, list[int]]
    family: str | None
    office: str | None
    friend: str | None

    def of(self, kind: str, at: int) -> str:
        turn = sum(since <= at for since in self.since.get(kind, ()))
        name = self.person.alias[kind]
        return f"{name}-{turn}" if kind in self.since else name


@dataclass(slots=True)
class _Uses:
    """Who used which name from when until when; shared names by the episode."""

    spans: dict[Use, tuple[int, int]] = field(default_factory=dict)
    shared: list[Truth] = field(default_factory=list)

    def note(self, use: Use, at: int) -> None:
        first, last = self.spans.get(use, (at, at))
        self.spans[use] = min(first, at), max(last, at)

    def truths(self) -> Iterator[Truth]:
        for use, (first, last) in self.spans.items():
            yield Truth(use.customer_id, "known_as", first, last, {use.kind: use.value})
        yield from self.shared


def disguised(seed: int, lived: Iterable[Lived], share: float, end: int) -> Disguise:
    """So large a share of everything under aliases, or as much as comes in channels with names.

    Only customers have aliases. The share is met on the whole, not for each person.
    """
    others: list[Said] = []
    heard: list[tuple[Said, str]] = []
    masked: list[tuple[float, Person, list[Said], _Masked]] = []
    uses, total, hidden = _Uses(), 0, 0
    for person, episodes in lived:
        kept = [(each, [said for said in each.said if said.at < end]) for each in episodes]
        total += sum(len(said) for _, said in kept)
        if person.party != "customer":
            others += (said for _, part in kept for said in part)
            continue
        names = _names(seed, person, end)
        for episode, said in kept:
            if not said:
                continue
            rng = dice(seed, "disguise", person.number, episode.name)
            chance = rng.random()
            mask = _masked(rng, names, episode.name, sorted(said, key=_order))
            hidden += mask.hidden
            masked.append((chance, person, said, mask))
        for link in _registered(seed, names):
            heard.append((link, person.customer_id))
            for kind, value in link.event["aliases"].items():
                uses.note(Use(kind, value, person.customer_id), link.at)
    links = sum(len(mask.said) - len(plain) for _, _, plain, mask in masked)
    odds = share * (total + len(heard)) / max(1.0, hidden - share * links)
    truths = []
    for chance, person, plain, mask in masked:
        is_hidden = chance < odds
        heard += ((said, person.customer_id) for said in (mask.said if is_hidden else plain))
        if is_hidden:
            truths += mask.truths
            uses.shared += mask.shared
            for use, at in mask.uses:
                uses.note(use, at)
    owners = {each.event["id"]: owner for each, owner in heard}
    return Disguise(others + [each for each, _ in heard], [*truths, *uses.truths()], owners)


def _order(said: Said) -> tuple[int, str]:
    return said.at, said.event["id"]


@dataclass(slots=True)
class _Masked:
    """One episode as it is heard where the person does not say who they are."""

    said: list[Said] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    shared: list[Truth] = field(default_factory=list)
    uses: list[tuple[Use, int]] = field(default_factory=list)
    hidden: int = 0


def _masked(rng: Random, names: _Names, name: str, said: Sequence[Said]) -> _Masked:
    person, mask = names.person, _Masked()
    on_tablet = names.family is not None and rng.random() < 0.6
    at_work = names.office is not None and rng.random() < 0.6
    signs_in = rng.random() < SIGNS_IN
    borrows = signs_in and names.friend is not None and rng.random() < BORROWS
    signs_at = rng.randrange(len(said)) if signs_in else len(said)
    asked, guest = rng.random() < IS_ASKED, rng.random() < GUEST
    is_known: dict[str, bool] = {}
    first: dict[Use, tuple[int, int]] = {}
    for place, (at, event) in enumerate(said):
        kind = KNOWN_BY.get(event["channel"])
        if kind is None:
            mask.said.append(Said(at, event))
            continue
        value = names.of(kind, at)
        if kind in ("anonymous_id", "device_id") and on_tablet:
            kind, value = "device_id", str(names.family)
        elif kind == "anonymous_id" and borrows:
            value = str(names.friend)
        elif event["channel"] == "phone" and at_work:
            value = str(names.office)
        use = Use(kind, value, person.customer_id)
        first[use] = first.get(use, (at, at))[0], at
        if place == signs_at and kind in ("anonymous_id", "device_id"):
            mask.said.append(
                _link(person, f"{name}-in", at - SECOND, event["channel"], kind, value)
            )
            is_known[kind] = True
            if borrows and kind == "anonymous_id":
                _wrongly(mask, person, rng, use, at)
        is_asked = asked and event["type"] in ASKS
        is_known[kind] = is_known.get(kind, False) or is_asked or event["type"] in ACCOUNT
        other = {key: said for key, said in event.items() if key != "customer_id"}
        aliases = {kind: value}
        if event["type"] == "order_completed" and kind in ("anonymous_id", "device_id"):
            aliases["email"] = names.of("email", at)
            first.setdefault(Use("email", aliases["email"], person.customer_id), (at, at))
            is_known[kind] = is_known[kind] or not guest
        if is_known[kind]:
            other["customer_id"] = person.customer_id
        else:
            mask.hidden += 1
        mask.said.append(Said(at, {**other, "aliases": aliases}))
    for use, span in first.items():
        _used(mask, names, use, *span)
    return mask


def _used(mask: _Masked, names: _Names, use: Use, begins: int, ends: int) -> None:
    if use.value in (names.family, names.office, names.friend):
        detail = {use.kind: use.value, "shared": "yes"}
        mask.shared.append(Truth(use.customer_id, "known_as", begins, ends, detail))
    else:
        mask.uses += ((use, begins), (use, ends))


def _wrongly(mask: _Masked, person: Person, rng: Random, use: Use, at: int) -> None:
    """From here on the friend's browser is taken for this person's; at times it is put right."""
    right = at + round(rng.uniform(2, 20) * DAY) if rng.random() < PUT_RIGHT else None
    if right is not None:
        name = f"{use.kind}-{use.value}-apart"
        mask.said.append(_link(person, name, right, "system", use.kind, use.value, UNLINKED))
    detail = {use.kind: use.value}
    mask.truths.append(Truth(use.customer_id, "linked_wrongly", at, right, detail))


def _link(
    person: Person, name: str, at: int, channel: str, kind: str, value: str, what: str = LINKED
) -> Said:
    event: dict[str, Any] = {
        "id": f"{person.customer_id}-{name}",
        "type": what,
        "channel": channel,
        "customer_id": person.customer_id,
        "aliases": {kind: value},
        "brand": BRAND,
        "region": person.region,
        "properties": {},
    }
    return Said(at, event)


def _names(seed: int, person: Person, end: int) -> _Names:
    rng = dice(seed, "names", person.number)
    since: dict[str, list[int]] = defaultdict(list)
    for kind, lasts in (("anonymous_id", NEW_BROWSER), ("device_id", NEW_DEVICE)):
        at = person.joined
        since[kind] = []
        while (at := at + round(rng.expovariate(1 / lasts))) < end:
            since[kind].append(at)
    family, office = person.number // FAMILY, person.number // OFFICE
    friend = person.number - 1 - rng.randrange(20)
    return _Names(
        person, dict(since),
        f"tablet-{family}" if dice(seed, "family", family).random() < FAMILIES else None,
        f"+4989{office:08}" if dice(seed, "office", office).random() < OFFICES else None,
        f"visitor-c{friend:05}-0" if friend > 0 else None,
    )  # fmt: skip


def _registered(seed: int, names: _Names) -> Iterator[Said]:
    """What the house knew of a customer from the beginning, as it was taken over."""
    person = names.person
    rng = dice(seed, "registered", person.number)
    for number, (kind, share) in enumerate(REGISTERED.items()):
        if rng.random() < share:
            at, value = person.joined + HOUR, names.of(kind, person.joined)
            yield _link(person, f"known-{number}", at + number * SECOND, "system", kind, value)
