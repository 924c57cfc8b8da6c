"""`branch_inconsistent`: a branch that differs from the rest of its brand beyond chance."""

from typing import Any, NamedTuple

from agents.alerts import INFO, WARNING, Facts, Kind
from agents.groups.alerts import GroupAlerts
from agents.groups.periods import WEEKS, wake_after
from agents.groups.signals import reports
from agents.groups.signals.rising import ALPHA_SPAN, odds, part
from agents.mechanisms.proportions import Found, Share, apart, differs_by_chance
from schemas.customer import bounded
from schemas.group import Group
from schemas.instant import WEEK
from schemas.observation import Observation, Score, Visit
from schemas.standards import AssistedLate, BranchInconsistent, GreetingLate
from schemas.trends import BRANCH_BYTES, MAX_BRANCHES, BranchCounts, Branches

SIGNAL = "branch_inconsistent"
_LISTS = ("visits", "missed", "answers", "bad")
_STAYS = 0.1
"""As long as the difference is less likely by chance than this, it stands."""


class Measure(NamedTuple):
    """What is compared: its name in alerts, and its fields of BranchCounts."""

    name: str
    trials: str
    hits: str
    says: str


MEASURES = (
    Measure("service", "visits", "missed", "visits were not greeted and assisted in time"),
    Measure("opinion", "answers", "bad", "answers were bad"),
)
_SAYS = {measure.name: measure.says for measure in MEASURES}


def _reason(facts: Facts) -> str:
    branch, measure = str(facts[0]), str(facts[1])
    hits, trials, other_hits, other_trials = (int(fact or 0) for fact in facts[2:6])
    return (
        f"In {branch} {hits:,} of {trials:,} {_SAYS.get(measure, measure)}"
        f" ({part(hits, trials)}), in the other branches of the brand"
        f" {part(other_hits, other_trials)}. By chance: {odds(float(facts[6] or 0))}."
    )


def _parameters(facts: Facts) -> dict[str, Any]:
    names = ("branch", "measure", "hits", "trials", "others_hits", "others_trials", "chance")
    return dict(zip(names, facts, strict=True))


BRANCH_INCONSISTENT = Kind(
    name=SIGNAL,
    team="management",
    clears_if="The branch no longer differs from the rest of its brand.",
    reason=_reason,
    parameters=_parameters,
    mechanism="baseline",
    opens="visits or answers in a branch go badly more (or less: info) often than in the rest of"
    " its brand, beyond chance",
    default="30 within 28 d, 10 of 100 apart, alpha 0.01 over all branches",
    source="ours; Fisher's exact test (1922), corrected after Holm (1979)",
)


