"""`expectation_gap` and `delighted`: served far worse, or far better, than was expected.

What was expected is what a customer says of a dimension (SERVQUAL: Parasuraman, Zeithaml and Berry,
1988), or what they are used to: the mean of their own waits.
"""

import xxhash

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import announce, evidence_of, open_ones, stand, standing
from agents.signals.churn.detractor import KEPT
from agents.signals.churn.scores import SURVEY, opinion, stretched
from schemas.customer import Customer, bounded
from schemas.habits import MAX_WAITING, Habits, Waiting
from schemas.instant import DAY, SECOND, rfc3339
from schemas.interaction import Interaction
from schemas.memory import Answer
from schemas.standards import Delighted, ExpectationGap

GAP, DELIGHT = "expectation_gap", "delighted"
WAIT = "wait"
QUEUED, ANSWERED = "contact_queued", "contact_answered"
SCALE = 7.0
POINTS = 20.0
"""Of a hundred points of importance for five dimensions: what each has on the average."""
LEARNT = 20
"""Waits after which the mean forgets: each newer one weighs a twentieth."""


def _reason(facts: Facts) -> str:
    what, now, usual = facts[0], float(facts[1] or 0), float(facts[2] or 0)
    if what == WAIT:
        return f"Waited {now:.0f} s for an answer, where {usual:.0f} s were usual for them."
    where = f" in {facts[3]}" if facts[3] else ""
    return f"Found the service{where} {now:g}, where they expected {usual:g}."


def _parameters(facts: Facts) -> dict[str, object]:
    if facts[0] == WAIT:
        return {"waited_seconds": facts[1], "usual_seconds": facts[2], "waits": facts[3]}
    names = ("perception", "expectation", "dimension", "gap")
    return dict(zip(names, facts[1:], strict=True))


EXPECTATION_GAP = Kind(
    name=GAP,
    team="support",
    concern="dissatisfaction",
    mechanism="baseline",
    opens="perception minus expectation under the limit in a dimension, weighted by importance; "
    "or a wait of twice the own mean",
    clears_if="The next answer in this dimension, or the next wait, is within the limit.",
    default="-1.0 of 7; 2x the own mean of 5 waits",
    source="SERVQUAL: Parasuraman, Zeithaml and Berry (1988); the limits are ours",
    reason=_reason,
    parameters=_parameters,
)
DELIGHTED = Kind(
    name=DELIGHT,
    team="success",
    concern="relationship",
    severity=INFO,
    notice=True,
    mechanism="joint",
    opens="perception above expectation, or a wait of half the own mean; and a good score within "
    "a week",
    clears_if="Nothing to clear: this is told once.",
    default="+1.0 of 7, or half the mean of 5 waits; NPS 9 or CSAT 4",
    source="ours: the mirror of `expectation_gap`",
    reason=lambda _: "Was served better than expected, and gave a good score.",
    parameters=lambda facts: {
        "praised_at": rfc3339(int(facts[0] or 0)),
        "surprised_at": rfc3339(int(facts[1] or 0)),
    },
)


def gap_of(
    perception: float, expectation: float, scale: float | None, importance: float | None
) -> float | None:
    """Perception minus expectation, of a scale of 7, weighed; None for what is on no scale.

    Importance on the same scale weighs 1 in its middle; of a hundred points, 1 at 20.

    >>> gap_of(3, 5, None, None), gap_of(3, 5, 7, 6), gap_of(3, 4, 5, None), gap_of(6, 7, 7, 40)
    (-2.0, -3.0, -1.5, -2.0)
    """
    top = SCALE if scale is None else scale
    if top < 2 or not (0 <= perception <= top and 0 <= expectation <= top):
        return None
    gap = stretched(perception, top, 1, SCALE) - stretched(expectation, top, 1, SCALE)
    if importance is None or importance < 0:
        return gap
    return gap * (importance / ((top + 1) / 2) if importance <= top else importance / POINTS)


