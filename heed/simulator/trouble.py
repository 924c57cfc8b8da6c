"""Troubles that are planted on purpose, to see whether and how soon they are found.

    competitor:north@200      a competitor opens in a region: some of its customers go there
    bad-branch:market@200     a branch gets slow and careless
    bad-product:kettle@200    a product gets bad: returns, complaints, bad reviews
    broken-step:payment@200   a step of the checkout breaks for some

The number is the day on which it begins, counted from the first day of the company.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from heed.simulator.catalogue import CHAIN, PRODUCTS, REGIONS, STEPS
from heed.simulator.dice import dice
from heed.simulator.people import Person
from heed.simulator.truth import Truth
from schemas.instant import DAY, HOUR

KINDS: dict[str, tuple[str, ...]] = {
    "competitor": REGIONS,
    "bad-branch": tuple(CHAIN),
    "bad-product": tuple(product["product_id"] for product in PRODUCTS),
    "broken-step": STEPS,
}
GO_OVER = 0.35
"""The share of a region's customers who go to a new competitor, sooner or later."""
DECIDE = 40.0
"""Days that they take for it, on average."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One of them: its kind, what it befalls, and when it begins (microseconds)."""

    kind: str
    where: str
    begins: int

    @property
    def truth(self) -> Truth:
        """What is true of the house."""
        detail = {"trouble": self.kind, "where": self.where}
        return Truth("house", "trouble_planted", self.begins, None, detail)


@dataclass(frozen=True, slots=True)
class Troubles:
    """All that are planted in a company."""

    all: tuple[Trouble, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def __iter__(self) -> Iterator[Trouble]:
        return iter(self.all)

    def of(self, kind: str) -> "Troubles":
        """Those of one kind."""
        return Troubles(tuple(each for each in self.all if each.kind == kind))

    def befall(self, where: Iterable[str], at: int) -> bool:
        """Whether one of them holds at that instant, for one of these names."""
        return any(each.begins <= at and each.where in where for each in self.all)

    def tempted(self, seed: int, person: Person) -> Person:
        """The person, who may go to a new competitor before they would have left."""
        for number, new in enumerate(self.all):
            if new.kind != "competitor" or person.region != new.where or person.fate == "once":
                continue
            rng = dice(seed, "trouble", person.number, number)
            goes, after = rng.random(), rng.expovariate(1 / DECIDE)
            leaves = max(person.joined + 30 * DAY, new.begins) + round(after * 24) * HOUR
            stays = person.fate == "stays" or leaves < person.leaves_at
            if goes < GO_OVER and stays:
                person = replace(person, fate="competitor", leaves_at=leaves, tempted_at=new.begins)
        return person


NO_TROUBLE = Troubles()


def planted(said: Iterable[str], begin: int, days: int) -> Troubles:
    """Troubles as they are written (see above); without a day they begin half-way.

    Raises ValueError in a sentence for one that cannot be planted.
    """
    return Troubles(tuple(_planted(one, begin, days) for one in said))


def _planted(said: str, begin: int, days: int) -> Trouble:
    kind, _, rest = said.partition(":")
    where, at, day = rest.partition("@")
    if kind not in KINDS:
        raise ValueError(f"{said!r} begins with none of {', '.join(KINDS)}")
    if where not in KINDS[kind]:
        raise ValueError(f"{said!r}: {kind} is planted in one of {', '.join(KINDS[kind])}")
    if not at:
        return Trouble(kind, where, begin + days // 2 * DAY)
    if not day.isdecimal():
        raise ValueError(f"{said!r}: after the @ comes the number of a day")
    return Trouble(kind, where, begin + int(day) * DAY)
