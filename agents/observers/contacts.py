"""Contacts: who arrives in a queue, how a wait ends, how long a hold lasts."""

from typing import Literal

from agents.alerts import Alerts
from agents.observers.telling import (
    branch_of,
    brand_of,
    employees,
    hashed,
    head,
    observed_of,
    places,
    tell,
)
from agents.queues import is_voicemail
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.observation import Arrival, Hold, Wait, group_key
from schemas.observed import MAX_WAITING, Observed, Waiting

QUEUED, ANSWERED, ABANDONED = "contact_queued", "contact_answered", "contact_abandoned"
MESSAGE = "message_received"
HELD, FLOWED_OUT = "contact_held", ("callback_requested", "contact_transferred")
OVER = ("contact_resumed", "contact_ended", ABANDONED)


class ContactObserver:
    """One wait from its (last) queueing to its end; asking for a call back, leaving a message, or
    being transferred while waiting, is a way out of the queue.

    The last three contacts are remembered. What comes before its queueing, out of order, is told as
    answered at once, and corrected when the queueing comes.
    """

    field = "observed"
    kinds = ()
    reacts_to = frozenset(
        {QUEUED, ANSWERED, ABANDONED, MESSAGE, HELD, "contact_resumed", "contact_ended"}
        | {*FLOWED_OUT}
    )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == MESSAGE and not is_voicemail(event):
            return
        observed, kind, said = observed_of(customer), event.kind, event.properties
        contact = _find(observed, said.contact_id)
        if kind in OVER and contact is not None and 0 < contact.held <= event.time:
            held = Hold(*head(customer, event, alerts), event.time - contact.held)
            contact.held = 0
            tell(alerts, _groups(contact, customer, event), held)
        if kind == HELD:
            contact = contact or _new(observed, event)
            contact.held = event.time
        elif kind == QUEUED:
            self._queued(customer, observed, contact or _new(observed, event), event, alerts)
        elif kind == ANSWERED:
            self._answered(customer, observed, contact, event, alerts)
        elif kind == MESSAGE or (kind == ABANDONED and is_voicemail(event)):
            if contact is not None:
                self._end(customer, observed, contact, "flowed_out", event, alerts)
        elif kind == ABANDONED:
            if contact is None:
                contact = _new(observed, event)
                contact.ended, contact.gave_up = event.time, True
            else:
                self._end(customer, observed, contact, "abandoned", event, alerts)
        elif kind in FLOWED_OUT and contact is not None:
            self._end(customer, observed, contact, "flowed_out", event, alerts)

    def _queued(
        self,
        customer: Customer,
        observed: Observed,
        contact: Waiting,
        event: Interaction,
        alerts: Alerts,
    ) -> None:
        at = event.time
        if at <= contact.queued:
            return
        if said := event.properties.queue:
            contact.queue = bounded(said)
        late = not contact.queued and at <= contact.ended
        contact.queued = at
        if not late or contact.gave_up:
            arrival = Arrival(*head(customer, event, alerts))
            tell(alerts, _queue(contact), arrival)
        if late:  # It has been answered, or given up, already.
            outcome: Literal["answered", "abandoned"]
            outcome = "abandoned" if contact.gave_up else "answered"
            wait = Wait(
                *head(customer, event, alerts, contact.ended),
                outcome, contact.ended - at, not contact.gave_up, contact.queue,
            )  # fmt: skip
            tell(alerts, _groups(contact, customer, event), wait)
            _note(observed, contact)
        else:
            contact.ended = 0

    def _answered(
        self,
        customer: Customer,
        observed: Observed,
        contact: Waiting | None,
        event: Interaction,
        alerts: Alerts,
    ) -> None:
        if contact is None:
            contact = _new(observed, event)
        if contact.queued:
            self._end(customer, observed, contact, "answered", event, alerts)
        elif not contact.ended:
            contact.ended = event.time
            begun = head(customer, event, alerts)
            tell(alerts, _queue(contact), Arrival(*begun))
            wait = Wait(*begun, "answered", 0, False, contact.queue)
            tell(alerts, _groups(contact, customer, event), wait)
            _note(observed, contact)

    def _end(
        self,
        customer: Customer,
        observed: Observed,
        contact: Waiting,
        outcome: Literal["answered", "abandoned", "flowed_out"],
        event: Interaction,
        alerts: Alerts,
    ) -> None:
        if not contact.queued or contact.ended or event.time < contact.queued:
            return
        contact.ended = event.time
        begun = head(customer, event, alerts)
        wait = Wait(*begun, outcome, event.time - contact.queued, False, contact.queue)
        tell(alerts, _groups(contact, customer, event), wait)
        _note(observed, contact)


def _find(observed: Observed, name: str | None) -> Waiting | None:
    """The contact of that name; without one, the only one that waits."""
    if name is None:
        waiting = [each for each in observed.waiting if each.queued and not each.ended]
        return waiting[0] if len(waiting) == 1 else None
    wanted = hashed(name)
    return next((each for each in observed.waiting if each.name == wanted), None)


def _new(observed: Observed, event: Interaction) -> Waiting:
    """A contact of which this is the first that is heard; the one heard of longest ago goes."""
    said = event.properties
    made = Waiting(hashed(said.contact_id), queue=bounded(said.queue) if said.queue else None)
    observed.waiting = [*observed.waiting, made][-MAX_WAITING:]
    return made


def _queue(contact: Waiting) -> list[str]:
    return [group_key("queue", contact.queue)] if contact.queue is not None else []


def _groups(contact: Waiting, customer: Customer, event: Interaction) -> list[str]:
    where = places(brand_of(customer, event), branch_of(event))
    return [*_queue(contact), *where, *employees(event)]


def _note(observed: Observed, contact: Waiting) -> None:
    """A survey that follows is about this queue."""
    if contact.queue is not None and contact.ended >= observed.queue_at:
        observed.queue, observed.queue_at = contact.queue, contact.ended
