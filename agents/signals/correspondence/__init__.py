"""Letters, calls, tickets and what they cost: the signals of everything that asks for an answer.

Colleagues, suppliers, partners and authorities write and ask as customers do, and are heard by the
same signals, with the standards of their party.
"""

from agents.signals.correspondence.complaint import (
    complaint_external,
    complaint_unanswered,
    complaint_unresolved,
)
from agents.signals.correspondence.confirmation import resolution_unconfirmed
from agents.signals.correspondence.contact import ContactUnanswered
from agents.signals.correspondence.effort import EffortHigh
from agents.signals.correspondence.message import NegativeMessage
from agents.signals.correspondence.repetition import ComplaintRepeated
from agents.signals.correspondence.request import request_unanswered, suggestion_unanswered
from agents.signals.protocol import House, Signal

__all__ = ["signals"]


def signals(house: House) -> tuple[Signal, ...]:
    """The signals of this group; of one interaction they hear in this order."""
    limits, hours = house.limits, house.hours
    return (
        ContactUnanswered(limits.contact_unanswered, hours),
        request_unanswered(limits.request_unanswered, hours),
        suggestion_unanswered(limits.suggestion_unanswered, hours),
        complaint_unanswered(limits.complaint_unanswered, hours),
        complaint_unresolved(limits.complaint_unresolved, hours),
        ComplaintRepeated(limits.complaint_repeated),
        complaint_external(limits.complaint_external),
        resolution_unconfirmed(limits.resolution_unconfirmed),
        EffortHigh(limits.effort_high),
        NegativeMessage(limits.negative_message, house.text),
    )
