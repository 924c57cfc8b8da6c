"""`queue_abandoned`: somebody waited in a queue, was not answered, and gave up.

The short-abandon limit leaves out those who had no fair chance of an answer (contact-centre
practice: 5 s is our default; Genesys, Talkdesk and AWS leave it to the house). Asking for a call
back is no abandonment.
"""

from agents.alerts import ERROR, WARNING, Alerts, Facts, Kind
from schemas.alert import Evidence
from schemas.customer import MAX_ANSWERS, MAX_CONTACTS, NEVER, Contact, Contacts, Customer, bounded
from schemas.instant import SECOND
from schemas.interaction import Interaction
from schemas.standards import QueueAbandoned

SIGNAL = "queue_abandoned"


def _reason(facts: Facts) -> str:
    waited, _, queue, again = facts
    where = f"the queue {queue}" if queue else "the queue"
    more = ", the second time within a day" if again else ""
    return f"Left {where} unanswered after {float(waited or 0):.0f} s{more}."


QUEUE_ABANDONED = Kind(
    name=SIGNAL,
    team="support",
    clears_if="The customer's next contact is answered, or they are called back.",
    reason=_reason,
    parameters=lambda facts: {"waited_seconds": facts[0], "short_abandon_seconds": facts[1]},
)


class AbandonedQueue:
    """Left the queue unanswered after the short-abandon limit.

    >>> AbandonedQueue(QueueAbandoned()).too_long(Contact("k", queued_at=1, abandoned_at=5_000_001))
    True
    """

    kinds = (QUEUE_ABANDONED,)
    reacts_to = frozenset(
        {
            "contact_queued", "contact_abandoned", "contact_answered", "contact_ended",
            "callback_requested", "callback_done",
        }
    )  # fmt: skip

    def __init__(self, thresholds: QueueAbandoned) -> None:
        self.thresholds = thresholds

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        known = customer.contacts
        if known is None:
            known = customer.contacts = Contacts()
        kind, at = event.kind, event.time
        named = event.properties and event.properties.contact_id
        name = bounded(named) if named else None
        if kind == "contact_queued" or kind == "contact_abandoned":
            assert name is not None
            contact = self._contact(known, name, at, alerts)
            self._note(contact, event)
            self._judge(known, contact, alerts)
        elif kind == "callback_requested":
            for contact in list(known.contacts):
                if name is None or contact.name == name:
                    self._called_for(contact, at, alerts)
            if name is not None and all(contact.name != name for contact in known.contacts):
                self._contact(known, name, at, alerts).callback_at = at
        elif kind != "contact_ended":
            self._answered(known, at, alerts)
        self._forget(known, name if kind in ("contact_answered", "contact_ended") else None, at)
        known.due = min(
            (c.opened_at + self.thresholds.expires for c in known.contacts if c.is_open),
            default=NEVER,
        )

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        known = customer.contacts
        if known is None or known.due > now:
            return
        expires = self.thresholds.expires
        due = NEVER
        for contact in known.contacts:
            if contact.is_open:
                if contact.opened_at + expires <= now:
                    contact.is_open = False
                    end = contact.opened_at + expires
                    alerts.resolve(SIGNAL, contact.name, end, "expired")
                else:
                    due = min(due, contact.opened_at + expires)
        known.due = due

    def too_long(self, contact: Contact) -> bool:
        """Whether this contact, as known now, is an abandonment."""
        queued, left = contact.queued_at, contact.abandoned_at
        if not queued or not left or queued <= contact.callback_at <= left:
            return False
        return left - queued >= self.thresholds.short_abandon and self.thresholds.enabled

    def _contact(self, known: Contacts, name: str, at: int, alerts: Alerts) -> Contact:
        for contact in known.contacts:
            if contact.name == name:
                return contact
        if len(known.contacts) >= MAX_CONTACTS:
            oldest = min(known.contacts, key=_last)
            known.contacts.remove(oldest)
            if oldest.is_open:
                alerts.resolve(SIGNAL, oldest.name, at, "expired")
        contact = Contact(name)
        known.contacts.append(contact)
        return contact

    def _note(self, contact: Contact, event: Interaction) -> None:
        at, moment = event.time, event.properties
        contact.queue = bounded(moment.queue) if moment.queue else contact.queue
        if 0 < contact.opened_at < at:
            return  # One alert per contact: what comes after it changes nothing.
        if event.kind == "contact_abandoned":
            if at >= contact.abandoned_at and not contact.opened_at:
                contact.abandoned_at = at
                contact.abandoned_id = event.id
        elif at >= contact.queued_at:
            contact.queued_at = at
            contact.queued_id = event.id

    def _judge(self, known: Contacts, contact: Contact, alerts: Alerts) -> None:
        """Open, or void, the alert of a contact of which more has become known."""
        left = contact.abandoned_at
        if contact.opened_at:
            if contact.is_open and not self.too_long(contact):
                self._void(contact, left, alerts)
            return
        if not self.too_long(contact):
            return
        again = any(
            0 < other.opened_at <= left
            and left - other.opened_at <= self.thresholds.repeated_within
            for other in known.contacts
        )
        waited = (left - contact.queued_at) / SECOND
        limit = self.thresholds.short_abandon / SECOND
        evidence = [
            Evidence(contact.queued_id, "contact_queued", contact.queued_at),
            Evidence(contact.abandoned_id, "contact_abandoned", left),
        ]
        contact.opened_at = left
        contact.is_open = True
        alerts.open(
            SIGNAL,
            contact.name,
            left,
            [waited, limit, contact.queue, again],
            evidence,
            ERROR if again else WARNING,
        )
        answered = min((answer for answer in known.answers if answer >= left), default=0)
        if answered:
            contact.is_open = False
            alerts.resolve(SIGNAL, contact.name, answered, "recovered")

    def _called_for(self, contact: Contact, at: int, alerts: Alerts) -> None:
        if contact.queued_at and at < contact.queued_at:
            return
        contact.callback_at = at
        if contact.is_open and not self.too_long(contact):
            self._void(contact, at, alerts)

    def _answered(self, known: Contacts, at: int, alerts: Alerts) -> None:
        known.answers = sorted([*known.answers, at])[-MAX_ANSWERS:]
        for contact in known.contacts:
            if contact.is_open and contact.opened_at <= at:
                contact.is_open = False
                alerts.resolve(SIGNAL, contact.name, at, "recovered")

    def _void(self, contact: Contact, at: int, alerts: Alerts) -> None:
        alerts.resolve(SIGNAL, contact.name, at, "late_evidence")
        contact.is_open = False
        contact.opened_at = 0

    def _forget(self, known: Contacts, over: str | None, at: int) -> None:
        """Drop contacts that ended well, and quiet ones that no rule can ask for any more."""
        horizon = at - self.thresholds.expires
        known.contacts = [
            contact
            for contact in known.contacts
            if contact.is_open
            or ((contact.name != over or contact.opened_at) and _last(contact) > horizon)
        ]


def _last(contact: Contact) -> int:
    return max(contact.queued_at, contact.abandoned_at, contact.callback_at)
