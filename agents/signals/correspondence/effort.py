"""`effort_high`: one matter costs too much waiting, too many calls, or being passed on too often.

Effort predicts disloyalty better than delight does loyalty (Dixon, Freeman and Toman, 2010).
"""

from xxhash import xxh3_64_digest

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import evidence_of, open_ones, prolong, stand, standing
from agents.signals.correspondence.satisfaction import SATISFACTION, satisfied
from agents.signals.correspondence.ticket import KEPT, RESOLVED, named, waited
from schemas import standards
from schemas.alert import Evidence
from schemas.correspondence import (
    INSTANT,
    MATTER_BYTES,
    MAX_MATTERS,
    MOST_COUNTED,
    Correspondence,
    Matter,
)
from schemas.customer import Customer, bounded, fits
from schemas.instant import SECOND
from schemas.interaction import Interaction
from schemas.memory import NEVER, Piece, Timer

NAME = "effort_high"
_QUEUED, _ANSWERED, _ABANDONED = "contact_queued", "contact_answered", "contact_abandoned"
_HELD, _RESUMED, _ENDED = "contact_held", "contact_resumed", "contact_ended"
_MISSED, _TRANSFERRED = "contact_missed", "contact_transferred"
_MOMENTS = frozenset(
    {_QUEUED, _ANSWERED, _ABANDONED, _HELD, _RESUMED, _ENDED, _MISSED, _TRANSFERRED}
)

_ENDS_WAIT = frozenset({_ANSWERED, _ABANDONED, _ENDED})
_ENDS_HOLD = frozenset({_RESUMED, _ABANDONED, _ENDED})


def _reason(facts: Facts) -> str:
    spent, contacts, transfers, window, ticket, *_ = facts
    parts = [
        f"{float(spent or 0) / 60:.0f} min of waiting and hold" if spent else "",
        f"{contacts} contacts within {waited(window)}" if contacts != 1 else "",
        f"{transfers} transfers"
        if int(transfers or 0) > 1
        else "one transfer"
        if transfers
        else "",
    ]
    told = [part for part in parts if part]
    what = "One ticket" if ticket else "One matter"
    return f"{what} has cost the customer {', '.join(told)}."


def _parameters(facts: Facts) -> dict[str, object]:
    spent, contacts, transfers, window, _, most_spent, most_contacts, most_transfers = facts
    return {
        "waited_seconds": spent,
        "contacts": contacts,
        "transfers": transfers,
        "window": waited(window),
        "thresholds": {
            "waited_seconds": most_spent,
            "contacts": most_contacts,
            "transfers": most_transfers,
        },
    }


EFFORT_HIGH = Kind(
    name=NAME,
    team="support",
    concern="dissatisfaction",
    clears_if="The ticket is resolved, the customer is satisfied, or the matter stays quiet for as"
    " long as contacts are counted.",
    reason=_reason,
    parameters=_parameters,
    mechanism="joint",
    opens="one matter has cost the customer too much waiting and hold, contacts, or transfers",
    default="15 min, 3 contacts in 7 d, 2 transfers",
    source="named by the sources of the mission (Customer Effort Score); the defaults are ours",
)


