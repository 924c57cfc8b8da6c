"""`standard_missed`: what a house has promised itself, in its standards.toml.

One object for all of them. A house may have hundreds: they are indexed by type, channel, brand,
branch and queue of the first event, so that an event looks only at those that it concerns.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from agents.alerts import SEVERITIES, Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from agents.queues import queue_of
from agents.signals.service.promises import weigh
from agents.working_time import ALWAYS, Hours
from schemas.customer import Customer, OpenAlert, bounded
from schemas.interaction import Interaction
from schemas.memory import Answer, Timer
from schemas.standards import HouseStandard, StandardMissed, written

SIGNAL = "standard_missed"
MAX_WAITS = 12
MAX_THINGS = 8
_FIXED = 5
"""So many facts stand before the things that an alert is about."""
_THINGS = ("contact_id", "ticket_id", "order_id", "visit_id", "cart_id", "thread_id", "offer_id")
_APART = "\x1f"

Where = tuple[str | None, str | None, str | None, str | None]
"""Channel, brand, branch and queue; None for all of them."""
Pattern = tuple[bool, bool, bool, bool]


class Index(NamedTuple):
    """A house's own standards by what begins and what ends them."""

    begins: dict[str, dict[Pattern, dict[Where, tuple[HouseStandard, ...]]]]
    ends: dict[str, frozenset[str]]
    by_name: dict[str, HouseStandard]


@lru_cache(maxsize=64)
def index(own: tuple[HouseStandard, ...]) -> Index:
    """The index of these standards."""
    begins: dict[str, dict[Pattern, dict[Where, tuple[HouseStandard, ...]]]] = {}
    ends: dict[str, frozenset[str]] = {}
    for each in own:
        where = (each.channel, each.brand, each.branch, each.queue)
        pattern = (
            where[0] is not None, where[1] is not None,
            where[2] is not None, where[3] is not None,
        )  # fmt: skip
        of_pattern = begins.setdefault(each.began, {}).setdefault(pattern, {})
        of_pattern[where] = (*of_pattern.get(where, ()), each)
        ends[each.to] = ends.get(each.to, frozenset()) | {each.name}
    return Index(begins, ends, {each.name: each for each in own})


def _reason(by_name: dict[str, HouseStandard], facts: Facts) -> str:
    name, _, within, to, _, *_ = facts
    own = by_name.get(str(name))
    if own is not None and own.reason:
        return own.reason
    return f"The house's standard {name}: no {to} within {written(int(within or 0))}."


def _parameters(facts: Facts) -> dict[str, object]:
    name, _, within, to, began, *things = facts
    return {
        "standard": name,
        "from": began,
        "to": to,
        "within": written(int(within or 0)),
        "of": [thing for thing in things if thing],
    }


