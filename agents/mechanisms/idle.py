"""`idle`: something open and untouched for T; a touch or its end clears the alert.

Like `expected`, but every touch begins the wait anew, and a touch of something whose alert stands
says that its owner has come back.
"""

from agents.alerts import Alerts
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, Expected, began
from agents.mechanisms.standing import open_ones, standing
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.memory import Timer


def due(touched: int, limit: int, opened: int, cool_down: int) -> int:
    """When something last touched then is idle (microseconds): but not within the cool-down of its
    last opening (0: none).

    >>> due(touched=100, limit=60, opened=0, cool_down=1000)
    160
    >>> due(touched=100, limit=60, opened=90, cool_down=1000)
    1090
    """
    end = touched + limit
    return max(end, opened + cool_down) if opened else end


class Idle(Expected):
    """One signal of this mechanism: `begins` are the touches, `ends` what closes it."""

    renews = True

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Of what both rows have touched, the last touch counts."""
        super().on_merge(customer, at, alerts)
        touched: dict[str | None, int] = {}
        running, told = timers.running(customer, self.name), open_ones(customer, self.name)
        for subject, since in (
            *((timer.subject, timer.since) for timer in running),
            *((alert.subject, began(alert)) for alert in told),
        ):
            touched[subject] = max(since, touched.get(subject, since))
        stands = set()
        for alert in told:
            last = touched[alert.subject]
            if last <= began(alert):
                stands.add(alert.subject)
            else:
                late = last < alert.opened_at
                alerts.end(alert, last, "late_evidence" if late else "returned")
        for timer in running:
            if timer.since < touched[timer.subject] or timer.subject in stands:
                timers.stop(customer, timer)

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        subject = None if begin.subject is None else bounded(begin.subject)
        at = event.time
        alert = standing(customer, self.name, subject)
        if alert is not None:
            if at < alert.opened_at:
                if at <= began(alert):
                    return None
                alerts.resolve(self.name, subject, at, "late_evidence")
            else:
                alerts.resolve(self.name, subject, at, "returned")
        running = timers.find(customer, self.name, subject)
        if running is not None:
            if running.since >= at:
                return None
            timers.stop(customer, running)
        return super().begin(customer, begin, event, alerts)
