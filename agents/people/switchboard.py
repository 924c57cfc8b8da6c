"""Who a record is of: its row is found, followed and linked, here or in another partition.

What rows say to each other (agents.people.messages) is heard at once where both lie in this
partition, in the order in which it was said; else it is forwarded, in the same transaction.
"""

from collections import deque
from typing import TYPE_CHECKING

from xxhash import xxh3_64_digest

from agents.alerts import Alerts
from agents.careful import SignalFailed
from agents.competitors import COMPETITOR, is_regional
from agents.identity import group_of, routing_key
from agents.manners.feedback import ANSWERS, answer_of
from agents.people import customers
from agents.people.aliases import at_alias
from agents.people.landing import landed
from agents.people.messages import ALIAS, ROW, Message, followed
from agents.seal import header
from schemas.customer import Customer
from schemas.interaction import CLASSES, Interaction, Rejected
from schemas.links import Links
from streams.contract import Decision, Forward, Record, hops
from streams.murmur2 import partition_of
from streams.rows import Row, View

if TYPE_CHECKING:
    from agents.decide import Customers

MAX_HOPS = 3
UNLINKED = CLASSES["alias_unlinked"]
SPECIAL = frozenset({UNLINKED, COMPETITOR, *(CLASSES[kind] for kind in ANSWERS)})
"""Interactions that concern more than the customer whom they name, or another: a group."""


