"""People and their temper: how often they buy, how long they wait, what will become of them.

Buying is gamma-Poisson: each person has a rate of their own, drawn from a gamma distribution. How
people leave is drawn over time (an exponential life), not over purchases as in BG/NBD: the model
of the signals is not the model of the truth.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from heed.simulator.catalogue import BRANCHES, REGIONS
from heed.simulator.dice import dice
from schemas.instant import DAY, HOUR
from schemas.interaction import Party

PARTIES: tuple[Party, ...] = get_args(Party)
Fate = Literal["stays", "life", "competitor", "once"]
Turn = Literal["", "usage_fell", "spend_fell", "spend_rose", "drifted_apart"]
Membership = Literal["", "plan", "trial", "unused_trial", "never_started"]


@dataclass(frozen=True, slots=True)
class Person:
    """One customer (or another party), and what nobody sees of them. Rates are per day."""

    number: int
    customer_id: str
    party: Party
    region: str
    branch: str
    segments: dict[str, str]
    joined: int
    buys: float
    calls: float
    visits: float
    writes: float
    decisive: float
    """The chance that a filled cart is bought at once."""
    patience: float
    """Seconds that they wait on the phone, on average."""
    tender: float
    """The chance that a full hurt makes them leave."""
    content: float
    """What they think of us by nature, 0 to 1."""
    fate: Fate
    leaves_at: int
    """When they leave, if nothing hurts them earlier; of no meaning for who stays."""
    turn: Turn
    turns_at: int
    membership: Membership
    returner: bool
    enthusiast: bool
    perk: bool
    """Gets free delivery with every order, which ends one day."""
    mobile: bool
    tempted_at: int = 0
    """When the new competitor opens to whom they go, if nothing hurts them earlier."""

    @property
    def alias(self) -> dict[str, str]:
        """The names that they go by, besides the customer id."""
        return {
            "email": f"{self.customer_id}@people.example",
            "phone": f"+4930{PARTIES.index(self.party):02}{self.number:06}",
            "device_id": f"device-{self.customer_id}",
            "anonymous_id": f"visitor-{self.customer_id}",
            "loyalty_card": f"card-{self.customer_id}",
        }

    @property
    def is_slow(self) -> bool:
        """Buys less than once in 75 days."""
        return 0 < self.buys < 1 / 75


def people(seed: int, customers: int, begin: int, end: int) -> list[Person]:
    """So many customers, each from a stream of their own: more of them do not change the others."""
    return [_person(seed, number, begin, end) for number in range(1, customers + 1)]


def _person(seed: int, number: int, begin: int, end: int) -> Person:
    rng = dice(seed, "people", number)
    span = end - begin
    joined = begin if rng.random() < 0.55 else begin + round(rng.uniform(0, 0.7) * span)
    joined -= joined % DAY
    fate = _fate(rng)
    turn = _turn(rng) if fate == "stays" else ""
    return Person(
        number=number,
        customer_id=f"c{number:05}",
        party="customer",
        region=rng.choice(REGIONS),
        branch=rng.choice(list(BRANCHES)),
        segments={
            "sector": rng.choice(("households", "small_business", "education")),
            "spending_habit": rng.choice(("careful", "even", "generous")),
        },
        joined=joined,
        buys=rng.gammavariate(1.6, 1 / 55) + 1 / 300 if rng.random() < 0.85 else 0.0,
        calls=rng.gammavariate(1.2, 1 / 140),
        visits=rng.gammavariate(1.2, 1 / 80) if rng.random() < 0.5 else 0.0,
        writes=rng.gammavariate(1.2, 1 / 110),
        decisive=rng.betavariate(5, 2),
        patience=rng.gammavariate(2.5, 70),
        tender=rng.betavariate(1.2, 6),
        content=min(0.99, max(0.2, rng.gauss(0.8, 0.11))),
        fate=fate,
        leaves_at=joined + round((0.08 + rng.expovariate(2.2)) * span) + rng.randrange(24) * HOUR,
        turn=turn,
        turns_at=joined + round(rng.uniform(0.35, 0.7) * (end - joined)),
        membership=_membership(rng),
        returner=rng.random() < 0.05,
        enthusiast=rng.random() < 0.15,
        perk=rng.random() < 0.15,
        mobile=rng.random() < 0.4,
    )


def _fate(rng: Random) -> Fate:
    roll = rng.random()
    for share, fate in ((0.09, "once"), (0.22, "life"), (0.38, "competitor")):
        if roll < share:
            return fate  # type: ignore[return-value]
    return "stays"


def _turn(rng: Random) -> Turn:
    roll = rng.random()
    for share, turn in (
        (0.12, "usage_fell"), (0.22, "spend_fell"), (0.32, "spend_rose"), (0.42, "drifted_apart"),
    ):  # fmt: skip
        if roll < share:
            return turn  # type: ignore[return-value]
    return ""


def _membership(rng: Random) -> Membership:
    roll = rng.random()
    for share, membership in (
        (0.28, "plan"), (0.36, "trial"), (0.40, "unused_trial"), (0.43, "never_started"),
    ):  # fmt: skip
        if roll < share:
            return membership  # type: ignore[return-value]
    return ""
