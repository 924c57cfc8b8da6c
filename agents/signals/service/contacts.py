"""Waiting to be answered, and being put on hold."""

from functools import partial

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import ANY, Begin, End, began
from agents.mechanisms.standing import standing
from agents.signals.service.promises import Promise, service_of
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.service import MAX_HOLDS, Held
from schemas.standards import written

QUEUED, ANSWERED, ABANDONED = "contact_queued", "contact_answered", "contact_abandoned"
HELD, RESUMED, ENDED = "contact_held", "contact_resumed", "contact_ended"


def _answer_reason(facts: Facts) -> str:
    queue = f" in the queue {facts[2]}" if facts[2] else ""
    return f"Waited{queue} for longer than {written(int(facts[1] or 0))} to be answered."


def _within(facts: Facts) -> dict[str, object]:
    return {"within_seconds": int(facts[1] or 0) / 1_000_000, "queue": facts[2]}


ANSWER_LATE = Kind(
    name="answer_late",
    team="support",
    concern="service",
    clears_if="The contact is answered, or the customer gives up or asks for a call back.",
    reason=_answer_reason,
    parameters=_within,
    mechanism="expected",
    opens="waited in the queue longer than the standard",
    default="20 s",
    source="practice of contact centres: 80 % in 20 s",
)


class Queueing(Promise):
    """Waits in queues, of which the other row may know how they ended."""

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        found = super().ended(customer, subject, since)
        known = customer.contacts.contacts if customer.contacts is not None else []
        for contact in known if found is None else ():
            if contact.name == subject:
                ends = [at for at in (contact.abandoned_at, contact.callback_at) if at >= since]
                return min(ends, default=None)
        return found


def answer_late(limits: standards.AnswerLate) -> Promise:
    """A contact in a queue for longer than the standard, answered in the end or not.

    >>> answer_late(standards.AnswerLate()).kind.default
    '20 s'
    """
    return Queueing(
        ANSWER_LATE,
        limits,
        begins={QUEUED: partial(_queued, int(limits.within))},
        ends={
            ANSWERED: _done,
            ABANDONED: _gave_up,
            "callback_requested": _gave_up,
        },
    )


def _queued(within: int, _: Customer, event: Interaction) -> Begin:
    queue = event.properties.queue
    return Begin(event.properties.contact_id, within, [bounded(queue) if queue else None])


def _done(_: Customer, event: Interaction) -> End:
    return End(event.properties.contact_id or ANY)


def _gave_up(_: Customer, event: Interaction) -> End:
    return End(event.properties.contact_id or ANY, "superseded")


def _hold_reason(facts: Facts) -> str:
    _, within, limit, _ = facts
    if within == limit:
        return f"Was on hold for longer than {written(int(limit or 0))}."
    return f"Was on hold for longer than {written(int(limit or 0))} in one contact, all in all."


def _hold_parameters(facts: Facts) -> dict[str, object]:
    _, within, limit, queue = facts
    return {
        "within_seconds": int(limit or 0) / 1_000_000,
        "held_before_seconds": (int(limit or 0) - int(within or 0)) / 1_000_000,
        "queue": queue,
    }


HOLD_TOO_LONG = Kind(
    name="hold_too_long",
    team="support",
    concern="service",
    clears_if="The hold ends.",
    reason=_hold_reason,
    parameters=_hold_parameters,
    mechanism="expected",
    opens="on hold for longer than the standard, in one hold or, as an option, in all of a contact",
    default="30 s, each hold",
    source="named by the sources of the mission: no longer than half a minute on hold",
)


class Holds(Promise):
    """A hold that lasts too long; with `cumulated`, all holds of one contact together.

    >>> Holds(standards.HoldTooLong()).kind.default
    '30 s, each hold'
    """

    field = "service"

    def __init__(self, limits: standards.HoldTooLong) -> None:
        self.within = int(limits.within)
        self.cumulated = limits.cumulated
        super().__init__(
            HOLD_TOO_LONG,
            limits,
            begins={HELD: self._held},
            ends={RESUMED: _done, ENDED: _done, ABANDONED: _done},
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if self.cumulated and event.kind != HELD:
            self._account(customer, event)
        super().on_event(customer, event, alerts)

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        return None  # A hold is a matter of seconds, and what was cumulated is not told apart.

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        if begin.within < 0:
            return None  # Of this contact it has been told.
        if self.cumulated:
            name = None if begin.subject is None else bounded(begin.subject)
            heard = timers.answered(customer, self.name, name, event.time)
            if heard is not None:
                _add(customer, name, heard.at - event.time)
        return super().begin(customer, begin, event, alerts)

    def _held(self, customer: Customer, event: Interaction) -> Begin:
        said = event.properties
        name, within = said.contact_id or None, self.within
        if self.cumulated and customer.service is not None:
            key = "" if name is None else bounded(name)
            within -= sum(held.total for held in customer.service.holds if held.name == key)
        return Begin(name, within, [self.within, bounded(said.queue) if said.queue else None])

    def _account(self, customer: Customer, event: Interaction) -> None:
        """Add the hold that ends with this event to those of its contact."""
        name, at = event.properties.contact_id or None, event.time
        name = None if name is None else bounded(name)
        if event.kind == RESUMED:
            running = timers.find(customer, self.name, name)
            alert = standing(customer, self.name, name)
            if running is not None and running.since <= at:
                _add(customer, name, at - running.since)
            elif alert is not None and began(alert) <= at:
                _add(customer, name, at - began(alert))
        elif customer.service is not None:
            kept = [held for held in customer.service.holds if held.name != (name or "")]
            customer.service.holds = kept


def _add(customer: Customer, name: str | None, span: int) -> None:
    """So much more has this contact been on hold."""
    service, key, total = service_of(customer), name or "", span
    others = []
    for held in service.holds:
        if held.name == key:
            total += held.total
        else:
            others.append(held)
    service.holds = [*others[1 - MAX_HOLDS :], Held(key, total)]
