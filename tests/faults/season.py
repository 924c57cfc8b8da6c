"""The input of the kill tests: fifty thousand interactions with all that can go wrong in order.

Ten days of a shop, a month apart, so that carts, checkouts and calls are lost and won back within
a day and regular buyers fall silent between two; among them the stories of the demo, one for every
signal of a customer; some records that cannot be taken; and visits of strangers that lie in the
wrong partition and must be forwarded. These last are older than all else: where in the order they
arrive differs from run to run, and nothing may depend on it.

Customers are linked with one name each, and what was known under it comes after all else. Of two
hand-overs the second may come before or after what the first has made due is told: what was told in
between differs from run to run (docs/identity.md), so tests/faults/test_identity.py judges by who
is known as whom, and not by every alert.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from random import Random
from typing import Any

from agents.decide import Customers
from agents.groups.decide import Groups
from heed.simulator.crowd import shop_day
from heed.simulator.day import tell
from heed.simulator.stories import STORIES
from schemas.customer import Customer
from schemas.group import Group
from schemas.instant import instant
from schemas.observation import CLOCK
from streams.clock import Clock
from streams.contract import Decision, Line
from streams.murmur2 import partition_of
from streams.rows import View
from tests.support.topics import Outcome, Sent, alert_state

EVENTS = 50_000
START = 1_735_689_600  # the first of January 2025
MONTH = 30 * 86_400
STRANGERS = 40
BRAND = "meridian"
"""As the stories have it: of a queue the brand is what was said last, by whatever partition."""
STORIES_ON = 7  # the first of them begins 180 days before: after the first day, within the season
_NUMBERED = ("cart_id", "checkout_id", "order_id", "contact_id")


def season(seed: int, events: int = EVENTS, partitions: int = 4) -> list[Sent]:
    """The records, in the order in which they are sent. The same seed gives the same ones."""
    rng = Random(seed)
    days = merge(_days(seed), _stories(), key=lambda event: instant(event["time"]))
    return [_record(rng, number, days, partitions) for number in range(events)]


def _record(rng: Random, number: int, days: Iterator[dict[str, Any]], partitions: int) -> Sent:
    luck = rng.random()
    if luck < 0.01:
        return _garbage(rng, number, partitions)
    if luck < 0.04:
        return _stranger(rng, number, partitions)
    event = next(days)
    return Sent(json.dumps(event).encode(), _key(event))


def _days(seed: int) -> Iterator[dict[str, Any]]:
    day = 0
    while True:
        for event in shop_day(START + day * MONTH, seed * 1000 + day):
            event["id"] = f"{day}-{event['id']}"
            event["brand"] = BRAND
            if "customer_id" in event and "anonymous_id" in event.get("aliases", ()):
                event["aliases"].pop("device_id", None)
            elif "customer_id" in event:
                event.pop("aliases", None)
            for name in _NUMBERED:
                if name in event["properties"]:
                    event["properties"][name] += f"-{day}"
            yield event
        day += 1


def _stories() -> list[dict[str, Any]]:
    """What people do in the half year before the eighth day, and around it."""
    day = START + STORIES_ON * MONTH
    told = [each for many in STORIES.values() for one in many for each in tell(one, day)]
    for _, event in told:
        if "customer_id" in event:
            event.pop("aliases", None)
    return [event for _, event in sorted(told, key=lambda each: each[0])]


def _key(event: dict[str, Any]) -> bytes:
    aliases = event.get("aliases", {})
    name = event.get("customer_id") or next(iter(aliases.values()))
    return str(name).encode()


def _garbage(rng: Random, number: int, partitions: int) -> Sent:
    value = rng.choice((b"{", b"[%d]", b'{"id":"%d","type":"no_such_type","channel":"web"}'))
    return Sent(value.replace(b"%d", b"%d" % number), None, rng.randrange(partitions))


def _stranger(rng: Random, number: int, partitions: int) -> Sent:
    """Always from the same wrong partition, so that a stranger's own records stay in order."""
    name = f"stranger-{rng.randrange(STRANGERS)}"
    event = {
        "id": f"visit-{number}",
        "type": rng.choice(("page_viewed", "x_looked")),
        "time": START - MONTH + number % 7,
        "channel": "web",
        "customer_id": name,
    }
    key = name.encode()
    return Sent(json.dumps(event).encode(), key, (partition_of(key, partitions) + 1) % partitions)


