"""Several partitions in memory: each takes its records in order, between them any order holds."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from xxhash import xxh3_64_digest

from agents.decide import Customers
from agents.harness import Harness
from agents.identity import Names, routing_key
from agents.rulebook import Rulebook
from schemas import profile
from schemas.alert import Alert, alert_id
from schemas.customer import Customer, decode
from schemas.interaction import decode as event_of
from schemas.links import LINKED
from schemas.profile import Profile
from schemas.standards import Standards
from streams.contract import HOPS, Forward, Line, Record, hops
from streams.murmur2 import partition_of

Event = dict[str, Any]
Choice = Callable[[int], int]
"""One of so many."""


class Town:
    """`partitions` harnesses, and the records on their way to each."""

    def __init__(
        self,
        partitions: int = 4,
        standards: Standards | None = None,
        *,
        logic: Customers | None = None,
    ) -> None:
        logic = logic or Customers(Rulebook(standards), future=None)
        self.partitions = [
            Harness(logic=logic, partition=number, partitions=partitions)
            for number in range(partitions)
        ]
        self.logs: list[deque[Record]] = [deque() for _ in range(partitions)]
        self.hops = 0
        """The most that a record was forwarded."""

    def send(self, event: Event, partition: int | None = None) -> None:
        """Put an event into the log where its key belongs, or into that of `partition`."""
        if partition is None:
            key = routing_key(Names().row_key(event_of(json.dumps(event).encode())))
            partition = partition_of(key, len(self.logs))
        self.logs[partition].append(Line(json.dumps(event).encode()))

    def send_record(self, key: bytes, value: bytes, partition: int = -1) -> None:
        """Put a record where its key belongs, or into the log of `partition`."""
        where = partition if partition >= 0 else partition_of(key, len(self.logs))
        self.logs[where].append(Line(value))

    def settle(self, choose: Choice = lambda _: 0) -> Town:
        """Until nothing is on its way; `choose` says whose turn it is, and how much it takes."""
        for _ in range(100_000):
            waiting = [number for number, log in enumerate(self.logs) if log]
            if not waiting:
                return self
            number = waiting[choose(len(waiting))]
            self.take(number, 1 + choose(3))
        raise AssertionError("records go round in circles")

    def take(self, number: int, most: int) -> None:
        """Let a partition decide about the next records of its log."""
        log, harness = self.logs[number], self.partitions[number]
        sent = len(harness.forwards)
        harness.feed([log.popleft() for _ in range(min(most, len(log)))])
        for forward in harness.forwards[sent:]:
            self.forward(forward)

    def forward(self, forward: Forward) -> None:
        """As streams.partition writes it."""
        record = forward.record
        headers = [(name, said) for name, said in record.headers if name != HOPS]
        times = hops(record) + 1
        self.hops = max(self.hops, times)
        headers.append((HOPS, b"%d" % times))
        line = Line(record.value, record.timestamp, forward.key, headers)
        self.logs[partition_of(forward.key, len(self.logs))].append(line)

    def all(self, *events: Event) -> Town:
        """Send them one after another, each settled before the next."""
        for event in events:
            self.send(event)
            self.settle()
        return self

    def finish(self, until: float | str) -> Town:
        """Time passes everywhere."""
        for harness in self.partitions:
            harness.finish(until)
        return self

    def rows(self) -> dict[str, Customer]:
        """Every row, pointers included."""
        return {
            key: decode(value) for harness in self.partitions for key, value in harness.rows.items()
        }

    def people(self) -> dict[str, Customer]:
        """The rows of which something is known."""
        return {key: row for key, row in self.rows().items() if row.seen}

    def where(self, events: Iterable[Event]) -> dict[str, list[str]]:
        """The rows that remember each event, by its id."""
        rows = self.rows()
        return {
            event["id"]: [
                key
                for key, row in rows.items()
                if row.has_seen(xxh3_64_digest(event["id"].encode()))
            ]
            for event in events
        }

    def pointers(self) -> dict[str, str]:
        """Where aliases point to."""
        return {
            key: row.links.to
            for key, row in self.rows().items()
            if row.links is not None and row.links.to is not None
        }

    def linked(self) -> dict[str, set[str]]:
        """The aliases that customers hold to be their own."""
        return {
            key: {link.key for link in row.links.aliases if link.state == LINKED}
            for key, row in self.rows().items()
            if row.links is not None and key.startswith("c:")
        }

    def profiles(self) -> list[Profile]:
        """What was told of who customers are, partition by partition."""
        return [
            profile.decode(output.value)
            for harness in self.partitions
            for output in harness.outputs
            if output.topic == "profiles"
        ]

    def kinds(self) -> list[str]:
        """What was told, in brief."""
        return [told.change.kind for told in self.profiles() if told.change is not None]

    def alerts(self) -> list[Alert]:
        """Every state of an alert, partition by partition."""
        return [alert for harness in self.partitions for alert in harness.alerts]

    def told_open(self) -> set[str]:
        """The alerts that those who listen hold to be open. Only what was void may come again."""
        opened, ended, void = Counter[str](), Counter[str](), Counter[str]()
        for alert in self.alerts():
            opened[alert.alert_id] += alert.status == "open"
            ended[alert.alert_id] += alert.status in ("resolved", "expired")
            void[alert.alert_id] += alert.resolution == "late_evidence"
        assert all(times <= 1 + void[name] for name, times in opened.items())
        assert all(opened[name] - times in (0, 1) for name, times in ended.items())
        return {name for name in opened if opened[name] > ended[name]}

    def stand_open(self) -> list[str]:
        """The alerts that stand in rows, by the names under which they were told."""
        return [
            alert.told_as.hex()
            if alert.told_as
            else alert_id(alert.signal, key, alert.subject, alert.opened_at)
            for key, row in self.rows().items()
            for alert in row.alerts
        ]

    def gauge(self, name: str) -> float:
        """A gauge, over all partitions and labels."""
        return round(
            sum(
                number
                for harness in self.partitions
                for labels, number in harness.gauges.items()
                if labels[0] == name
            ),
            6,
        )

    def refused(self) -> list[str]:
        """Reason and message of what was refused."""
        return [
            f"{refusal.reason}: {refusal.message}"
            for harness in self.partitions
            for refusal in harness.refusals
        ]
