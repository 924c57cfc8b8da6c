"""`perk_withdrawn`: what has become usual did not come with the last order.

A benefit that is given often is soon expected, and its absence is felt as a loss, which weighs more
than the gain did: Kahneman and Tversky (1979), "Prospect Theory". Three of four orders are ours.
"""

from bisect import bisect_right

from agents.alerts import ERROR, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.rhythm import usual_gap
from agents.mechanisms.standing import open_ones, stand, standing
from agents.signals.journey.waits import journey_of, last_order
from schemas.alert import Resolution
from schemas.customer import Customer, Purchases, bounded, fits
from schemas.instant import DAY, day_of, iso_day
from schemas.interaction import Interaction
from schemas.journey import KIND_BYTES, MOST_PERKS, Journey, Perk
from schemas.memory import Timer
from schemas.standards import PerkWithdrawn

_ORDER, _GIVEN = "order_completed", "benefit_given"
_MOST_ORDERS = 16
_LAST, _BEFORE = 2, 4
"""Bits of a perk: came with the latest order, with the one before."""


def _reason(facts: Facts) -> str:
    kind, times, of, day, gap = facts
    usual = f"The benefit {kind} came with {times} of {of} orders"
    missing = f"{usual}, and not with that of {iso_day(int(day or 0))}"
    return (
        f"{missing}; no order for {float(gap):g} d since, the usual gap." if gap else f"{missing}."
    )


PERK_WITHDRAWN = Kind(
    name="perk_withdrawn",
    team="retention",
    concern="churn",
    clears_if="The customer orders again, or is given it again.",
    reason=_reason,
    parameters=lambda facts: {
        "benefit": facts[0],
        "given": facts[1],
        "of": facts[2],
        "order_day": iso_day(int(facts[3] or 0)),
        "silent_days": facts[4] or None,
    },
    opens="a benefit given with 3 of the last 4 orders was absent from the next; an error once "
    "they are silent beyond their own median gap after it",
    default="3 of 4",
    source="loss aversion: Kahneman and Tversky (1979); the figures are ours",
    mechanism="rhythm",
)


