"""`queue_abandoned`: somebody waited in a queue, was not answered, and gave up.

The short-abandon limit leaves out those who had no fair chance of an answer (contact-centre
practice: 5 s is our default; Genesys, Talkdesk and AWS leave it to the house). Asking for a call
back is no abandonment, nor is leaving a message on the voice mailbox.
"""

from bisect import insort

from agents.alerts import ERROR, WARNING, Alerts, Facts, Kind
from agents.mechanisms.standing import severity_of
from agents.queues import is_voicemail
from schemas.alert import Evidence, Resolution
from schemas.customer import (
    EVENT_ID_BYTES,
    MAX_ANSWERS,
    MAX_CONTACTS,
    NEVER,
    Contact,
    Contacts,
    Customer,
    bounded,
    fits,
)
from schemas.instant import SECOND
from schemas.interaction import Interaction
from schemas.standards import QueueAbandoned

SIGNAL = "queue_abandoned"
_QUEUED, _ABANDONED, _ANSWERED = "contact_queued", "contact_abandoned", "contact_answered"
_CALL_BACK, _DONE, _MESSAGE = "callback_requested", "callback_done", "message_received"


def _reason(facts: Facts) -> str:
    waited, _, queue, again = facts
    where = f"the queue {queue}" if queue else "the queue"
    more = ", the second time within a day" if again else ""
    return f"Left {where} unanswered after {float(waited or 0):.0f} s{more}."


QUEUE_ABANDONED = Kind(
    name=SIGNAL,
    team="support",
    concern="abandonment",
    mechanism="expected",
    opens="left the queue unanswered after the short-abandon limit, without asking for a call back"
    " or leaving a message",
    default="5 s; expires after 7 d",
    source="practice of contact centres",
    clears_if="The customer's next contact is answered, or they are called back.",
    reason=_reason,
    parameters=lambda facts: {"waited_seconds": facts[0], "short_abandon_seconds": facts[1]},
)