class Switchboard:
    """Finds the rows of one batch's records."""

    def __init__(
        self, logic: "Customers", view: View[Customer], alerts: Alerts, decision: Decision
    ) -> None:
        self.logic = logic
        self.view = view
        self.alerts = alerts
        self.decision = decision
        self.identity = logic.identity
        self._names = logic.names
        self._timestamp = 0
        self._said: deque[Message] = deque()

    def row_of(self, record: Record, event: Interaction) -> Row[Customer] | None:
        """The row that takes `event`, linked to what the event says is the same person.

        None where nothing is left to do here: it is forwarded, or was a word to the rows alone.
        Raises Rejected.
        """
        group = group_of(event)
        if group is not None:
            self._pass_on(event, group)
            return None
        self._timestamp = record.timestamp
        keys = self._names.keys(event.aliases)
        if event.__class__ is UNLINKED:
            self._unlink(record, event, keys)
            return None
        if event.__class__ is COMPETITOR:
            return self._competitor(record, event, keys)
        return self._find(record, event, keys)

    def _competitor(
        self, record: Record, event: Interaction, keys: list[str]
    ) -> Row[Customer] | None:
        """What is declared of a region needs to name nobody."""
        row = None
        if not is_regional(event) or event.customer_id is not None or keys:
            row = self._find(record, event, keys)
            if row is None:
                return None
        else:
            self.decision.counts["interactions", event.channel, event.kind] += 1
        told = self.alerts.competitors.declare(event)
        if told is not None:
            self.decision.broadcasts.append(told)
            self.decision.again = True
        return row

    def _find(self, record: Record, event: Interaction, keys: list[str]) -> Row[Customer] | None:
        if event.customer_id is not None:
            row = self._at("c:" + event.customer_id, record, event)
            if row is not None and keys:
                self._link(row, keys, event)
            return row
        if not keys:
            self._names.row_key(event)  # says why not
        name, came_by = header(record, ROW), header(record, ALIAS)
        if name is not None and came_by is not None:
            return self._followed(record, event, keys, name, came_by)
        row = self._at(keys[0], record, event)
        return None if row is None else self._follow(row, record, event, keys, may_fall=True)

    def hears(self, record: Record) -> bool:
        """Whether the record was a word from another partition, which has been heard.

        Raises Rejected for one that does not carry the workers' seal.
        """
        news = self.alerts.competitors.hear(record)
        if news is not None:
            self.decision.again |= news
            return True
        message = self.logic.sealer.opened(record)
        if message is None:
            return False
        if not self._is_here(message.row):
            self._forward(record, message.row)
            return True
        self._timestamp = record.timestamp
        self._said.append(message)
        self._hear()
        return True

    def say(self, message: Message) -> None:
        """Let another row know: at once when this is done, or by way of its partition."""
        if self._is_here(message.row):
            self._said.append(message)
        else:
            self.decision.forwards.append(self.logic.sealer.sealed(message, self._timestamp))

    def _hear(self) -> None:
        try:
            while self._said:
                message = self._said.popleft()
                if message.kind in ("point", "lift"):
                    at_alias(self, message)
                else:
                    customers.at_customer(self, message)
        except SignalFailed as why:
            why.in_word = True
            raise

    def _link(self, row: Row[Customer], keys: list[str], event: Interaction) -> None:
        # What falls due before this record does so in the row that it was noted in.
        self.logic.pass_time(self.view, event.time, self.alerts)
        if customers.claim(self, row, keys, event.time, event.id):
            self._hear()

    def _unlink(self, record: Record, event: Interaction, keys: list[str]) -> None:
        if not keys:
            raise Rejected("missing_field", "`aliases` says which aliases are unlinked")
        if event.customer_id is not None and not self._is_here("c:" + event.customer_id):
            self._forward(record, "c:" + event.customer_id)
            return
        self.decision.counts["interactions", event.channel, event.kind] += 1
        digest = xxh3_64_digest(event.id.encode())
        if event.customer_id is None:
            for key in keys:
                self.say(Message(kind="lift", alias=key, customer="", at=event.time, digest=digest))
        else:
            customers.unlink(self, event.customer_id, keys, event.time, digest)
            if record.value is not None and (key := "c:" + event.customer_id) in self.logic.noted:
                self.decision.outputs.append(landed(key, event.time, record.value))
        self._hear()

    def _pass_on(self, event: Interaction, group: str) -> None:
        """An answer to an alert about a group, from whichever partition it came to."""
        self.decision.counts["interactions", event.channel, event.kind] += 1
        if self.logic.rulebook.observed:
            self.alerts.observe(group, answer_of(event))
        else:
            self.alerts.count("alert_feedback", event.kind, "unknown")

    def _followed(
        self, record: Record, event: Interaction, keys: list[str], name: bytes, came_by: bytes
    ) -> Row[Customer] | None:
        """The row that another partition has found for a record that came by an alias."""
        try:
            key, alias = name.decode(), came_by.decode()
        except UnicodeDecodeError:
            key = alias = ""
        if alias not in keys or not (key.startswith("c:") or key in keys):
            raise Rejected("invalid_field", f"`{ROW}`: a header of Heed's own that fits no alias")
        row = self._at(key, record, event)
        if row is None:
            return None
        if key.startswith("c:"):
            self._known_by(row, keys, alias, event)
            return row
        return self._follow(row, record, event, keys[keys.index(key) :], may_fall=False)

    def _follow(
        self,
        row: Row[Customer],
        record: Record,
        event: Interaction,
        keys: list[str],
        *,
        may_fall: bool,
    ) -> Row[Customer] | None:
        """From the row of the alias `keys[0]` to where it points; `keys[1:]` are weaker ones.

        From a shared alias to the next one, once.
        """
        links = row.state.links
        if links is not None and links.to is not None:
            target, alias = "c:" + links.to, keys[0]
        elif links is not None and links.shared and may_fall and len(keys) > 1:
            target = alias = keys[1]
        else:
            if row.state.stage is None:
                self.logic.greet(row, event, self.alerts)
            if len(keys) > 1 and not (links is not None and links.shared):
                customers.note(self, row, keys[1:], event.time)
            return row
        if not self._is_here(target):
            self._may_hop(record)
            self.decision.forwards.append(followed(record, target, alias))
            return None
        found = self.view.get(target) or self.logic.welcome(self.view, target, event, self.alerts)
        if target.startswith("c:"):
            self._known_by(found, keys, alias, event)
            return found
        return self._follow(found, record, event, keys[1:], may_fall=False)

    def _known_by(
        self, row: Row[Customer], keys: list[str], alias: str, event: Interaction
    ) -> None:
        """The customer was heard under `alias`; weaker ones beside it are the customer's too."""
        customers.refresh(self, row, alias, event.time)
        weaker = keys[keys.index(alias) + 1 :]
        if weaker:
            self._link(row, weaker, event)

    def _at(self, key: str, record: Record, event: Interaction) -> Row[Customer] | None:
        """The row of that key, made where it belongs here; else the record is forwarded."""
        return self.view.get(key) or self.first_heard(key, record, event)

    def first_heard(self, key: str, record: Record, event: Interaction) -> Row[Customer] | None:
        """A row that is not there yet, made where it belongs here; else the record is forwarded."""
        if self._is_here(key):
            return self.logic.welcome(self.view, key, event, self.alerts)
        self._forward(record, key)
        return None

    def _forward(self, record: Record, key: str) -> None:
        self._may_hop(record)
        self.decision.forwards.append(Forward(record, routing_key(key)))

    def _is_here(self, key: str) -> bool:
        view = self.view
        return (
            view.partitions == 1
            or partition_of(routing_key(key), view.partitions) == view.partition
        )

    def _may_hop(self, record: Record) -> None:
        if (times := hops(record)) >= MAX_HOPS:
            raise Rejected("forward_loop", f"forwarded {times} times and still not at home")

    def links_of(self, row: Row[Customer]) -> Links:
        """The row's links, to be changed: the row is touched."""
        self.view.touch(row)
        links = row.state.links
        if links is None:
            links = row.state.links = Links()
        return links
