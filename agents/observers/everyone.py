"""All observers, in one place."""

from agents.observers.contacts import ContactObserver
from agents.observers.market import MarketObserver
from agents.observers.opinions import OpinionObserver
from agents.observers.products import ProductObserver
from agents.observers.steps import StepObserver
from agents.observers.tickets import TicketObserver
from agents.observers.visits import VisitObserver


def observers() -> tuple[
    ContactObserver, VisitObserver, ProductObserver, StepObserver, TicketObserver,
    OpinionObserver, MarketObserver,
]:  # fmt: skip
    """Every observer."""
    return (
        ContactObserver(), VisitObserver(), ProductObserver(), StepObserver(), TicketObserver(),
        OpinionObserver(), MarketObserver(),
    )  # fmt: skip
