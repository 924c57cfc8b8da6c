"""What will be told of a customer if nothing more is heard of them.

No second reckoning of the rules: the very signals let a copy of the customer live on, as a worker
would, and what they tell is noted.
"""

from agents.decide import Customers
from agents.explain.explanation import Ahead
from agents.rulebook import Rulebook
from schemas import alert as alert_out
from schemas import lifecycle
from schemas.alert import Alert
from schemas.customer import Customer
from schemas.instant import DAY
from streams.clock import Clock
from streams.contract import Output
from streams.deadlines import NEVER
from streams.rows import Row, View

HORIZON = 400 * DAY
"""So far is looked ahead: over every cool-down, and a year's silence."""
MOST = 12
"""So many are told at most: the nearest."""
_CACHED = 4
"""Rows kept between two looks: more than there are."""
_STEPS = 200
"""A customer whose signals only ever look again is left after so many looks."""


def ahead(
    key: str, stored: bytes, rulebook: Rulebook, now: int, *, most: int = MOST
) -> list[Ahead]:
    """The next things to be told, in order of time; `stored` is the customer's row as stored.

    What is due already by `now` comes first, with the instant from which it holds.
    """
    logic = Customers(rulebook, future=None)
    codec, clock = logic.codec(), Clock(0, now, now)

    def fetch(asked: str) -> Row[Customer] | None:
        """There is no other row."""
        if asked != key:
            return None
        customer: Customer = codec.decode(stored)
        return Row(key, customer, customer.deadline)

    view: View[Customer] = View(fetch, clock, cached=_CACHED)
    found: list[Ahead] = []
    imagined: set[tuple[str, str | None]] = set()
    for _ in range(_STEPS):
        row = view.get(key)
        due = NEVER if row is None else row.deadline
        if due == NEVER or due > now + HORIZON or len(found) >= most:
            break
        view.deadlines.push(due, key)
        clock.now = max(clock.now, due)
        decision = logic.tick(view, None)
        for output in decision.outputs:
            told = _told(output)
            if told is None:
                continue
            name = told.signal, told.subject
            if told.status == "open":
                imagined.add(name)
            # That what does not stand yet will one day expire helps nobody.
            if told.status != "expired" or name not in imagined:
                found.append(told)
        view.settle()
    return found[:most]


def _told(output: Output) -> Ahead | None:
    if output.topic == "alerts":
        return _alert(alert_out.decode(output.value))
    if output.topic == "lifecycle":
        change = lifecycle.decode(output.value)
        return Ahead(
            time=change.event_time,
            signal=change.to,
            status="stage",
            reason=f"The stage of life changes to {change.to}, by {change.reason}.",
        )
    return None


def _alert(told: Alert) -> Ahead:
    opens = told.status == "open"
    return Ahead(
        time=told.event_time,
        signal=told.signal,
        status=told.status,
        subject=told.subject,
        reason=told.reason if told.resolution is None else _ended(told),
        unless=told.clears_if if opens else None,
        suppressed_by=told.suppressed_by,
    )


def _ended(told: Alert) -> str:
    if told.resolution == "expired":
        return "Nothing came of it in time: it is closed."
    if told.resolution == "superseded":
        return "Another alert takes over."
    return f"It is closed as {told.resolution}."
