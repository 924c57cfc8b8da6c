"""The signals, and the one place where they are registered."""

from agents.signals.carts import AbandonedCarts
from agents.signals.protocol import Signal
from agents.signals.queue import AbandonedQueue
from agents.signals.silence import Silence
from schemas.standards import Thresholds

__all__ = ["AbandonedCarts", "AbandonedQueue", "Signal", "Silence", "signals"]


def signals(limits: Thresholds) -> tuple[Signal, ...]:
    """Every signal with the thresholds of one kind of customer."""
    return (
        AbandonedCarts(limits.cart_abandoned, limits.checkout_abandoned),
        AbandonedQueue(limits.queue_abandoned),
        Silence(limits.gone_silent, won_back=limits.won_back.enabled),
    )
