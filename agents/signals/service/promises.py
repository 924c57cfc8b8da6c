"""Waits for which the house has a standard: what is done exactly in time is in time, and what was
missed is evidence for signals that weigh several things together.
"""

from agents.alerts import Alerts
from agents.mechanisms import joint
from agents.mechanisms.expected import Begin, End, Expected
from agents.mechanisms.standing import standing
from schemas.alert import Evidence
from schemas.customer import Customer
from schemas.instant import DAY
from schemas.memory import Timer
from schemas.service import Service

KEEP = 180 * DAY
"""So long other signals may weigh a missed promise: the window of `captive_dissatisfied`."""


class Promise(Expected):
    """`expected`, where the wait is missed at the first instant at which it is longer than agreed.

    Its alerts are pieces of evidence, of the signal's name.
    """

    def due(self, customer: Customer, since: int, begin: Begin) -> int:
        return super().due(customer, since, begin) + 1

    def end(self, customer: Customer, end: End, at: int, alerts: Alerts) -> None:
        later = [
            (alert.subject, alert.opened_at)
            for alert in customer.alerts
            if alert.signal == self.name and alert.opened_at > at
        ]
        super().end(customer, end, at, alerts)
        for subject, opened in later:
            if standing(customer, self.name, subject) is None:
                joint.withdraw(customer, self.name, opened)

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        super().open(customer, timer, alerts)
        weigh(customer, self.name, timer.due, timer.evidence)


def weigh(customer: Customer, signal: str, at: int, evidence: list[Evidence]) -> None:
    """What opened at `at` counts for those signals that weigh several things."""
    joint.note_at(customer, signal, at, evidence[-1].id if evidence else "", keep=KEEP)


def service_of(customer: Customer) -> Service:
    """The group's part of the customer, begun where there is none."""
    known = customer.service
    if known is None:
        known = customer.service = Service()
    return known
