"""Signals of churn and of dissatisfaction, told from what is usual for a customer."""

from agents.signals.churn.captive import CaptiveDissatisfied
from agents.signals.churn.captured import Captured
from agents.signals.churn.detractor import Detractor
from agents.signals.churn.dissatisfied import CustomerDissatisfied
from agents.signals.churn.expectations import Expectations
from agents.signals.churn.spending import Spending
from agents.signals.churn.usage import UsageDeclined
from agents.signals.protocol import House, Signal


def signals(house: House) -> tuple[Signal, ...]:
    """The signals of this group.

    They come after those of purchases, and of everything else that a customer may be dissatisfied
    with; each of these after those whose findings it reads.
    """
    limits = house.limits
    return (
        UsageDeclined(limits.usage_declined),
        Spending(limits.spend_declined, limits.spend_grown),
        Detractor(limits.detractor),
        Expectations(limits.expectation_gap, limits.delighted, limits.answer_late.within),
        Captured(limits.captured, limits.gone_silent),
        CustomerDissatisfied(limits.customer_dissatisfied),
        CaptiveDissatisfied(
            limits.captive_dissatisfied, limits.spend_declined, limits.usage_declined
        ),
    )
