"""How many interactions are of somebody whom the house knows."""

from collections import Counter

from streams.contract import Decision

HEARD, IDENTIFIED = "heard", "identified"
"""Gauges that are not shown themselves: their ratio is."""


def count_identified(decision: Decision, taken: list[tuple[str, str]], nameless: list[str]) -> None:
    """Count by channel what was `taken` (channel and type), and what of it had no customer."""
    gauges = decision.gauges
    heard = Counter([channel for channel, _ in taken])
    for channel, number in heard.items():
        gauges[HEARD, channel] = number
    heard.subtract(nameless)
    for channel, number in heard.items():
        gauges[IDENTIFIED, channel] = number
