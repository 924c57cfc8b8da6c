"""`usage_declined`: a product is used far less than before, beyond chance.

Uses are counted by week, so that who simply stops is noticed at the end of a week, without any
interaction of theirs.
"""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.baseline import drop_by_chance
from agents.mechanisms.standing import cool, open_ones, stand, standing
from schemas.customer import Customer
from schemas.habits import MAX_USES, MAX_WEEKS, Habits
from schemas.instant import DAY, WEEK
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import UsageDeclined as Limits

SIGNAL = "usage_declined"
_TO_MONDAY = 3
"""Days from a Monday to 1 January 1970, which was a Thursday."""


def _reason(facts: Facts) -> str:
    now, base, window, baseline = (int(fact or 0) for fact in facts)
    usual = base * window / baseline
    return (
        f"Used {now} times in the last {window} weeks, where {usual:.0f} times were usual"
        f" in the {baseline} weeks before."
    )


USAGE_DECLINED = Kind(
    name=SIGNAL,
    team="success",
    concern="churn",
    mechanism="baseline",
    opens="the last 4 weeks' usage under the own 12-week baseline, beyond chance",
    clears_if="Usage is back above 80 % of what it was.",
    default="-50 %, 8 uses in the baseline, alpha 0.01",
    source="ours; exact test of two Poisson rates, Przyborowski and Wilenski (1940)",
    reason=_reason,
    parameters=lambda facts: dict(
        zip(("uses", "baseline_uses", "window_weeks", "baseline_weeks"), facts, strict=True)
    ),
)


