"""`negative_message`: what a customer writes is strongly negative.

The classifier is the house's (agents.text); where it does not know the language it says so, which
is counted, and nothing is guessed. Without a classifier the signal is silent.
"""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import joint, timers
from agents.mechanisms.standing import cool, evidence_of, open_ones, stand, standing
from agents.signals.correspondence.satisfaction import SATISFACTION, satisfied
from agents.signals.correspondence.ticket import CUSTOMER_REPLIED, KEPT, OPENED, RESOLVED
from agents.text import UNKNOWN_LANGUAGE, Classifier
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.memory import Answer

NAME = "negative_message"
_WRITTEN = frozenset(
    {"message_received", OPENED, CUSTOMER_REPLIED, "product_reviewed", *SATISFACTION}
)
_WORDS_TOLD = 3
_WORD_BYTES = 40


def _reason(facts: Facts) -> str:
    score, _, _, *words = facts
    said = ", ".join(f"\u201c{word}\u201d" for word in words if word)
    found = f"Wrote something strongly negative ({float(score or 0):.2f} of -1)"
    return f"{found}: {said}." if said else f"{found}."


def _parameters(facts: Facts) -> dict[str, object]:
    score, threshold, language, *words = facts
    return {
        "score": score,
        "threshold": threshold,
        "language": language,
        "words": [word for word in words if word],
    }


NEGATIVE_MESSAGE = Kind(
    name=NAME,
    team="support",
    concern="dissatisfaction",
    clears_if="A ticket of theirs is resolved, or they write or answer positively.",
    reason=_reason,
    parameters=_parameters,
    mechanism="joint",
    opens="a message, ticket, review or answer whose text is strongly negative",
    default="score -0.6 or less, from -1 to 1; once in 24 h",
    source="named by the sources of the mission; the default is ours",
)


class NegativeMessage:
    """Strongly negative words.

    >>> sorted(NegativeMessage(standards.NegativeMessage()).reacts_to)
    []
    """

    kinds = (NEGATIVE_MESSAGE,)

    def __init__(self, limits: standards.NegativeMessage, text: Classifier | None = None) -> None:
        self.limits = limits
        self.text = text
        silent = text is None or not limits.enabled
        self.reacts_to: frozenset[str] = frozenset() if silent else _WRITTEN | {RESOLVED}

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind, said = event.kind, event.properties
        if kind == RESOLVED or (kind in SATISFACTION and satisfied(event)):
            self._clear(customer, event.time, alerts)
            return
        written: str | None = said.text
        if not written or self.text is None:
            return
        language: str | None = getattr(said, "language", None)
        verdict = self.text.judge(written, language)
        if verdict.score is None:
            if UNKNOWN_LANGUAGE in verdict.why:
                alerts.count("unknown_language")
            return
        if verdict.score > 0:
            self._clear(customer, event.time, alerts)
        elif verdict.score <= self.limits.score:
            words = [bounded(word, _WORD_BYTES) for word in verdict.why[:_WORDS_TOLD]]
            facts: Facts = [verdict.score, self.limits.score, verdict.language, *words]
            self._open(customer, event, facts, alerts)

    def _open(self, customer: Customer, event: Interaction, facts: Facts, alerts: Alerts) -> None:
        at = event.time
        if standing(customer, NAME) is not None:
            return
        if timers.answered(customer, NAME, None, at) is not None:
            return
        if not cool(customer, NEGATIVE_MESSAGE, self.limits, at):
            return
        joint.note(customer, NAME, event, keep=KEPT)
        stand(customer, NEGATIVE_MESSAGE, self.limits, None, at, facts, evidence_of(event), alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A good word, or a resolution, that the other row heard of."""
        for alert in open_ones(customer, NAME):
            answer = timers.answered(customer, NAME, None, alert.opened_at)
            if answer is not None:
                alerts.end(alert, answer.at, "recovered")

    def _clear(self, customer: Customer, at: int, alerts: Alerts) -> None:
        alert = standing(customer, NAME)
        if alert is not None and at >= alert.opened_at:
            alerts.resolve(NAME, None, at, "recovered")
        timers.remember(customer, Answer(NAME, None, at))