class Expectations:
    """Both signals.

    >>> rule = Expectations(ExpectationGap(), Delighted(), 20_000_000)
    >>> second = 1_000_000
    >>> [rule.too_long(wait * second, 5, 40 * second) for wait in (80, 81)]
    [False, True]
    >>> rule.too_long(19 * second, 5, 2 * second), rule.too_long(90 * second, 4, 40 * second)
    (False, False)
    """

    kinds = (EXPECTATION_GAP, DELIGHTED)
    reacts_to = frozenset({SURVEY, QUEUED, ANSWERED})

    def __init__(self, limits: ExpectationGap, delighted: Delighted, fair: int) -> None:
        """Waits up to `fair` (microseconds) are within the house's standard, and no gap."""
        self.limits = limits
        self.delighted = delighted
        self.fair = fair

    def too_long(self, waited: int, waits: int, mean: int) -> bool:
        """Whether a wait (microseconds) is far beyond the mean of earlier ones."""
        limits = self.limits
        return waits >= limits.least and waited > self.fair and waited > limits.factor * mean

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == SURVEY:
            self._asked(customer, event, alerts)
        else:
            self._contact(customer, event, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Waits that began under one row and ended under the other; what was answered under the
        other; both halves of delight."""
        for alert in open_ones(customer, GAP):
            answer = timers.answered(customer, GAP, alert.subject, alert.opened_at)
            if answer is not None:
                alerts.end(alert, answer.at, "recovered")
        habits = customer.habits
        if habits is None:
            return
        for one in [each for each in habits.waiting if each.queued_at and each.answered_at]:
            habits.waiting.remove(one)
            if one.queued_at <= one.answered_at <= one.queued_at + DAY:
                self._waited(customer, habits, None, one.queued_at, one.answered_at, alerts)
        habits.waiting = sorted(habits.waiting, key=_began)[-MAX_WAITING:]
        self._delight(habits, None, alerts)

    def _asked(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        said = event.properties
        if said is None:
            return
        if said.perception is not None and said.expectation is not None:
            gap = gap_of(said.perception, said.expectation, said.scale, said.importance)
            if gap is not None:
                self._gap(customer, event, gap, alerts)
        answer = opinion(event)
        if answer is not None and answer.instrument in ("nps", "csat"):
            least = self.delighted.nps if answer.instrument == "nps" else self.delighted.csat
            if answer.score >= least:
                habits = _habits(customer)
                habits.praised_at = max(habits.praised_at, event.time)
                self._delight(habits, event, alerts)

    def _gap(self, customer: Customer, event: Interaction, gap: float, alerts: Alerts) -> None:
        said, at, limits = event.properties, event.time, self.limits
        subject = bounded(said.dimension) if said.dimension else None
        if gap >= limits.gap:
            timers.remember(customer, Answer(GAP, subject, at))
            self._clear(customer, subject, at, alerts)
            if gap >= self.delighted.gap:
                self._surprise(customer, event, alerts)
        elif limits.enabled:
            joint.note(customer, GAP, event, keep=KEPT)
            if (
                standing(customer, GAP, subject) is None
                and timers.answered(customer, GAP, subject, at) is None
            ):
                facts: Facts = [
                    "answer", said.perception, said.expectation, subject, round(gap, 2),
                ]  # fmt: skip
                evidence = evidence_of(event)
                stand(customer, EXPECTATION_GAP, limits, subject, at, facts, evidence, alerts)

    def _contact(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        said, at = event.properties, event.time
        if said is None or not said.contact_id:
            return
        name = xxhash.xxh3_64_intdigest(said.contact_id.encode()) >> 1
        habits = _habits(customer)
        for one in habits.waiting:
            if one.name == name:
                break
        else:
            one = Waiting(name)
            habits.waiting.append(one)
        if event.kind == QUEUED:
            one.queued_at = max(one.queued_at, at)
        else:
            one.answered_at = at
        queued, answered = one.queued_at, one.answered_at
        if queued and answered:
            habits.waiting.remove(one)
            if queued <= answered <= queued + DAY:
                self._waited(customer, habits, event, queued, answered, alerts)
        elif len(habits.waiting) > MAX_WAITING:
            habits.waiting.remove(min(habits.waiting, key=_began))

    def _waited(
        self,
        customer: Customer,
        habits: Habits,
        event: Interaction | None,
        queued: int,
        answered: int,
        alerts: Alerts,
    ) -> None:
        waited = answered - queued
        waits, mean = habits.waits, habits.mean_wait
        habits.waits = waits + 1 if waits < LEARNT else LEARNT
        habits.mean_wait = mean + (waited - mean) // habits.waits
        if not self.too_long(waited, waits, mean):
            self._clear(customer, WAIT, answered, alerts)
            usual = self.delighted.least <= waits and mean > self.fair
            if usual and waited <= self.delighted.factor * mean:
                habits.surprised_at = max(habits.surprised_at, event.time if event else answered)
                self._delight(habits, event, alerts)
        elif self.limits.enabled:
            if event is not None:
                joint.note(customer, GAP, event, keep=KEPT)
            if standing(customer, GAP, WAIT) is None:
                facts: Facts = [WAIT, waited / SECOND, mean / SECOND, waits]
                evidence = [] if event is None else evidence_of(event)
                stand(
                    customer, EXPECTATION_GAP, self.limits, WAIT, answered, facts, evidence, alerts
                )

    def _clear(self, customer: Customer, subject: str | None, at: int, alerts: Alerts) -> None:
        alert = standing(customer, GAP, subject)
        if alert is not None and at >= alert.opened_at:
            alerts.resolve(GAP, subject, at, "recovered")

    def _surprise(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        habits = _habits(customer)
        habits.surprised_at = max(habits.surprised_at, event.time)
        self._delight(habits, event, alerts)

    def _delight(self, habits: Habits, event: Interaction | None, alerts: Alerts) -> None:
        """Tell it once where both halves are known, and begin anew."""
        praised, surprised = habits.praised_at, habits.surprised_at
        limits = self.delighted
        if praised and surprised and abs(praised - surprised) <= limits.within and limits.enabled:
            at = max(praised, surprised)
            habits.praised_at = habits.surprised_at = 0
            facts: Facts = [praised, surprised]
            evidence = [] if event is None else evidence_of(event)
            announce(DELIGHTED, limits, at, facts, evidence, alerts)


def _habits(customer: Customer) -> Habits:
    habits = customer.habits
    if habits is None:
        habits = customer.habits = Habits()
    return habits


def _began(one: Waiting) -> tuple[int, int]:
    return max(one.queued_at, one.answered_at), one.name
