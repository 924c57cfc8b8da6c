"""The pure logic of the groups agent: observations and due deadlines in, decisions out.

Observations of a group come from every partition of customers, and one may be hours ahead of
another. So each tells how far its clock has come, and time passes here only once all have passed
it: what is judged then is complete, whatever the order in which it came. Deadlines are fired in
order, between records.
"""

from collections import Counter
from collections.abc import Sequence

from agents.careful import SignalFailed, decided, fired
from agents.groups.alerts import GroupAlerts
from agents.groups.book import GroupBook
from agents.groups.careful import CarefulOfGroups
from agents.seal import Seal
from agents.telling import Telling
from schemas import group as state
from schemas.group import MAX_ANSWERS, Group
from schemas.observation import (
    CLOCK,
    NOWHERE,
    Answer,
    Clock,
    NotAnObservation,
    Observation,
    decode,
    decode_clock,
    split,
)
from streams.contract import Codec, Decision, Record, Refusal
from streams.rows import Row, View

_CLOCK = CLOCK.encode()


_CODEC = Codec(state.VERSION, state.encode, state.decode)


class Groups:
    """Decides about the groups of one partition."""

    def __init__(
        self,
        book: GroupBook | None = None,
        *,
        warm_up_until: int = 0,
        internal_key: str | None = None,
    ) -> None:
        """`internal_key` seals what is told the partitions of customers."""
        self.book = book or GroupBook()
        self.seal = Seal(internal_key)
        self.telling = Telling(self.book.advice)
        self.rules = self.book.fingerprint
        """What rows were decided by: where it has changed, they are looked at again."""
        self.router = self.book.router(warm_up_until)
        self.roles = tuple(self.router.roles.values())
        """The topics that are written besides the usual ones: those of the teams."""

    def codec(self) -> Codec[Group]:
        return _CODEC

    def alerts(self, decision: Decision, wall: int | None) -> GroupAlerts:
        """What signals speak to, for one decision."""
        return GroupAlerts(self.book.kinds, decision, wall, self.router, self.telling, self.seal)

    def decide(self, view: View[Group], records: Sequence[Record], wall: int | None) -> Decision:
        return decided(self, CarefulOfGroups, view, records, wall)

    def apply(self, view: View[Group], records: Sequence[Record], wall: int | None) -> Decision:
        """Decide, all or nothing. Raises SignalFailed."""
        decision = Decision()
        alerts = self.alerts(decision, wall)
        taken: Counter[str] = Counter()
        for record in records:
            try:
                if record.key == _CLOCK:
                    self._hear(view, decode_clock(record.value or b""))
                    taken["clock"] += 1
                    self._fire_due(view, alerts)
                    continue
                key, observation = _read(record)
            except NotAnObservation as why:
                decision.refusals.append(Refusal(record, "invalid_field", str(why)))
                continue
            taken[observation.kind] += 1
            if observation.time > view.clock.newest:
                view.clock.newest = observation.time
            if isinstance(observation, Answer):
                self._note(view, key, observation, alerts)
            else:
                self._observe(view, key, observation, alerts)
        for kind, number in taken.items():
            decision.counts["observations", kind] += number
        return decision

    def tick(self, view: View[Group], wall: int | None, limit: int = 1000) -> Decision:
        return fired(self, CarefulOfGroups, view, wall, limit)

    def fire(self, view: View[Group], wall: int | None, limit: int = 1000) -> Decision:
        """Fire what is due, all or nothing. Raises SignalFailed."""
        decision = Decision()
        self._fire_due(view, self.alerts(decision, wall), limit)
        return decision

    def revisit(self, view: View[Group], keys: Sequence[str], wall: int | None) -> Decision:
        """The standards have changed: what stands of signals that are off now ends.

        An alert may stand where nothing is awaited, and nothing is observed any more.
        """
        decision = Decision()
        alerts = self.alerts(decision, wall)
        for key in keys:
            row = view.get(key)
            if row is not None and (off := self._unwanted(row)):
                view.touch(row)
                alerts.about(key, row.state)
                alerts.dismiss_all(off, view.clock.now)
                view.schedule(row, row.state.deadline)
        return decision

    def _unwanted(self, row: Row[Group]) -> frozenset[str]:
        """The signals that are off for this group, where alerts of such stand."""
        group = row.state
        if not group.alerts:
            return frozenset()
        off = self.book.chapter(row.key, group).off
        return off & {alert.signal for alert in group.alerts}

    def _hear(self, view: View[Group], clock: Clock) -> None:
        """A partition of customers has come so far; time passes once all have."""
        row = view.get(CLOCK) or view.add(CLOCK, Group(sources={}))
        sources = row.state.sources
        if sources is None:
            sources = row.state.sources = {}
        before = sources.get(clock.source, 0)
        if before == NOWHERE or clock.at > before:
            view.touch(row)
            sources[clock.source] = clock.at
            row.state.sources = sources = dict(sorted(sources.items()))
        if len(sources) >= clock.sources:
            reached = min(sources.values())
            if reached != NOWHERE:
                view.clock.reach(reached)

    def _observe(
        self, view: View[Group], key: str, observation: Observation, alerts: GroupAlerts
    ) -> None:
        row = view.get(key) or view.add(key, _described(key))
        view.touch(row)
        group, at = row.state, observation.time
        if at >= group.last_seen:
            group.last_seen = at
            _describe(key, group, observation)
        alerts.about(key, group)
        alerts.dismiss_all(self._unwanted(row), view.clock.now)
        for signal in self.book.chapter(key, group).by_kind[observation.kind]:
            try:
                signal.on_observation(group, observation, alerts)
            except Exception as why:
                raise SignalFailed(key, signal, why, in_event=True) from why
        deadline = group.deadline
        if deadline != row.deadline:
            view.schedule(row, deadline)

    def _note(self, view: View[Group], key: str, answer: Answer, alerts: GroupAlerts) -> None:
        """A team has answered: that counts once time has come so far, as all that is observed.

        Of a group that nobody has heard of, or that has too many answers waiting, it is unknown.
        """
        row = view.get(key)
        if row is None or len(row.state.answers) >= MAX_ANSWERS:
            alerts.count("alert_feedback", answer.type, "unknown")
        elif answer not in row.state.answers:
            view.touch(row)
            row.state.answers = sorted([*row.state.answers, answer], key=_when)
            view.schedule(row, row.state.deadline)

    def _fire_due(self, view: View[Group], alerts: GroupAlerts, limit: int | None = None) -> None:
        now, fired = view.clock.now, 0
        while limit is None or fired < limit:
            row = view.due(now)
            if row is None:
                return
            self._fire(view, row, alerts)
            fired += 1

    def _fire(self, view: View[Group], row: Row[Group], alerts: GroupAlerts) -> None:
        """Fire what of this row is due at its deadline."""
        group, now = row.state, row.deadline
        view.touch(row)
        alerts.about(row.key, group)
        alerts.dismiss_all(self._unwanted(row), now)
        chapter = self.book.chapter(row.key, group)
        for name, signal in chapter.named.items():
            at = group.dues.get(name)
            if at is not None and at <= now:
                del group.dues[name]
                try:
                    signal.on_deadline(group, at, alerts)
                except Exception as why:
                    raise SignalFailed(row.key, signal, why, in_event=False) from why
        # Of a signal that there is no more, nothing is asked.
        group.dues = {name: at for name, at in group.dues.items() if at > now}
        alerts.expire(now)
        alerts.release(now)
        while group.answers and group.answers[0].time <= now:
            chapter.feedback.take(group, group.answers.pop(0), alerts)
        if group.manners is not None:
            self.router.forget(group, group.manners, now)
        view.schedule(row, group.deadline)


def _when(answer: Answer) -> tuple[int, str]:
    return answer.time, answer.id


def _read(record: Record) -> tuple[str, Observation]:
    """The group's key and the observation. Raises NotAnObservation."""
    if record.key is None or record.value is None:
        raise NotAnObservation("an observation has a key and a value")
    try:
        return record.key.decode(), decode(record.value)
    except UnicodeDecodeError:
        raise NotAnObservation("the key is not UTF-8") from None


def _described(key: str) -> Group:
    """A new group, as far as its key says of whom it is."""
    kind, first, name = split(key)
    group = Group()
    if kind == "branch":
        group.brand, group.branch = first, name
    elif kind == "step":
        group.brand = first
    elif kind == "brand":
        group.brand = name or None
    elif kind == "market":
        if first == "region":
            group.region = name
        else:
            group.segment = name
    return group


def _describe(key: str, group: Group, observation: Observation) -> None:
    """Where a queue, a product or an employee group is at work, as last stated."""
    if key.startswith(("queue:", "product:", "employees:", "wish:")):
        if observation.brand is not None:
            group.brand = observation.brand
        if observation.branch is not None and not key.startswith("product:"):
            group.branch = observation.branch
