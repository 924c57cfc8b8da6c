"""Signals that watch others hear of what has opened and ended."""

from agents.alerts import Alerts
from agents.careful import SignalFailed, name_of
from agents.rulebook import Chapter
from schemas.customer import Customer

ROUNDS = 3
"""What watching signals tell is watched in turn, so often: no chain of signals is longer."""


def weigh(
    chapter: Chapter,
    key: str,
    customer: Customer,
    at: int,
    alerts: Alerts,
    muted: set[tuple[str, str]],
    *,
    in_event: bool = True,
) -> None:
    """Let the signals that watch others know what has opened and ended, and what follows of that.

    Raises SignalFailed.
    """
    watched = chapter.watched
    for _ in range(ROUNDS):
        changes, alerts.changes = alerts.changes, []
        names = {change.alert.signal for change in changes}
        if watched.isdisjoint(names):
            return
        for signal in chapter.watching:
            if not signal.watches.isdisjoint(names) and not (
                muted and (key, name_of(signal)) in muted
            ):
                try:
                    signal.on_alerts(customer, changes, at, alerts)
                except Exception as why:
                    raise SignalFailed(key, signal, why, in_event=in_event) from why
        if not alerts.changes:
            return
    alerts.changes = []
