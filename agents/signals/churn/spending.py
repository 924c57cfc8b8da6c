"""`spend_declined` and `spend_grown`: purchases rarer or more frequent, smaller or larger than
before, beyond chance.

Purchase days of the last window are compared with those of the year before it as counts, money an
order by ranks. That fewer days are left in the window is noticed at the end of the day on which the
oldest leaves it, without any interaction.
"""

from bisect import bisect_right
from struct import pack, unpack_from

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.baseline import (
    drop_by_chance,
    higher_by_chance,
    lower_by_chance,
    rise_by_chance,
)
from agents.mechanisms.standing import announce, cool, evidence_of, open_ones, stand, standing
from schemas.alert import Evidence
from schemas.customer import Customer, OpenAlert, Purchases
from schemas.habits import MAX_ORDERS, ORDER, Habits
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import SpendDeclined, SpendGrown

DECLINED, GROWN = "spend_declined", "spend_grown"
DAYS, MONEY = 1, 2
NOW_AT_MOST, BASE_AT_MOST = 6, 12


def _reason(facts: Facts) -> str:
    measure, now, usual, window, _, _, currency = facts
    if measure == DAYS:
        return (
            f"Bought on {now} days in the last {window} days, where {float(usual or 0):.1f} were"
            " usual."
        )
    money = f" {currency}" if currency else ""
    return (
        f"Spent {float(now or 0):.2f}{money} an order in the last {window} days,"
        f" where {float(usual or 0):.2f}{money} were usual."
    )


def _parameters(facts: Facts) -> dict[str, object]:
    measure, now, usual, window, base, span, _ = facts
    return {
        "measure": "purchase_days" if measure == DAYS else "money_per_order",
        "now": now,
        "usual": round(float(usual or 0), 2),
        "window_days": window,
        "baseline": base,
        "baseline_days": span,
    }


SPEND_DECLINED = Kind(
    name=DECLINED,
    team="retention",
    concern="churn",
    mechanism="baseline",
    opens="money an order, or purchase days, of the last 90 d below the own year before, "
    "beyond chance",
    clears_if="What is spent is back above 80 % of what it was.",
    default="-40 %, 8 in the baseline, alpha 0.01",
    source="ours; Przyborowski and Wilenski (1940), Mann and Whitney (1947)",
    reason=_reason,
    parameters=_parameters,
)
SPEND_GROWN = Kind(
    name=GROWN,
    team="success",
    concern="relationship",
    severity=INFO,
    notice=True,
    mechanism="baseline",
    opens="the mirror of `spend_declined`",
    clears_if="Nothing to clear: this is told once.",
    default="+40 %, 8 in the baseline, alpha 0.01",
    source="ours",
    reason=_reason,
    parameters=_parameters,
)


def keep(orders: bytes, day: int, amount: float) -> bytes:
    """An order more, in its place by day; the first of more than 18 goes.

    >>> [(day, amount) for day, amount in amounts(keep(keep(b"", 7, 2.5), 3, 4.0))]
    [(3, 4.0), (7, 2.5)]
    """
    place = len(orders)
    while place and int.from_bytes(orders[place - ORDER : place - ORDER + 3], "big") > day:
        place -= ORDER
    one = day.to_bytes(3, "big") + pack(">f", amount)
    return (orders[:place] + one + orders[place:])[-MAX_ORDERS * ORDER :]


def amounts(orders: bytes) -> list[tuple[int, float]]:
    """Days and amounts."""
    return [
        (int.from_bytes(orders[at : at + 3], "big"), unpack_from(">f", orders, at + 3)[0])
        for at in range(0, len(orders), ORDER)
    ]


def counts(history: Purchases, day: int, window: int, baseline: int) -> tuple[int, int, int]:
    """As of the end of `day`: purchase days in the window, in the baseline before it, and how many
    days the baseline has.

    It begins with the first purchase day that is known exactly, which is not counted in it.

    >>> counts(Purchases(first=0, days=[0, 10, 20, 30]), 35, 10, 100)
    (1, 2, 25)
    """
    days = history.days
    edge = day - window
    first = days[0] if history.older else history.first
    begin = max(edge - baseline, first)
    below = bisect_right(days, edge)
    now = bisect_right(days, day) - below
    return now, max(0, below - bisect_right(days, begin)), max(0, edge - begin)


