"""The signals, and the one place where they are registered."""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from agents.manners.feedback import Feedback
from agents.manners.own_zone import OwnZone
from agents.signals import churn, correspondence, journey, service
from agents.signals.carts import AbandonedCarts
from agents.signals.lifecycle import Lifecycle
from agents.signals.protocol import House, Signal
from agents.signals.queue import AbandonedQueue
from agents.signals.silence import Silence
from streams.errors import Unusable

__all__ = ["AbandonedCarts", "AbandonedQueue", "House", "Signal", "Silence", "plugins", "signals"]

PLUGINS = "heed.signals"
"""The group of entry points under which third parties register: a callable that takes a House and
returns signals."""


class BadSignal(Unusable):
    """A third party's signals cannot be used; the message says whose and why."""


def signals(house: House) -> tuple[Signal, ...]:
    """Every signal of Heed's own.

    The order is that in which they hear of an interaction, and in which those tell that fall due at
    one instant by a clock of their own. The stage of life comes after them: it follows from the
    others. Then what teams say about alerts is heard, and by which clock it is night.
    """
    limits = house.limits
    return (
        AbandonedCarts(limits.cart_abandoned, limits.checkout_abandoned),
        Silence(limits.gone_silent, limits.lost, limits.won_back),
        AbandonedQueue(limits.queue_abandoned),
        *correspondence.signals(house),
        *journey.signals(house),
        *service.signals(house),
        *churn.signals(house),
        Lifecycle(limits.gone_silent),
        Feedback(house.manners),
        OwnZone(),
    )


def plugins(house: House) -> tuple[Signal, ...]:
    """The signals that installed packages bring. Raises BadSignal."""
    found: list[Signal] = []
    for name, make in _installed():
        try:
            made: Iterable[Signal] = make(house)
            found += made
        except Exception as why:
            raise BadSignal(f"the signals of `{name}` cannot be made: {why}") from why
    return tuple(found)


@cache
def _installed() -> tuple[tuple[str, Any], ...]:
    found = []
    for point in sorted(entry_points(group=PLUGINS), key=lambda point: point.name):
        try:
            found.append((point.name, point.load()))
        except Exception as why:
            raise BadSignal(f"`{point.name}` ({point.value}) cannot be loaded: {why}") from why
    return tuple(found)
