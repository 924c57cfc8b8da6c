"""Service as a customer meets it: visits, waits, holds, deliveries, returns, own standards."""

from agents.signals.protocol import House, Signal
from agents.signals.service.browsing import BrowseAbandoned
from agents.signals.service.consistency import Consistency
from agents.signals.service.contacts import Holds, answer_late
from agents.signals.service.deliveries import Checks, Deliveries
from agents.signals.service.own_standards import OwnStandards
from agents.signals.service.payments import payment_unrecovered
from agents.signals.service.returns import Returns
from agents.signals.service.visits import VisitAbandoned, assisted_late, greeting_late

__all__ = [
    "BrowseAbandoned",
    "Checks",
    "Consistency",
    "Deliveries",
    "Holds",
    "OwnStandards",
    "Returns",
    "VisitAbandoned",
    "answer_late",
    "assisted_late",
    "greeting_late",
    "payment_unrecovered",
    "signals",
]


def signals(house: House) -> tuple[Signal, ...]:
    """Every signal of this group, for one house."""
    limits = house.limits
    return (
        Checks(limits.after_sale_check_due),
        answer_late(limits.answer_late),
        assisted_late(limits.assisted_late),
        BrowseAbandoned(limits.browse_abandoned),
        Deliveries(limits.delivery_late),
        greeting_late(limits.greeting_late),
        Holds(limits.hold_too_long),
        payment_unrecovered(limits.payment_unrecovered),
        Returns(limits.return_late, limits.serial_returner),
        OwnStandards(house.own, limits.standard_missed, house.hours),
        VisitAbandoned(limits.visit_abandoned),
        Consistency(limits.visit_inconsistent),
    )
