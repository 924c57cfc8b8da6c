"""`wish_waiting`: something stands on a wish list for a week, and nobody has bought anything.

A package of its own: its entry point in the group `heed.signals` is `signals` below, so that
installing it beside Heed is all there is to do.
"""

from msgspec import Struct

from agents.alerts import INFO, Facts, Kind
from agents.mechanisms.expected import ANY, Begin, End, Expected
from agents.signals import House, Signal
from schemas.customer import Customer
from schemas.instant import DAY
from schemas.interaction import Interaction


class Limits(Struct, frozen=True):
    """What Heed asks of every signal's limits; one's own may be read from wherever one likes."""

    enabled: bool = True
    severity: str | None = None
    team: str | None = None
    within: int = 7 * DAY
    expires: int = 30 * DAY
    cool_down: int = 30 * DAY


def _reason(facts: Facts) -> str:
    return f"{facts[2]} has been on the wish list for a week, and nothing was bought since."


WISH_WAITING = Kind(
    name="wish_waiting",
    team="sales",
    concern="abandonment",
    severity=INFO,
    mechanism="expected",
    opens="something stands on the wish list, and no order came",
    default="7 d",
    source="our shop's own count: nine in ten wishes are bought within a week, or never",
    clears_if="The customer orders.",
    reason=_reason,
    parameters=lambda facts: {"wish": facts[2]},
)


def signals(house: House) -> tuple[Signal, ...]:
    """The signals of this package for one kind of customer."""
    limits = Limits()

    def wished(customer: Customer, event: Interaction) -> Begin | None:
        name = (event.properties or {}).get("name")
        return Begin(None, limits.within, [str(name)[:64]]) if name else None

    def bought(customer: Customer, event: Interaction) -> End:
        return End(ANY)

    return (
        Expected(
            WISH_WAITING,
            limits,
            begins={"x_wish_added": wished},
            ends={"order_completed": bought},
            hours=house.hours,
        ),
    )
