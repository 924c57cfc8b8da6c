"""The pure heart: records and due deadlines in, decisions out.

Deadlines are fired in order, between records: before the record whose time passes them, and a
customer's own before the customer's own next record. So what is decided depends on the records
alone, not on how they were cut into batches.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from xxhash import xxh3_64_digest

from agents.alerts import Alerts
from agents.careful import CarefulOfCustomers, SignalFailed, decided, fired
from agents.competitors import Competitors
from agents.heartbeat import tell_clock
from agents.identity import Names
from agents.levels import ProductLevels
from agents.lifecycle import ACQUIRED, OUTREACH, REACHED, arrival
from agents.mechanisms import timers
from agents.mechanisms.standing import make_room
from agents.people import SPECIAL, Sealer, Switchboard, count_identified, landed
from agents.queues import name_queue
from agents.revisiting import look_again
from agents.rulebook import Chapter, Rulebook
from agents.seal import Seal
from agents.signals.protocol import Woken
from agents.telling import Telling
from agents.unwanted import exclude, turn_off
from agents.weighing import weigh
from schemas import customer as state
from schemas.customer import (
    AXIS_BYTES,
    HASH,
    MAX_AXES,
    MAX_SEEN,
    Customer,
    bounded,
    holds_little,
    packed_if_fitting,
)
from schemas.instant import MINUTE, rfc3339
from schemas.interaction import Interaction, Rejected, decode
from schemas.memory import Timer
from streams.contract import HOPS as HOPS
from streams.contract import Codec, Decision, Record, Refusal
from streams.rows import Row, View

DEFAULT_FUTURE = 5 * MINUTE
# What a transaction may hold without taking longer than the broker lets it.
MOST_DUE = 5000
SEEN_BYTES: Final = HASH * MAX_SEEN


CODEC: Final = Codec(state.VERSION, state.encode, state.decode)


class MoreIsDue(Exception):
    """Of a jump in time so much at once is enough: the record before which it is comes again."""


class Customers:
    """Decides about the customers of one partition."""

    def __init__(
        self,
        rulebook: Rulebook | None = None,
        *,
        future: int | None = DEFAULT_FUTURE,
        warm_up_until: int = 0,
        internal_key: str | None = None,
    ) -> None:
        """`future`: how far past its Kafka timestamp a record may lie, None for histories.

        `internal_key` seals what partitions say to each other about customers.
        """
        self.rulebook = rulebook or Rulebook()
        self.future = future
        self.telling = Telling(self.rulebook.advice)
        self.rules = self.rulebook.fingerprint
        """What rows were decided by: where it has changed, they are looked at again."""
        self.router = self.rulebook.router(warm_up_until)
        self.roles = tuple(self.router.roles.values())
        """The topics that are written besides the usual ones: those of the teams."""
        self.identity = self.rulebook.standards.identity
        self.names = Names(self.identity.region)
        self.sealer = Sealer(Seal(internal_key))
        self.most_due = MOST_DUE
        """So many rows' deadlines are fired before one record; then what there is is committed."""
        self.muted: set[tuple[str, str]] = set()
        """Rows, and the signals that have just failed on them: they are not asked again."""
        self.noted: frozenset[str] = frozenset()
        """Rows of which it is told what lands in them: of whoever is explained."""

    def codec(self) -> Codec[Customer]:
        return CODEC

    def alerts(self, decision: Decision, wall: int | None) -> Alerts:
        """What signals speak to, for one decision."""
        book = self.rulebook
        return Alerts(book.kinds, decision, wall, self.router, self.telling)

    def decide(self, view: View[Customer], records: Sequence[Record], wall: int | None) -> Decision:
        return decided(self, CarefulOfCustomers, view, records, wall)

    def apply(self, view: View[Customer], records: Sequence[Record], wall: int | None) -> Decision:
        """Decide, all or nothing. Raises SignalFailed."""
        decision = Decision()
        alerts = self.alerts(decision, wall)
        alerts.levels = ProductLevels(view, self.sealer.seal)
        alerts.competitors = Competitors(view, self.sealer.seal)
        clock, deadlines, touched = view.clock, view.deadlines, view.touched
        recent, find = view.recent, view.get
        standards, by_class = self.rulebook.standards, self.rulebook.default.by_class
        varies, by_queue = standards.varies, standards.varies_by_queue
        excluding = bool(standards.exclude.customers)
        future, noted = self.future, self.noted
        board = Switchboard(self, view, alerts, decision)
        taken: list[tuple[str, str]] = []
        nameless: list[str] = []
        nameless_at = -1
        # The hot loop: what is common is written out, what is rare is called.
        number = 0
        try:
            for number, record in enumerate(records):
                try:
                    value, received = record.value, record.timestamp * 1000
                    if value is None:
                        raise Rejected("not_json", "the record has no value")
                    event = decode(value, received)
                    at = event.time
                    if future is not None and at > received + future:
                        raise from_the_future(at, received)
                    customer_id = event.customer_id
                    if customer_id is None or event.aliases or event.__class__ in SPECIAL:
                        row = board.row_of(record, event)
                        if row is None:
                            if decision.again:
                                break
                            continue
                        key = row.key
                        if customer_id is None and not key.startswith("c:"):
                            nameless.append(event.channel)
                            nameless_at = number
                    else:
                        key = "c:" + customer_id
                        row = recent.get(key) or find(key)
                        if row is None:
                            row = board.first_heard(key, record, event)
                            if row is None:
                                continue
                except Rejected as why:
                    if record.headers and why.reason == "not_json":
                        try:
                            if alerts.levels.hear(record) or board.hears(record):
                                if decision.again:
                                    break
                                continue
                        except Rejected as forged:
                            why = forged
                    decision.refusals.append(Refusal(record, why.reason, why.message))
                    continue
                if at > clock.newest:
                    clock.advance(at)
                if deadlines.next <= clock.now:
                    self._fire_due(view, alerts, self.most_due)
                    if deadlines.next <= clock.now:
                        raise MoreIsDue
                customer = row.state
                if row.deadline <= at:
                    self._fire(view, row, at, alerts)
                taken.append((event.channel, event.kind))
                digest, seen = xxh3_64_digest(event.id.encode()), customer.seen
                if digest in seen and customer.has_seen(digest):
                    alerts.count("duplicates")
                    if decision.again:
                        break
                    continue
                customer.seen = (seen if len(seen) < SEEN_BYTES else seen[HASH:]) + digest
                if key in noted:
                    decision.outputs.append(landed(key, at, value))
                row.packed = None
                if not row.touched:
                    row.touched = True
                    touched.append(row)
                if at >= customer.last_seen:
                    customer.last_seen = at
                    _describe(customer, event)
                if customer.stage == REACHED and event.kind not in OUTREACH:
                    alerts.about(key, customer)
                    alerts.stage(ACQUIRED, at, event.kind)
                if varies:
                    if by_queue:
                        name_queue(customer, event)
                    by_class = self.rulebook.chapter(customer, event).by_class
                concerned = by_class[event.__class__]
                if excluding and self.excluded(key):
                    alerts.count("excluded")
                    exclude(view, row, at, alerts)
                elif concerned or not holds_little(customer):
                    # Of whom much is held, even a longer brand may be too much.
                    alerts.about(key, customer)
                    if customer.alerts:
                        turn_off(self, row, at, alerts, in_event=True)
                    try:
                        for signal in concerned:
                            signal.on_event(customer, event, alerts)
                    except Exception as why:
                        raise SignalFailed(key, signal, why, in_event=True) from why
                    if alerts.changes:
                        chapter = self.rulebook.chapter(customer, event)
                        weigh(chapter, key, customer, at, alerts, self.muted)
                    if alerts.resolved:
                        alerts.settle_stage(at)
                    manners = customer.manners
                    if manners is not None:
                        self.router.forget(customer, manners, at)
                    if not holds_little(customer):
                        row.packed = packed_if_fitting(customer)
                        if row.packed is None:
                            make_room(customer, at, alerts)
                    deadline = customer.deadline
                    if deadline != row.deadline:
                        view.schedule(row, deadline)
                if decision.again:
                    break
        except MoreIsDue:
            decision.taken = number
            if nameless_at == number:
                nameless.pop()
        if decision.again and decision.taken is None and number + 1 < len(records):
            decision.taken = number + 1
        count_identified(decision, taken, nameless)
        counts = decision.counts
        for (channel, kind), number in Counter(taken).items():
            counts["interactions", channel, "custom" if kind.startswith("x_") else kind] += number
        if self.rulebook.observed:
            tell_clock(view, decision)
        return decision

    def tick(self, view: View[Customer], wall: int | None, limit: int = 1000) -> Decision:
        return fired(self, CarefulOfCustomers, view, wall, limit)

    def fire(self, view: View[Customer], wall: int | None, limit: int = 1000) -> Decision:
        """Fire what is due, all or nothing. Raises SignalFailed."""
        decision = Decision()
        alerts = self.alerts(decision, wall)
        self._fire_due(view, alerts, limit)
        if self.rulebook.observed:
            tell_clock(view, decision)
        return decision

    def revisit(self, view: View[Customer], keys: Sequence[str], wall: int | None) -> Decision:
        """The standards have changed: look at these rows again, see `agents.revisiting`."""
        return look_again(self, view, keys, wall)

    def welcome(
        self, view: View[Customer], key: str, event: Interaction, alerts: Alerts
    ) -> Row[Customer]:
        """The new row of somebody first heard of by `event`."""
        row = view.add(key, Customer())
        self.greet(row, event, alerts)
        return row

    def greet(self, row: Row[Customer], event: Interaction, alerts: Alerts) -> None:
        """Somebody is first heard of by `event`; their row may have been there before them."""
        _describe(row.state, event)
        alerts.about(row.key, row.state)
        alerts.stage(arrival(event.kind), event.time, event.kind)

    def pass_time(self, view: View[Customer], at: int, alerts: Alerts) -> None:
        """A record of the instant `at` has come: fire what is due before it. Raises MoreIsDue."""
        if at > view.clock.newest:
            view.clock.advance(at)
        if view.deadlines.next <= view.clock.now:
            self._fire_due(view, alerts, self.most_due)
            if view.deadlines.next <= view.clock.now:
                raise MoreIsDue

    def settle(self, view: View[Customer], row: Row[Customer], at: int, alerts: Alerts) -> None:
        """What follows where the customer's state has changed by no interaction of their own.

        Raises SignalFailed.
        """
        customer = row.state
        if alerts.changes:
            chapter = self.rulebook.chapter(customer)
            weigh(chapter, row.key, customer, at, alerts, self.muted)
        if alerts.resolved:
            alerts.settle_stage(at)
        make_room(customer, at, alerts)
        view.schedule(row, customer.deadline)

    def _fire_due(self, view: View[Customer], alerts: Alerts, limit: int | None = None) -> None:
        now, fired = view.clock.now, 0
        while limit is None or fired < limit:
            row = view.due(now)
            if row is None:
                return
            self._fire(view, row, row.deadline, alerts)
            fired += 1

    def _fire(self, view: View[Customer], row: Row[Customer], upto: int, alerts: Alerts) -> None:
        """Fire this row's deadlines up to and including `upto`, in order."""
        customer = row.state
        view.touch(row)
        if self.excluded(row.key):
            exclude(view, row, row.deadline, alerts)
            return
        alerts.about(row.key, customer)
        if customer.alerts:
            turn_off(self, row, row.deadline, alerts)
        chapter = self.rulebook.chapter(customer)
        deadline = customer.deadline
        while deadline <= upto:
            signal: object = None
            try:
                for signal in chapter.clocked:
                    signal.on_deadline(customer, deadline, alerts)
                if customer.timers_due <= deadline:
                    for timer in timers.due(customer, deadline):
                        signal = self.woken(customer, chapter, timer)
                        if signal is not None:
                            signal.on_timer(customer, timer, alerts)
                if customer.alerts_due <= deadline:
                    alerts.expire(deadline)
            except Exception as why:
                raise SignalFailed(row.key, signal, why, in_event=False) from why
            if alerts.changes:
                weigh(chapter, row.key, customer, deadline, alerts, self.muted, in_event=False)
            if customer.manners is not None and customer.manners.due <= deadline:
                alerts.release(deadline)
            if alerts.resolved:
                alerts.settle_stage(deadline)
            row.packed = None
            if not holds_little(customer):
                row.packed = packed_if_fitting(customer)
                if row.packed is None:
                    make_room(customer, deadline, alerts)
            deadline = customer.deadline
        view.schedule(row, deadline)

    def woken(self, customer: Customer, chapter: Chapter, timer: Timer) -> Woken | None:
        """The signal that a timer wakes up: of the standards of its queue, where that has some."""
        if timer.queue is not None and self.rulebook.standards.varies_by_queue:
            chapter = self.rulebook.chapter(customer, queue=timer.queue)
        return chapter.woken.get(timer.signal)

    def excluded(self, key: str) -> bool:
        standards = self.rulebook.standards
        return bool(standards.exclude.customers) and standards.excludes(key.partition(":")[2])


