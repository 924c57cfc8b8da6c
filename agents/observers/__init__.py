"""What the customers agent tells the groups agent: observers listen as signals do, and tell no
alerts.

An observer sees one customer at a time; what it writes is part of the decision on the record that
it saw, so each observation is told exactly once.
"""

from agents.observers.contacts import ContactObserver
from agents.observers.market import MarketObserver
from agents.observers.opinions import OpinionObserver
from agents.observers.products import ProductObserver
from agents.observers.steps import StepObserver
from agents.observers.tickets import TicketObserver
from agents.observers.visits import VisitObserver

__all__ = ["observers"]


def observers() -> tuple[
    ContactObserver, VisitObserver, ProductObserver, StepObserver, TicketObserver,
    OpinionObserver, MarketObserver,
]:  # fmt: skip
    """Every observer."""
    return (
        ContactObserver(), VisitObserver(), ProductObserver(), StepObserver(), TicketObserver(),
        OpinionObserver(), MarketObserver(),
    )  # fmt: skip