class Perks:
    """Benefits that have become usual, 4 kinds at most, and the orders they came with.

    A timer's facts are the day of the order that is judged, and whether it was judged before.

    >>> perks = Perks(PerkWithdrawn())
    >>> perks.is_missed(Perk("gift", 0b11100)), perks.is_missed(Perk("gift", 0b11110))
    (True, False)
    """

    kinds = (PERK_WITHDRAWN,)
    renews = True
    reacts_to = frozenset({_ORDER, _GIVEN})

    def __init__(self, limits: PerkWithdrawn) -> None:
        self.limits = limits
        self.name = PERK_WITHDRAWN.name
        self.of = min(limits.of, _MOST_ORDERS)
        self.known = (1 << (self.of + 2)) - 1

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == _GIVEN:
            if self.limits.enabled:
                self._give(customer, event, alerts)
            return
        journey, history = customer.journey, customer.purchases
        if journey is None or history is None:
            return
        if customer.alerts:
            self._answer(customer, event.time, alerts)
        if journey.perks:
            self._order(customer, journey, history, event.time, alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        journey, history = customer.journey, customer.purchases
        if journey is None or history is None or not self.limits.enabled:
            return
        at, judged_before = timer.due, bool(timer.facts[1])
        silent_at, gap = self._silent(history)
        is_error = silent_at <= at
        waits = False
        for perk in sorted(journey.perks, key=_kind):
            if not self.is_missed(perk):
                continue
            alert = standing(customer, self.name, perk.kind)
            if alert is not None:
                if not judged_before:
                    continue
                alerts.resolve(self.name, perk.kind, at, "superseded")
            elif judged_before:
                continue
            facts: Facts = [
                perk.kind, _times(perk.given >> 2), self.of, history.days[-1],
                gap if is_error else 0,
            ]  # fmt: skip
            stand(
                customer, PERK_WITHDRAWN, self.limits, perk.kind, at, facts,
                last_order(customer), alerts, severity=ERROR if is_error else None,
            )  # fmt: skip
            waits = waits or not is_error
        if waits and self.limits.severity is None:
            facts = [history.days[-1], 1]
            timers.start(customer, Timer(self.name, None, silent_at, history.last_at, facts))

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Orders of both rows together say what was usual, and what was missed."""
        journey, history = customer.journey, customer.purchases
        if journey is None or history is None:
            return
        self._answer(customer, history.last_at, alerts)
        for alert in open_ones(customer, self.name):
            perk = _perk(journey, alert.subject or "")
            if perk is None or not self.is_missed(perk):
                alerts.end(alert, at, "late_evidence")
        for timer in timers.running(customer, self.name):
            if timer.facts[0] != history.days[-1]:
                timers.stop(customer, timer)
        for perk in journey.perks:
            perk.given &= self.known
        journey.perks = [perk for perk in journey.perks if perk.given]
        if journey.perks and customer.last_seen < _judged(history):
            self._judge_later(customer, journey, history)

    def is_missed(self, perk: Perk) -> bool:
        """Whether a perk had become usual, came with the order before, and not with the latest."""
        given = perk.given
        if given & _LAST or not given & _BEFORE:
            return False
        return _times((given >> 2) & (self.known >> 2)) >= self.limits.least

    def _silent(self, history: Purchases) -> tuple[int, float]:
        """When the day is over on which they would have come, and the own median gap in days."""
        days = history.days
        gap = usual_gap(days, 0.5) * self.limits.factor if len(days) > 1 else 0.0
        return round((days[-1] + 1 + gap) * DAY), gap

    def _give(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at, history, journey = event.time, customer.purchases, journey_of(customer)
        kind = bounded(event.properties.kind or "benefit", KIND_BYTES)
        place = 0 if history is None else _place(history.days, day_of(at))
        perk = _perk(journey, kind)
        if perk is None:
            if not journey.perks:
                journey.perk_days = 0 if history is None else history.repeats + 1
            perk = Perk(kind)
            journey.perks.append(perk)
        perk.given |= (1 << place) & self.known
        if len(journey.perks) > MOST_PERKS or not fits(customer):
            journey.perks.remove(min(journey.perks, key=_usual))
        alert = standing(customer, self.name, kind)
        if alert is not None:
            if at >= alert.opened_at:
                alerts.resolve(self.name, kind, at, "actioned")
            elif not self.is_missed(perk):
                alerts.resolve(self.name, kind, at, "late_evidence")
        if place > 1 and history is not None and customer.last_seen < _judged(history):
            self._judge_later(customer, journey, history)

    def _order(
        self, customer: Customer, journey: Journey, history: Purchases, at: int, alerts: Alerts
    ) -> None:
        """A purchase day: perks belong to orders one further back from here on."""
        if history.repeats + 1 == journey.perk_days:
            return
        journey.perk_days = history.repeats + 1
        days, day = history.days, day_of(at)
        place = len(days) - bisect_right(days, day)
        # Of a late one those bits stay that are of orders after it, and of the one to come.
        stay = (2 << place) - 1 if place else 0
        for perk in journey.perks:
            given = perk.given
            perk.given = ((given & stay) | ((given & ~stay) << 1)) & self.known
        journey.perks = [perk for perk in journey.perks if perk.given]
        for alert in open_ones(customer, self.name):
            known = _perk(journey, alert.subject or "")
            if known is not None and not self.is_missed(known):
                alerts.resolve(self.name, alert.subject, at, "late_evidence")
        if place == 0:
            self._judge_later(customer, journey, history)

    def _judge_later(self, customer: Customer, journey: Journey, history: Purchases) -> None:
        """Ask again when the day after the order is over, where something may be missed."""
        running = timers.find(customer, self.name, None)
        if any(self.is_missed(perk) for perk in journey.perks):
            facts: Facts = [history.days[-1], 0]
            due = _judged(history)
            timers.start(customer, Timer(self.name, None, due, history.last_at, facts))
        elif running is not None:
            timers.stop(customer, running)

    def _answer(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """An order: they have come back, or had before it was told."""
        for alert in open_ones(customer, self.name):
            judged = int(alert.facts[3] or 0)
            if at >= alert.opened_at:
                in_rhythm = not alert.facts[4]
                how: Resolution = "recovered" if in_rhythm else "returned"
                alerts.end(alert, at, how)
            elif day_of(at) > judged:
                alerts.end(alert, at, "late_evidence")


def _judged(history: Purchases) -> int:
    """When the order of the last purchase day is judged: after the day that follows it."""
    return (history.days[-1] + 2) * DAY


def _place(days: list[int], day: int) -> int:
    """Which bit a benefit of that day is: of the order of its day or the day before, else of the
    next one."""
    known = bisect_right(days, day)
    later = len(days) - known
    return later + 1 if known and day <= days[known - 1] + 1 else later


def _perk(journey: Journey, kind: str) -> Perk | None:
    for perk in journey.perks:
        if perk.kind == kind:
            return perk
    return None


def _times(given: int) -> int:
    return bin(given).count("1")


def _kind(perk: Perk) -> str:
    return perk.kind


def _usual(perk: Perk) -> tuple[int, str]:
    return _times(perk.given), perk.kind
