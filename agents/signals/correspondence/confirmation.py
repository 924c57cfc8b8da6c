"""`resolution_unconfirmed`: the house says that it is settled, and the customer says nothing."""

from agents.alerts import INFO, Facts, Kind
from agents.mechanisms.expected import ANY, Begin, End, Expected
from agents.signals.correspondence.satisfaction import SATISFACTION, satisfied
from agents.signals.correspondence.ticket import (
    REOPENED,
    RESOLVED,
    about,
    named,
    parameters,
    waited,
)
from schemas import standards
from schemas.customer import Customer
from schemas.instant import spoken
from schemas.interaction import Interaction


def _reason(facts: Facts) -> str:
    return (
        f"Told on {spoken(facts[0])} that it is settled, and has not said to be satisfied within"
        f" {waited(facts[1])}."
    )


RESOLUTION_UNCONFIRMED = Kind(
    name="resolution_unconfirmed",
    team="support",
    concern="dissatisfaction",
    severity=INFO,
    clears_if="The customer gives a satisfied answer, or opens the ticket again.",
    reason=_reason,
    parameters=parameters,
    mechanism="expected",
    opens="a ticket was resolved, and no satisfied answer has come since",
    default="7 d; off",
    source="named by the sources of the mission; the default is ours",
)


def resolution_unconfirmed(limits: standards.ResolutionUnconfirmed) -> Expected:
    """Resolved, and nobody knows whether it is. Only for a house that asks after each resolution.

    It is the customer who is waited for, so all time counts.

    >>> resolution_unconfirmed(standards.ResolutionUnconfirmed()).begins
    {}
    """
    within = limits.within

    def resolved(customer: Customer, event: Interaction) -> Begin | None:
        return Begin(named(event), within, about(event))

    return Expected(
        RESOLUTION_UNCONFIRMED,
        limits,
        begins={RESOLVED: resolved},
        ends={REOPENED: _again, **dict.fromkeys(SATISFACTION, _satisfied)},
    )


def _again(customer: Customer, event: Interaction) -> End | None:
    return End(named(event), "superseded")


def _satisfied(customer: Customer, event: Interaction) -> End | None:
    return End(ANY) if satisfied(event) else None
