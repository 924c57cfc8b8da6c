"""What is true of a whole life, and can only be said once it has been lived."""

from collections.abc import Iterable

from heed.simulator.dice import dice
from heed.simulator.episode import Episode, Said
from heed.simulator.people import Person
from schemas.instant import DAY

WITHDRAWAL = 14 * DAY
"""For so long may buyers in the EU give back what they ordered at a distance."""
QUARTER = 90 * DAY
TALKS = frozenset({
    "contact_answered", "callback_done", "visitor_assisted", "meeting_held", "visit_made",
    "interview_held", "message_received", "ticket_customer_replied", "ticket_replied",
    "survey_answered",
})  # fmt: skip
"""Both sides are there."""
GIVES_BACK = ("order_returned", "order_cancelled")
LEAVES = frozenset({"unsubscribed", "account_deleted", "application_uninstalled", "data_exported"})


def looking_back(person: Person, episodes: Iterable[Episode], end: int) -> Episode:
    """The truths of a life, of what happened before `end`."""
    said = sorted(
        (each for episode in episodes for each in episode.said if each.at < end),
        key=lambda each: (each.at, each.event["id"]),
    )
    life = Episode(person, "back", person.joined, dice("looking back"))
    _out_of_touch(life, said, end)
    _took_leave(life, said)
    return life


def _out_of_touch(life: Episode, said: Iterable[Said], end: int) -> None:
    """Nobody has had a word with them for a quarter, since the last time or the subscription."""
    last: int | None = None
    talks = [(at, event["type"]) for at, event in said]
    for at, kind in [*talks, (end, "survey_answered")]:
        if kind in TALKS or (kind == "subscription_started" and last is None):
            if last is not None and at - last > QUARTER:
                life.know("out_of_touch", last + QUARTER, at)
            last = at


def _took_leave(life: Episode, said: Iterable[Said]) -> None:
    """The last order came back or was cancelled, or they left the list, the app, the account."""
    ordered, order = -WITHDRAWAL, ""
    for at, event in said:
        kind = event["type"]
        if kind == "order_completed":
            ordered, order = at, event["properties"]["order_id"]
        elif at - ordered > WITHDRAWAL:
            continue
        elif kind in LEAVES or _withdraws(event["properties"]):
            life.know("took_leave_after_order", at, why=kind)
        elif kind in GIVES_BACK and event["properties"]["order_id"] == order:
            life.know("took_leave_after_order", at, why=kind, subject=order)


def _withdraws(properties: dict[str, object]) -> bool:
    consent = properties.get("consent")
    return isinstance(consent, dict) and not all(consent.values())
