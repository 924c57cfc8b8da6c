"""Visits to a branch: greeted in time, assisted in time, or left unassisted."""

from functools import partial

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint
from agents.mechanisms.expected import ANY, Begin, End
from agents.mechanisms.standing import cool, open_ones, stand, standing
from agents.signals.service.promises import Promise, service_of, weigh
from schemas import standards
from schemas.alert import Evidence
from schemas.customer import Customer, bounded
from schemas.instant import DAY
from schemas.interaction import Interaction
from schemas.memory import PIECE_ID_BYTES, Timer
from schemas.service import MAX_VISITS, VISIT_BYTES, Service, Visit
from schemas.standards import written

ARRIVED, GREETED = "visitor_arrived", "visitor_greeted"
ASSISTED, LEFT = "visitor_assisted", "visitor_left"


def _waited(what: str, facts: Facts) -> str:
    return f"Arrived at the branch and was not {what} within {written(int(facts[1] or 0))}."


def _within(facts: Facts) -> dict[str, object]:
    return {"within_seconds": int(facts[1] or 0) / 1_000_000, "visit_id": facts[2]}


GREETING_LATE = Kind(
    name="greeting_late",
    team="branch",
    concern="service",
    clears_if="The visitor is greeted or assisted, or leaves.",
    reason=partial(_waited, "greeted"),
    parameters=_within,
    mechanism="expected",
    opens="a visitor has not been greeted in time",
    default="60 s",
    source="named by the sources of the mission: greeted within a minute",
)
ASSISTED_LATE = Kind(
    name="assisted_late",
    team="branch",
    concern="service",
    clears_if="The visitor is assisted, or leaves.",
    reason=partial(_waited, "assisted"),
    parameters=_within,
    mechanism="expected",
    opens="a visitor has not been assisted in time, counted from the arrival",
    default="60 s",
    source="named by the sources of the mission: assisted within a minute",
)


class Visits(Promise):
    """After an arrival, something is expected in time; leaving ends the wait."""

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        if begin.subject is None:
            alert = standing(customer, self.name, None)
            if alert is not None and event.time > alert.opened_at:
                # Whoever arrives anew has left in between.
                alerts.resolve(self.name, None, event.time, "superseded")
        return super().begin(customer, begin, event, alerts)


def greeting_late(limits: standards.GreetingLate) -> Visits:
    """A visitor not greeted in time; one who is assisted has been greeted.

    >>> sorted(greeting_late(standards.GreetingLate()).ends)
    ['visitor_assisted', 'visitor_greeted', 'visitor_left']
    """
    ends = {GREETED: _met, ASSISTED: _met, LEFT: _gone}
    begins = {ARRIVED: partial(_arrived, int(limits.within))}
    return Visits(GREETING_LATE, limits, begins=begins, ends=ends, weighs=False)


def assisted_late(limits: standards.AssistedLate) -> Visits:
    """A visitor not assisted in time; to be greeted is not enough.

    >>> sorted(assisted_late(standards.AssistedLate()).ends)
    ['visitor_assisted', 'visitor_left']
    """
    begins = {ARRIVED: partial(_arrived, int(limits.within))}
    return Visits(
        ASSISTED_LATE, limits, begins=begins, ends={ASSISTED: _met, LEFT: _gone}, weighs=False
    )


def _arrived(within: int, _: Customer, event: Interaction) -> Begin:
    name = event.properties.visit_id or None
    return Begin(name, within, [None if name is None else bounded(name)])


def _met(_: Customer, event: Interaction) -> End:
    return End(event.properties.visit_id or ANY)


def _gone(_: Customer, event: Interaction) -> End:
    return End(event.properties.visit_id or ANY, "superseded")


def _left_reason(facts: Facts) -> str:
    stayed = int(facts[1] or 0)
    return f"Left the branch after {written(stayed)} without having been assisted."


def _left_parameters(facts: Facts) -> dict[str, object]:
    _, stayed, least, visit = facts
    return {
        "stayed_seconds": int(stayed or 0) / 1_000_000,
        "short_visit_seconds": int(least or 0) / 1_000_000,
        "visit_id": visit,
    }


VISIT_ABANDONED = Kind(
    name="visit_abandoned",
    team="branch",
    concern="abandonment",
    clears_if="The customer is assisted at the next visit.",
    reason=_left_reason,
    parameters=_left_parameters,
    mechanism="expected",
    opens="a visitor left unassisted after staying",
    default="60 s of stay, once in 24 h",
    source="ours: who looks in for less wants nothing",
)


