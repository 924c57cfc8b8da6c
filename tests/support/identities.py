"""People who are heard under several names, and what would be known had each said who they are.

A life comes in phases, days apart; all of one phase lies within two minutes, so that nothing that
follows depends on the order in which partitions read it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from xxhash import xxh3_64_digest

from agents.decide import Customers
from agents.harness import Harness
from schemas.customer import Customer, decode
from schemas.links import LINKED
from schemas.standards import Thresholds
from streams.murmur2 import partition_of
from tests.agents.rows import facts
from tests.support.behaviour import Scene
from tests.support.people import CLAIMING, DAY, DAYS, EACH, START, Person, crowd
from tests.support.topics import Sent

Event = dict[str, Any]
WITHIN = 100
AFTERWARDS = 6
"""So many days later all ends: complaints are late by then, and calls given up not yet expired."""
LIFTED = "alias_unlinked"
OF_CUSTOMERS = frozenset(Thresholds.__struct_fields__) - {
    # Of queues, branches, products and markets, and so no customer's.
    "service_level_missed", "channel_closed", "branch_inconsistent", "standards_met_unhappy",
    "bottleneck", "product_trouble", "wish_repeated", "market_shift",
    # Looks are noted of customers, not of aliases.
    "browse_abandoned",
    # They weigh alerts of other signals, each as it opens: under two rows some have ended before
    # all of them are known to one.
    "customer_dissatisfied", "captive_dissatisfied",
}  # fmt: skip
"""The signals that say the same of a person, under whichever names they were heard."""
BY_ALL = frozenset({
    "gone_silent", "lost", "check_in_due", "captured", "cancellation_intended",
    "complaint_repeated", "effort_high",
})  # fmt: skip
"""Signals that add up what they know: who knew less may have opened them later."""


class Phase(NamedTuple):
    """Events as they are sent, and the same under the ids of the customers who they are of."""

    sent: list[Event]
    honest: list[Event]


class Story(NamedTuple):
    """The phases of everybody's life, and who they all are."""

    phases: list[Phase]
    people: list[Person]

    def lifted(self) -> set[bytes]:
        """The words by which aliases were taken from customers, as rows remember them."""
        words = (event for phase in self.phases for event in phase.sent if event["type"] == LIFTED)
        return {xxh3_64_digest(word["id"].encode()) for word in words}


def story(seed: int, customers: int) -> Story:
    """So many customers, and some strangers, over a hundred days; the same seed, the same story."""
    rng = Random(seed)
    people = crowd(rng, customers)
    return Story([_phase(rng, people, number) for number in range(len(DAYS))], people)


def _phase(rng: Random, people: list[Person], phase: int) -> Phase:
    found = Phase([], [])
    scenes = [Scene(rng, person, phase) for person in people if person.usable(phase)]
    for turn in range(EACH):
        at = START + DAYS[phase] * DAY + turn * WITHIN / EACH
        for number, scene in enumerate(scenes):
            person, name = scene.person, f"i{phase}-{turn}-{number}"
            said = scene.said(turn, name)
            event = {"id": name, "type": said.kind, "time": at, "channel": "web",
                     "properties": said.properties}  # fmt: skip
            known = {"customer_id": person.who}
            under = known if said.name.kind == "" else {"aliases": said.name.aliases}
            found.honest.append({**event, **(under if said.name.linked is None else known)})
            if said.aliases:
                under = {**under, "aliases": {**under.get("aliases", {}), **said.aliases}}
            found.sent.append({**event, **under})
            if turn == CLAIMING and phase in person.lifts:
                found.sent.append(_lifted(person, phase, at))
    return found


def _lifted(person: Person, phase: int, at: float) -> Event:
    """A word to Heed that an alias is not this customer's: nothing that the customer has done."""
    name, by_customer = person.lifts[phase]
    event = {"id": f"lifted-{phase}-{person.who}", "type": LIFTED, "time": at, "channel": "system",
             "aliases": name.aliases}  # fmt: skip
    return {**event, "customer_id": person.who} if by_customer else event


def record(event: Event, partitions: int = 4) -> Sent:
    """An event as a platform sends it; those of some customers into a wrong partition."""
    key = str(event.get("customer_id") or next(iter(event["aliases"].values()))).encode()
    home = partition_of(key, partitions)
    # Always from the same wrong partition, so that a customer's own records stay in order.
    strayed = "customer_id" in event and key[-1:] == b"7" and "aliases" not in event
    return Sent(json.dumps(event).encode(), key, (home + strayed) % partitions)


def closing(lives: Story, partitions: int = 4) -> list[Event]:
    """An event for each partition that lets time pass there, some days after all others."""
    at = lives.phases[-1].honest[-1]["time"] + AFTERWARDS * DAY
    events: dict[int, Event] = {}
    for who in (f"closing-{number}" for number in itertools.count()):
        where = partition_of(who.encode(), partitions)
        if where not in events:
            events[where] = {"id": who, "type": "x_closing", "time": at, "channel": "system",
                             "customer_id": who}  # fmt: skip
        if len(events) == partitions:
            return list(events.values())
    raise AssertionError


def truth(logic: Customers, lives: Story) -> dict[str, Customer]:
    """Everybody, had each interaction said whose it is."""
    oracle = Harness(logic=logic)
    for phase in lives.phases:
        oracle.feed(phase.honest)
    oracle.feed(closing(lives))
    return {key: decode(row) for key, row in oracle.rows.items()}


def somebody(rows: Mapping[str, Customer]) -> dict[str, Customer]:
    """The rows of which something is known: pointers left out."""
    return {key: row for key, row in rows.items() if row.seen}


def held(rows: Mapping[str, Customer]) -> dict[str, set[str]]:
    """The aliases that customers hold to be their own."""
    return {
        key: {link.key for link in row.links.aliases if link.state == LINKED}
        for key, row in rows.items()
        if row.links is not None and key.startswith("c:")
    }


def known(row: Customer, lifted: set[bytes]) -> dict[str, Any]:
    """What is known of somebody, whichever rows it came by, and what stands open.

    Left out is what depends on when rows became one (docs/rules/merging.md), beside the words in
    which aliases were `lifted`, of which the truth has no need:

    - that they were won back from a silence that had ended before it could be known as one;
    - the last time that something was put into a cart: it is noted of customers, not of aliases;
    - calls given up more than a week ago: they are forgotten at the next contact, or with merging;
    - since when an alert stands that one row alone opened by less than both know.
    """
    found = facts(row)
    found["seen"] -= lifted
    assisted, contacted, _, ratings = found["service"]
    week_ago = (row.last_seen // 1_000_000 - 7 * DAY) * 1_000_000
    return {
        **found,
        "service": (assisted, contacted, ratings),
        "contacts": {name: at for name, at in found["contacts"].items() if at[1] > week_ago},
        "stage": "retained" if row.stage == "won_back" else row.stage,
        "open": {
            (alert.signal, alert.subject, alert.signal in BY_ALL or alert.opened_at)
            for alert in row.alerts
        },
    }
