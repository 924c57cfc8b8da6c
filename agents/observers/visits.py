"""Visits to a branch: greeted and assisted after how long, or left without."""

from agents.alerts import Alerts
from agents.observers.telling import brand_of, hashed, head, observed_of, places, tell
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.observation import Visit
from schemas.observed import MAX_VISITING, Observed, Visiting

ARRIVED, GREETED = "visitor_arrived", "visitor_greeted"
ASSISTED, LEFT = "visitor_assisted", "visitor_left"


class VisitObserver:
    """A visit is told when somebody assists, or else when the visitor leaves."""

    field = "observed"
    kinds = ()
    reacts_to = frozenset({ARRIVED, GREETED, ASSISTED, LEFT})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        observed, kind, at = observed_of(customer), event.kind, event.time
        name = hashed(event.properties.visit_id)
        if kind == ARRIVED:
            others = [visit for visit in observed.visiting if visit.name != name]
            observed.visiting = [*others, Visiting(name, at)][-MAX_VISITING:]
            return
        visit = _find(observed, name, at)
        if visit is None:
            return
        if kind == GREETED:
            visit.greeted = visit.greeted or at
            return
        observed.visiting.remove(visit)
        branch = customer.branch  # What this interaction states has been noted there.
        brand = brand_of(customer, event)
        time, id_, type_, who, _, _ = head(customer, event, alerts)
        assisted = at - visit.arrived if kind == ASSISTED else None
        # One who is assisted has been greeted.
        greeted = visit.greeted - visit.arrived if visit.greeted else assisted
        stayed = at - visit.arrived if kind == LEFT else None
        seen = Visit(time, id_, type_, who, brand, branch, greeted, assisted, stayed)
        tell(alerts, places(brand, branch), seen)


def _find(observed: Observed, name: int, at: int) -> Visiting | None:
    for visit in observed.visiting:
        if visit.name == name and visit.arrived <= at:
            return visit
    return None
