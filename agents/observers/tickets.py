"""Tickets: complaints by product and place, and what customers wish for."""

from agents.alerts import Alerts
from agents.observers.telling import branch_of, brand_of, head, places, tell
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.observation import Complaint, Wish, group_key

OPENED = "ticket_opened"


class TicketObserver:
    """A complaint is told to its product, where it names one, and to its branch and brand; a
    suggestion to its topic, the ticket's category."""

    kinds = ()
    reacts_to = frozenset({OPENED})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        said = event.properties
        if said.kind == "complaint":
            keys = places(brand_of(customer, event), branch_of(event))
            if said.product_id:
                keys.append(group_key("product", said.product_id))
            if keys:
                tell(alerts, keys, Complaint(*head(customer, event, alerts), said.category or None))
        elif said.kind == "suggestion" and said.category and (topic := _topic(said.category)):
            tell(alerts, (group_key("wish", topic),), Wish(*head(customer, event, alerts)))


def _topic(category: str) -> str:
    """The same for all who spell it alike."""
    return " ".join(category.casefold().replace("_", " ").replace("-", " ").split())
