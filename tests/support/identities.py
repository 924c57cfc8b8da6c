"""People who are heard under several names, and what would be known had each said who they are.

A life comes in phases, hours apart; all of one phase lies within two minutes, so that nothing that
follows depends on the order in which partitions read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from agents.decide import Customers
from agents.harness import Harness
from schemas.customer import Customer, decode
from schemas.links import LINKED
from streams.murmur2 import partition_of
from tests.support.topics import Sent

Event = dict[str, Any]
START = 1_795_305_600
PHASE = 3 * 3600
WITHIN = 100
# Of what a row keeps of these it keeps all: no limit is reached.
KINDS = ("x_seen", "page_viewed", "app_opened", "product_added", "product_added", "product_added",
         "contact_abandoned")  # fmt: skip
# An order closes every cart. Of a cart that is filled before and after it a row knows only the sum:
# so people order, if they do, before they fill the next one.
FIRST = ("x_seen", "order_completed", "order_completed")


class Phase(NamedTuple):
    """Records as they are sent, and the same events under the customer ids."""

    sent: list[Sent]
    honest: list[Event]


def phases(
    seed: int, customers: int, count: int, each: int, partitions: int = 4
) -> Iterator[Phase]:
    """`count` phases; each customer is heard `each` times in every one, mostly under an alias.

    Every customer has an e-mail address and a device, linked in some phase by a record that says
    both; before that, what is heard under them is nobody's yet. A few records lie in a wrong
    partition.
    """
    rng = Random(seed)
    people = [f"c{number}" for number in range(customers)]
    names = {who: ("email", f"{who}@mail.example") for who in people}
    devices = {who: ("device_id", f"device-{who}") for who in people}
    linked = {(who, kind): rng.randrange(count) for who in people for kind in (0, 1)}
    number = 0
    for phase in range(count):
        begin = START + phase * PHASE
        sent: list[Sent] = []
        honest: list[Event] = []
        for turn in range(each):
            for who in people:
                number += 1
                at = begin + turn * WITHIN / each
                event = _event(rng, f"i{number}", rng.choice(KINDS if turn else FIRST), at, phase)
                way = rng.random()
                under = names[who] if way < 0.4 else devices[who]
                honestly = {**event, "customer_id": who}
                due = [
                    of[who]
                    for kind, of in enumerate((names, devices))
                    if turn == each // 2 and linked[who, kind] == phase
                ]
                if due:
                    event = {**honestly, "aliases": dict(due)}
                elif way < 0.8:
                    event = {**event, "aliases": dict([under])}
                else:
                    event = honestly
                sent.append(_sent(rng, event, partitions))
                honest.append(honestly)
        yield Phase(sent, honest)


def _event(rng: Random, name: str, kind: str, at: float, phase: int) -> Event:
    event: Event = {"id": name, "type": kind, "time": at, "channel": "web"}
    if kind == "product_added":
        event["properties"] = {"cart_id": f"cart{phase}", "sku": f"s{rng.randrange(4)}"}
    elif kind == "contact_abandoned":
        event["properties"] = {"contact_id": name, "queue": "q"}
    return event


def _sent(rng: Random, event: Event, partitions: int) -> Sent:
    key = str(event.get("customer_id") or next(iter(event["aliases"].values()))).encode()
    home = partition_of(key, partitions)
    # Always from the same wrong partition, so that a customer's own records stay in order.
    strayed = "customer_id" in event and key[-1:] == b"7" and "aliases" not in event
    return Sent(json.dumps(event).encode(), key, (home + strayed) % partitions)


def closing(at: float, partitions: int = 4) -> tuple[list[Sent], list[Event]]:
    """A record for each partition that lets time pass there, and its customers."""
    sent: list[Sent] = []
    events: list[Event] = []
    number = 0
    while len(sent) < partitions:
        who = f"closing-{number}"
        number += 1
        if partition_of(who.encode(), partitions) == len(sent):
            event = {"id": f"{who}-{at}", "type": "x_closing", "time": at, "channel": "system",
                     "customer_id": who}  # fmt: skip
            sent.append(Sent(json.dumps(event).encode(), who.encode()))
            events.append(event)
    return sent, events


def truth(logic: Customers, lives: list[Phase], end: list[Event]) -> dict[str, Customer]:
    """Every customer, had each interaction said whose it is."""
    oracle = Harness(logic=logic)
    for phase in lives:
        oracle.feed(phase.honest)
    oracle.feed(end)
    return {key: decode(row) for key, row in oracle.rows.items()}


def somebody(rows: Mapping[str, Customer]) -> dict[str, Customer]:
    """The rows of which something is known: pointers left out."""
    return {key: row for key, row in rows.items() if row.seen}


def known(row: Customer) -> dict[str, Any]:
    """What is known of somebody, whichever row it came by."""
    carts = row.carts.carts if row.carts is not None else []
    contacts = row.contacts.contacts if row.contacts is not None else []
    history = row.purchases
    links = row.links.aliases if row.links is not None else []
    assert all(link.state == LINKED for link in links), links
    return {
        "seen": {row.seen[at : at + 8] for at in range(0, len(row.seen), 8)},
        "last seen": row.last_seen,
        "stage": row.stage,
        "purchases": history and (history.days, history.orders, history.last_at),
        "carts": {(cart.name, cart.touched, cart.units) for cart in carts},
        "contacts": {(each.name, each.queued_at, each.abandoned_at) for each in contacts},
        "open": {(alert.signal, alert.subject, alert.opened_at) for alert in row.alerts},
    }
