"""`standards_met_unhappy`: on target, and yet satisfaction falls: the standards miss the point."""

from typing import Any

from agents.alerts import Facts, Kind
from agents.groups.alerts import GroupAlerts
from agents.groups.periods import WEEKS, add, between, trim, wake_after
from agents.groups.signals import reports
from agents.groups.signals.branches import was_in_time
from agents.groups.signals.rising import ALPHA_SPAN, odds, part
from agents.mechanisms.means import Scores, lower_mean_by_chance
from schemas.group import Group
from schemas.instant import WEEK
from schemas.observation import Observation, Score, Visit, Wait
from schemas.standards import (
    AssistedLate,
    GreetingLate,
    ServiceLevelMissed,
    StandardsMetUnhappy,
)
from schemas.trends import MAX_INSTRUMENTS, Answers, Mood

SIGNAL = "standards_met_unhappy"
_OF = 1000
"""Scores are kept in thousandths of their scale."""


def _reason(facts: Facts) -> str:
    instrument, n, mean, usual_n, usual, met, of, chance = facts
    return (
        f"{part(int(met or 0), int(of or 0))} were served in time, and yet {n:,} answers"
        f" ({instrument}) within 4 weeks lie at {float(mean or 0):.0%} of their scale, where"
        f" {float(usual or 0):.0%} were usual ({usual_n:,} answers)."
        f" By chance: {odds(float(chance or 0))}."
    )


def _parameters(facts: Facts) -> dict[str, Any]:
    names = ("instrument", "answers", "mean", "usual_answers", "usual", "in_time", "of", "chance")
    return dict(zip(names, facts, strict=True))


STANDARDS_MET_UNHAPPY = Kind(
    name=SIGNAL,
    team="management",
    clears_if="Satisfaction is back, or the standards are no longer kept, which is another matter.",
    reason=_reason,
    parameters=_parameters,
    mechanism="baseline",
    opens="a queue or branch serves on target, and yet its satisfaction falls under that of the 26"
    " weeks before, beyond chance",
    default="30 answers within 28 d, 80 % in time, 5 of 100 lower, alpha 0.01",
    source="ours; Welch's test (1947)",
)


