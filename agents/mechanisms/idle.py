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
        facts = self.touched_at(customer)
        for subject, since in (
            *((timer.subject, timer.since) for timer in running),
            *((alert.subject, began(alert)) for alert in told),
        ):
            touched[subject] = max(since, facts, touched.get(subject, since))
        stands = set()
        for alert in told:
            last = touched[alert.subject]
            if last <= began(alert):
                stands.add(alert.subject)
            else:
                late = last < alert.opened_at
                alerts.end(alert, last, "late_evidence" if late else "returned")
                if last == facts:
                    running.append(Timer(self.name, alert.subject, 0, facts, [-1, *alert.facts]))
        for timer in running:
            last = touched[timer.subject]
            if timer in customer.timers:
                timers.stop(customer, timer)
            if timer.subject not in stands and last in (timer.since, facts):
                timer.since = timer.facts[1] = last
                self.renew(customer, timer)
                timers.start(customer, timer)

    def touched_at(self, customer: Customer) -> int:
        """A touch of everything, that other facts of the customer know of; 0: none."""
        return 0

    def renew(self, customer: Customer, timer: Timer) -> None:
        """Find out when a wait is due that was touched under either row."""
        begin = Begin(timer.subject, int(timer.facts[2] or 0), timer.facts[3:])
        timer.due = self.due(customer, timer.since, begin)

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
