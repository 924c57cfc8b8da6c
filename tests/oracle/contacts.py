"""Queues: contacts that were queued and abandoned, read from all that is known of the customer."""

from __future__ import annotations

from .facts import DAY, HOUR, SECOND, Alert, Book, Due, Fact, by_name

SIGNAL = "queue_abandoned"
SHORT = 5 * SECOND
EXPIRES = 7 * DAY
AGAIN = 24 * HOUR


class Contacts:
    """All contacts of one customer."""

    def __init__(self, customer: str, book: Book) -> None:
        self.customer = customer
        self.book = book
        self.heard: list[Fact] = []
        self.alerts: list[Alert] = []

    def take(self, fact: Fact) -> None:
        self.heard.append(fact)
        if fact.kind in ("contact_answered", "callback_done"):
            for alert in self._open_alerts():
                if fact.at >= alert.opened_at:
                    self.book.resolves(alert, "recovered", fact.at)
        elif fact.kind in ("contact_queued", "contact_abandoned", "callback_requested"):
            for alert in self._open_alerts():
                if not self._left_waiting(alert.subject or "", alert.opened_at):
                    self.book.resolves(alert, "late_evidence", fact.at)
            self._open_new()

    def due(self) -> list[Due]:
        return [self._alert_due(alert) for alert in self._open_alerts()]

    def _alert_due(self, alert: Alert) -> Due:
        at = alert.opened_at + EXPIRES
        return Due(at, SIGNAL, alert.subject, lambda: self.book.expires(alert, at))

    def _open_alerts(self) -> list[Alert]:
        return sorted((alert for alert in self.alerts if alert.is_open), key=by_name)

    def _times(self, kind: str, contact: str | None) -> list[int]:
        return [f.at for f in self.heard if f.kind == kind and f.text("contact_id") == contact]

    def _left_waiting(self, contact: str, abandoned: int) -> bool:
        """This contact had waited long enough at its abandonment, and wanted no callback."""
        queued = [at for at in self._times("contact_queued", contact) if at <= abandoned]
        if not queued or abandoned - max(queued) < SHORT:
            return False
        callbacks = [
            *self._times("callback_requested", contact),
            *self._times("callback_requested", None),
        ]
        return not any(max(queued) <= at <= abandoned for at in callbacks)

    def _open_new(self) -> None:
        abandonments = sorted(
            (fact.at, fact.text("contact_id") or "")
            for fact in self.heard
            if fact.kind == "contact_abandoned" and fact.text("contact_id") is not None
        )
        for at, contact in abandonments:
            told = any(a.subject == contact and not a.is_void for a in self.alerts)
            if not told and self._left_waiting(contact, at):
                self._open(contact, at)

    def _open(self, contact: str, at: int) -> None:
        others = [alert.opened_at for alert in self.alerts if not alert.is_void]
        again = any(at - AGAIN <= other <= at for other in others)
        severity = "error" if again else "warning"
        alert = self.book.opens(SIGNAL, self.customer, contact, at, severity)
        self.alerts.append(alert)
        answers = [
            fact.at
            for fact in self.heard
            if fact.kind in ("contact_answered", "callback_done") and fact.at >= at
        ]
        if answers:
            self.book.resolves(alert, "recovered", min(answers))
