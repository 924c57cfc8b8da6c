"""A share of a group risen above its own past: more given up at a step, more trouble a product.

Judged at the end of each short period, over the newest ones that hold just enough trials, twice,
four and eight times as many, and over the whole window: a large rise is found soon, and a small one
at all. The past ends before the window begins. Each judgement has its part of alpha: chance opens
no more than that in 28 days.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from agents.alerts import Facts, Kind
from agents.groups.alerts import GroupAlerts, evidence_of
from agents.groups.periods import (
    Period,
    add,
    between,
    newest,
    next_heard,
    note,
    oldest,
    shown,
    trim,
    wake_after,
)
from schemas.alert import Evidence
from schemas.group import Group
from schemas.instant import DAY
from schemas.observation import Observation
from schemas.trends import MAX_TROUBLED, Rise

ALPHA_SPAN = 28 * DAY
"""Chance may open an alert of one group with the probability alpha in so long."""

SCALES = (1, 2, 4, 8)
"""Windows with so many times the least trials are judged, and the whole one."""

Counted = Callable[[Any], tuple[int, int]]
"""Of an observation: trials, and hits."""
Chance = Callable[[int, int, int, int], float]
"""How likely (hits, trials, hits of the past, trials of the past) are, had nothing changed."""


class Window(NamedTuple):
    """Trials and hits from one short period on."""

    first: int
    trials: int
    hits: int


class Rising:
    """One signal of this form: by kind of observation, what counts."""

    def __init__(
        self,
        kind: Kind,
        limits: Any,
        *,
        group: str,
        counted: Mapping[str, Counted],
        chance: Chance,
        recent: Period,
        past: Period,
        once_each: bool = False,
    ) -> None:
        """`limits` is the signal's part of Thresholds. With `once_each` a customer's hits count
        once, as long as they are among the 64 last ones who had any."""
        self.kind = kind
        self.name = kind.name
        self.limits = limits
        self.kinds = (kind,)
        self.groups = frozenset({group})
        self.counted = dict(counted) if limits.enabled else {}
        self.reacts_to = frozenset(self.counted)
        self.chance = chance
        self.recent, self.past = recent, past
        self.once_each = once_each
        self.window = recent.whole(limits.window)
        self.baseline = past.whole(limits.baseline)
        self.learns = min(past.whole(limits.learns), self.baseline)
        self.kept = self.baseline + -(-self.window * recent.size // past.size) + 2
        judgements = (len(SCALES) + 1) * max(1, ALPHA_SPAN // recent.size)
        self.alpha = limits.alpha / judgements

    def on_observation(self, group: Group, observation: Observation, alerts: GroupAlerts) -> None:
        trials, hits = self.counted[observation.kind](observation)
        state = group.rise
        if state is None:
            state = group.rise = Rise()
        if hits and self.once_each:
            if observation.who in state.who:
                hits = 0
            else:
                state.who = [*state.who[1 - MAX_TROUBLED :], observation.who]
        if not trials and not hits:
            return
        at = observation.time
        period = self.recent.of(at)
        add(state.recent, period, trials, hits, self.window + self.recent.ahead)
        add(state.past, self.past.of(at), trials, hits, self.kept + self.past.ahead)
        if hits:
            note(state.evidence, evidence_of(observation), self.recent)
        wake_after(group, self.name, self.recent, period, state.judged)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        state = group.rise
        if state is None or not self.limits.enabled:
            return
        last = state.judged = self.recent.of(now) - 1
        trim(state.recent, last - self.window + 1)
        trim(state.past, self.past.of(now) - self.kept)
        following = next_heard(state.recent, last)
        if following is not None:
            group.wake(self.name, self.recent.start(following + 1))
        evidence = shown(state.evidence, now)
        if state.above:
            self._judge_back(state, last, now, alerts)
        elif alerts.cool(self.kind, self.limits, now):
            self._judge(state, last, now, evidence, alerts)

    def _judge(
        self, state: Rise, last: int, now: int, evidence: list[Evidence], alerts: GroupAlerts
    ) -> None:
        limits = self.limits
        if not any(state.recent.hits):
            return  # as by far the most: what has not happened has not risen
        for window in self._windows(state, last):
            usual = self._usual(state, window.first)
            if usual is None:
                continue
            usual_trials, usual_hits = usual
            if window.hits * usual_trials < limits.rise * usual_hits * window.trials:
                continue
            chance = self.chance(window.hits, window.trials, usual_hits, usual_trials)
            if chance > self.alpha:
                continue
            state.above, state.since = True, last
            state.needed = min(max(limits.least, window.trials), 4 * limits.least)
            state.usual_hits, state.usual_trials = usual_hits, usual_trials
            since = self.recent.start(window.first)
            facts: Facts = [
                window.hits, window.trials, usual_hits, usual_trials, since, chance,
            ]  # fmt: skip
            alerts.stand(self.kind, limits, None, now, facts, evidence)
            return

    def _windows(self, state: Rise, last: int) -> Iterator[Window]:
        """The shortest one with enough trials, longer ones, and the whole one."""
        first = last - self.window + 1
        for scale in SCALES:
            found = newest(state.recent, first, last, scale * self.limits.least)
            if found is None:
                break
            yield Window(*found)
        trials, hits = between(state.recent, first, last)
        if trials >= self.limits.least:
            yield Window(first, trials, hits)

    def _usual(self, state: Rise, first: int) -> tuple[int, int] | None:
        """Trials and hits of the past before that short period; None while too little is known."""
        last = self.past.of(self.recent.start(first)) - 1
        known = last - oldest(state.past) + 1
        if known < self.learns:
            return None
        trials, hits = between(state.past, last - self.baseline + 1, last)
        return (trials, hits) if trials >= self.limits.least else None

    def _judge_back(self, state: Rise, last: int, now: int, alerts: GroupAlerts) -> None:
        """Whether it is as usual again, by as many trials as it took to say that it was not."""
        limits, back = self.limits, False
        found = newest(state.recent, state.since + 1, last, state.needed)
        if found is not None:
            _, trials, hits = found
            usual = max(1, state.usual_hits)
            back = hits * state.usual_trials <= limits.back * usual * trials
        # Long after, what was unusual has become the past: it is a matter of another measure.
        another = self.recent.start(state.since + 1) + limits.baseline + limits.window
        if back or (now >= another and alerts.standing(self.name) is None):
            state.above = False
            alerts.resolve(self.name, None, now, "recovered")


def part(hits: int, trials: int) -> str:
    """A share as people say it.

    >>> part(1, 8), part(0, 0)
    ('12 %', '0 %')
    """
    return f"{100 * hits / trials:.0f} %" if trials else "0 %"


def odds(chance: float) -> str:
    """How unlikely, as people say it.

    >>> odds(0.0004), odds(0.0)
    ('1 in 2,500', 'less than 1 in 1,000,000')
    """
    return f"1 in {1 / chance:,.0f}" if chance > 1e-6 else "less than 1 in 1,000,000"
