"""Returns: too late to be worth much, or too many of too few orders."""

from agents.alerts import INFO, WARNING, Alerts, Facts, Kind
from agents.mechanisms.standing import announce, evidence_of, open_ones, stand, standing
from agents.signals.service import order_book
from agents.signals.service.order_book import DELIVERED, OFF, ORDERED, RETURNED
from agents.signals.service.promises import service_of
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.instant import DAY
from schemas.interaction import Interaction
from schemas.service import Service
from schemas.standards import written

_FLAGS = {
    "order_completed": ORDERED,
    "order_delivered": DELIVERED,
    "order_returned": RETURNED,
    "order_cancelled": OFF,
}

RETURN_LATE = Kind(
    name="return_late",
    team="after_sales",
    concern="dissatisfaction",
    severity=INFO,
    clears_if="Nothing to clear: this is told once.",
    reason=lambda facts: (
        f"An order was returned {int(facts[0] or 0) // DAY} days after its delivery,"
        f" later than {written(int(facts[1] or 0))}: the goods have lost value."
    ),
    parameters=lambda facts: {
        "after_days": round(int(facts[0] or 0) / DAY, 3),
        "within_days": int(facts[1] or 0) / DAY,
        "order_id": facts[2],
    },
    mechanism="expected",
    opens="an order was returned long after its delivery",
    default="90 d",
    source="named by the sources of the mission: after 90 days goods have lost their value",
    notice=True,
)


def _of_usual(facts: Facts) -> str:
    """Alerts of before products' rates were known have no such fact."""
    usual = float(facts[3] or 0) if len(facts) > 3 else 0.0
    return f", where {usual:.1f} are usual for what was bought" if usual else ""


SERIAL_RETURNER = Kind(
    name="serial_returner",
    team="after_sales",
    concern="dissatisfaction",
    severity=WARNING,
    clears_if="The share of returns falls under the limit.",
    reason=lambda facts: (
        f"{facts[0]} returns to the last {facts[1]} orders: {float(facts[2] or 0):.0%} or more"
        f"{_of_usual(facts)}."
    ),
    parameters=lambda facts: {
        "returned": facts[0],
        "orders": facts[1],
        "share": facts[2],
        "usual_returns": facts[3] if len(facts) > 3 else 0.0,
    },
    mechanism="baseline",
    opens="a high share of the last orders was returned",
    default="40 %, of 5 orders or more, 3 returned; and 1.5 times what the products' own rates say",
    source="practice: TrustLens calls a rate of 40 % high; the counts are ours",
)


class Returns:
    """Keeps the last orders, and looks at what was returned of them.

    >>> Returns(standards.ReturnLate(), standards.SerialReturner()).too_many(5, 2)
    False
    """

    field = "service"
    kinds = (RETURN_LATE, SERIAL_RETURNER)
    reacts_to = frozenset(_FLAGS)

    def __init__(self, late: standards.ReturnLate, serial: standards.SerialReturner) -> None:
        self.late = late
        self.serial = serial

    def too_many(self, ordered: int, returned: int, usual: float = 0.0) -> bool:
        """Whether so many returns of so many orders are too many, where `usual` are as many as
        their products' own rates let expect."""
        limits = self.serial
        if ordered < limits.least or returned < limits.returned:
            return False
        return returned >= limits.share * ordered and returned >= limits.excess * usual

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        service = customer.service or service_of(customer)
        flag, orders, order_id = _FLAGS[event.kind], service.orders, event.properties.order_id
        if order_id:
            name = order_book.key(order_id)
        elif flag == ORDERED:
            name = order_book.key(event.id)
        elif flag == RETURNED:
            name = order_book.newest(orders) or order_book.key(event.id)
        else:
            return
        flags, at = order_book.find(orders, name)
        if flags & flag:
            return
        moment = at
        if flag == DELIVERED:
            if flags & RETURNED:
                self._look(event, event.time, at, alerts)
            moment = event.time
        elif flag == RETURNED:
            if flags & DELIVERED:
                self._look(event, at, event.time, alerts)
            else:
                moment = event.time
        elif flag == ORDERED:
            flags |= alerts.levels.of(event) << order_book.LEVEL
        service.orders = order_book.put(orders, name, flags | flag, moment)
        if flag != DELIVERED:
            self._judge(customer, service, event, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Orders and returns of both rows are counted together."""
        service, name = customer.service, SERIAL_RETURNER.name
        if service is None or not service.orders:
            return
        ordered, returned = order_book.counted(service.orders)
        known, service.returning = service.returning, self.too_many(ordered, returned)
        told = open_ones(customer, name)
        for alert in told if not service.returning else ():
            alerts.end(alert, at, "late_evidence")
        # What either row knew to be too many was told then, and may be over.
        if service.returning and not known and not told and self.serial.enabled:
            facts: Facts = [returned, ordered, self.serial.share]
            last = customer.last_seen
            stand(customer, SERIAL_RETURNER, self.serial, None, last, facts, [], alerts)

    def _look(self, event: Interaction, delivered: int, returned: int, alerts: Alerts) -> None:
        after = returned - delivered
        if after <= self.late.within or not self.late.enabled:
            return
        name = event.properties.order_id
        facts: Facts = [after, int(self.late.within), bounded(name) if name else None]
        announce(
            RETURN_LATE, self.late, max(returned, delivered), facts, evidence_of(event), alerts,
            bounded(name) if name else None,
        )  # fmt: skip

    def _judge(
        self, customer: Customer, service: Service, event: Interaction, alerts: Alerts
    ) -> None:
        ordered, returned = order_book.counted(service.orders)
        usual = order_book.usual(service.orders)
        many, at = self.too_many(ordered, returned, usual), event.time
        if many == service.returning:
            return
        service.returning = many
        alert = standing(customer, SERIAL_RETURNER.name)
        if not many:
            if alert is not None:
                late = at < alert.opened_at
                alerts.resolve(alert.signal, None, at, "late_evidence" if late else "recovered")
        elif alert is None and self.serial.enabled:
            facts: Facts = [returned, ordered, self.serial.share, round(usual, 3)]
            stand(
                customer, SERIAL_RETURNER, self.serial, None, at, facts, evidence_of(event), alerts
            )
