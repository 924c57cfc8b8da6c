"""Thresholds of signals about groups: queues, branches, products, steps, markets.

Chance: `alpha` is how often chance alone may open such an alert in 28 days for one group, whatever
is judged in them and how often: it is divided by the number of judgements.
"""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.instant import DAY, MINUTE, SECOND, WEEK
from schemas.standards.limits import Limits, Standing
from schemas.standards.units import Count, Duration, Fraction, Positive, Share, Significance
from schemas.vocabulary import RequiredName

Times = Annotated[float, Meta(gt=1, le=100)]
"""So many times the usual."""
Nats = Annotated[float, Meta(ge=1, le=50)]
"""A sum of log-likelihood ratios."""

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


class BranchInconsistent(Standing, frozen=True):
    """A branch whose visits, or whose customers' answers, go badly more or less often than in the
    rest of its brand: `least` of them within `window`, `difference` apart, and less than `alpha`
    likely by chance in 28 days, over all branches. Ours."""

    window: Duration = Duration(28 * DAY)
    least: Count = 30
    difference: Share = 0.1
    alpha: Significance = 0.01
    cool_down: Duration = Duration(28 * DAY)
    expires: Duration = Duration(90 * DAY)


class StandardsMetUnhappy(Standing, frozen=True):
    """A queue or branch that serves as many in time as `service_level_missed` asks for, while
    `least` answers within `window` have fallen by the part `fall` of their scale against the
    `baseline` before it, less than `alpha` likely by chance in 28 days. Nothing is said before a
    history of `learns`. Ours."""

    window: Duration = Duration(28 * DAY)
    baseline: Duration = Duration(26 * WEEK)
    learns: Duration = Duration(8 * WEEK)
    least: Count = 30
    fall: Share = 0.05
    alpha: Significance = 0.01
    cool_down: Duration = Duration(28 * DAY)
    expires: Duration = Duration(90 * DAY)


class Bottleneck(Standing, frozen=True):
    """A step of the checkout given up by `rise` times as many as in the `baseline` before, of
    `least` or more who came to it within `window`, less than `alpha` likely by chance in 28 days;
    over once it is under `back` times the usual again. Nothing is said before a history of
    `learns`. Ours."""

    window: Duration = Duration(7 * DAY)
    baseline: Duration = Duration(28 * DAY)
    learns: Duration = Duration(7 * DAY)
    least: Count = 50
    rise: Times = 1.25
    back: Times = 1.1
    alpha: Significance = 0.01
    cool_down: Duration = Duration(7 * DAY)


class ProductTrouble(Standing, frozen=True):
    """Returns, complaints and bad reviews of a product, `rise` times as many for each order as in
    the `baseline` before, with `least` orders or more within `window`, less than `alpha` likely by
    chance in 28 days; over once they are under `back` times the usual again. Nothing is said before
    a history of `learns`. Ours."""

    window: Duration = Duration(28 * DAY)
    baseline: Duration = Duration(26 * WEEK)
    learns: Duration = Duration(28 * DAY)
    least: Count = 20
    rise: Times = 1.25
    back: Times = 1.1
    alpha: Significance = 0.01
    cool_down: Duration = Duration(28 * DAY)
    expires: Duration = Duration(90 * DAY)


class WishRepeated(Limits, frozen=True):
    """`least` customers (16 at most) ask for the same thing within `window`. Ours."""

    least: Annotated[int, Meta(ge=2, le=16)] = 5
    window: Duration = Duration(30 * DAY)
    cool_down: Duration = Duration(30 * DAY)


class MarketShift(Standing, frozen=True):
    """Customers with signs of leaving in a region or segment, summed up by the week (CUSUM): the
    sum of the log-likelihood ratios of a rise to `rise` times the usual passes `h`; over once it is
    half of `h` again. The signs are the alerts of `signals`: those that are known at once. Silence
    and decline (`gone_silent`, `spend_declined`, `usage_declined`) are found weeks later, and rise
    by themselves while a history is young; a house without subscriptions may want the first of
    them. The usual is the mean of the `baseline` before; nothing is said before a history of
    `learns`. h = 5 is the usual decision interval
    (Hawkins and Olwell 1998), here in nats; the rest is ours."""

    h: Nats = 5.0
    rise: Times = 2.0
    signals: tuple[RequiredName, ...] = ("cancellation_intended", "captured")
    baseline: Duration = Duration(26 * WEEK)
    learns: Duration = Duration(13 * WEEK)
    cool_down: Duration = Duration(28 * DAY)
    expires: Duration = Duration(90 * DAY)
