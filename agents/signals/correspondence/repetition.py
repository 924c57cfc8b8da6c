"""`complaint_repeated`: a second complaint, or one that was settled and was not."""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import evidence_of, prolong, stand, standing
from agents.signals.correspondence.ticket import (
    KEPT,
    OPENED,
    REOPENED,
    digest_of,
    is_complaint,
    named,
    waited,
)
from schemas import standards
from schemas.correspondence import HASH, INSTANT, MOST_COUNTED, Correspondence
from schemas.customer import Customer
from schemas.instant import rfc3339, spoken
from schemas.interaction import Interaction
from schemas.memory import Timer

NAME = "complaint_repeated"
_ENTRY = HASH + INSTANT
_FEWEST_KEPT = 4
"""So many complaints are known at least: one of them may be opened again."""


def _reason(facts: Facts) -> str:
    complaints, window, again, first = facts
    if again:
        return "A complaint was opened again: what settled it did not."
    return f"{complaints} complaints within {waited(window)}, the first on {spoken(first)}."


def _parameters(facts: Facts) -> dict[str, object]:
    complaints, window, again, first = facts
    return {
        "complaints": complaints,
        "window": waited(window),
        "reopened": bool(again),
        "first": rfc3339(int(first or 0)),
    }


COMPLAINT_REPEATED = Kind(
    name=NAME,
    team="support",
    concern="dissatisfaction",
    clears_if="No complaint for 30 d, unless the house has set another quiet time.",
    reason=_reason,
    parameters=_parameters,
    mechanism="joint",
    opens="a second complaint, or a complaint opened again",
    default="2 in 30 d; quiet 30 d",
    source="named by the sources of the mission; the defaults are ours",
)


class ComplaintRepeated:
    """One complaint too many.

    >>> ComplaintRepeated(standards.ComplaintRepeated()).least
    2
    """

    field = "correspondence"
    renews = True
    kinds = (COMPLAINT_REPEATED,)
    reacts_to = frozenset({OPENED, REOPENED})

    def __init__(self, limits: standards.ComplaintRepeated) -> None:
        self.limits = limits
        self.least = limits.least
        self.most = min(max(limits.least, _FEWEST_KEPT), MOST_COUNTED)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        again = event.kind == REOPENED
        kind = event.properties.kind
        if kind != "complaint" and not (again and kind is None):
            return
        known = customer.correspondence
        if again:
            if kind is None and not is_complaint(customer, event):
                return
        elif named(event) is not None and is_complaint(customer, event):
            return  # The same one, told twice.
        if known is None:
            known = customer.correspondence = Correspondence()
        if not again:
            joint.note(customer, "complaint", event, keep=KEPT)
        known.complaints = _with(known.complaints, digest_of(named(event)), event.time, self.most)
        if not self.limits.enabled:
            return
        if standing(customer, NAME) is not None:
            self._quiet(customer, known)
        elif event.time > known.repeated_at:
            self._judge(customer, known, event, again, alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        """It has been quiet for long enough."""
        alerts.resolve(NAME, None, timer.due, "recovered")

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Complaints of both rows are counted together."""
        known = customer.correspondence
        if known is None or not known.complaints:
            return
        known.complaints = known.complaints[-self.most * _ENTRY :]
        if not self.limits.enabled:
            return
        if standing(customer, NAME) is not None:
            self._quiet(customer, known)
            return
        found = self._lasting(known, at)
        if found is not None:
            first, last, count = found
            known.repeated_at = last
            facts: Facts = [count, int(self.limits.window), 0, first]
            stand(customer, COMPLAINT_REPEATED, self.limits, None, last, facts, [], alerts)
            self._quiet(customer, known)

    def _lasting(self, known: Correspondence, at: int) -> tuple[int, int, int] | None:
        """What the complaints of both rows would have opened, as `crossing` says it, if it would
        still stand at that time: what came while an alert stood opens none of its own, and none
        stands any more once it has been quiet."""
        quiet = int(min(self.limits.quiet, self.limits.expires))
        until = known.repeated_at + quiet if known.repeated_at else 0
        found: tuple[int, int, int] | None = None
        counted: list[int] = []
        for time in _times(known.complaints):
            if time <= known.repeated_at:
                continue
            if time < until:
                until = time + quiet
                continue
            counted.append(time)
            crossed = crossing(counted, time, int(self.limits.window), self.least)
            if crossed is not None:
                found, counted, until = crossed, [], time + quiet
        return found if until > at else None

    def _judge(
        self,
        customer: Customer,
        known: Correspondence,
        event: Interaction,
        again: bool,
        alerts: Alerts,
    ) -> None:
        times = [at for at in _times(known.complaints) if at > known.repeated_at]
        window, least = int(self.limits.window), self.least
        at, count, first = event.time, 1, event.time
        if not again:
            found = crossing(times, at, window, least)
            if found is None:
                return
            first, at, count = found
        known.repeated_at = at
        facts: Facts = [count, window, int(again), first]
        stand(
            customer, COMPLAINT_REPEATED, self.limits, None, at, facts, evidence_of(event), alerts
        )
        self._quiet(customer, known)

    def _quiet(self, customer: Customer, known: Correspondence) -> None:
        """Over, and not expired before, when it has been quiet since the last complaint."""
        last = _times(known.complaints)[-1]
        timers.start(customer, Timer(NAME, None, last + self.limits.quiet, last))
        prolong(customer, NAME, None, last + self.limits.expires)


def crossing(times: list[int], at: int, window: int, least: int) -> tuple[int, int, int] | None:
    """With the complaint of `at`: the first instant at which there were `least` within `window`.

    The first of them, that instant, and how many. Times are in order, microseconds.

    >>> crossing([0, 40, 50], at=40, window=30, least=2)
    (40, 50, 2)
    """
    for last in range(least - 1, len(times)):
        first = last - least + 1
        if times[first] <= at <= times[last] and times[last] - times[first] <= window:
            return times[first], times[last], least
    return None


def _times(complaints: bytes) -> list[int]:
    return [
        int.from_bytes(complaints[at + HASH : at + _ENTRY], "big", signed=True)
        for at in range(0, len(complaints), _ENTRY)
    ]


def _with(complaints: bytes, ticket: bytes, at: int, most: int) -> bytes:
    """One more in its place; the newest are kept."""
    entries = [complaints[i : i + _ENTRY] for i in range(0, len(complaints), _ENTRY)]
    entries.append(ticket + at.to_bytes(INSTANT, "big", signed=True))
    entries.sort(key=_instant)
    return b"".join(entries[-most:])


def _instant(entry: bytes) -> bytes:
    return entry[HASH:] + entry[:HASH]