def median(values: list[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


class Spending:
    """Both signals.

    >>> rule = Spending(SpendDeclined(), SpendGrown())
    >>> rule.fewer(now=2, base=40, span=365), rule.fewer(now=6, base=40, span=365)
    (True, False)
    >>> rule.smaller([20.0, 22.0, 25.0], [50.0] * 8), rule.smaller([40.0, 42.0, 45.0], [50.0] * 8)
    (True, False)
    """

    kinds = (SPEND_DECLINED, SPEND_GROWN)

    def __init__(self, declined: SpendDeclined, grown: SpendGrown) -> None:
        self.limits = declined
        self.grown = grown
        on = ("order_completed",) if declined.enabled or grown.enabled else ()
        self.reacts_to = frozenset(on)
        self.window = max(1, declined.window // DAY)
        self.baseline = max(1, declined.baseline // DAY)
        self.grown_window = max(1, grown.window // DAY)
        self.grown_baseline = max(1, grown.baseline // DAY)

    def fewer(self, now: int, base: int, span: int) -> bool:
        """Whether `now` purchase days are a decline from `base` in `span` days."""
        limits = self.limits
        return (
            base >= limits.least
            and span >= self.window
            and now * span <= (1 - limits.drop) * base * self.window
            and drop_by_chance(now, self.window, base, span) < limits.alpha
        )

    def smaller(self, now: list[float], base: list[float]) -> bool:
        """Whether these amounts are a decline from those."""
        limits = self.limits
        return (
            bool(now)
            and len(base) >= limits.least
            and median(now) <= (1 - limits.drop) * median(base)
            and lower_by_chance(now, base) < limits.alpha
        )

    def more(self, now: int, base: int, span: int) -> bool:
        """Whether they have grown."""
        limits, window = self.grown, self.grown_window
        return (
            base >= limits.least
            and span >= window
            and now * span >= (1 + limits.rise) * base * window
            and rise_by_chance(now, window, base, span) < limits.alpha
        )

    def larger(self, now: list[float], base: list[float]) -> bool:
        """Whether they have grown."""
        limits = self.grown
        return (
            bool(now)
            and len(base) >= limits.least
            and median(now) >= (1 + limits.rise) * median(base)
            and higher_by_chance(now, base) < limits.alpha
        )

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        history = customer.purchases
        if history is None:
            return
        habits = customer.habits
        if history.repeats == 0:
            return  # Most never come back: nothing is kept of who bought on one day only.
        if habits is None:
            habits = customer.habits = Habits()
        at = event.time
        day = day_of(at)
        order = event.properties
        paid = order.revenue if order.revenue is not None else order.total
        if paid is not None and paid > 0 and order.currency == history.currency:
            habits.orders = keep(habits.orders, day, paid)
        least = self.limits.least if self.limits.least < self.grown.least else self.grown.least
        if history.repeats < least and len(habits.orders) <= least * ORDER:
            return  # Too few for any verdict.
        if at < history.last_at:
            self._late(customer, history, habits, at, alerts)
        else:
            if self.limits.enabled:
                self._decline(customer, history, habits, event, alerts)
            if self.grown.enabled:
                self._grow(customer, history, habits, event, alerts)
        self._wake(customer, history, customer.last_seen)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        history, habits = customer.purchases, customer.habits
        if history is None or habits is None or not self.limits.enabled:
            return
        at = timer.due
        # Of somebody silent beyond their rhythm that says more.
        silent = history.opened_at or history.lost_at
        now, base, span = counts(history, day_of(at) - 1, self.window, self.baseline)
        if not silent and self.fewer(now, base, span) and self._may(customer, habits, at):
            facts: Facts = [DAYS, now, base * self.window / span, self.window, base, span, None]
            evidence = [Evidence(history.last_id, "order_completed", history.last_at)]
            self._stand(customer, habits, at, facts, evidence, alerts)
        self._wake(customer, history, at)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Orders of both rows are compared: with those of the other there may be no decline."""
        history, habits = customer.purchases, customer.habits
        if history is None or habits is None:
            return
        for alert in open_ones(customer, DECLINED):
            usual, level = float(alert.facts[2] or 0), self._level(habits, history, alert)
            if not self._holds(habits, history, alert):
                alerts.end(alert, at, "late_evidence")
                customer.told.pop(DECLINED, None)
            elif level > self.limits.back * usual:
                alerts.end(alert, history.last_at, "recovered")
            else:
                continue
            habits.usual_spend, habits.measure = None, 0
        for timer in timers.running(customer, DECLINED)[1:]:
            timers.stop(customer, timer)
        self._wake(customer, history, customer.last_seen)

    def _level(self, habits: Habits, history: Purchases, alert: OpenAlert) -> float:
        """What is spent by the last order, in the measure of an alert."""
        day = history.days[-1]
        if alert.facts[0] == MONEY:
            now, _ = compared(habits.orders, day, self.window, self.baseline)
            return median(now) if now else 0.0
        return float(counts(history, day, self.window, self.baseline)[0])

    def _decline(
        self,
        customer: Customer,
        history: Purchases,
        habits: Habits,
        event: Interaction,
        alerts: Alerts,
    ) -> None:
        day, at = day_of(event.time), event.time
        now, base = compared(habits.orders, day, self.window, self.baseline)
        if habits.usual_spend:
            if habits.measure == MONEY:
                level = median(now) if now else 0.0
            else:
                level = float(counts(history, day, self.window, self.baseline)[0])
            if level > self.limits.back * habits.usual_spend:
                habits.usual_spend, habits.measure = None, 0
                alerts.resolve(DECLINED, None, at, "recovered")
                return
        if self.smaller(now, base) and self._may(customer, habits, at):
            facts: Facts = [
                MONEY, median(now), median(base), self.window, len(base), self.baseline,
                history.currency,
            ]  # fmt: skip
            self._stand(customer, habits, at, facts, evidence_of(event), alerts)

    def _grow(
        self,
        customer: Customer,
        history: Purchases,
        habits: Habits,
        event: Interaction,
        alerts: Alerts,
    ) -> None:
        day, at, window = day_of(event.time), event.time, self.grown_window
        days, base, span = counts(history, day, window, self.grown_baseline)
        now, before = compared(habits.orders, day, window, self.grown_baseline)
        facts: Facts
        if self.more(days, base, span):
            facts = [DAYS, days, base * window / span, window, base, span, None]
        elif self.larger(now, before):
            facts = [
                MONEY, median(now), median(before), window, len(before), self.grown_baseline,
                history.currency,
            ]  # fmt: skip
        else:
            habits.grown = False
            return
        if not habits.grown and cool(customer, SPEND_GROWN, self.grown, at):
            habits.grown = True
            customer.told[GROWN] = at
            announce(SPEND_GROWN, self.grown, at, facts, evidence_of(event), alerts)

    def _may(self, customer: Customer, habits: Habits, at: int) -> bool:
        """Not while it stands; not while it lasts, until the baseline has become another."""
        if standing(customer, DECLINED) is not None:
            return False
        if habits.usual_spend and at < customer.told.get(DECLINED, 0) + self.limits.baseline:
            return False
        return cool(customer, SPEND_DECLINED, self.limits, at)

    def _stand(
        self,
        customer: Customer,
        habits: Habits,
        at: int,
        facts: Facts,
        evidence: list[Evidence],
        alerts: Alerts,
    ) -> None:
        habits.measure, habits.usual_spend = int(facts[0] or 0), float(facts[2] or 0)
        stand(customer, SPEND_DECLINED, self.limits, None, at, facts, evidence, alerts)

    def _late(
        self, customer: Customer, history: Purchases, habits: Habits, at: int, alerts: Alerts
    ) -> None:
        """An older order: an alert that it shows to be wrong is void."""
        alert = standing(customer, DECLINED)
        if alert is None or at >= alert.opened_at:
            return
        if not self._holds(habits, history, alert):
            alerts.resolve(DECLINED, None, at, "late_evidence")
            habits.usual_spend, habits.measure = None, 0
            customer.told.pop(DECLINED, None)

    def _holds(self, habits: Habits, history: Purchases, alert: OpenAlert) -> bool:
        """Whether an alert would open where it did, with what is known now."""
        day = day_of(alert.opened_at)
        if alert.facts[0] == MONEY:
            return self.smaller(*compared(habits.orders, day, self.window, self.baseline))
        return self.fewer(*counts(history, day - 1, self.window, self.baseline))

    def _wake(self, customer: Customer, history: Purchases, after: int) -> None:
        """Wake up when the next purchase day has left the window."""
        if history.repeats < self.limits.least or not self.limits.enabled:
            return
        days = history.days
        # (day + window + 1) * DAY > after
        next_one = bisect_right(days, after // DAY - self.window - 1)
        if next_one == len(days):
            return
        due = (days[next_one] + self.window + 1) * DAY
        running = timers.find(customer, DECLINED, None)
        if running is None or running.due != due:
            timers.start(customer, Timer(DECLINED, None, due, history.last_at))


def compared(
    orders: bytes, day: int, window: int, baseline: int
) -> tuple[list[float], list[float]]:
    """Amounts of the last orders in the window that ends with `day`, six at the most, and of those
    before them in the baseline, twelve at the most."""
    known = [(on, paid) for on, paid in amounts(orders) if on <= day]
    place = len(known)
    while place and len(known) - place < NOW_AT_MOST and known[place - 1][0] > day - window:
        place -= 1
    horizon = day - window - baseline
    now = [paid for _, paid in known[place:]]
    base = [paid for on, paid in known[:place][-BASE_AT_MOST:] if on > horizon]
    return now, base
