"""A signal that raises on one customer does not stop the others.

A batch in which a signal failed is decided a second time, record by record, so that what one record
did can be undone: the record goes to `rejected`, its customer stays as before. Where a deadline
failed, the signal's memory of that customer is dropped, which is told. What rows say to each other
is heard all the same, without the signal: a row that has been handed over lies nowhere else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import structlog

from agents.mechanisms import timers
from schemas.customer import Customer
from streams.contract import Decision, Record, Refusal
from streams.rows import Row, View

MOST_AT_ONCE = 1000

Step = partial[Decision]
S = TypeVar("S")

log = structlog.get_logger("heed.signals")


class SignalFailed(Exception):
    """A signal raised on the customer of row `key`: at an interaction, or at a deadline."""

    in_word = False
    """Whether it did so while rows spoke to each other, and not at the interaction itself."""

    def __init__(self, key: str, signal: Any, why: Exception, *, in_event: bool) -> None:
        self.signal = name_of(signal)
        self.failed = signal
        self.key = key
        self.in_event = in_event
        super().__init__(f"signal {self.signal}: {type(why).__name__}: {why}")


def name_of(signal: Any) -> str:
    """A signal's name: that of its first kind of alert."""
    return signal.kinds[0].name if getattr(signal, "kinds", ()) else type(signal).__name__.lower()


class Careful(ABC, Generic[S]):
    """One batch, record by record: what each has changed is kept encoded beside the store."""

    def __init__(self, logic: Any, view: View[S], wall: int | None) -> None:
        """`logic` has `apply` and `fire`, which raise SignalFailed, and `codec`."""
        self.logic = logic
        self.view = view
        self.wall = wall
        self.codec = logic.codec()
        self.stored = view.fetch
        self.done: dict[str, bytes] = {}
        self.whole = Decision()

    def decide(self, records: Sequence[Record]) -> Decision:
        return self._all([partial(self.logic.apply, records=[record]) for record in records])

    def tick(self, limit: int) -> Decision:
        # At most a thousand, one at a time: whoever asked asks again while more is due.
        return self._all([partial(self.logic.fire, limit=1)] * min(limit, MOST_AT_ONCE))

    def _all(self, steps: Sequence[Step]) -> Decision:
        view = self.view
        view.fetch = self._fetch
        try:
            for step in steps:
                self._take(step)
        finally:
            view.fetch = self.stored
        for key in self.done:
            row = view.recent.get(key) or self._fetch(key)
            assert row is not None, key
            view.recent[key] = row
            view.touch(row)
        return self.whole

    def _take(self, step: Step) -> None:
        """One record, again without each deadline that fails before it."""
        while True:
            mark = self.view.mark()
            try:
                part = step(self.view, wall=self.wall)
            except SignalFailed as why:
                self.view.rollback(mark)
                log.error("a signal failed", signal=why.signal, error=str(why), exc_info=why)
                self.whole.counts["signal_errors", why.signal] += 1
                if not why.in_event:
                    self.drop(why)
                elif not (why.in_word and self.leave_out(why)):
                    (record,) = step.keywords["records"]
                    self.whole.refusals.append(Refusal(record, "signal_error", str(why)))
                    self.over()
                    return
            else:
                self._keep(part)
                if part.taken is None:
                    self.over()
                    return

    def over(self) -> None:
        """A record has been taken, or refused, in the end."""

    def leave_out(self, why: SignalFailed) -> bool:
        """Whether the record can be taken without the signal that has failed on it."""
        return False

    @abstractmethod
    def drop(self, why: SignalFailed) -> None:
        """A deadline has failed: the signal forgets what it was about."""

    def _keep(self, part: Decision) -> None:
        for row in self.view.touched:
            self.done[row.key] = row.stored(self.codec)
            row.touched = False
        self.view.touched.clear()
        self.whole.add(part)

    def _fetch(self, key: str) -> Row[S] | None:
        value = self.done.get(key)
        if value is None:
            return self.stored(key)
        return Row(key, self.codec.decode(value), int.from_bytes(value[:8], "big"))


def decided(
    logic: Any,
    careful: type[Careful[S]],
    view: View[S],
    records: Sequence[Record],
    wall: int | None,
) -> Decision:
    """The decision on `records`: at once, or carefully where a signal fails on one of them."""
    at_once = partial(logic.apply, view, records, wall)
    return _tried(view, at_once, lambda: careful(logic, view, wall).decide(records))


def fired(
    logic: Any, careful: type[Careful[S]], view: View[S], wall: int | None, limit: int
) -> Decision:
    """The decision on what is due: at once, or carefully where a signal fails."""
    at_once = partial(logic.fire, view, wall, limit)
    return _tried(view, at_once, lambda: careful(logic, view, wall).tick(limit))


def _tried(
    view: View[S], at_once: Callable[[], Decision], carefully: Callable[[], Decision]
) -> Decision:
    mark = view.mark()
    try:
        return at_once()
    except SignalFailed:
        view.rollback(mark)
        return carefully()


class CarefulOfCustomers(Careful[Customer]):
    """The customers of one batch."""

    def over(self) -> None:
        self.logic.muted.clear()

    def leave_out(self, why: SignalFailed) -> bool:
        muted, known = self.logic.muted, len(self.logic.muted)
        muted.add((why.key, why.signal))
        return len(muted) > known

    def drop(self, why: SignalFailed) -> None:
        """The failed signal forgets this customer; its alerts end as `dismissed`.

        What it watches may come about all the same: so it does not hear of that a second time.
        """
        self.logic.muted.add((why.key, why.signal))
        view, part = self.view, Decision()
        row = view.get(why.key)
        assert row is not None, why.key
        customer, names = row.state, {kind.name for kind in why.failed.kinds}
        alerts = self.logic.alerts(part, self.wall)
        alerts.about(row.key, customer)
        at = view.clock.now
        for alert in [alert for alert in customer.alerts if alert.signal in names]:
            alerts.resolve(alert.signal, alert.subject, at, "dismissed")
        customer.timers = [timer for timer in customer.timers if timer.signal not in names]
        timers.settle(customer)
        field = getattr(why.failed, "field", None)
        if field is not None:
            setattr(customer, field, None)
        view.touch(row)
        view.schedule(row, customer.deadline)
        self._keep(part)
