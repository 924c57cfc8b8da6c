"""The one wait of a customer for a signal: since when, and how it ends."""

from agents.alerts import Alerts, Facts
from agents.mechanisms import timers
from agents.mechanisms.expected import Begin, Expected, began
from agents.mechanisms.standing import standing
from schemas.alert import Evidence, Resolution
from schemas.customer import Customer
from schemas.journey import Journey
from schemas.memory import MAX_TIMERS, Timer

USES = ("feature_used", "usage_reported")
"""Somebody works with what they have."""
NEVER_BEGAN = -1


def journey_of(customer: Customer) -> Journey:
    """The customer's journey, begun where there is none yet."""
    journey = customer.journey
    if journey is None:
        journey = customer.journey = Journey()
    return journey


def began_at(customer: Customer, signal: str) -> int:
    """Since when is waited, or was waited for the alert that stands; NEVER_BEGAN: neither."""
    for timer in customer.timers:
        if timer.signal == signal:
            return timer.since
    for alert in customer.alerts:
        if alert.signal == signal:
            return began(alert)
    return NEVER_BEGAN


def wait(
    signal: Expected, customer: Customer, begin: Begin, at: int, evidence: list[Evidence]
) -> None:
    """Begin to wait at `at`, where it is known that no wait runs and no alert stands; nothing that
    answers is remembered of these signals."""
    within = int(begin.within)
    facts: Facts = [-1, at, within, *begin.facts]
    due = signal.due(customer, at, begin)
    start(customer, Timer(signal.name, None, due, at, facts, evidence))


def start(customer: Customer, timer: Timer) -> None:
    """The same as `timers.start`, where no timer of that signal and subject runs."""
    running = customer.timers
    running.append(timer)
    if len(running) > MAX_TIMERS:
        timers.start(customer, timer)
    elif timer.due < customer.timers_due:
        customer.timers_due = timer.due


def conclude(
    customer: Customer, signal: str, at: int, resolution: Resolution, alerts: Alerts
) -> None:
    """End the wait, whose subject is the customer as such, or the alert that came of it.

    What is older than the opening shows that the alert was wrong.
    """
    timer = timers.find(customer, signal, None)
    if timer is not None:
        timers.stop(customer, timer)
    alert = standing(customer, signal)
    if alert is not None:
        late = at < alert.opened_at
        alerts.resolve(signal, None, at, "late_evidence" if late else resolution)


def last_order(customer: Customer) -> list[Evidence]:
    """The customer's last order as the one piece of evidence."""
    history = customer.purchases
    if history is None:
        return []
    return [Evidence(history.last_id, "order_completed", history.last_at)]