class BranchesApart:
    """All branches of a brand together, by the week.

    The subject of an alert is the branch and the measure.
    """

    kinds = (BRANCH_INCONSISTENT,)
    groups = frozenset({"brand"})

    def __init__(
        self, limits: BranchInconsistent, greeting: GreetingLate, assisted: AssistedLate
    ) -> None:
        self.limits = limits
        self.greeting, self.assisted = greeting.within, assisted.within
        self.reacts_to = frozenset({"visit", "score"} if limits.enabled else ())
        self.window = WEEKS.whole(limits.window)
        self.kept = self.window + WEEKS.ahead
        self.alpha = limits.alpha / max(1, ALPHA_SPAN // WEEK)

    def on_observation(self, group: Group, observation: Observation, alerts: GroupAlerts) -> None:
        if not observation.branch:
            return
        week, state = WEEKS.of(observation.time), group.branches
        if state is None:
            state = group.branches = Branches(newest=week)
        ago = _go_on(state, week, self.kept)
        if ago >= self.kept:
            return
        counts = _counts(state, bounded(observation.branch, BRANCH_BYTES))
        _reach_back(counts, ago)
        if isinstance(observation, Visit):
            counts.visits[-1 - ago] += 1
            counts.missed[-1 - ago] += not was_in_time(observation, self.greeting, self.assisted)
        elif isinstance(observation, Score):
            counts.answers[-1 - ago] += 1
            counts.bad[-1 - ago] += observation.detractor
        wake_after(group, SIGNAL, WEEKS, week, state.judged)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        state = group.branches
        if state is None or not self.limits.enabled:
            return
        last = state.judged = WEEKS.of(now) - 1
        _forget(state, last - self.window + 1)
        following = _next(state, last)
        if following is not None:
            group.wake(SIGNAL, WEEKS.start(following + 1))
        state.branches.sort(key=lambda counts: counts.name)
        # Weeks that are not over are not judged.
        skip = max(0, state.newest - last)
        shares = {
            measure: [_share(counts, measure, skip, self.window) for counts in state.branches]
            for measure in MEASURES
        }
        tests = sum(share.trials >= self.limits.least for many in shares.values() for share in many)
        for measure, many in shares.items():
            limits = self.limits
            found = apart(
                many, self.alpha, tests=tests, least=limits.least, difference=limits.difference
            )
            self._tell(state, measure, many, found, now, alerts)

    def _tell(
        self,
        state: Branches,
        measure: Measure,
        many: list[Share],
        found: list[Found],
        now: int,
        alerts: GroupAlerts,
    ) -> None:
        # Those who are told of do not count among the others, nor do those who now are apart.
        out = {each.place for each in found}
        out |= {
            place
            for place, counts in enumerate(state.branches)
            if reports.is_away(state.told, _subject(counts, measure))
        }
        left = [share for place, share in enumerate(many) if place not in out]
        rest = Share(sum(share.hits for share in left), sum(share.trials for share in left))
        for place, share in enumerate(many):
            subject = _subject(state.branches[place], measure)
            known = share.trials >= self.limits.least and reports.is_away(state.told, subject)
            if known and not self._differs(share, rest):
                reports.back(state.told, subject)
                alerts.resolve(SIGNAL, subject, now, "recovered")
        for each in found:
            subject, share = _subject(state.branches[each.place], measure), many[each.place]
            if reports.may_tell(state.told, subject, now, self.limits.cool_down):
                name = state.branches[each.place].name
                facts: Facts = [name, measure.name, *share, *each.others, each.chance]
                worse = share.hits * each.others.trials > each.others.hits * share.trials
                reports.tell(state.told, subject, now)
                alerts.stand(
                    BRANCH_INCONSISTENT, self.limits, subject, now, facts, [],
                    severity=WARNING if worse else INFO,
                )  # fmt: skip

    def _differs(self, share: Share, rest: Share) -> bool:
        """Whether a branch that was told of still differs, by half as much and more likely."""
        if rest.trials < self.limits.least:
            return True
        away = abs(share.hits / share.trials - rest.hits / rest.trials)
        return away >= self.limits.difference / 2 and differs_by_chance(*share, *rest) <= _STAYS


def was_in_time(visit: Visit, greeting: int, assisted: int) -> bool:
    """Whether a visitor was greeted (where that is known) and assisted within so long
    (microseconds) of arriving."""
    if visit.assisted is None or visit.assisted > assisted:
        return False
    return visit.greeted is None or visit.greeted <= greeting


def _counts(state: Branches, name: str) -> BranchCounts:
    """Those of that branch; of more than 256 branches the least active one is forgotten."""
    for counts in state.branches:
        if counts.name == name:
            return counts
    if len(state.branches) >= MAX_BRANCHES:
        state.branches.remove(min(state.branches, key=_activity))
    made = BranchCounts(name, [0], [0], [0], [0])
    state.branches.append(made)
    return made


def _go_on(state: Branches, week: int, kept: int) -> int:
    """How many weeks `week` lies before the newest, which it becomes where it is later."""
    ahead = week - state.newest
    if ahead > 0:
        state.newest = week
        for counts in state.branches:
            for name in _LISTS:
                weeks: list[int] = getattr(counts, name)
                weeks.extend([0] * min(ahead, kept))
                del weeks[:-kept]
    return state.newest - week


def _reach_back(counts: BranchCounts, ago: int) -> None:
    missing = ago + 1 - len(counts.visits)
    for name in _LISTS if missing > 0 else ():
        getattr(counts, name)[:0] = [0] * missing


def _forget(state: Branches, first: int) -> None:
    """The weeks before that one; the newest stays."""
    weeks = max(1, state.newest - first + 1)
    for counts in state.branches:
        for name in _LISTS:
            del getattr(counts, name)[:-weeks]


def _next(state: Branches, last: int) -> int | None:
    """The first week after that in which something was heard of a branch."""
    for ago in range(state.newest - last - 1, -1, -1):
        for counts in state.branches:
            if len(counts.visits) > ago and (counts.visits[-1 - ago] or counts.answers[-1 - ago]):
                return state.newest - ago
    return None


def _activity(counts: BranchCounts) -> tuple[int, str]:
    return sum(counts.visits) + sum(counts.answers), counts.name


def _share(counts: BranchCounts, measure: Measure, skip: int, window: int) -> Share:
    """Of the `window` weeks that end `skip` weeks before the newest."""
    hits, trials = getattr(counts, measure.hits), getattr(counts, measure.trials)
    end = max(0, len(trials) - skip)
    return Share(sum(hits[max(0, end - window) : end]), sum(trials[max(0, end - window) : end]))


def _subject(counts: BranchCounts, measure: Measure) -> str:
    return f"{counts.name}: {measure.name}"