class VisitAbandoned:
    """A visitor who stayed for a while, and left without help.

    >>> VisitAbandoned(standards.VisitAbandoned()).gave_up(Service(), Visit("v", 1, 60_000_001))
    True
    """

    field = "service"
    kinds = (VISIT_ABANDONED,)
    reacts_to = frozenset({ARRIVED, ASSISTED, LEFT})

    def __init__(self, limits: standards.VisitAbandoned) -> None:
        self.limits = limits

    def gave_up(self, service: Service, visit: Visit) -> bool:
        """Whether this visit, as known now, was an abandonment."""
        if not self.limits.enabled or service.assisted >= visit.arrived:
            return False
        return visit.left - visit.arrived >= self.limits.short_visit

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        service, kind, at = service_of(customer), event.kind, event.time
        if kind == ASSISTED:
            self._assisted(customer, service, at, alerts)
            return
        visit = _find(service, event)
        first, name = visit.id, bounded(event.id, PIECE_ID_BYTES)
        if kind == ARRIVED:
            if at > visit.arrived:
                if at > visit.left:
                    visit.left = 0  # That was another time.
                visit.arrived, visit.id = at, name
        elif at >= visit.arrived and (not visit.left or at < visit.left):
            visit.left, visit.id = at, name
        if visit.arrived and visit.left:
            service.visits.remove(visit)
            if self.gave_up(service, visit):
                ids = (name, first) if kind == ARRIVED else (first, name)
                self._open(customer, visit, ids, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A visit may have begun under one row and ended under the other."""
        service = customer.service
        if service is None:
            return
        assisted = service.assisted
        for alert in open_ones(customer, VISIT_ABANDONED.name):
            if assisted >= alert.opened_at:
                alerts.end(alert, assisted, "recovered")
            elif assisted >= int(alert.facts[0] or 0):
                joint.forget(customer, alert.signal, alert.opened_at)
                customer.told.pop(alert.signal, None)
                alerts.end(alert, assisted, "late_evidence")
        known = [visit for visit in service.visits if max(visit.arrived, visit.left) > assisted]
        for visit in known:
            if visit.arrived and visit.left and self.gave_up(service, visit):
                self._open(customer, visit, (visit.id, visit.id), alerts)
        half = [visit for visit in known if not (visit.arrived and visit.left)]
        service.visits = sorted(half, key=_last)[-MAX_VISITS:]

    def _open(self, customer: Customer, visit: Visit, ids: tuple[str, str], alerts: Alerts) -> None:
        at = visit.left
        if standing(customer, VISIT_ABANDONED.name) is not None:
            return
        if not cool(customer, VISIT_ABANDONED, self.limits, at):
            return
        facts: Facts = [
            visit.arrived, at - visit.arrived, int(self.limits.short_visit), visit.name or None,
        ]  # fmt: skip
        evidence = [
            Evidence(ids[0], ARRIVED, visit.arrived),
            Evidence(ids[1], LEFT, at),
        ]
        stand(customer, VISIT_ABANDONED, self.limits, None, at, facts, evidence, alerts)
        weigh(customer, VISIT_ABANDONED.name, at, evidence)

    def _assisted(self, customer: Customer, service: Service, at: int, alerts: Alerts) -> None:
        service.assisted = max(service.assisted, at)
        if service.visits:
            # Who was assisted since has not abandoned that visit.
            service.visits = [v for v in service.visits if max(v.arrived, v.left) > at]
        alert = standing(customer, VISIT_ABANDONED.name)
        if alert is None:
            return
        if at >= alert.opened_at:
            alerts.resolve(alert.signal, None, at, "recovered")
        elif at >= int(alert.facts[0] or 0):
            alerts.resolve(alert.signal, None, at, "late_evidence")
            joint.forget(customer, alert.signal, alert.opened_at)
            customer.told.pop(alert.signal, None)


def _find(service: Service, event: Interaction) -> Visit:
    """The visit that the event speaks of; without a name, it leaves where it arrived last."""
    name, at = bounded(event.properties.visit_id or "", VISIT_BYTES), event.time
    visits = service.visits
    for visit in visits:
        if visit.name == name:
            return visit
    if not name and event.kind == LEFT:
        arrived = [visit for visit in visits if 0 < visit.arrived <= at]
        if arrived:
            return max(arrived, key=_arrival)
    if visits:
        kept = [visit for visit in visits if max(visit.arrived, visit.left) > at - DAY]
        kept.sort(key=_last)
        visits = service.visits = kept[1 - MAX_VISITS :]
    visit = Visit(name)
    visits.append(visit)
    return visit


def _arrival(visit: Visit) -> tuple[int, str]:
    return visit.arrived, visit.name


def _last(visit: Visit) -> tuple[int, str]:
    return max(visit.arrived, visit.left), visit.name
