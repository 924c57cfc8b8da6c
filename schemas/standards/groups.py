"""Thresholds of signals about groups: queues, branches, products, steps, markets."""

from typing import Literal

from schemas.instant import DAY, MINUTE, SECOND
from schemas.standards.limits import Standing
from schemas.standards.units import Count, Duration, Fraction, Positive

Formula = Literal[
    "answered", "answered+flowouts",
    "answered+abandoned", "answered+abandoned+flowouts",
    "answered+abandoned-short", "answered+abandoned-short+flowouts",
]  # fmt: skip
"""What the contacts answered in time are divided by: the options of Genesys' service level."""


class ServiceLevelMissed(Standing, frozen=True):
    """Fewer than `target` of the contacts of an `interval` were answered `within` that, of `least`
    or more. `formula` says what is counted: "answered", "answered+abandoned" or
    "answered+abandoned-short" (without those who left before `short_abandon`), each also
    "...+flowouts" (asked for a call back, left a message, were transferred). Practice: 80 % in
    20 s, in half hours; the formula and its options are Genesys'."""

    target: Fraction = 0.8
    within: Duration = Duration(20 * SECOND)
    interval: Duration = Duration(30 * MINUTE)
    least: Count = 20
    formula: Formula = "answered+abandoned-short"
    short_abandon: Duration = Duration(5 * SECOND)
    expires: Duration = Duration(DAY)


class ChannelClosed(Standing, frozen=True):
    """In opening hours, `arrivals` or more within `within` and none answered; or nobody arrives
    where `expected` should have, by the same hours of the weeks before. Ours."""

    arrivals: Count = 5
    within: Duration = Duration(15 * MINUTE)
    expected: Positive = 20.0
    expires: Duration = Duration(7 * DAY)
