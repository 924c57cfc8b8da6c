"""The signals, and the one place where they are registered."""

from agents.signals.carts import AbandonedCarts
from agents.signals.protocol import Signal
from agents.signals.queue import AbandonedQueue
from agents.signals.silence import Silence
from schemas.standards import Thresholds

__all__ = ["AbandonedCarts", "AbandonedQueue", "Signal", "Silence", "signals"]


def signals(limits: Thresholds) -> tuple[Signal, ...]:
    """Every signal with the thresholds of one kind of customer.

    They stand by the names of their alerts: what is due at one instant is told in this order.
    """
    return (
        AbandonedCarts(limits.cart_abandoned, limits.checkout_abandoned),
        Silence(limits.gone_silent, won_back=limits.won_back.enabled),
        AbandonedQueue(limits.queue_abandoned),
    )
