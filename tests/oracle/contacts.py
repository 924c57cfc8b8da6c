"""Queues: contacts that were queued and abandoned, read from all that is known of the customer."""

from __future__ import annotations

from dataclasses import replace

from .facts import DAY, HOUR, SECOND, Alert, Book, Due, Fact, by_name

SIGNAL = "queue_abandoned"
SHORT = 5 * SECOND
EXPIRES = 7 * DAY
AGAIN = 24 * HOUR
MOST_CONTACTS = 16
MOST_ANSWERS = 8


class Contacts:
    """All contacts of one customer."""

    def __init__(self, customer: str, book: Book) -> None:
        self.customer = customer
        self.book = book
        self.heard: dict[str, list[Fact]] = {}  # of each contact that is known
        self.answers: list[int] = []
        self.callbacks: list[int] = []  # those that name no contact
        self.alerts: list[Alert] = []

    def take(self, fact: Fact) -> None:
        contact = fact.text("contact_id")
        if fact.kind == "contact_abandoned" and fact.has.get("voicemail"):
            fact = replace(fact, kind="callback_requested")
        if fact.kind in ("contact_queued", "contact_abandoned") and contact is not None:
            told = [a for a in self.alerts if a.subject == contact and not a.is_void]
            if not told or fact.at <= told[0].opened_at:
                self.heard.setdefault(contact, []).append(fact)
                self._judge(contact)
        elif fact.kind == "callback_requested":
            if contact is None:
                self.callbacks = latest([*self.callbacks, fact.at])
            else:
                self.heard.setdefault(contact, []).append(fact)
            for alert in self._open_alerts():
                self._judge(alert.subject or "")
        elif fact.kind == "message_received":
            queued = self._times("contact_queued", contact) if contact in self.heard else []
            if contact is None or fact.text("medium") != "phone" or not queued:
                return
            if max(queued) <= fact.at:
                self.heard[contact].append(replace(fact, at=max(queued)))
                self._judge(contact)
        elif fact.kind in ("contact_answered", "callback_done"):
            if fact.kind == "contact_answered" and contact is not None and contact in self.heard:
                self.heard[contact].append(fact)
                self._judge(contact)
                queued = self._times("contact_queued", contact)
                left = self._times("contact_abandoned", contact)
                if queued and max(queued) <= fact.at and not left:
                    self._drop(contact)
            self.answers = latest([*self.answers, fact.at])
            for alert in self._open_alerts():
                if fact.at >= alert.opened_at:
                    self.book.resolves(alert, "recovered", fact.at)
        else:
            return
        self._forget(fact.at)

    def due(self) -> list[Due]:
        return [self._alert_due(alert) for alert in self._open_alerts()]

    def _alert_due(self, alert: Alert) -> Due:
        at = alert.opened_at + EXPIRES
        return Due(at, SIGNAL, alert.subject, lambda: self._expire(alert, at))

    def _expire(self, alert: Alert, at: int) -> None:
        self.book.expires(alert, at)
        self._forget(at)

    def _open_alerts(self) -> list[Alert]:
        return sorted((alert for alert in self.alerts if alert.is_open), key=by_name)

    def _times(self, kind: str, contact: str) -> list[int]:
        return [fact.at for fact in self.heard[contact] if fact.kind == kind]

    def _left_waiting(self, contact: str, abandoned: int) -> bool:
        """This contact had waited long enough when it first left, with nothing done about it."""
        queued = [at for at in self._times("contact_queued", contact) if at <= abandoned]
        if not queued or abandoned - max(queued) < SHORT:
            return False
        ends = [
            *self._times("callback_requested", contact),
            *self._times("contact_answered", contact),
            *self._times("message_received", contact),
            *self.callbacks,
        ]
        if any(max(queued) <= at <= abandoned for at in ends):
            return False
        return not any(
            max(queued) <= at < abandoned for at in self._times("contact_abandoned", contact)
        )

    def _judge(self, contact: str) -> None:
        for alert in self._open_alerts():
            if alert.subject == contact and not self._left_waiting(contact, alert.opened_at):
                self.book.resolves(alert, "late_evidence", alert.opened_at)
        if all(alert.is_void for alert in self.alerts if alert.subject == contact):
            for at in self._times("contact_abandoned", contact):
                if self._left_waiting(contact, at):
                    self._open(contact, at)
                    return

    def _open(self, contact: str, at: int) -> None:
        others = [alert.opened_at for alert in self.alerts if not alert.is_void]
        again = any(at - AGAIN <= other <= at for other in others)
        severity = "error" if again else "warning"
        alert = self.book.opens(SIGNAL, self.customer, contact, at, severity)
        self.alerts.append(alert)
        answers = [answer for answer in self.answers if at <= answer < at + EXPIRES]
        if answers:
            self.book.resolves(alert, "recovered", min(answers))

    def _forget(self, now: int) -> None:
        """What is a week older than the record at hand goes, unless its alert is open."""
        waiting = [alert.subject for alert in self._open_alerts()]
        for contact in list(self.heard):
            if self._last(contact) <= now - EXPIRES and contact not in waiting:
                self._drop(contact)
        if len(self.heard) > MOST_CONTACTS:
            oldest = min(self.heard, key=self._last)
            for alert in self._open_alerts():
                if alert.subject == oldest:
                    self.book.expires(alert, now)
            self._drop(oldest)

    def _last(self, contact: str) -> int:
        return max(fact.at for fact in self.heard[contact] if fact.kind != "contact_answered")

    def _drop(self, contact: str) -> None:
        del self.heard[contact]
        self.alerts = [alert for alert in self.alerts if alert.subject != contact]


def latest(times: list[int]) -> list[int]:
    return sorted(times)[-MOST_ANSWERS:]