def bare_logic(*parts: list[Sent], partitions: int = 4) -> Outcome:
    """What the logic makes of the records by itself, each partition in one go; no gauges.

    Of several parts each is sent once all of the one before has been decided about, what was
    forwarded too: who is known by then as one person is so in the next part from its beginning.
    """
    bare = Bare(partitions)
    for part in parts:
        waiting = by_partition(part, partitions)
        while any(waiting):  # what was forwarded may lead to more of it
            waiting = bare.decide(waiting)
    add_groups(bare.found, bare.observed)
    return bare.found


class Bare:
    """The logic of the customers agent on every partition, and what it has told so far."""

    def __init__(self, partitions: int) -> None:
        self.found = Outcome({}, {}, {}, [], Counter())
        self.logic = Customers(future=None)
        self.logic.most_due = 1 << 60  # in one go
        self.observed: list[list[Line]] = [[] for _ in range(partitions)]
        self.views = [
            View[Customer](lambda _: None, Clock(), partition=n, partitions=partitions,
                           cached=1 << 60)
            for n in range(partitions)
        ]  # fmt: skip

    def decide(self, waiting: list[list[Line]]) -> list[list[Line]]:
        """Decide about each partition's lines, and fire what the last of them has made due, as a
        worker that has nothing left to read does; what is to be forwarded, by partition."""
        forwarded: list[list[Line]] = [[] for _ in waiting]
        codec = self.logic.codec()
        for view, mine in zip(self.views, waiting, strict=True):
            decision = self.logic.decide(view, mine, None)
            decision.add(self.logic.tick(view, None, 1 << 60))
            keep_alerts(self.found, decision)
            self._observe(decision)
            for refusal in decision.refusals:
                self.found.rejected[refusal.record.value, refusal.reason.encode()] += 1
            for said, key in decision.forwards:
                line = Line(said.value, said.timestamp, key, said.headers)
                forwarded[partition_of(key, len(waiting))].append(line)
            for row in view.touched:
                self.found.state[row.key.encode()] = codec.encode(row.state, row.deadline)
        return forwarded

    def _observe(self, decision: Decision) -> None:
        for topic, key, value in decision.outputs:
            if topic == "observations":
                where = partition_of(key, len(self.observed))
                self.observed[where].append(Line(value, 0, key))
        for told in decision.broadcasts:
            for each in self.observed:
                each.append(Line(told.value, 0, told.key))


def by_partition(records: list[Sent], partitions: int) -> list[list[Line]]:
    """The records as they lie in the input."""
    lines: list[list[Line]] = [[] for _ in range(partitions)]
    for value, key, partition, _ in records:
        where = partition if partition >= 0 else partition_of(key or b"", partitions)
        lines[where].append(Line(value))
    return lines


def add_groups(found: Outcome, observed: list[list[Line]]) -> None:
    """What the groups agent makes of those observations, by partition; nothing flows back."""
    logic = Groups()
    codec = logic.codec()
    for number, lines in enumerate(observed):
        view = View[Group](lambda _: None, Clock(), partition=number, cached=1 << 60)
        decision = logic.decide(view, lines, None)
        assert not decision.broadcasts, "this season has no products that come back often"
        keep_alerts(found, decision)
        for row in view.touched:
            key = row.key.encode()
            key = b"%s %d" % (key, number) if row.key == CLOCK else key
            found.state[key] = codec.encode(row.state, row.deadline)


def keep_alerts(found: Outcome, decision: Decision) -> None:
    """The states of alerts that were told."""
    for output in decision.outputs:
        if output.topic == "alerts":
            name, state = alert_state(output.value)
            found.alerts.setdefault(name, []).append(state)
