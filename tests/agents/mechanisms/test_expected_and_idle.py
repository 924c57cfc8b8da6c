"""Expected and idle against a literal reading of their rules, over random lives out of order.

The reading keeps every beginning and every end that has arrived, without timers or caps. Answers
are remembered for 15 minutes in the state, so lives are shorter than that.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from msgspec import Struct

from agents.alerts import Alerts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, End, Expected
from agents.mechanisms.idle import Idle
from schemas.alert import decode as alert_of
from schemas.customer import Customer
from schemas.instant import DAY, MINUTE, SECOND, instant
from schemas.interaction import Interaction, decode
from schemas.standards.limits import Limits
from streams.contract import Decision

WITHIN = 90 * SECOND
KIND = Kind(
    name="waiting", team="support", clears_if="", reason=lambda _: "", parameters=lambda _: {}
)
Told = tuple[int, str, str]
Heard = tuple[str, str, int]
"""What happens (`goal_set` begins or touches, `goal_reached` ends), of what, and when."""


class Mine(Limits, frozen=True):
    pass


def begins(_: Customer, event: Interaction) -> Begin | None:
    return Begin(event.properties.goal, WITHIN, [])


def ends(_: Customer, event: Interaction) -> End | None:
    return End(event.properties.goal)


def signal(cls: type[Expected]) -> Expected:
    return cls(KIND, Mine(), begins={"goal_set": begins}, ends={"goal_reached": ends})


def decided(cls: type[Expected], life: list[Heard], until: int) -> list[Told]:
    """What the class tells, its timers fired as decide does: before a record of that time."""
    rule, customer, decision = signal(cls), Customer(), Decision()
    alerts = Alerts({"waiting": KIND}, decision, None)
    alerts.about("c:c", customer)
    now = 0
    for number, (kind, subject, at) in enumerate(life):
        now = max(now, at)
        fire(rule, customer, now, alerts)
        line = (
            f'{{"id": "{number}", "type": "{kind}", "channel": "web", "customer_id": "c",'
            f' "properties": {{"goal": "{subject}"}}}}'
        )
        customer.last_seen = now
        rule.on_event(customer, decode(line.encode(), at), alerts)
    fire(rule, customer, until, alerts)
    told = [alert_of(out.value) for out in decision.outputs if out.topic == "alerts"]
    return [(instant(a.event_time), a.subject or "", a.resolution or a.status) for a in told]


def fire(rule: Expected, customer: Customer, now: int, alerts: Alerts) -> None:
    while customer.timers_due <= now:
        for timer in timers.due(customer, customer.timers_due):
            rule.on_timer(customer, timer, alerts)


@dataclass
class Matter:
    """One subject, read literally: all that has arrived of it, and the alert that stands."""

    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    opened: int = 0
    since: int = 0


def reading(life: list[Heard], until: int, *, touches: bool) -> list[Told]:
    """What the rule says, from the whole of what has arrived each time."""
    matters: dict[str, Matter] = {}
    told: list[Told] = []
    now = 0

    def waiting(one: Matter) -> int:
        """Since when is waited: the first beginning, or the last touch.

        What was heard while a wait ran is part of that wait, and ends with it.
        """
        if not one.begun:
            return 0
        return max(one.begun) if touches else min(one.begun)

    def fire(upto: int) -> None:
        due = []
        for name, one in matters.items():
            since = waiting(one)
            if since and not one.opened:
                due.append((since + WITHIN, name, since))
        for at, name, since in sorted(due):
            if at <= upto:
                matters[name].opened, matters[name].since = at, since
                matters[name].begun = []
                told.append((at, name, "open"))

    for kind, name, at in life:
        now = max(now, at)
        fire(now)
        one = matters.setdefault(name, Matter())
        if kind == "goal_set":
            if one.opened and touches:
                if at >= one.opened:
                    told.append((at, name, "returned"))
                    one.opened = 0
                elif at > one.since:
                    told.append((one.opened, name, "late_evidence"))
                    one.opened = 0
                else:
                    continue
            elif one.opened:
                continue
            if not any(end >= at for end in one.ended):
                one.begun.append(at)
        else:
            one.ended.append(at)
            if waiting(one) <= at:
                one.begun = []
            if one.opened and at >= one.since:
                how = "recovered" if at >= one.opened else "late_evidence"
                told.append((max(at, one.opened), name, how))
                one.opened = 0
    fire(until)
    return told


def random_life(seed: int) -> list[Heard]:
    """A few records of two matters within a quarter of an hour, some of them out of order."""
    rng = random.Random(seed)
    at, arrived = 20_000 * DAY, []
    for _ in range(rng.randrange(1, 9)):
        at += rng.choice((1, 20, 45, 89, 90, 91)) * SECOND // rng.choice((1, 2))
        kind = rng.choice(("goal_set", "goal_set", "goal_reached"))
        late = rng.choice((0, 0, 0, 30, 100, 200)) * SECOND
        arrived.append((at + late, (kind, rng.choice("xy"), at)))
    return [heard for _, heard in sorted(arrived)]


@pytest.mark.parametrize(("cls", "touches"), [(Expected, False), (Idle, True)])
def test_it_tells_what_a_literal_reading_tells(cls: type[Expected], touches: bool) -> None:
    ways: Counter[str] = Counter()
    for seed in range(4000):
        life = random_life(seed)
        until = max(at for *_, at in life) + 10 * MINUTE
        expected = reading(life, until, touches=touches)
        assert decided(cls, life, until) == expected, (seed, life)
        ways.update(how for *_, how in expected)
    least = {"open", "recovered", "late_evidence"} | ({"returned"} if touches else set())
    assert all(ways[how] > 20 for how in least), ways


class TestTimers:
    """What the reading leaves out: bounds."""

    def test_no_two_timers_of_one_matter_run(self) -> None:
        for seed in range(300):
            rule, customer = signal(Idle), Customer()
            alerts = Alerts({"waiting": KIND}, Decision(), None)
            alerts.about("c:c", customer)
            for number, (kind, subject, at) in enumerate(random_life(seed)):
                line = (
                    f'{{"id": "{number}", "type": "{kind}", "channel": "web", "customer_id": "c",'
                    f' "properties": {{"goal": "{subject}"}}}}'
                )
                rule.on_event(customer, decode(line.encode(), at), alerts)
                names = [(timer.signal, timer.subject) for timer in customer.timers]
                assert len(names) == len(set(names))
                assert isinstance(customer.timers, list)
                assert all(isinstance(timer, Struct) for timer in customer.timers)
