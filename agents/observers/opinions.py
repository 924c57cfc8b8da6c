"""Opinions: surveys and reviews, as scores of queues, branches, products and employee groups."""

from agents.alerts import Alerts
from agents.observers.telling import brand_of, employees, head, places, tell
from agents.signals.churn.scores import OPINIONS, SCALES, SURVEY, Opinion, opinion
from schemas.customer import Customer
from schemas.instant import DAY
from schemas.interaction import Interaction
from schemas.observation import Score, group_key

ABOUT_A_QUEUE = 7 * DAY
"""So long after a contact a survey that names no place is about its queue."""
_SATISFIED = {"nps": 9.0, "csat": 4.0, "ces": 5.0, "review": 4.0}
_DETRACTOR = {"nps": 6.0, "csat": 2.0, "ces": 3.0, "review": 2.0}


class OpinionObserver:
    """The instruments' own lines between satisfied and not, whatever a house's alerts say."""

    kinds = ()
    reacts_to = OPINIONS

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        said = opinion(event)
        if said is None:
            return
        brand, branch = brand_of(customer, event), event.branch
        keys: list[str] = []
        if event.kind == SURVEY:
            observed = customer.observed
            recent = observed is not None and abs(event.time - observed.queue_at) <= ABOUT_A_QUEUE
            if branch is None and observed is not None and recent and observed.queue is not None:
                keys.append(group_key("queue", observed.queue))
            else:
                branch = branch or customer.branch
        elif product := event.properties.product_id:
            keys.append(group_key("product", product))
        keys += [*places(brand, branch), *employees(event)]
        if keys:
            time, id_, type_, who, _, _ = head(customer, event, alerts)
            tell(alerts, keys, _score(said, (time, id_, type_, who, brand, branch)))


def _score(said: Opinion, begun: tuple[int, str, str, int, str | None, str | None]) -> Score:
    low, high = SCALES[said.instrument]
    return Score(
        *begun, said.instrument, (said.score - low) / (high - low),
        said.score >= _SATISFIED[said.instrument], said.score <= _DETRACTOR[said.instrument],
    )  # fmt: skip
