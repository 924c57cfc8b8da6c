"""`detractor`: somebody says that they are dissatisfied, and is to be answered in time."""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from agents.signals.churn.scores import OPINIONS, is_bad, opinion
from schemas.customer import Customer
from schemas.habits import Habits
from schemas.instant import DAY, spoken
from schemas.interaction import Interaction
from schemas.standards import Detractor as Limits

SIGNAL = "detractor"
KEPT = 180 * DAY
"""So long pieces of evidence are kept that others weigh."""
_ASKED = {
    "nps": "whether they would recommend us",
    "csat": "how satisfied they are",
    "ces": "how easy it was",
    "review": "in a review",
}


def _reason(facts: Facts) -> str:
    instrument, said, scale, _, by = facts
    return (
        f"Said {float(said or 0):g} of {float(scale or 0):g} {_ASKED[str(instrument)]};"
        f" to be answered by {spoken(by)}."
    )


DETRACTOR = Kind(
    name=SIGNAL,
    team="support",
    concern="dissatisfaction",
    mechanism="expected",
    opens="NPS 0-6, CSAT 1-2 of 5, CES 1-3 of 7, a review of 1-2 of 5",
    clears_if="A later good answer, or the outcome of the follow-up is recorded.",
    default="to be answered in 48 h",
    source="the instruments' own definitions and practice; 48 h is what survey vendors advise",
    reason=_reason,
    parameters=lambda facts: {
        "instrument": facts[0], "said": facts[1], "scale": facts[2], "score": facts[3],
    },
    respond_by=lambda facts: int(facts[4] or 0),
)  # fmt: skip


class Detractor:
    """One alert a customer, of the answer that opened it.

    >>> Detractor(Limits()).reacts_to == OPINIONS
    True
    """

    kinds = (DETRACTOR,)

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.reacts_to = OPINIONS

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        at = event.time
        answer = opinion(event)
        if answer is None:
            return
        if not is_bad(answer, self.limits):
            if answer.good:
                self._good(customer, at, alerts)
        elif self.limits.enabled:
            joint.note(customer, SIGNAL, event, keep=KEPT)
            heard = customer.habits.good_at if customer.habits is not None else 0
            if at > heard and standing(customer, SIGNAL) is None:
                facts: Facts = [
                    answer.instrument, answer.said, answer.of, round(answer.score, 2),
                    at + self.limits.within,
                ]  # fmt: skip
                evidence = evidence_of(event)
                stand(customer, DETRACTOR, self.limits, None, at, facts, evidence, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A good answer that the other row heard of, too."""
        good = customer.habits.good_at if customer.habits is not None else 0
        for alert in open_ones(customer, SIGNAL):
            if good >= alert.opened_at:
                alerts.end(alert, good, "recovered")

    def _good(self, customer: Customer, at: int, alerts: Alerts) -> None:
        habits = customer.habits
        if habits is None:
            habits = customer.habits = Habits()
        if at > habits.good_at:
            habits.good_at = at
        alert = standing(customer, SIGNAL)
        if alert is not None and at >= alert.opened_at:
            alerts.resolve(SIGNAL, None, at, "recovered")