class EffortHigh:
    """Too much to do for one matter.

    >>> EffortHigh(standards.EffortHigh()).too_much(Matter("k", spent=900 * SECOND))
    True
    """

    field = "correspondence"
    renews = True
    kinds = (EFFORT_HIGH,)

    def __init__(self, limits: standards.EffortHigh) -> None:
        self.limits = limits
        self.counted = min(limits.contacts, MOST_COUNTED)
        self.reacts_to: frozenset[str] = (
            _MOMENTS | SATISFACTION | {RESOLVED} if limits.enabled else frozenset()
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        if kind not in _MOMENTS:
            if kind == RESOLVED:
                self._resolved(customer, event, alerts)
            elif customer.alerts and satisfied(event):
                self._satisfied(customer, event.time, alerts)
            return
        known = customer.correspondence
        if known is None:
            known = customer.correspondence = Correspondence()
        said, at = event.properties, event.time
        contact: str | None = said.contact_id
        ticket = bounded(said.ticket_id, MATTER_BYTES) if said.ticket_id else None
        digest = xxh3_64_digest(contact.encode()) if contact else b""
        matter, new = self._matter(known, ticket, contact, digest, at)
        if at > matter.last:
            matter.last = at
        _note(matter, kind, at)
        if digest:
            matter.contact = digest
        if new or (not digest and kind == _MISSED):
            whole = matter if ticket or matter.ticket else self._named(known, None, False, at)
            if at > whole.last:
                whole.last = at
            whole.contacts = self._counted(whole.contacts, at)
            if whole is not matter:
                self._judge(customer, whole, event, alerts)
        self._judge(customer, matter, event, alerts)
        self._forget(known, customer)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        """The matter has been quiet for long enough."""
        alerts.resolve(NAME, timer.subject, timer.due, "recovered")
        _drop(customer, timer.subject)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """What a matter has cost under both rows counts together."""
        known = customer.correspondence
        if known is None or not known.matters or not self.reacts_to:
            return
        for matter in known.matters:
            matter.contacts = matter.contacts[-INSTANT * self.counted :]
            if matter.told or self.too_much(matter):
                if not matter.told:
                    joint.add(customer, Piece(NAME, matter.last), KEPT)
                    self._tell(customer, matter, [], alerts)
                if standing(customer, NAME, matter.name) is not None:
                    self._quiet(customer, matter)
        self._forget(known, customer)

    def too_much(self, matter: Matter) -> bool:
        """Whether this matter has cost more than it may."""
        limits = self.limits
        if matter.spent >= limits.waited or matter.transfers >= limits.transfers:
            return True
        contacts = matter.contacts
        if len(contacts) < limits.contacts * INSTANT:
            return False
        times = _times(contacts)
        return times[-1] - times[-limits.contacts] <= limits.window

    def _matter(
        self,
        known: Correspondence,
        ticket: str | None,
        contact: str | None,
        digest: bytes,
        at: int,
    ) -> tuple[Matter, bool]:
        """The matter that a contact belongs to, and whether the contact is a new one."""
        of_contact = None
        if digest:
            for each in known.matters:
                if each.contact == digest:
                    of_contact = each
                    break
        if ticket is not None:
            if of_contact is not None and of_contact.ticket and of_contact.name == ticket:
                return of_contact, False  # However long it was quiet: the contact goes on.
            matter = self._named(known, ticket, True, at)
            if of_contact is None:
                if digest:
                    # Of another contact of this ticket no end was heard: it is none of this one's.
                    matter.queued_at = matter.answered_at = matter.held_at = matter.resumed_at = 0
                return matter, bool(digest)
            _fold(of_contact, matter)
            known.matters.remove(of_contact)
            return matter, True
        if of_contact is not None:
            return of_contact, False
        name = bounded(contact, MATTER_BYTES) if contact else None
        return self._named(known, name, False, at), bool(digest)

    def _named(self, known: Correspondence, name: str | None, ticket: bool, at: int) -> Matter:
        for matter in known.matters:
            if matter.name == name and matter.ticket == ticket:
                if matter.last + self.limits.window < at and not matter.told:
                    break  # So long ago that it is another matter by now.
                return matter
        else:
            matter = Matter(name, ticket)
            known.matters.append(matter)
            return matter
        known.matters.remove(matter)
        matter = Matter(name, ticket)
        known.matters.append(matter)
        return matter

    def _counted(self, contacts: bytes, at: int) -> bytes:
        """One more in its place; no more are kept than may be too many."""
        entry = at.to_bytes(INSTANT, "big")
        if contacts and entry < contacts[-INSTANT:]:
            times = sorted([*_times(contacts), at])
            contacts = b"".join([each.to_bytes(INSTANT, "big") for each in times])
        else:
            contacts += entry
        return contacts[-INSTANT * self.counted :]

    def _judge(
        self, customer: Customer, matter: Matter, event: Interaction, alerts: Alerts
    ) -> None:
        if matter.told:
            if standing(customer, NAME, matter.name) is not None:
                self._quiet(customer, matter)
            return
        if not self.too_much(matter):
            return
        joint.note(customer, NAME, event, keep=KEPT)
        self._tell(customer, matter, evidence_of(event), alerts)
        self._quiet(customer, matter)

    def _tell(
        self, customer: Customer, matter: Matter, evidence: list[Evidence], alerts: Alerts
    ) -> None:
        limits, name, at = self.limits, matter.name, matter.last
        matter.told = True
        recent = [t for t in _times(matter.contacts) if t >= at - limits.window]
        facts: Facts = [
            matter.spent / SECOND, max(len(recent), 1), matter.transfers, int(limits.window),
            int(matter.ticket), limits.waited / SECOND, limits.contacts, limits.transfers,
        ]  # fmt: skip
        if standing(customer, NAME, name) is None:
            stand(customer, EFFORT_HIGH, limits, name, at, facts, evidence, alerts)

    def _quiet(self, customer: Customer, matter: Matter) -> None:
        due = matter.last + self.limits.window
        timers.start(customer, Timer(NAME, matter.name, due, matter.last))
        prolong(customer, NAME, matter.name, matter.last + self.limits.expires)

    def _resolved(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        """A ticket is settled; what has none may have been the same matter."""
        at, name = event.time, named(event)
        ticket = bounded(name, MATTER_BYTES) if name is not None else None
        for alert in open_ones(customer, NAME):
            if alert.opened_at <= at and (alert.subject == ticket or not alert.facts[4]):
                self._close(customer, alert.subject, at, alerts)
        if ticket is not None and standing(customer, NAME, ticket) is None:
            _drop(customer, ticket)

    def _satisfied(self, customer: Customer, at: int, alerts: Alerts) -> None:
        for alert in open_ones(customer, NAME):
            if alert.opened_at <= at:
                self._close(customer, alert.subject, at, alerts)

    def _close(self, customer: Customer, subject: str | None, at: int, alerts: Alerts) -> None:
        alerts.resolve(NAME, subject, at, "recovered")
        timer = timers.find(customer, NAME, subject)
        if timer is not None:
            timers.stop(customer, timer)
        _drop(customer, subject)

    def _forget(self, known: Correspondence, customer: Customer) -> None:
        """What no rule asks for any more; of more than 4, or too many for a row, the quietest."""
        newest, oldest = known.matters[0].last, NEVER
        for matter in known.matters:
            last = matter.last
            if last > newest:
                newest = last
            if last < oldest and not matter.told:
                oldest = last
        horizon = newest - self.limits.window
        if oldest < horizon:
            known.matters = [m for m in known.matters if m.told or m.last >= horizon]
        while known.matters and (len(known.matters) > MAX_MATTERS or not fits(customer)):
            known.matters.remove(min(known.matters, key=_quietest))


def _note(matter: Matter, kind: str, at: int) -> None:
    """Reckon with one moment of a contact."""
    if kind == _QUEUED:
        if matter.answered_at >= at:
            matter.spent += matter.answered_at - at
        elif not matter.queued_at or at < matter.queued_at:
            matter.queued_at = at
        matter.answered_at = 0
    elif kind == _HELD:
        if matter.resumed_at >= at:
            matter.spent += matter.resumed_at - at
        elif not matter.held_at or at < matter.held_at:
            matter.held_at = at
        matter.resumed_at = 0
    elif kind == _TRANSFERRED:
        matter.transfers += 1
    elif kind in _ENDS_WAIT:
        if 0 < matter.queued_at <= at:
            matter.spent += at - matter.queued_at
            matter.queued_at = 0
        elif kind != _ENDED:
            matter.answered_at = at
    if kind in _ENDS_HOLD:
        if 0 < matter.held_at <= at:
            matter.spent += at - matter.held_at
            matter.held_at = 0
        elif kind == _RESUMED:
            matter.resumed_at = at


def _fold(contact: Matter, ticket: Matter) -> None:
    """A contact turns out to be about a ticket."""
    ticket.spent += contact.spent
    ticket.transfers += contact.transfers
    ticket.last = max(ticket.last, contact.last)
    for name in ("queued_at", "answered_at", "held_at", "resumed_at"):
        if getattr(contact, name):
            setattr(ticket, name, getattr(contact, name))


def _times(contacts: bytes) -> list[int]:
    return [
        int.from_bytes(contacts[at : at + INSTANT], "big")
        for at in range(0, len(contacts), INSTANT)
    ]


def _drop(customer: Customer, name: str | None) -> None:
    known = customer.correspondence
    if known is not None:
        known.matters = [matter for matter in known.matters if matter.name != name]


def _quietest(matter: Matter) -> tuple[bool, int, str]:
    return matter.name is None, matter.last, matter.name or ""
