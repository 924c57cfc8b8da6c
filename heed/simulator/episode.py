"""One thing that a person lives through: what is heard of it, what is true of it, where it hurt."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from heed.simulator.dice import seconds
from heed.simulator.people import Person
from heed.simulator.truth import Truth

BRAND = "meridian"


class Said(NamedTuple):
    """An interaction at its instant, before it has been written down."""

    at: int
    event: dict[str, Any]


class Hurt(NamedTuple):
    """An instant at which a person was hurt, and how much (0 to 1)."""

    at: int
    weight: float
    why: str


@dataclass(slots=True)
class Episode:
    """A session, a call, a visit, a matter: it begins at `at`, which moves on as it is lived."""

    person: Person
    name: str
    """Unique among the person's episodes, such as `call-3`."""
    at: int
    rng: Random
    said: list[Said] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    hurts: list[Hurt] = field(default_factory=list)
    begins: int = 0

    def __post_init__(self) -> None:
        self.begins = self.at

    @property
    def subject(self) -> str:
        """A name for the call, cart, visit or ticket that this episode is about."""
        return f"{self.name}-{self.person.customer_id}"

    def wait(self, least: float, most: float) -> None:
        """Let so many seconds pass."""
        self.at += seconds(self.rng, least, most)

    def tell(self, kind: str, channel: str, at: int | None = None, /, **properties: Any) -> None:
        """One interaction, now or at an instant; `branch` and `handled_by` go to its envelope."""
        person = self.person
        event: dict[str, Any] = {
            "id": f"{person.customer_id}-{self.name}-{len(self.said)}",
            "type": kind,
            "channel": channel,
            "customer_id": person.customer_id,
            "brand": BRAND,
            "region": person.region,
        }
        if person.party != "customer":
            event["party"] = person.party
        for name in ("branch", "handled_by", "segments"):
            if name in properties:
                event[name] = properties.pop(name)
        event["properties"] = properties
        self.said.append(Said(self.at if at is None else at, event))

    def know(
        self, what: str, at: int | None = None, until: int | None = None, **detail: str
    ) -> None:
        """One truth, of now or of an instant."""
        instant = self.at if at is None else at
        self.truths.append(Truth(self.person.customer_id, what, instant, until, detail))

    def hurt(self, weight: float, why: str, at: int | None = None) -> None:
        """It hurt."""
        self.hurts.append(Hurt(self.at if at is None else at, weight, why))
