"""Random lives of the whole vocabulary: every type, every property, and few names for all of them.

What a property may say stands in `WORDS`, by its name; how long its text may be, and between which
words it must choose, is read from `schemas.vocabulary`. So a new type is told from the beginning,
and a new property asks for its words. Two people and strangers share carts, contacts, tickets,
orders, goals and products, so that what belongs together is often heard of, and as often not.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from agents.harness import Harness
from schemas.alert import Alert
from schemas.instant import SECOND, instant
from schemas.interaction import Channel, Party
from schemas.standards import Standards
from schemas.vocabulary import VOCABULARY, Product, Properties

Record = dict[str, Any]

START = 1_795_305_600  # a midnight in November 2026
MINUTE, HOUR, DAY = 60, 3600, 86_400
SHORT = 8
"""Letters of a name in an ordinary life."""
PACES = (
    (0, 0, 1, 5, 31, MINUTE),
    (1, 61, 10 * MINUTE, 31 * MINUTE, HOUR),
    (HOUR, 6 * HOUR, DAY, 2 * DAY),
    (1, HOUR, DAY, 8 * DAY, 31 * DAY),
)
LATE = (0,) * 12 + (1, MINUTE, 90, 10 * MINUTE, 3 * DAY)
TEXTS = (
    "I hate this terrible, awful service. The worst company ever, I want my money back!",
    "Thank you so much, that was a great help, wonderful service.",
    "Wo bleibt meine Bestellung?",
    "",
)
DIMENSIONS = ("tangibles", "reliability", "empathy", "speed", "ease", "no such dimension")
MEDIA = ("chat", "email", "phone", "post", "sms", "Pigeon", "board")
PERKS = ("gift", "discount", "free_delivery", "complaint")
PAGES = ("/tea", "/cancel", "/account/cancel", "")
FEEDBACK = ("alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome")
SIGNALS = ("cart_abandoned", "gone_silent", "no_such_signal")


class Property(NamedTuple):
    """What the vocabulary asks of one property."""

    name: str
    required: bool
    choices: tuple[str, ...]
    longest: int


class Life:
    """Makes up what is said; the same seed says the same."""

    def __init__(self, seed: int, longest: int) -> None:
        self.rng = random.Random(seed)
        self.longest = longest
        # Of a filler of four bytes a letter, names are as large as they may be.
        self.filler = "x" if longest <= SHORT else self.rng.choice("x\u00e9\u20ac\U0001f6d2")
        self.many = self.rng.choice((2, 4, 4, 12, 40))
        self.left_out = self.rng.choice((0.0, 0.3, 0.3, 0.7))
        self.now = float(START)
        self.pace = PACES[1]
        self.said = 0
        self.kinds = [*VOCABULARY, "x_looked"]
        if longest <= SHORT:  # Of few types there is sometimes enough to be compared.
            self.kinds = self.rng.sample(self.kinds, self.rng.choice((8, 25, len(self.kinds))))

    def name(self, what: str, most: int = 256) -> str:
        """One of few names of its kind."""
        name = f"{what}{self.rng.randrange(self.many)}"
        return name.ljust(min(most, self.longest), self.filler)[:most]

    def maybe(self, said: Record) -> Record:
        """Each of these or not."""
        return {key: value for key, value in said.items() if self.rng.random() >= self.left_out}

    def moment(self) -> float | str:
        """A time that a property states, near or far."""
        at = self.now + self.rng.choice((-DAY, 0, HOUR, 2 * DAY, 30 * DAY))
        return self.rng.choice((at, int(at), "2026-12-24T18:00:00Z", "2027-02-30", "soon"))

    def products(self) -> list[Record]:
        most = self.rng.choice((0, 1, 1, 3, 3, 64 if self.longest > SHORT else 5))
        return [self.properties(Product) for _ in range(most)]

    def properties(self, form: type[Properties]) -> Record:
        """Properties of that form, each of them or not."""
        return {
            each.name: self.word(each)
            for each in properties_of(form)
            if each.required or self.rng.random() >= self.left_out
        }

    def word(self, each: Property) -> Any:
        """What one property says."""
        if each.choices:
            return self.rng.choice(each.choices)
        word = WORDS[each.name](self)
        if isinstance(word, str) and each.longest:
            return word[: each.longest]
        return word

    def record(self) -> Record:
        """The next interaction."""
        rng = self.rng
        if rng.random() < 1 / 30:
            self.pace = rng.choice(PACES)
        self.said += rng.random() < 0.98  # else an id comes a second time
        self.now += rng.choice(self.pace) + rng.choice((0, 0, 0.25))
        kind = rng.choice(self.kinds)
        return {
            "id": f"e{self.said}".ljust(min(self.longest, 128), self.filler),
            "type": kind,
            "time": self.now - rng.choice(LATE),
            "channel": rng.choice(CHANNELS),
            **self.who(kind),
            **self.maybe(self.scope()),
            "properties": self.properties(VOCABULARY.get(kind, Properties)),
        }

    def who(self, kind: str) -> Record:
        """A customer, a name of theirs, or both."""
        rng = self.rng
        person = rng.randrange(2)
        names = {
            "email": f"{person}{rng.randrange(2)}@example.com",
            "device_id": f"device-{rng.randrange(3)}",
        }
        alias = rng.choice(("email", "device_id"))
        aliases = {"aliases": {alias: names[alias].rjust(min(self.longest, 200), "x")}}
        customer = {"customer_id": f"c{person}".ljust(min(self.longest, 256), self.filler)}
        both = {**customer, **aliases}
        return both if kind == "alias_unlinked" else rng.choice((*[customer] * 3, aliases, both))

    def scope(self) -> Record:
        rng = self.rng
        axes = {f"axis{n}": self.name("s", 64) for n in range(rng.randrange(4))}
        return {
            "party": rng.choice(("customer", "customer", *PARTIES)),
            "handled_by": self.name("by/"),
            "brand": self.name("brand", 64),
            "branch": self.name("branch", 64),
            "region": self.name("region", 64),
            "segments": axes,
        }


CHANNELS, PARTIES = (each.__args__ for each in (Channel, Party))

Words = Callable[[Life], Any]


def _named(what: str) -> Words:
    return lambda life: life.name(what)


def _one_of(*words: Any) -> Words:
    return lambda life: life.rng.choice(words)


def _map(what: str) -> Words:
    return lambda life: {life.name(what): life.rng.choice((True, False, 7, "no", None))}


_AMOUNT = _one_of(0, 0.01, 9.5, 99_999.99, -5, 120, 1e12)
_SCORE = _one_of(0, 1, 2, 4.5, 6, 7, 9, 10, -3)
_TEXT = _one_of(*TEXTS)

WORDS: dict[str, Words] = {
    "group": lambda life: life.rng.choice(("queue:", "branch:/", "product:")) + life.name("g"),
    "voicemail": lambda life: life.rng.random() < 0.3,
    **{
        f"{what}_id": _named(what)
        for what in (
            "cart", "checkout", "order", "contact", "ticket", "product", "visit", "message",
            "thread", "subscription", "offer", "referred", "alert",
        )
    },
    **{
        what: _named(what)
        for what in (
            "sku", "category", "goal", "queue", "plan", "feature", "metric", "campaign",
            "competitor", "caused_by", "outcome", "region", "segment", "name",
        )
    },
    **dict.fromkeys(("price", "cost", "cart_value", "value", "amount", "households"), _AMOUNT),
    **dict.fromkeys(("revenue", "total", "margin", "shipping_cost"), _AMOUNT),
    **dict.fromkeys(("score", "expectation", "perception", "importance", "rating"), _SCORE),
    **dict.fromkeys(("text", "reason", "description", "query"), _TEXT),
    **dict.fromkeys(("promised_at", "ends_at"), Life.moment),
    **dict.fromkeys(("url", "path"), _one_of(*PAGES)),
    "quantity": _one_of(0, 1, 2, 3, 65_000, 1_000_000_000),
    "currency": _one_of("EUR", "EUR", "USD", "a coin"),
    "products": Life.products,
    "step": lambda life: life.rng.choice((1, 2, life.name("step"))),
    "elements": lambda life: [life.name("element") for _ in range(life.rng.randrange(6))],
    "changed": _one_of([], ["address"], ["email", "address"], ["phone"]),
    "traits": _map("trait"),
    "consent": _map("mail"),
    "medium": _one_of(*MEDIA),
    "language": _one_of("en", "de-DE", "xx", "english"),
    "priority": _one_of("high", "low"),
    "dimension": _one_of(*DIMENSIONS),
    "scale": _one_of(0, 5, 5, 7, 7, 10, 100),
    "kind": _one_of(*PERKS),
    "occasion": _named("birthday"),
    "date": _one_of("1990-02-29", "--12-24", "2026-12-01", "1984-11-30", "some day"),
    "signal": _one_of(*SIGNALS),
    "until": _one_of(START + 3 * DAY, START + 90 * DAY, "2026-12-24T18:00:00Z"),
}  # fmt: skip


@cache
def properties_of(form: type[Properties]) -> tuple[Property, ...]:
    """The properties of a form, and what is asked of each."""
    return tuple(
        Property(field.name, field.required, *_asked(field.type))
        for field in msgspec.inspect.type_info(form).fields  # type: ignore[attr-defined]
    )


def _asked(of: Any) -> tuple[tuple[str, ...], int]:
    """The words to choose from, if there are any, and the most letters (0: any number)."""
    choices, longest = (), 0
    for each in getattr(of, "types", (of,)):
        choices = getattr(each, "values", choices)
        longest = getattr(each, "max_length", None) or longest
    return choices, longest


def any_life(seed: int, records: int = 400, longest: int = SHORT) -> list[Record]:
    """Interactions in order of arrival, some of them late; names of up to `longest` letters."""
    life = Life(seed, longest)
    return [life.record() for _ in range(records)]


def answered(life: list[Record], standards: Standards | None = None) -> list[Record]:
    """The same life, and what teams say of a third of the alerts that it leads to."""
    rng = random.Random(len(life))
    out, arrivals = list(life), list(accumulate((each["time"] for each in life), max))
    for number, alert in enumerate(Harness(standards).feed(life).alerts):
        if rng.random() < 0.3:
            said = _feedback(rng, number, alert)
            place = bisect(arrivals, said["time"])
            arrivals.insert(place, said["time"])
            out.insert(place, said)
    return out


def _feedback(rng: random.Random, number: int, alert: Alert) -> Record:
    whom = {"customer_id": alert.customer_id} if alert.customer_id else {"aliases": alert.aliases}
    return {
        "id": f"f{number}",
        "type": rng.choice(FEEDBACK),
        "time": instant(alert.event_time) / SECOND + rng.choice((0, MINUTE, DAY)),
        "channel": "system",
        **whom,
        "properties": {"alert_id": alert.alert_id, "outcome": "kept", "amount": 9.5},
    }


def any_lives(records: int) -> SearchStrategy[list[Record]]:
    """For hypothesis: shrinks to shorter beginnings."""
    return st.builds(
        lambda seed, length: any_life(seed, records)[:length],
        seed=st.integers(0, 2**32 - 1),
        length=st.integers(1, records),
    )
