"""What contacts say of their queues: in which they are, and whether who leaves it gives up."""

from typing import Final

from agents.observers.telling import hashed
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction

PHONE: Final = "phone"


def is_voicemail(event: Interaction) -> bool:
    """Whether somebody left a queue for the voice mailbox, or has spoken onto it.

    Of messages only spoken ones: who writes in a chat may be waiting in its queue, and give up.
    """
    said = event.properties
    if event.kind == "contact_abandoned":
        return said.voicemail is True
    return bool(said.contact_id) and (said.medium or event.channel).lower() == PHONE


def queue_of(customer: Customer, event: Interaction) -> str | None:
    """The queue that the event names, else the one in which its contact is known to have been."""
    said = event.properties
    named: str | None = getattr(said, "queue", "")
    if named is None and said.contact_id:
        return remembered(customer, said.contact_id)
    return named or None


def name_queue(customer: Customer, event: Interaction) -> None:
    """Let the event name its queue, for all who ask it from here on."""
    queue = queue_of(customer, event)
    if queue is not None:
        event.properties.queue = queue


def remembered(customer: Customer, contact_id: str) -> str | None:
    """The queue of that contact, while it waits and as long as observers know of it afterwards."""
    if customer.contacts is not None:
        name = bounded(contact_id)
        for contact in customer.contacts.contacts:
            if contact.name == name and contact.queue is not None:
                return contact.queue
    if customer.observed is not None:
        digest = hashed(contact_id)
        for waiting in customer.observed.waiting:
            if waiting.name == digest:
                return waiting.queue
    return None