class AbandonedQueue:
    """Left the queue unanswered after the short-abandon limit.

    >>> queue = AbandonedQueue(QueueAbandoned())
    >>> queue.too_long(Contacts(), Contact("k", queued_at=1, abandoned_at=5_000_001))
    True
    """

    field = "contacts"
    kinds = (QUEUE_ABANDONED,)
    reacts_to = frozenset({_QUEUED, _ABANDONED, _ANSWERED, _CALL_BACK, _DONE, _MESSAGE})

    def __init__(self, thresholds: QueueAbandoned) -> None:
        self.thresholds = thresholds

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        known, kind = customer.contacts, event.kind
        if kind == _MESSAGE and (known is None or not is_voicemail(event)):
            return
        if known is None:
            known = customer.contacts = Contacts()
        at, said = event.time, event.properties
        name = bounded(said.contact_id) if said is not None and said.contact_id else None
        if kind == _CALL_BACK or (kind == _ABANDONED and is_voicemail(event)):
            self._called_for(known, name, at, alerts)
        elif kind in (_QUEUED, _ABANDONED):
            contact = _contact(known, name or "")
            self._note(contact, event, kind)
            self._judge(known, contact, alerts)
        elif kind == _MESSAGE:
            self._spoken(known, name, at, alerts)
        else:
            if kind == _ANSWERED and name is not None:
                self._heard(known, name, at, alerts)
            self._answered(known, at, alerts)
        self._settle(customer, known, at, alerts)

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        known = customer.contacts
        if known is None or known.due > now:
            return
        for contact in _open_ones(known):
            end = contact.opened_at + self.thresholds.expires
            if end <= now:
                _close(contact, end, "expired", alerts)
        self._settle(customer, known, now, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """What was heard under either row is judged as one; a call answered under the other row
        ends what it had not heard of."""
        known = customer.contacts
        if known is None:
            return
        told: set[str | None] = set()
        for alert in [alert for alert in customer.alerts if alert.signal == SIGNAL]:
            contact = _contact(known, alert.subject or "")
            if alert.subject not in told and contact.opened_at == alert.opened_at:
                told.add(alert.subject)
                contact.is_open = True
            else:
                alerts.end(alert, at, "superseded")
        for contact in sorted(known.contacts, key=_name):
            contact.is_open = contact.name in told
            self._judge(known, contact, alerts)
            if contact.is_open:
                opened = contact.opened_at
                heard = [answer for answer in known.answers if opened <= answer]
                if heard and min(heard) < opened + self.thresholds.expires:
                    _close(contact, min(heard), "recovered", alerts)
        self._settle(customer, known, at, alerts)

    def restate(self, customer: Customer) -> None:
        """Alerts of queues expire by the standards of today."""
        known = customer.contacts
        if known is not None:
            opened = [contact.opened_at for contact in known.contacts if contact.is_open]
            known.due = min(opened) + self.thresholds.expires if opened else NEVER

    def too_long(self, known: Contacts, contact: Contact) -> bool:
        """Whether this contact, as known now, is an abandonment."""
        queued, left, limits = contact.queued_at, contact.abandoned_at, self.thresholds
        if not queued or not left or left - queued < limits.short_abandon or not limits.enabled:
            return False
        if queued <= contact.callback_at <= left:
            return False
        return not any(queued <= callback <= left for callback in known.callbacks)

    def _note(self, contact: Contact, event: Interaction, kind: str) -> None:
        at, queue = event.time, event.properties.queue
        if 0 < contact.opened_at < at:
            return  # One alert per contact: what comes after it changes nothing.
        if queue and not contact.opened_at:
            contact.queue = bounded(queue)
        name = event.id if event.id.isascii() else bounded(event.id, EVENT_ID_BYTES)
        if kind == _QUEUED:
            if at >= contact.queued_at:
                contact.queued_at, contact.queued_id = at, name
        elif _is_first(contact, contact.abandoned_at, at):
            contact.abandoned_at, contact.abandoned_id = at, name

    def _judge(self, known: Contacts, contact: Contact, alerts: Alerts) -> None:
        """Open, or void, the alert of a contact of which more has become known."""
        waited = self.too_long(known, contact)
        if contact.is_open and not (waited and contact.abandoned_at == contact.opened_at):
            _void(contact, alerts)
        if waited and not contact.opened_at:
            self._open(known, contact, alerts)

    def _open(self, known: Contacts, contact: Contact, alerts: Alerts) -> None:
        left, limits = contact.abandoned_at, self.thresholds
        again = any(
            left - limits.repeated_within <= other.opened_at <= left for other in known.contacts
        )
        waited = (left - contact.queued_at) / SECOND
        facts: Facts = [waited, limits.short_abandon / SECOND, contact.queue, int(again)]
        evidence = [
            Evidence(contact.queued_id, _QUEUED, contact.queued_at),
            Evidence(contact.abandoned_id, _ABANDONED, left),
        ]
        severity = severity_of(QUEUE_ABANDONED, limits, ERROR if again else WARNING)
        alerts.open(SIGNAL, contact.name, left, facts, evidence, severity, team=limits.team)
        contact.opened_at, contact.is_open = left, True
        contact.queue, contact.queued_id, contact.abandoned_id = None, "", ""  # The alert has them.
        end = left + limits.expires
        answered = min((answer for answer in known.answers if left <= answer < end), default=0)
        if answered:
            _close(contact, answered, "recovered", alerts)

    def _called_for(self, known: Contacts, name: str | None, at: int, alerts: Alerts) -> None:
        """A call back was asked for, in one contact or in whichever was waiting."""
        if name is None:
            _keep(known.callbacks, at)
        else:
            contact = _contact(known, name)
            _end(contact, at)
        for contact in _open_ones(known):
            if not self.too_long(known, contact):
                _void(contact, alerts)

    def _spoken(self, known: Contacts, name: str | None, at: int, alerts: Alerts) -> None:
        """A message was left in a contact: who waited in it did not give up, whenever they left."""
        for contact in known.contacts:
            if contact.name == name and 0 < contact.queued_at <= at:
                _end(contact, contact.queued_at)
                self._judge(known, contact, alerts)

    def _heard(self, known: Contacts, name: str, at: int, alerts: Alerts) -> None:
        """A contact was answered: if it waited then, it has ended well, and is over."""
        for contact in known.contacts:
            if contact.name == name:
                _end(contact, at)
                if contact.is_open and not self.too_long(known, contact):
                    _void(contact, alerts)
                if 0 < contact.queued_at <= at and not contact.abandoned_at:
                    known.contacts.remove(contact)
                return

    def _answered(self, known: Contacts, at: int, alerts: Alerts) -> None:
        _keep(known.answers, at)
        for contact in _open_ones(known):
            if contact.opened_at <= at:
                _close(contact, at, "recovered", alerts)

    def _settle(self, customer: Customer, known: Contacts, at: int, alerts: Alerts) -> None:
        """Forget what no rule asks for any more, keep within the bounds, set the deadline."""
        contacts, due = known.contacts, NEVER
        if contacts:
            expires = self.thresholds.expires
            horizon = at - expires
            for contact in contacts:
                if not contact.is_open and _last(contact) <= horizon:
                    contacts = [c for c in contacts if c.is_open or _last(c) > horizon]
                    known.contacts = contacts
                    break
            while len(contacts) > MAX_CONTACTS or (contacts and not fits(customer)):
                oldest = min(contacts, key=_last)
                if oldest.is_open:
                    _close(oldest, at, "expired", alerts)
                contacts.remove(oldest)
            for contact in contacts:
                if contact.is_open and contact.opened_at + expires < due:
                    due = contact.opened_at + expires
        known.due = due


def _keep(times: list[int], at: int) -> None:
    """Add to the latest times of something, in order."""
    insort(times, at)
    if len(times) > MAX_ANSWERS:
        del times[0]


def _contact(known: Contacts, name: str) -> Contact:
    for contact in known.contacts:
        if contact.name == name:
            return contact
    contact = Contact(name)
    known.contacts.append(contact)
    return contact


def _is_first(contact: Contact, before: int, at: int) -> bool:
    """Whether `at` is the first such moment since queueing; `before` is the one known so far."""
    queued = contact.queued_at
    return at >= queued and not (before and queued <= before <= at)


def _end(contact: Contact, at: int) -> None:
    """At that moment the wait ended well: of several the one that counts is kept."""
    before, left = contact.callback_at, contact.abandoned_at
    if contact.queued_at:
        if _is_first(contact, before, at):
            contact.callback_at = at
    elif at > before and (not left or at <= left):
        contact.callback_at = at


def _open_ones(known: Contacts) -> list[Contact]:
    """Contacts with an open alert, in the order in which alerts are told."""
    found = [contact for contact in known.contacts if contact.is_open]
    if len(found) > 1:
        found.sort(key=_name)
    return found


def _close(contact: Contact, at: int, resolution: Resolution, alerts: Alerts) -> None:
    contact.is_open = False
    alerts.resolve(SIGNAL, contact.name, at, resolution)


def _void(contact: Contact, alerts: Alerts) -> None:
    """The opening was wrong: it counts for nothing, and may come again."""
    _close(contact, contact.opened_at, "late_evidence", alerts)
    contact.opened_at = 0


def _name(contact: Contact) -> str:
    return contact.name


def _last(contact: Contact) -> int:
    """When this contact was last heard of."""
    return max(contact.queued_at, contact.abandoned_at, contact.callback_at)
