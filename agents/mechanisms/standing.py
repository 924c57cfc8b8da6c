"""Alerts that stand: opened as the house wants them, found again, closed."""

from typing import Any

from agents.alerts import SEVERITIES, Alerts, Facts, Kind
from agents.manners.router import Bearer
from agents.mechanisms.timers import stop
from schemas.alert import Evidence
from schemas.customer import EVENT_ID_BYTES, Cart, Customer, OpenAlert, bounded, fits
from schemas.interaction import Interaction
from schemas.memory import NEVER, Timer

LONGEST_COOL_DOWN = 400 * 86_400 * 1_000_000
"""So long the last opening of a signal is remembered (microseconds)."""


def stand(
    customer: Customer,
    kind: Kind,
    limits: Any,
    subject: str | None,
    at: int,
    facts: Facts,
    evidence: list[Evidence],
    alerts: Alerts,
    *,
    severity: int | None = None,
    until: int = NEVER,
) -> None:
    """Open an alert of `kind` at `at`, with the severity, team and expiry of the house's `limits`.

    `severity` is this case's own; the house's wish goes over it. At `until` it expires even if the
    house would let it stand longer.
    """
    severity, until = severity_of(kind, limits, severity), min(until, expiry_of(limits, at))
    alerts.open(kind.name, subject, at, facts, evidence, severity, until=until, team=limits.team)
    if subject is None and hasattr(limits, "cool_down"):
        remember(customer.told, kind, at)


def announce(
    kind: Kind,
    limits: Any,
    at: int,
    facts: Facts,
    evidence: list[Evidence],
    alerts: Alerts,
    subject: str | None = None,
) -> None:
    """Tell a notice of `kind`, with the severity and team of the house's `limits`."""
    severity = severity_of(kind, limits)
    alerts.notice(
        kind.name, at, facts, evidence, subject=subject, severity=severity, team=limits.team
    )


def severity_of(kind: Kind, limits: Any, severity: int | None = None) -> int:
    """The house's wish, else this case's own `severity`, else that of the kind."""
    wished = limits.severity
    if wished is not None:
        return SEVERITIES.index(wished)
    return kind.severity if severity is None else severity


def expiry_of(limits: Any, at: int) -> int:
    """When an alert that opens at `at` expires as the house wants it; NEVER if not."""
    expires = int(getattr(limits, "expires", 0))
    return at + expires if expires else NEVER


def remember(told: dict[str, int], kind: Kind, at: int) -> None:
    """For its cool-down, that a signal has opened at `at`."""
    told[kind.name] = max(at, told.get(kind.name, 0))
    if len(told) > 1:
        horizon = at - LONGEST_COOL_DOWN
        for name in [name for name, last in told.items() if last <= horizon]:
            del told[name]


def prolong(customer: Customer, signal: str, subject: str | None, until: int) -> None:
    """What has happened again: its open alert, where there is one, expires at `until` instead."""
    alert = standing(customer, signal, subject)
    if alert is not None:
        was, alert.until = alert.until, until
        if until <= customer.alerts_due:
            customer.alerts_due = until
        elif was <= customer.alerts_due:
            customer.alerts_due = min([other.until for other in customer.alerts])


def make_room(customer: Customer, at: int, alerts: Alerts) -> None:
    """Forget what a customer who has outgrown 8 KiB can best do without, the oldest first.

    First goes what explains alerts (`fits`), then answers, observations under way, evidence for
    joint signals, timers, alerts that would expire by themselves, and at last carts.
    """
    if fits(customer):
        return
    customer.answers.clear()
    if not fits(customer):
        customer.observed = None
    while not fits(customer) and (customer.pieces or customer.timers):
        if customer.pieces:
            del customer.pieces[0]
        else:
            stop(customer, min(customer.timers, key=_began))
    for other in sorted(customer.alerts, key=_opened):
        if fits(customer):
            return
        if other.until != NEVER:
            alerts.resolve(other.signal, other.subject, at, "expired")
    known = customer.carts.carts if customer.carts is not None else []
    while known and not fits(customer):
        cart = min(known, key=_touched)
        known.remove(cart)
        if cart.opened_at:
            signal = "checkout_abandoned" if cart.as_checkout else "cart_abandoned"
            alerts.resolve(signal, cart.name, at, "expired")


def cool(bearer: Bearer, kind: Kind, limits: Any, at: int) -> bool:
    """Whether the cool-down since the last opening of that signal is over at `at`."""
    last = bearer.told.get(kind.name)
    return last is None or not (last <= at < last + limits.cool_down)


def standing(bearer: Bearer, signal: str, subject: str | None = None) -> OpenAlert | None:
    """The open alert of that signal and subject."""
    for alert in bearer.alerts:
        if alert.signal == signal and alert.subject == subject:
            return alert
    return None


def open_ones(customer: Customer, signal: str) -> list[OpenAlert]:
    """The open alerts of a signal, in the order in which they opened."""
    return [alert for alert in customer.alerts if alert.signal == signal]


def evidence_of(event: Interaction) -> list[Evidence]:
    """An interaction as the one piece of evidence."""
    return [Evidence(bounded(event.id, EVENT_ID_BYTES), event.kind, event.time)]


def _touched(cart: Cart) -> tuple[int, str]:
    return cart.touched, cart.name or ""


def _opened(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.opened_at, alert.signal, alert.subject or ""


def _began(timer: Timer) -> tuple[int, str, str]:
    return timer.since, timer.signal, timer.subject or ""