class Moods:
    """Service in time, and scores by instrument, by the week. The subject is the instrument."""

    kinds = (STANDARDS_MET_UNHAPPY,)
    groups = frozenset({"queue", "branch"})

    def __init__(
        self,
        limits: StandardsMetUnhappy,
        level: ServiceLevelMissed,
        greeting: GreetingLate,
        assisted: AssistedLate,
    ) -> None:
        self.limits = limits
        self.level = level
        self.greeting, self.assisted = greeting.within, assisted.within
        self.reacts_to = frozenset({"wait", "visit", "score"} if limits.enabled else ())
        self.window = WEEKS.whole(limits.window)
        self.baseline = WEEKS.whole(limits.baseline)
        self.learns = WEEKS.whole(limits.learns)
        self.kept = self.window + self.baseline + 1 + WEEKS.ahead
        self.served = self.window + 1 + WEEKS.ahead
        self.alpha = limits.alpha / max(1, ALPHA_SPAN // WEEK)

    def on_observation(self, group: Group, observation: Observation, alerts: GroupAlerts) -> None:
        state = group.mood
        if state is None:
            state = group.mood = Mood()
        week = WEEKS.of(observation.time)
        if isinstance(observation, Score):
            self._answered(state, week, observation)
            wake_after(group, SIGNAL, WEEKS, week, state.judged)
        elif isinstance(observation, Visit):
            served = was_in_time(observation, self.greeting, self.assisted)
            add(state.served, week, 1, int(served), self.served)
        elif isinstance(observation, Wait):
            self._waited(state, week, observation)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        state = group.mood
        if state is None or not self.limits.enabled:
            return
        last = state.judged = WEEKS.of(now) - 1
        self._forget(state, last)
        following = [week for answers in state.answers if (week := _next(answers, last))]
        if following:
            group.wake(SIGNAL, WEEKS.start(min(following) + 1))
        of, met = between(state.served, last - self.window + 1, last)
        on_target = of >= self.limits.least and met >= self.level.target * of
        for answers in sorted(state.answers, key=lambda each: each.instrument):
            subject = answers.instrument
            scores = _scores(answers, last - self.window + 1, last)
            if reports.is_away(state.told, subject):
                self._judge_back(state, answers, scores, on_target, last, now, alerts)
            elif on_target and reports.may_tell(state.told, subject, now, self.limits.cool_down):
                self._judge(state, answers, scores, (met, of), last, now, alerts)

    def _judge(
        self,
        state: Mood,
        answers: Answers,
        scores: Scores,
        served: tuple[int, int],
        last: int,
        now: int,
        alerts: GroupAlerts,
    ) -> None:
        limits, end = self.limits, last - self.window
        known = end - (answers.newest - len(answers.n) + 1) + 1
        usual = _scores(answers, end - self.baseline + 1, end)
        if known < self.learns or scores.n < limits.least or usual.n < limits.least:
            return
        if usual.mean - scores.mean < limits.fall * _OF:
            return
        first = last - self.window + 1
        judged = sum(_scores(each, first, last).n >= limits.least for each in state.answers)
        chance = lower_mean_by_chance(scores, usual)
        if chance * judged > self.alpha:
            return
        reports.tell(state.told, answers.instrument, now)
        facts: Facts = [
            answers.instrument, scores.n, scores.mean / _OF, usual.n, usual.mean / _OF, *served,
            chance,
        ]  # fmt: skip
        alerts.stand(STANDARDS_MET_UNHAPPY, limits, answers.instrument, now, facts, [])

    def _judge_back(
        self,
        state: Mood,
        answers: Answers,
        scores: Scores,
        on_target: bool,
        last: int,
        now: int,
        alerts: GroupAlerts,
    ) -> None:
        """Back by half of what a fall is, in the weeks since it was told."""
        limits, subject = self.limits, answers.instrument
        alert = alerts.standing(SIGNAL, subject)
        told_at = next(each.at for each in state.told if each.subject == subject)
        if alert is None:
            # It has expired: what is usual is measured anew once the past has become another.
            if now >= told_at + limits.baseline + limits.window:
                reports.back(state.told, subject)
            return
        if not on_target:
            reports.back(state.told, subject)
            alerts.resolve(SIGNAL, subject, now, "superseded")
            return
        first = max(WEEKS.of(told_at), last - self.window + 1)
        since, usual = _scores(answers, first, last), float(alert.facts[4] or 0) * _OF
        if since.n >= limits.least and since.mean >= usual - limits.fall * _OF / 2:
            reports.back(state.told, subject)
            alerts.resolve(SIGNAL, subject, now, "recovered")

    def _forget(self, state: Mood, last: int) -> None:
        """What is no longer compared when the week `last` is judged."""
        trim(state.served, last - self.window + 1)
        first = last - self.window - self.baseline + 1
        for answers in state.answers:
            gone = min(first - (answers.newest - len(answers.n) + 1), len(answers.n) - 1)
            if gone > 0:
                del answers.n[:gone], answers.total[:gone], answers.squares[:gone]

    def _waited(self, state: Mood, week: int, wait: Wait) -> None:
        if wait.corrects:
            # It was counted as answered at once: that one is taken back.
            add(state.served, week, -1, -1, self.served)
        if wait.outcome == "answered":
            in_time = wait.waited <= self.level.within
            add(state.served, week, 1, int(in_time), self.served)
        elif wait.outcome == "abandoned" and wait.waited >= self.level.short_abandon:
            add(state.served, week, 1, 0, self.served)

    def _answered(self, state: Mood, week: int, score: Score) -> None:
        for answers in state.answers:
            if answers.instrument == score.instrument:
                break
        else:
            if len(state.answers) >= MAX_INSTRUMENTS:
                return
            answers = Answers(score.instrument, week, [0], [0], [0])
            state.answers.append(answers)
        ahead = week - answers.newest
        if ahead > 0:
            more = [0] * min(ahead, self.kept)
            for name in ("n", "total", "squares"):
                setattr(answers, name, (getattr(answers, name) + more)[-self.kept :])
            answers.newest = week
        ago = answers.newest - week
        if ago >= self.kept:
            return
        missing = [0] * (ago + 1 - len(answers.n))
        for name in ("n", "total", "squares") if missing else ():
            setattr(answers, name, missing + getattr(answers, name))
        value = round(score.score * _OF)
        answers.n[-1 - ago] += 1
        answers.total[-1 - ago] += value
        answers.squares[-1 - ago] += value * value


def _next(answers: Answers, last: int) -> int:
    """The first week after that with an answer; 0: none."""
    begin = answers.newest - len(answers.n) + 1
    for place in range(max(0, last + 1 - begin), len(answers.n)):
        if answers.n[place]:
            return begin + place
    return 0


def _scores(answers: Answers, first: int, last: int) -> Scores:
    """Of the weeks from `first` to `last`, both with them, in thousandths."""
    begin = answers.newest - len(answers.n) + 1
    low, high = max(0, first - begin), max(0, last - begin + 1)
    return Scores(
        sum(answers.n[low:high]), sum(answers.total[low:high]), sum(answers.squares[low:high])
    )
