"""The signals about groups, and the one place where they are registered."""

from agents.groups.protocol import GroupSignal
from agents.signals.protocol import House

__all__ = ["GroupSignal", "signals"]


def signals(house: House) -> tuple[GroupSignal, ...]:
    """Every signal about groups, in the order in which they hear of an observation, and are asked
    where two fall due at one instant."""
    del house
    return ()