def week_of(at: int) -> int:
    """The number of the week, from Monday 00:00 UTC on, that holds an instant.

    >>> week_of(0), week_of(4 * 86_400_000_000 - 1), week_of(4 * 86_400_000_000)
    (0, 0, 1)
    """
    return (at // DAY + _TO_MONDAY) // 7


def week_start(week: int) -> int:
    """The instant at which a week begins.

    >>> week_of(week_start(2900)), week_of(week_start(2900) - 1)
    (2900, 2899)
    """
    return (week * 7 - _TO_MONDAY) * DAY


class UsageDeclined:
    """Uses of the last whole weeks against those of the weeks before them.

    >>> rule = UsageDeclined(Limits())
    >>> rule.declined(now=5, base=60), rule.declined(now=10, base=60), rule.declined(now=0, base=7)
    (True, False, False)
    """

    kinds = (USAGE_DECLINED,)

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        on = ("feature_used", "usage_reported") if limits.enabled else ()
        self.reacts_to = frozenset(on)
        self.window, self.baseline = spans(limits)
        self.kept = self.window + self.baseline + 1

    def declined(self, now: int, base: int) -> bool:
        """Whether `now` uses in the window are a decline from `base` in the baseline."""
        limits, window, baseline = self.limits, self.window, self.baseline
        return (
            base >= limits.least
            and now * baseline <= (1 - limits.drop) * base * window
            and drop_by_chance(now, window, base, baseline) < limits.alpha
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if not _is_use(event):
            return
        week = week_of(event.time)
        habits = customer.habits
        if habits is None:
            habits = customer.habits = Habits()
        if not habits.uses:
            habits.week, habits.uses = week, [0]
        ago = habits.week - week
        if ago < 0:
            self._roll(habits, week)
            ago = 0
        uses = habits.uses
        if ago >= len(uses):
            if ago >= self.kept:
                return  # Older than all that is compared.
            habits.uses = uses = [0] * (ago + 1 - len(uses)) + uses
        at = len(uses) - 1 - ago
        if uses[at] < MAX_USES:
            uses[at] += 1
        if ago:
            self._late(customer, habits, event.time, alerts)
        if uses[at] == 1:
            self._wake(customer, habits)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        habits = customer.habits
        if habits is None or not habits.uses or not self.limits.enabled:
            return
        self._roll(habits, week_of(timer.due))
        compared = compare(habits, self.window, self.baseline)
        if compared is not None:
            self._judge(customer, habits, compared, timer.due, alerts)
        if any(habits.uses):
            self._wake(customer, habits)
        else:
            habits.uses, habits.week, habits.usual_uses = [], 0, 0

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Uses of both rows are counted: with those of the other there may have been no decline."""
        habits = customer.habits
        if habits is None or not habits.uses or not self.limits.enabled:
            return
        habits.uses = habits.uses[-self.kept :]
        for alert in open_ones(customer, SIGNAL):
            end = len(habits.uses) - 1 - (habits.week - week_of(alert.opened_at))
            begin = end - self.window
            if begin < self.baseline or alert.facts[2:] != [self.window, self.baseline]:
                continue  # So long ago that it cannot be said any more.
            now, base = sum(habits.uses[begin:end]), sum(habits.uses[begin - self.baseline : begin])
            alert.facts[:2] = [now, base]
            habits.usual_uses = base
            if not self.declined(now, base):
                alerts.end(alert, at, "late_evidence")
                habits.usual_uses = 0
                customer.told.pop(SIGNAL, None)
        for timer in timers.running(customer, SIGNAL)[1:]:
            timers.stop(customer, timer)
        self._wake(customer, habits)

    def _judge(
        self,
        customer: Customer,
        habits: Habits,
        compared: tuple[int, int],
        at: int,
        alerts: Alerts,
    ) -> None:
        now, base = compared
        usual = habits.usual_uses
        if usual:
            if now * self.baseline > self.limits.back * usual * self.window:
                habits.usual_uses = 0
                alerts.resolve(SIGNAL, None, at, "recovered")
                return
            # Not told again while it lasts, until the baseline has become another.
            if at < customer.told.get(SIGNAL, 0) + self.baseline * WEEK:
                return
        if (
            standing(customer, SIGNAL) is None
            and self.declined(now, base)
            and cool(customer, USAGE_DECLINED, self.limits, at)
        ):
            habits.usual_uses = base
            facts: Facts = [now, base, self.window, self.baseline]
            stand(customer, USAGE_DECLINED, self.limits, None, at, facts, [], alerts)

    def _late(self, customer: Customer, habits: Habits, at: int, alerts: Alerts) -> None:
        """A use of a week that is over: an alert that it shows to be wrong is void."""
        alert = standing(customer, SIGNAL)
        if alert is None or at >= alert.opened_at:
            return
        now, base, window, baseline = (int(fact or 0) for fact in alert.facts)
        ago = week_of(alert.opened_at) - week_of(at)
        if ago <= window:
            now += 1
        elif ago <= window + baseline:
            base += 1
            habits.usual_uses += 1
        alert.facts[:2] = [now, base]
        if not self.declined(now, base):
            alerts.resolve(SIGNAL, None, at, "late_evidence")
            habits.usual_uses = 0
            customer.told.pop(SIGNAL, None)

    def _roll(self, habits: Habits, week: int) -> None:
        """Go on to a later week."""
        ahead = week - habits.week
        if ahead > 0:
            habits.uses = (habits.uses + [0] * min(ahead, self.kept))[-self.kept :]
            habits.week = week

    def _wake(self, customer: Customer, habits: Habits) -> None:
        """Wake up at the end of the week, or of the first week whose history is whole."""
        missing = self.kept - len(habits.uses)
        due = week_start(habits.week + max(1, missing))
        running = timers.find(customer, SIGNAL, None)
        if running is None or running.due != due:
            timers.start(customer, Timer(SIGNAL, None, due, week_start(habits.week)))


def spans(limits: Limits) -> tuple[int, int]:
    """Window and baseline in whole weeks, 19 together at the most."""
    window = min(max(1, round(limits.window / WEEK)), (MAX_WEEKS - 1) // 2)
    return window, min(max(1, round(limits.baseline / WEEK)), MAX_WEEKS - 1 - window)


def compare(habits: Habits, window: int, baseline: int) -> tuple[int, int] | None:
    """Uses in the last `window` whole weeks, and in the `baseline` weeks before; None where they
    were not all lived through since the first use."""
    uses = habits.uses
    if len(uses) <= window + baseline:
        return None
    return sum(uses[-1 - window : -1]), sum(uses[-1 - window - baseline : -1 - window])


def _is_use(event: Interaction) -> bool:
    """A feature used, or a report of some usage: one use each. Quantities of different metrics
    cannot be added up, and are no counts; a quantity of zero is no use."""
    if event.kind == "feature_used":
        return True
    said = event.properties
    return said is None or said.quantity is None or said.quantity > 0
