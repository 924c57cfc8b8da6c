"""Contacts in queues of two rows: one contact may have begun under the one and ended under the
other."""

from agents.merging.rules import Rules, content, fold, last, paired, stated, times
from schemas.customer import MAX_ANSWERS, Contact, Contacts, Customer

CONTACTS: Rules = {
    "contacts": lambda one, other: sorted(paired(one, other, _name, join), key=_name),
    "due": min,
    "answers": times(MAX_ANSWERS),
    "callbacks": times(MAX_ANSWERS),
}

CONTACT: Rules = {
    "name": last,
    "queued_at": max,
    "abandoned_at": last,  # With its id, see `_ends`.
    "callback_at": last,
    "opened_at": last,  # With is_open, see `join`.
    "is_open": last,
    "queue": stated,
    "queued_id": last,
    "abandoned_id": last,
}
"""Of two parts of one contact, the one queued later last."""


def contacts(earlier: Customer, later: Customer) -> Contacts | None:
    """The contacts of both."""
    one, other = earlier.contacts, later.contacts
    if one is None or other is None:
        return one or other
    return fold(CONTACTS, one, other)


def join(one: Contact, other: Contact) -> Contact:
    """Two parts of one contact: it queued when last heard so, and ended the first time since."""
    earlier, later = sorted((one, other), key=_queued)
    contact = fold(CONTACT, earlier, later)
    left = _since(contact.queued_at, earlier.abandoned_at, later.abandoned_at)
    ids = {part.abandoned_at: part.abandoned_id for part in (earlier, later)}
    contact.abandoned_at, contact.abandoned_id = left, ids[left]
    contact.callback_at = _since(contact.queued_at, earlier.callback_at, later.callback_at)
    opened = [part for part in (earlier, later) if part.opened_at]
    if opened:
        told = min(opened, key=_opened)
        contact.opened_at, contact.is_open = told.opened_at, told.is_open
        contact.queue, contact.queued_id, contact.abandoned_id = None, "", ""
    return contact


def _since(queued: int, one: int, other: int) -> int:
    """The first of two moments since queueing, else the latest; 0 is none."""
    after = [at for at in (one, other) if at and at >= queued]
    return min(after) if queued and after else max(one, other)


def _name(contact: Contact) -> str:
    return contact.name


def _queued(contact: Contact) -> tuple[int, bytes]:
    return contact.queued_at, content(contact)


def _opened(contact: Contact) -> tuple[int, bool]:
    return contact.opened_at, not contact.is_open
