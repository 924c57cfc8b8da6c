"""`goal_stalled`: a customer has set themselves a goal, and makes no progress.

A goal that is out of sight is a reason to stay that is lost: practice of customer success. 30 days
are ours.
"""

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import ANY, Begin, End, began
from agents.mechanisms.idle import Idle
from agents.mechanisms.standing import open_ones
from agents.signals.journey.waits import NEVER_BEGAN, USES, began_at
from schemas.customer import Customer, bounded
from schemas.instant import DAY, spoken
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import GoalStalled, written

MOST_GOALS = 4
_SET, _REACHED, _DELETED = "goal_set", "goal_reached", "account_deleted"


def _reason(facts: Facts) -> str:
    since, idle, goal = facts
    what = f"the goal {goal}" if goal else "their goal"
    return f"No progress towards {what} for {written(int(idle or 0))}, since {spoken(since)}."


GOAL_STALLED = Kind(
    name="goal_stalled",
    team="success",
    concern="relationship",
    severity=INFO,
    clears_if="The customer makes progress, reaches the goal, or sets it anew.",
    reason=_reason,
    parameters=lambda facts: {"idle_days": int(facts[1] or 0) / DAY, "goal": facts[2]},
    opens="a goal that the customer set has seen no progress",
    default="30 d",
    source="practice of customer success; the figure is ours",
    mechanism="idle",
)


class Goals(Idle):
    """Goals set, and the time since the last progress; one wait for each, 4 at most.

    >>> Goals(GoalStalled()).limits.idle // DAY
    30
    """

    def __init__(self, limits: GoalStalled) -> None:
        super().__init__(GOAL_STALLED, limits, begins={}, ends={})
        self.reacts_to = frozenset({_SET, _REACHED, _DELETED, "value_reached", *USES})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        if kind == _SET:
            if self.limits.enabled:
                goal = event.properties.goal
                subject = bounded(goal) if goal else None
                self._make_room(customer, subject, event.time, alerts)
                self._progress(customer, subject, event, alerts)
        elif kind == _REACHED:
            self.end(customer, End(event.properties.goal or ANY), event.time, alerts)
        elif began_at(customer, self.name) == NEVER_BEGAN:
            return
        elif kind == _DELETED:
            self.end(customer, End(ANY, "superseded"), event.time, alerts)
        else:
            for since, subject in self._goals(customer):
                if event.time > since:
                    self._progress(customer, subject, event, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        super().on_merge(customer, at, alerts)
        goals = self._goals(customer)
        if len(goals) > MOST_GOALS:
            self._make_room(customer, goals[-1][1], at, alerts)

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if self.limits.enabled:
            super().open(customer, timer, alerts)

    def _progress(
        self, customer: Customer, subject: str | None, event: Interaction, alerts: Alerts
    ) -> None:
        self.begin(customer, Begin(subject, self.limits.idle, [subject]), event, alerts)

    def _goals(self, customer: Customer) -> list[tuple[int, str | None]]:
        """The goals pursued, each with the last progress, the earliest first."""
        found = [
            (timer.since, timer.subject) for timer in customer.timers if timer.signal == self.name
        ]
        found += [(began(alert), alert.subject) for alert in open_ones(customer, self.name)]
        found.sort(key=_place)
        return found

    def _make_room(self, customer: Customer, subject: str | None, at: int, alerts: Alerts) -> None:
        """Forget the goals that have seen no progress for longest."""
        others = [goal for _, goal in self._goals(customer) if goal != subject]
        for goal in others[: max(len(others) + 1 - MOST_GOALS, 0)]:
            timer = timers.find(customer, self.name, goal)
            if timer is not None:
                timers.stop(customer, timer)
            alerts.resolve(self.name, goal, at, "expired")


def _place(goal: tuple[int, str | None]) -> tuple[int, str]:
    return goal[0], goal[1] or ""
