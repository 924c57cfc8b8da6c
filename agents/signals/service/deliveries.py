"""What was promised and has not come; what has come, and nobody asked how it is."""

from functools import partial

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import ANY, Begin, End, Expected, began
from agents.mechanisms.standing import open_ones, standing
from agents.signals.service import order_book
from agents.signals.service.promises import Promise, service_of
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.instant import NotAnInstant, instant, iso_day, rfc3339, spoken
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import written

COMPLETED, UPDATED, DELIVERED = "order_completed", "order_updated", "order_delivered"
OFF = frozenset({"order_cancelled", "order_refunded", "order_returned"})
CONTACTS = frozenset({
    "contact_answered", "callback_done", "message_received", "message_sent", "ticket_opened",
    "ticket_replied", "ticket_customer_replied", "survey_answered", "review_posted",
    "product_reviewed", "feedback_given", "meeting_held", "visit_made", "interview_held",
    "visitor_assisted", "order_returned",
})  # fmt: skip
"""Contact between the customer and the house, from either side."""
_IN_CONTACT = End(None)


def _late_reason(facts: Facts) -> str:
    _, _, promised, grace = facts
    after = f", nor within {written(int(grace))} after it" if grace else ""
    return f"Delivery was promised for {spoken(promised)}, and has not come{after}."


DELIVERY_LATE = Kind(
    name="delivery_late",
    team="after_sales",
    concern="dissatisfaction",
    clears_if="The order is delivered, cancelled, refunded or returned.",
    reason=_late_reason,
    parameters=lambda facts: {
        "promised_at": rfc3339(int(facts[2] or 0)),
        "grace_seconds": int(facts[3] or 0) / 1_000_000,
    },
    mechanism="expected",
    opens="the promised time passed without delivery",
    default="at once",
    source="ours: a promise is its own standard",
)


class Deliveries(Promise):
    """An order that is not there when it was promised; the last promise counts.

    >>> sorted(Deliveries(standards.DeliveryLate()).begins)
    ['order_completed', 'order_updated']
    """

    def __init__(self, limits: standards.DeliveryLate) -> None:
        stated = partial(_promised, int(limits.within))
        super().__init__(
            DELIVERY_LATE,
            limits,
            begins={COMPLETED: stated, UPDATED: stated},
            ends={DELIVERED: _delivered, **dict.fromkeys(sorted(OFF), _off)},
        )

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        name, at = begin.subject, event.time
        if order_book.is_over(customer.service, name):
            return None
        subject = None if name is None else bounded(name)
        alert = standing(customer, self.name, subject)
        if alert is not None:
            newer = began(alert) <= at < alert.opened_at
            if not newer or self.due(customer, at, begin) <= alert.opened_at:
                return None
            self.void(customer, alert, at, alerts)
        running = timers.find(customer, self.name, subject)
        if running is not None:
            if running.since > at:
                return None
            timers.stop(customer, running)
        return super().begin(customer, begin, event, alerts)

    renews = True

    def restate(self, customer: Customer, timer: Timer) -> None:
        timer.facts[4] = int(self.limits.within)
        super().restate(customer, timer)

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        return int(timer.facts[3] or 0) + int(self.limits.within) - timer.since

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        if subject is not None and order_book.is_over(customer.service, subject):
            _, at = order_book.find(service_of(customer).orders, order_book.key(subject))
            return max(at, since)
        return super().ended(customer, subject, since)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        super().on_merge(customer, at, alerts)
        for timer in timers.running(customer, self.name):
            for alert in open_ones(customer, self.name):
                if alert.subject != timer.subject:
                    continue
                newer = began(alert) <= timer.since < alert.opened_at < timer.due
                if newer:
                    alerts.end(alert, timer.since, "late_evidence")
                elif timer in customer.timers:
                    timers.stop(customer, timer)

    def due(self, customer: Customer, since: int, begin: Begin) -> int:
        return max(super().due(customer, since, begin), since)


def _promised(grace: int, _: Customer, event: Interaction) -> Begin | None:
    said = event.properties
    if said.promised_at is None:
        return None
    try:
        promised = instant(said.promised_at)
    except NotAnInstant:
        return None
    return Begin(said.order_id or None, promised + grace - event.time, [promised, grace])


def _delivered(_: Customer, event: Interaction) -> End:
    return End(event.properties.order_id or ANY)


def _off(_: Customer, event: Interaction) -> End | None:
    name = event.properties.order_id
    return End(name, "superseded") if name else None


AFTER_SALE_CHECK_DUE = Kind(
    name="after_sale_check_due",
    team="after_sales",
    concern="dissatisfaction",
    severity=INFO,
    clears_if="There is contact with the customer, from either side.",
    reason=lambda facts: (
        f"An order was delivered on {iso_day(int(facts[0] or 0) // 86_400_000_000)}, and there has"
        f" been no contact for {written(int(facts[1] or 0))} since."
    ),
    parameters=lambda facts: {
        "within_seconds": int(facts[1] or 0) / 1_000_000,
        "order_id": facts[2],
    },
    mechanism="expected",
    opens="an order was delivered, and there has been no contact since",
    default="7 d",
    source="ours: time to have used it, and soon enough to help",
)


class Checks(Expected):
    """Delivered, and no contact since: ask how it is.

    >>> "survey_answered" in Checks(standards.AfterSaleCheckDue()).reacts_to
    True
    """

    field = "service"

    def __init__(self, limits: standards.AfterSaleCheckDue) -> None:
        super().__init__(
            AFTER_SALE_CHECK_DUE,
            limits,
            begins={DELIVERED: partial(_arrived, int(limits.within))},
            ends=dict.fromkeys(sorted(CONTACTS), _contact),
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        service, at = customer.service or service_of(customer), event.time
        if event.kind == DELIVERED:
            if service.contacted < at:
                super().on_event(customer, event, alerts)
            return
        if at > service.contacted:
            service.contacted = at
        name = self.name
        if (
            timers.find(customer, name, None) is not None
            or standing(customer, name, None) is not None
        ):
            super().on_event(customer, event, alerts)

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        service = customer.service
        return service.contacted if service is not None and service.contacted >= since else None


def _arrived(within: int, _: Customer, event: Interaction) -> Begin:
    name = event.properties.order_id
    return Begin(None, within, [bounded(name) if name else None])


def _contact(_: Customer, event: Interaction) -> End:
    return _IN_CONTACT