def from_the_future(at: int, received: int) -> Rejected:
    """Why a record is refused that lies past its own arrival (microseconds)."""
    return Rejected(
        "from_the_future",
        f"`time` {rfc3339(at)} is past the record's own {rfc3339(received)}",
    )


def _describe(customer: Customer, event: Interaction) -> None:
    """Keep what chooses standards and stands in alerts, as last stated."""
    if event.party != "customer":
        customer.party = event.party
    said = event.brand
    if said is not None and said != customer.brand:
        customer.brand = bounded(said)
    said = event.region
    if said is not None and said != customer.region:
        customer.region = bounded(said)
    said = event.branch
    if said is not None and said != customer.branch:
        customer.branch = bounded(said)
    said = event.segment
    if said is not None and said != customer.segment:
        customer.segment = bounded(said)
    axes = event.segments
    if axes:
        _describe_segments(customer, axes)


def _describe_segments(customer: Customer, said: dict[str, str | None]) -> None:
    """Axes of segments as last stated; beyond eight the first in the alphabet are kept."""
    known = dict(customer.segments or {})
    for axis, value in said.items():
        if value is None:
            known.pop(bounded(axis, AXIS_BYTES), None)
        else:
            known[bounded(axis, AXIS_BYTES)] = bounded(value, AXIS_BYTES)
    customer.segments = {axis: known[axis] for axis in sorted(known)[:MAX_AXES]} or None
