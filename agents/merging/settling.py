"""A row is given up, and a customer's row takes over what it knew: facts, waits and alerts."""

from collections.abc import Set
from functools import lru_cache
from typing import Any

from agents.alerts import Alerts, Change
from agents.careful import SignalFailed, name_of
from agents.lifecycle import LEADS_TO, WON_BACK
from agents.manners import router
from agents.mechanisms import timers
from agents.mechanisms.expected import Expected
from agents.mechanisms.standing import make_room
from agents.merging import waits
from agents.merging.customers import digest, has_taken, merge
from agents.merging.rules import content
from agents.merging.stages import decides_nothing, reckoned, won_back
from agents.rulebook import Rulebook
from agents.signals.lifecycle import Lifecycle
from schemas.customer import Customer, fits
from schemas.memory import NEVER, Timer

MERGED = "merged"
"""The reason of a stage of life that follows from merging."""

Muted = Set[tuple[str, str]]
"""Rows, and the signals that have failed on them."""


def give_up(key: str, customer: Customer, alerts: Alerts) -> None:
    """The row `key` is about to be handed over: its alerts keep the ids that they were told under,
    and it counts in no gauge of its partition any more. Nothing is told."""
    alerts.about(key, customer)
    alerts.leave()


def hand_over(
    key: str,
    mine: Customer,
    theirs: Customer,
    handed: str,
    at: int,
    alerts: Alerts,
    rulebook: Rulebook,
    muted: Muted = frozenset(),
) -> bool:
    """Fold `theirs`, which another row has given up, into `mine`, the customer of row `key`.

    `handed` names the hand-over; False, and nothing changes, where `mine` has taken it before.
    What ends by it is told as ended when the facts say so, else at `at` (microseconds), and in
    either case not before its opening. What the signals that weigh others make of it is left in
    `alerts.changes`, and the row's deadline is to be scheduled anew, as after an interaction.
    Signals that are `muted` on this row are not asked: their alerts and waits go on, each once.

    Raises SignalFailed.
    """
    if has_taken(mine, digest(handed)):
        return False
    signals = rulebook.default.signals
    anew = not (decides_nothing(mine) or decides_nothing(theirs))
    before, stood = mine.stage, {content(alert) for alert in mine.alerts}
    merged = merge(mine, theirs, handed, signals)
    for name in merged.__struct_fields__:
        setattr(mine, name, getattr(merged, name))
    mine.stage = before
    alerts.about(key, mine)
    for alert in mine.alerts:
        if content(alert) not in stood:
            alerts.reckon(alert, 1)
    settle(key, mine, at, alerts, rulebook, merged.stage, muted, anew=anew)
    return True


def settle(
    key: str,
    customer: Customer,
    at: int,
    alerts: Alerts,
    rulebook: Rulebook,
    stage: str | None,
    muted: Muted = frozenset(),
    *,
    anew: bool,
) -> None:
    """Of what stands twice, or not any more, in a merged row: one, and none. Its stage of life is
    `stage`; it is reckoned from there on if `anew`, or if settling has moved it.

    Raises SignalFailed.
    """
    signals, back = rulebook.chapter(customer).signals, won_back(customer)
    judges, renewed = _judges(signals)
    known = len(alerts.changes)
    waited = {timer.signal for timer in customer.timers}
    waited |= {alert.signal for alert in customer.alerts}
    for signal in judges:
        if isinstance(signal, Expected) and signal.name not in waited:
            continue
        if not anew and isinstance(signal, Lifecycle):
            continue  # One row has heard of all orders, and has said what they show.
        if muted and (key, name_of(signal)) in muted:
            continue
        try:
            signal.on_merge(customer, at, alerts)
        except Exception as why:
            raise SignalFailed(key, signal, why, in_event=True) from why
    _one_alert_each(customer, at, alerts)
    _one_timer_each(customer, renewed)
    moved = won_back(customer) > back
    heard = alerts.changes[known:]
    anew = anew or moved or any(change.alert.signal in LEADS_TO for change in heard)
    new = {id(change.alert) for change in alerts.changes}
    alerts.changes += [Change(alert, None) for alert in customer.alerts if id(alert) not in new]
    if anew:
        stage = reckoned(customer, WON_BACK if moved else stage)
    if stage is not None:
        alerts.stage(stage, at, MERGED)
    alerts.resolved = ""
    router.settle(customer)
    if not fits(customer):
        make_room(customer, at, alerts)


def _one_alert_each(customer: Customer, at: int, alerts: Alerts) -> None:
    """The first that opened of a signal and subject stands for all of them."""
    known: set[tuple[str, str | None]] = set()
    for alert in sorted(customer.alerts, key=waits.opened):
        name = alert.signal, alert.subject
        if name in known:
            alerts.end(alert, at, "superseded")
        known.add(name)
    customer.alerts_due = min((alert.until for alert in customer.alerts), default=NEVER)


@lru_cache(maxsize=256)
def _judges(signals: tuple[Any, ...]) -> tuple[tuple[Any, ...], frozenset[str]]:
    """The signals that judge merged rows, and the names of those that renew their waits."""
    return (
        tuple(signal for signal in signals if hasattr(signal, "on_merge")),
        frozenset(
            kind.name
            for signal in signals
            if getattr(signal, "renews", False)
            for kind in signal.kinds
        ),
    )


def _one_timer_each(customer: Customer, renewed: frozenset[str]) -> None:
    """Of two waits of a signal and subject the one that began first goes on; for a signal that
    `renews`, the one that began last."""
    found: dict[tuple[str, str | None], Timer] = {}
    for timer in sorted(customer.timers, key=_began):
        name = timer.signal, timer.subject
        if name not in found or timer.signal in renewed:
            found[name] = timer
    every, customer.timers = list(found.values()), []
    timers.settle(customer)
    for timer in every:
        timers.start(customer, timer)


def _began(timer: Timer) -> tuple[int, int, bytes]:
    return timer.since, timer.due, content(timer)
