"""What teams say about alerts: acknowledged, snoozed, dismissed, and what came of it.

Interactions of the customer that name the `alert_id` of an alert that stands. A name that none has
any more is counted and changes nothing: two people may have answered the same alert.
"""

from agents.alerts import Alerts, Kind
from agents.manners.router import of
from schemas.customer import Customer, OpenAlert, bounded
from schemas.interaction import Interaction
from schemas.manners import BY_BYTES, MAX_SNOOZED, Handled, Snooze
from schemas.standards import MannersTable

ACKNOWLEDGED, SNOOZED, DISMISSED, OUTCOME = (
    "alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome",
)  # fmt: skip


class Feedback:
    """No signal that tells alerts of its own: it changes those of others."""

    kinds: tuple[Kind, ...] = ()
    reacts_to = frozenset({ACKNOWLEDGED, SNOOZED, DISMISSED, OUTCOME})

    def __init__(self, table: MannersTable) -> None:
        self.snoozed = int(table.snooze)
        self.dismissed = int(table.dismissed)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        said, at = event.properties, event.time
        alert = _meant(customer, said.alert_id, alerts) if said is not None else None
        if event.kind == SNOOZED:
            known = self._snooze(customer, alert, event, alerts)
        elif alert is None:
            known = False
        else:
            known = True
            by = None if event.handled_by is None else bounded(event.handled_by, BY_BYTES)
            handled = alert.handled or Handled()
            if event.kind == ACKNOWLEDGED:
                _acknowledge(alert, handled, at, by, alerts)
            else:
                handled.by = by
                alert.handled = handled
                if event.kind == OUTCOME:
                    handled.outcome, handled.amount = said.outcome, said.amount
                    handled.cost = said.cost
                    alerts.resolve(alert.signal, alert.subject, at, "actioned")
                else:
                    alerts.dismiss(alert, at)
                    until = at + self.dismissed
                    _keep(customer, Snooze(alert.signal, until, at), at)
        alerts.count("alert_feedback", event.kind, "taken" if known else "unknown")

    def _snooze(
        self, customer: Customer, alert: OpenAlert | None, event: Interaction, alerts: Alerts
    ) -> bool:
        """The signal is not told to its team for this customer, until then."""
        said, at = event.properties, event.time
        signal = alert.signal if alert is not None else said.signal
        if signal is None or not alerts.knows(signal):
            return False
        until = at + self.snoozed if said.until is None else int(said.until)
        if _keep(customer, Snooze(signal, until, at), at):
            for other in [other for other in customer.alerts if other.signal == signal]:
                if until > at:
                    alerts.snooze(other, until, at)
                else:
                    alerts.wake(other, at)
        return True


def _meant(customer: Customer, name: str | None, alerts: Alerts) -> OpenAlert | None:
    if name is not None:
        for alert in customer.alerts:
            if alerts.id_of(alert) == name:
                return alert
    return None


def _acknowledge(
    alert: OpenAlert, handled: Handled, at: int, by: str | None, alerts: Alerts
) -> None:
    """Whoever said so first has taken it up, also where that is heard of later."""
    if not handled.acknowledged_at or at < handled.acknowledged_at:
        handled.acknowledged_at, handled.acknowledged_by = at, by
        alert.handled = handled
        alerts.update(alert, at)


def _keep(customer: Customer, snooze: Snooze, at: int) -> bool:
    """Remember a snooze, unless a later word on that signal is known; whether it holds.

    Of more than six the one that ends first is forgotten.
    """
    manners = of(customer)
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
