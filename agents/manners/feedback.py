"""What teams say about alerts: acknowledged, snoozed, dismissed, and what came of it.

Interactions that name the `alert_id` of an alert that stands, of the customer who is named or of
the `group`. A name that none has any more is counted and changes nothing: two people may have
answered the same alert.
"""

from typing import TYPE_CHECKING, TypeAlias

from agents.alerts import Alerts, Kind
from agents.manners.router import Bearer, of
from schemas.customer import EVENT_ID_BYTES, Customer, OpenAlert, bounded
from schemas.interaction import Interaction
from schemas.manners import BY_BYTES, MAX_SNOOZED, Handled, Snooze
from schemas.observation import Answer
from schemas.standards import MannersTable

if TYPE_CHECKING:
    from agents.groups.alerts import GroupAlerts

    Speaker: TypeAlias = Alerts | GroupAlerts

ACKNOWLEDGED, SNOOZED, DISMISSED, OUTCOME = (
    "alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome",
)  # fmt: skip
ANSWERS = frozenset({ACKNOWLEDGED, SNOOZED, DISMISSED, OUTCOME})


class Feedback:
    """No signal that tells alerts of its own: it changes those of others."""

    kinds: tuple[Kind, ...] = ()
    reacts_to = ANSWERS

    def __init__(self, table: MannersTable) -> None:
        self.snoozed = int(table.snooze)
        self.dismissed = int(table.dismissed)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        self.take(customer, answer_of(event), alerts)

    def take(self, bearer: Bearer, answer: Answer, alerts: "Speaker") -> None:
        """What a team says about an alert of the row at hand, of a customer or of a group."""
        alert, at = _meant(bearer, answer.alert_id, alerts), answer.time
        if answer.type == SNOOZED:
            known = self._snooze(bearer, alert, answer, alerts)
        elif alert is None:
            known = False
        else:
            known = True
            handled = alert.handled or Handled()
            if answer.type == ACKNOWLEDGED:
                _acknowledge(alert, handled, answer, alerts)
            else:
                handled.by = answer.by
                alert.handled = handled
                if answer.type == OUTCOME:
                    handled.outcome, handled.amount = answer.outcome, answer.amount
                    handled.cost = answer.cost
                    alerts.resolve(alert.signal, alert.subject, at, "actioned")
                else:
                    alerts.dismiss(alert, at)
                    until = at + self.dismissed
                    _keep(bearer, Snooze(alert.signal, until, at), at)
        alerts.count("alert_feedback", answer.type, "taken" if known else "unknown")

    def _snooze(
        self,
        bearer: Bearer,
        alert: OpenAlert | None,
        answer: Answer,
        alerts: "Speaker",
    ) -> bool:
        """The signal is not told to its team for this customer or group, until then."""
        at = answer.time
        signal = alert.signal if alert is not None else answer.signal
        if signal is None or not alerts.knows(signal):
            return False
        until = at + self.snoozed if answer.until is None else answer.until
        if _keep(bearer, Snooze(signal, until, at), at):
            for other in [other for other in bearer.alerts if other.signal == signal]:
                if until > at:
                    alerts.snooze(other, until, at)
                else:
                    alerts.wake(other, at)
        return True


def answer_of(event: Interaction) -> Answer:
    """What one of those interactions says."""
    said, by = event.properties, event.handled_by
    return Answer(
        event.time,
        bounded(event.id, EVENT_ID_BYTES),
        event.kind,
        0,
        None,
        None,
        said.alert_id,
        said.signal,
        None if said.until is None else int(said.until),
        None if by is None else bounded(by, BY_BYTES),
        said.outcome,
        said.amount,
        said.cost,
    )


def _meant(bearer: Bearer, name: str | None, alerts: "Speaker") -> OpenAlert | None:
    if name is not None:
        for alert in bearer.alerts:
            if alerts.id_of(alert) == name:
                return alert
    return None


def _acknowledge(alert: OpenAlert, handled: Handled, answer: Answer, alerts: "Speaker") -> None:
    """Whoever said so first has taken it up, also where that is heard of later."""
    at = answer.time
    if not handled.acknowledged_at or at < handled.acknowledged_at:
        handled.acknowledged_at, handled.acknowledged_by = at, answer.by
        alert.handled = handled
        alerts.update(alert, at)


def _keep(bearer: Bearer, snooze: Snooze, at: int) -> bool:
    """Remember a snooze, unless a later word on that signal is known; whether it holds.

    Of more than six the one that ends first is forgotten.
    """
    manners = of(bearer)
    for other in manners.snoozed:
        if other.signal == snooze.signal and other.said_at > snooze.said_at:
            return False
    kept = [
        other for other in manners.snoozed if other.signal != snooze.signal and other.until > at
    ]
    kept.append(snooze)
    kept.sort(key=_end)
    manners.snoozed = kept[-MAX_SNOOZED:]
    return True


def _end(snooze: Snooze) -> tuple[int, str]:
    return snooze.until, snooze.signal
