"""`expected` with pauses: the time in which the house itself waits for somebody does not count."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, Begins, End, Ends, Expected, began
from agents.mechanisms.standing import standing
from agents.working_time import ALWAYS, Hours
from schemas.customer import Customer, OpenAlert, bounded
from schemas.interaction import Interaction
from schemas.memory import Timer

MAX_MOMENTS = 8
_OWN = 4
"""Facts of the mechanism, from the front: since, within, where it runs from, how much is left."""

Moves = Callable[[Customer, Interaction], End | None]


def stretches(start: int, moments: Sequence[int], longest: int) -> list[int]:
    """When a timer ran: from, to, from, to, ...; from `start` on.

    A moment above 0 pauses it and one below 0 lets it go on (both instants, in order of time); one
    pause lasts `longest` at most.

    >>> stretches(0, [10, 12, -30, -35, 50], longest=100)
    [0, 10, 30, 50, 150]
    >>> stretches(0, [10, -30], longest=5)
    [0, 10, 15]
    """
    found = [start]
    for moment in moments:
        at = abs(moment)
        if len(found) % 2 == 0 and at >= found[-1] + longest:
            found.append(found[-1] + longest)
        if (len(found) % 2 == 1) == (moment > 0):
            found.append(at)
    if len(found) % 2 == 0:
        found.append(found[-1] + longest)
    return found


class Pausing(Expected):
    """One signal of this mechanism: `pauses` and `resumes` say by type what does that to a wait.

    The facts of its alerts are `[since, within, from, left, ...]` and, after those of `Begin`, the
    moments: of the wait, `left` runs from the instant `from`, later than `since` only where more
    than 8 moments were heard.
    """

    def __init__(
        self,
        kind: Kind,
        limits: Any,
        *,
        begins: Mapping[str, Begins],
        ends: Mapping[str, Ends],
        pauses: Mapping[str, Moves],
        resumes: Mapping[str, Moves],
        told: int,
        hours: Hours = ALWAYS,
        keeps: int = 0,
        remembered_as: str | None = None,
        paused_as: str,
    ) -> None:
        """`told`: how many facts its beginnings have; `limits.pause` is the longest pause.

        What pauses is found remembered under the name `paused_as`, where it was heard too early.
        """
        super().__init__(
            kind, limits, begins=begins, ends=ends, hours=hours, keeps=keeps,
            remembered_as=remembered_as,
        )  # fmt: skip
        self.pauses = dict(pauses)
        self.resumes = dict(resumes)
        self.moves = ((self.pauses, 1), (self.resumes, -1))
        self.fixed = _OWN + told
        self.paused_as = paused_as
        self.reacts_to |= {*pauses, *resumes}

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        super().on_event(customer, event, alerts)
        kind = event.kind
        for moves, sign in self.moves:
            move = moves.get(kind)
            meant = move(customer, event) if move is not None else None
            if meant is not None:
                subject = None if meant.subject is None else bounded(meant.subject)
                self.move(customer, subject, sign * event.time, alerts)

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        facts: Facts = [event.time, int(begin.within), *begin.facts]
        timer = super().begin(customer, begin._replace(facts=facts), event, alerts)
        if timer is not None:
            paused = timers.answered(customer, self.paused_as, timer.subject, event.time)
            if paused is not None:
                self.move(customer, timer.subject, paused.at, alerts)
        return timer

    def restate(self, customer: Customer, timer: Timer) -> None:
        facts, within = timer.facts, self.allowed(customer, timer)
        # Of what is reckoned up nothing can be said anew.
        if within is not None and facts[2] != within and facts[3:5] == facts[1:3]:
            facts[2] = facts[4] = within
            moments = [int(moment or 0) for moment in facts[self.fixed + 1 :]]
            ran = stretches(timer.since, moments, int(self.limits.pause))
            timer.due = self.hours.due(within, ran) or timer.due

    def move(self, customer: Customer, subject: str | None, moment: int, alerts: Alerts) -> None:
        """A wait pauses or goes on; an alert that would not have opened with that is void."""
        timer = timers.find(customer, self.name, subject)
        if timer is not None:
            if timer.since <= abs(moment):
                self._settle(timer, moment)
                timers.start(customer, timer)
            return
        alert = standing(customer, self.name, subject)
        if alert is None or not began(alert) <= abs(moment) <= alert.opened_at:
            return
        again = self._of(alert)
        self._settle(again, moment)
        if again.due > alert.opened_at:
            self.void(customer, alert, abs(moment), alerts)
            timers.start(customer, again)

    def _of(self, alert: OpenAlert) -> Timer:
        """The timer from which an alert came."""
        facts = [-1, *alert.facts]
        return Timer(self.name, alert.subject, alert.opened_at, began(alert), facts, alert.evidence)

    def _settle(self, timer: Timer, moment: int) -> None:
        """Put a moment into its place among the others, and find out when the timer is due."""
        facts = timer.facts
        head, moments = facts[: self.fixed + 1], [int(m or 0) for m in facts[self.fixed + 1 :]]
        start, left = int(head[3] or 0), int(head[4] or 0)
        if abs(moment) < start or moment == -start or moment in moments:
            return
        moments.append(moment)
        moments.sort(key=_place)
        longest = int(self.limits.pause)
        ran = stretches(start, moments, longest)
        timer.due = self.hours.due(left, ran) or timer.due
        if len(moments) > MAX_MOMENTS:
            if len(ran) > 2:
                # The oldest stretch is reckoned up: nothing can be put before it any more.
                head[3], head[4] = ran[2], self.hours.left(left, ran[0], ran[1])
                moments = [each for each in moments if abs(each) > ran[2]]
            moments = moments[-MAX_MOMENTS:]
        timer.facts = [*head, *moments]


def _place(moment: int) -> tuple[int, bool]:
    return abs(moment), moment < 0
