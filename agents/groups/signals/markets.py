"""`market_shift`: more customers of a region or segment than usual show signs of leaving."""

from typing import Any

from agents.alerts import Facts, Kind
from agents.groups.alerts import GroupAlerts, evidence_of
from agents.groups.periods import (
    WEEKS,
    add,
    between,
    hits,
    next_heard,
    note,
    oldest,
    shown,
    trim,
    wake_after,
)
from agents.mechanisms.cusum import dispersion, reference, step
from schemas.alert import Evidence
from schemas.group import Group
from schemas.instant import spoken
from schemas.observation import Churn
from schemas.standards import MarketShift
from schemas.trends import MAX_CHURNED, Drain

SIGNAL = "market_shift"
_ATOP = 2
"""The sum goes no higher than so many times h, so that it comes back within weeks."""
_BACK = 0.5
_ONCE_IN = 4
"""A customer counts once in so many weeks, whatever signs they show."""
_LATELY = 8
"""Where more than usual have gone in the last weeks before, that is the usual: a house that grows,
or whose history is young, has more signs of leaving from month to month."""


def _reason(facts: Facts) -> str:
    return (
        f"{facts[0]} customers with signs of leaving in the week before {spoken(facts[5])[:10]},"
        f" where {float(facts[1] or 0):.1f} a week were usual: the sum of such weeks has reached"
        f" {float(facts[2] or 0):.1f} (limit {facts[3]:g})."
    )


def _parameters(facts: Facts) -> dict[str, Any]:
    names = ("customers", "usual", "sum", "h", "k", "until")
    return {**dict(zip(names, facts, strict=True)), "until": spoken(facts[5])}


MARKET_SHIFT = Kind(
    name=SIGNAL,
    team="management",
    clears_if="The sum of the weeks above the usual has fallen under half of its limit.",
    reason=_reason,
    parameters=_parameters,
    mechanism="baseline",
    opens="customers of a region or segment with signs of leaving above its own 26 weeks before,"
    " beyond chance",
    default="CUSUM, h = 5, for a doubling",
    source="Page (1954); Hawkins and Olwell (1998)",
)


class Markets:
    """Customers with signs of leaving by the week, summed up where they go above the usual."""

    kinds = (MARKET_SHIFT,)
    groups = frozenset({"market"})

    def __init__(self, limits: MarketShift) -> None:
        self.limits = limits
        self.reacts_to = frozenset({"churn"} if limits.enabled else ())
        self.baseline = WEEKS.whole(limits.baseline)
        self.learns = min(WEEKS.whole(limits.learns), self.baseline)

    def on_observation(self, group: Group, churn: Churn, alerts: GroupAlerts) -> None:
        state = group.drain
        if churn.over or churn.signal not in self.limits.signals:
            return
        if state is None:
            state = group.drain = Drain()
        week = WEEKS.of(churn.time)
        if not _first(state, churn.who, week):
            return
        note(state.evidence, evidence_of(churn), WEEKS)
        add(state.weeks, week, 0, 1, self.baseline + 2 + WEEKS.ahead)
        wake_after(group, SIGNAL, WEEKS, week, state.judged)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        state = group.drain
        if state is None or not self.limits.enabled:
            return
        last = state.judged = WEEKS.of(now) - 1
        count = between(state.weeks, last, last)[1]
        evidence = shown(state.evidence, now)
        if state.above:
            self._judge_back(state, last, count, now, alerts)
        else:
            self._judge(state, last, count, now, evidence, alerts)
        # Every week counts, also one without any; until there is nothing to compare with.
        trim(state.weeks, last - self.baseline)
        if between(state.weeks, last - self.baseline, last)[1]:
            group.wake(SIGNAL, WEEKS.start(last + 2))
            return
        following = next_heard(state.weeks, last)
        if following is None:
            group.drain = None
            return
        _keep_from(state, following)
        group.wake(SIGNAL, WEEKS.start(following + 1))

    def _judge(
        self,
        state: Drain,
        last: int,
        count: int,
        now: int,
        evidence: list[Evidence],
        alerts: GroupAlerts,
    ) -> None:
        limits = self.limits
        first = max(oldest(state.weeks), last - self.baseline)
        if last - first < self.learns:
            return
        past = hits(state.weeks, first, last - 1)
        # Of weeks later than the newest one nothing was heard.
        past += [0] * (last - first - len(past))
        if not state.total:
            # While the sum stands, the weeks that made it are no part of what is usual.
            state.usual = max(_mean(past), _mean(past[-_LATELY:]))
            state.dispersion = dispersion(past)
        state.total = min(self._step(state, count), _ATOP * limits.h)
        if state.total > limits.h and alerts.cool(MARKET_SHIFT, limits, now):
            state.above, state.since = True, last
            k = round(reference(state.usual, limits.rise), 3)
            facts: Facts = [
                count, round(state.usual, 3), round(state.total, 3), limits.h, k, now,
            ]  # fmt: skip
            alerts.stand(MARKET_SHIFT, limits, None, now, facts, evidence)

    def _judge_back(
        self, state: Drain, last: int, count: int, now: int, alerts: GroupAlerts
    ) -> None:
        limits = self.limits
        state.total = min(self._step(state, count), _ATOP * limits.h)
        if state.total <= _BACK * limits.h:
            state.above = False
            alerts.resolve(SIGNAL, None, now, "recovered")
        elif alerts.standing(SIGNAL) is None and last - state.since >= self.learns:
            # It has stayed so: what it became is the usual from here on.
            self._forget(state)

    def _step(self, state: Drain, count: int) -> float:
        return step(state.total, count, state.usual, self.limits.rise, state.dispersion)

    def _forget(self, state: Drain) -> None:
        """Keep only the weeks since it has been otherwise."""
        _keep_from(state, state.since)


def _keep_from(state: Drain, week: int) -> None:
    """Forget the weeks before that one, and what was told."""
    state.above, state.total = False, 0.0
    gone = max(0, week - oldest(state.weeks))
    del state.weeks.trials[:gone], state.weeks.hits[:gone]


def _first(state: Drain, who: int, week: int) -> bool:
    """Whether this customer has not counted in the weeks around; from now on they have."""
    for other, when in zip(state.who, state.when, strict=True):
        if other == who and abs(week - when) < _ONCE_IN:
            return False
    state.who = [*state.who[1 - MAX_CHURNED :], who]
    state.when = [*state.when[1 - MAX_CHURNED :], week]
    return True


def _mean(past: list[int]) -> float:
    """One more than were seen: of a market in which nobody ever left, one is no rise."""
    return (sum(past) + 1) / len(past)