class OwnStandards:
    """After one event another is expected in time, as the house says.

    >>> greeted = HouseStandard(
    ...     name="drink", began="visitor_arrived", to="service_delivered", within=300_000_000
    ... )
    >>> sorted(OwnStandards((greeted,), StandardMissed(), ALWAYS).reacts_to)
    ['service_delivered', 'visitor_arrived']
    """

    def __init__(self, own: Sequence[HouseStandard], limits: StandardMissed, hours: Hours) -> None:
        self.index = index(tuple(own))
        self.by_queue = any(each.queue is not None for each in own)
        self.limits = limits
        self.hours = hours
        self.kinds: tuple[Kind, ...] = (
            Kind(
                name=SIGNAL,
                team="support",
                concern="service",
                clears_if="What the standard asks for is done.",
                reason=partial(_reason, self.index.by_name),
                parameters=_parameters,
                mechanism="expected",
                opens="any standard that the house declares was missed",
                default="as declared",
                source="named by the sources of the mission: houses keep hundreds of their own",
            ),
        )
        begins = self.index.begins if limits.enabled else {}
        self.begins = begins
        self.reacts_to = frozenset({*begins, *self.index.ends})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        names = self.index.ends.get(kind)
        if names is not None:
            self._end(customer, names, event, alerts)
        patterns = self.begins.get(kind)
        if patterns is not None:
            self._begin(customer, patterns, event)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        name = str(timer.facts[0])
        thing = (timer.subject or "").partition(_APART)[2]
        alert = standing(customer, SIGNAL, name)
        if alert is not None:
            if thing not in alert.facts[_FIXED:] and len(alert.facts) < _FIXED + MAX_THINGS:
                alerts.grow(alert, timer.due, [*alert.facts, thing], timer.evidence)
            return
        own, limits = self.index.by_name.get(name), self.limits
        if own is None or not limits.enabled:
            return
        limits = StandardMissed(
            team=limits.team or own.team, severity=limits.severity, expires=limits.expires
        )
        stand(
            customer, self.kinds[0], limits, name, timer.due, [*timer.facts, thing],
            timer.evidence, alerts, severity=SEVERITIES.index(own.severity),
        )  # fmt: skip
        weigh(customer, SIGNAL, timer.due, timer.evidence)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """What was done under the other row; things that both missed are of one alert."""
        first: dict[str | None, OpenAlert] = {}
        for alert in open_ones(customer, SIGNAL):
            told = first.setdefault(alert.subject, alert)
            if told is not alert:
                more = [one for one in alert.facts[_FIXED:] if one not in told.facts[_FIXED:]]
                facts = [*told.facts, *more][: _FIXED + MAX_THINGS]
                if facts != told.facts:
                    alerts.grow(told, alert.opened_at, facts, alert.evidence)
                alerts.end(alert, at, "superseded")
        for answer in customer.answers:
            kind, _, thing = (answer.subject or "").partition(_APART)
            names = self.index.ends.get(kind, ()) if answer.signal == SIGNAL else ()
            for alert in open_ones(customer, SIGNAL) if names else ():
                if alert.subject in names and int(alert.facts[1] or 0) <= answer.at:
                    _settle(customer, alert, thing, answer.at, alerts)
        for timer in timers.running(customer, SIGNAL):
            name, thing = str(timer.facts[0]), (timer.subject or "").partition(_APART)[2]
            own, told_of = self.index.by_name.get(name), standing(customer, SIGNAL, name)
            done = own is not None and _is_done(customer, own, thing, timer.since)
            if done or (told_of is not None and thing in told_of.facts[_FIXED:]):
                timers.stop(customer, timer)
        mine = sorted(timers.running(customer, SIGNAL), key=_began)
        for timer in mine[: max(len(mine) - MAX_WAITS, 0)]:
            timers.stop(customer, timer)

    def restate(self, customer: Customer, timer: Timer) -> None:
        """A wait that runs takes as long as the house allows today."""
        own = self.index.by_name.get(str(timer.facts[0]))
        if own is not None and int(own.within) != timer.facts[2]:
            timer.facts[2] = int(own.within)
            timer.due = (self.hours if own.hours else ALWAYS).add(timer.since, own.within) + 1

    def _begin(
        self,
        customer: Customer,
        patterns: dict[Pattern, dict[Where, tuple[HouseStandard, ...]]],
        event: Interaction,
    ) -> None:
        queue = queue_of(customer, event) if self.by_queue else None
        brand, branch = event.brand or customer.brand, event.branch or customer.branch
        for (channels, brands, branches, queues), of_pattern in patterns.items():
            found = of_pattern.get((
                event.channel if channels else None, brand if brands else None,
                branch if branches else None, queue if queues else None,
            ))  # fmt: skip
            if found is not None:
                for own in found:
                    self._wait(customer, own, event)

    def _wait(self, customer: Customer, own: HouseStandard, event: Interaction) -> None:
        at, thing = event.time, _thing(event)
        subject = own.name + _APART + thing
        running = timers.find(customer, SIGNAL, subject)
        if running is not None and running.since <= at:
            return
        alert = standing(customer, SIGNAL, own.name)
        if alert is not None and thing in alert.facts[_FIXED:]:
            return
        if _is_done(customer, own, thing, at):
            return
        due = (self.hours if own.hours else ALWAYS).add(at, own.within) + 1
        facts: Facts = [own.name, at, int(own.within), own.to, own.began]
        mine = [timer for timer in customer.timers if timer.signal == SIGNAL]
        if running is None and len(mine) >= MAX_WAITS:
            timers.stop(customer, min(mine, key=_began))
        timers.start(customer, Timer(SIGNAL, subject, due, at, facts, evidence_of(event)))

    def _end(
        self, customer: Customer, names: frozenset[str], event: Interaction, alerts: Alerts
    ) -> None:
        at, thing = event.time, _thing(event)
        for timer in list(customer.timers):
            if (
                timer.signal == SIGNAL
                and timer.facts[0] in names
                and timer.since <= at
                and _meant(thing, (timer.subject or "").partition(_APART)[2])
            ):
                timers.stop(customer, timer)
        for alert in open_ones(customer, SIGNAL):
            if alert.subject in names and int(alert.facts[1] or 0) <= at:
                _settle(customer, alert, thing, at, alerts)
        timers.remember(customer, Answer(SIGNAL, event.kind + _APART + thing, at))


def _settle(customer: Customer, alert: OpenAlert, thing: str, at: int, alerts: Alerts) -> None:
    """One of the things that an alert is about is done; after the last it is over."""
    left = [one for one in alert.facts[_FIXED:] if not _meant(thing, str(one or ""))]
    if len(left) == len(alert.facts) - _FIXED:
        return
    if left:
        alert.facts = [*alert.facts[:_FIXED], *left]
        return
    late = at < alert.opened_at
    alerts.resolve(SIGNAL, alert.subject, at, "late_evidence" if late else "recovered")
    if late:
        joint.forget(customer, SIGNAL, alert.opened_at)


def _is_done(customer: Customer, own: HouseStandard, thing: str, at: int) -> bool:
    """Whether what is expected has been heard of already."""
    for answer in customer.answers:
        if answer.signal == SIGNAL and answer.subject is not None and answer.at >= at:
            kind, _, done = answer.subject.partition(_APART)
            if kind == own.to and _meant(done, thing):
                return True
    return False


def _meant(said: str, thing: str) -> bool:
    """Whether what was said to be done is of that thing; without a name it is of any."""
    return not said or not thing or said == thing


def _thing(event: Interaction) -> str:
    """What the event is about: the first name among its properties; empty for none."""
    said = event.properties
    for name in _THINGS:
        value = getattr(said, name, None)
        if value:
            return bounded(str(value))
    return ""


def _began(timer: Timer) -> tuple[int, str]:
    return timer.since, timer.subject or ""
