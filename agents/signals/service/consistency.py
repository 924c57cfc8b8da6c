"""`visit_inconsistent`: what a customer has met in one branch of a brand is lacking in another."""

import xxhash

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from agents.signals.service.promises import service_of, weigh
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction
from schemas.service import (
    ELEMENT_BYTES,
    MAX_ELEMENTS,
    MAX_PLACES,
    MAX_RATINGS,
    PLACE,
    RATING,
    Element,
    Service,
)

DELIVERED = "service_delivered"
RATINGS = frozenset({"survey_answered", "review_posted", "feedback_given"})
_OF = 5.0
_FINE = 50
"""Ratings are kept as fiftieths of a point."""
_MOST_DAYS = 0xFFFF


def _reason(facts: Facts) -> str:
    lacking, branch, rated, best = facts
    if lacking:
        return f"Lacking in {branch}, and known from another branch of the brand: {lacking}."
    return f"Rated {branch} {rated:g} of 5, and another branch of the brand {best:g}."


VISIT_INCONSISTENT = Kind(
    name="visit_inconsistent",
    team="branch",
    concern="dissatisfaction",
    clears_if="The next visit lacks nothing, or is rated as well as the others.",
    reason=_reason,
    parameters=lambda facts: {
        "lacking": str(facts[0]).split(", ") if facts[0] else [],
        "branch": facts[1],
        "rating": facts[2],
        "best_rating": facts[3],
    },
    mechanism="baseline",
    opens="an element of service that this customer has met in another branch of the brand is"
    " lacking, or this branch is rated far lower",
    default="met once within 365 d; 2 of 5 lower",
    source="ours: whoever has met it once will miss it",
)


class Consistency:
    """Elements of service, and ratings, of the branches of one brand against each other.

    >>> Consistency(standards.VisitInconsistent()).limits.lower
    2.0
    """

    field = "service"
    kinds = (VISIT_INCONSISTENT,)
    reacts_to = frozenset({DELIVERED, *RATINGS})

    def __init__(self, limits: standards.VisitInconsistent) -> None:
        self.limits = limits
        self.days = limits.window // DAY

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        branch = event.branch
        if not branch:
            return
        brand = xxhash.xxh32_digest((event.brand or customer.brand or "").encode())
        place = xxhash.xxh32_digest(branch.encode())
        if event.kind != DELIVERED:
            rating = rating_of(event)
            if rating is not None:
                self._rated(customer, event, brand, place, rating, alerts)
        elif event.properties.elements is not None:
            self._met(customer, event, brand, place, alerts)

    def _met(
        self, customer: Customer, event: Interaction, brand: bytes, place: bytes, alerts: Alerts
    ) -> None:
        service, today = service_of(customer), min(day_of(event.time), _MOST_DAYS)
        met = {bounded(name, ELEMENT_BYTES) for name in event.properties.elements if name}
        lacking = sorted(
            element.name
            for element in service.elements
            if element.brand == brand
            and element.name not in met
            and self._known(element.places, place, today)
        )
        for name in sorted(met)[:MAX_ELEMENTS]:
            _remember(service, name, brand, place, today)
        self._judge(customer, service, event, [", ".join(lacking), None, None], alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A visit that lacked nothing, of the other row's."""
        pleased = customer.service.pleased if customer.service is not None else 0
        for alert in open_ones(customer, VISIT_INCONSISTENT.name):
            if pleased >= alert.opened_at:
                alerts.end(alert, pleased, "recovered")

    def _known(self, places: bytes, here: bytes, today: int) -> bool:
        """Whether an element was met often enough in other branches, in the window until today."""
        times = 0
        for at in range(0, len(places), PLACE):
            day = int.from_bytes(places[at + 4 : at + 6], "big")
            if places[at : at + 4] != here and 0 <= today - day <= self.days:
                times += places[at + 6]
        return times >= self.limits.least

    def _rated(
        self,
        customer: Customer,
        event: Interaction,
        brand: bytes,
        place: bytes,
        rating: float,
        alerts: Alerts,
    ) -> None:
        service, today = service_of(customer), min(day_of(event.time), _MOST_DAYS)
        ratings, best, rest = service.ratings, 0.0, b""
        newer = False
        for at in range(0, len(ratings), RATING):
            entry = ratings[at : at + RATING]
            day = int.from_bytes(entry[9:11], "big")
            if entry[:8] == brand + place:
                newer = day > today
                if newer:
                    rest += entry
                continue
            rest += entry
            if entry[:4] == brand and 0 <= today - day <= self.days:
                best = max(best, entry[8] / _FINE)
        if not newer:
            rest += brand + place + bytes([round(rating * _FINE)]) + today.to_bytes(2, "big")
        service.ratings = rest[-RATING * MAX_RATINGS :]
        lower = best - rating >= self.limits.lower
        self._judge(customer, service, event, ["", rating, best] if lower else None, alerts)

    def _judge(
        self,
        customer: Customer,
        service: Service,
        event: Interaction,
        found: Facts | None,
        alerts: Alerts,
    ) -> None:
        at, alert = event.time, standing(customer, VISIT_INCONSISTENT.name)
        if found is None or (not found[0] and found[1] is None):
            service.pleased = max(service.pleased, at)
            if alert is not None and at >= alert.opened_at:
                alerts.resolve(alert.signal, None, at, "recovered")
            return
        if alert is not None or service.pleased > at or not self.limits.enabled:
            return
        lacking, rated, best = found
        facts: Facts = [
            bounded(str(lacking)) if lacking else None, bounded(event.branch or ""), rated, best,
        ]  # fmt: skip
        evidence = evidence_of(event)
        stand(customer, VISIT_INCONSISTENT, self.limits, None, at, facts, evidence, alerts)
        weigh(customer, VISIT_INCONSISTENT.name, at, evidence)


def rating_of(event: Interaction) -> float | None:
    """How good the visit was, 1 to 5; None where nothing comparable was said.

    Of surveys that is customer satisfaction, on the scale that it states (5 where it states none).
    """
    said = event.properties
    if event.kind != "survey_answered":
        rating = said.rating
    elif said.instrument != "csat" or said.score is None:
        return None
    else:
        scale = said.scale or _OF
        if scale <= 1:
            return None
        rating = said.score if scale == _OF else 1 + (said.score - 1) * (_OF - 1) / (scale - 1)
    return float(rating) if rating is not None and 1 <= rating <= _OF else None


def _remember(service: Service, name: str, brand: bytes, place: bytes, today: int) -> None:
    """This element was met here today; of more than six the one mentioned longest ago goes."""
    found, others = Element(name, brand, b""), []
    for element in service.elements:
        if element.name == name and element.brand == brand:
            found = element
        else:
            others.append(element)
    rest, day, times = b"", today, 1
    for at in range(0, len(found.places), PLACE):
        if found.places[at : at + 4] == place:
            day = max(day, int.from_bytes(found.places[at + 4 : at + 6], "big"))
            times = min(found.places[at + 6] + 1, 255)
        else:
            rest += found.places[at : at + PLACE]
    places = rest + place + day.to_bytes(2, "big") + bytes([times])
    found.places = places[-PLACE * MAX_PLACES :]
    service.elements = [*others, found][-MAX_ELEMENTS:]
