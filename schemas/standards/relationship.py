"""Thresholds of service standards and of the relationship. (S) named by the sources, else ours."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.instant import DAY, SECOND
from schemas.standards.limits import Limits, Standing
from schemas.standards.units import Count, Duration, Fraction, Positive, Share, Significance


class GreetingLate(Standing, frozen=True):
    """A visitor not greeted within that. 60 s (S)."""

    within: Duration = Duration(60 * SECOND)


class AssistedLate(Standing, frozen=True):
    """A visitor not assisted within that, from the arrival. 60 s (S)."""

    within: Duration = Duration(60 * SECOND)


class HoldTooLong(Standing, frozen=True):
    """A hold longer than that; with `cumulated` all holds of one contact together. 30 s (S)."""

    within: Duration = Duration(30 * SECOND)
    cumulated: bool = False


class AnswerLate(Standing, frozen=True):
    """Waited longer than that for an answer. 20 s, of the usual target 80 % in 20 s."""

    within: Duration = Duration(20 * SECOND)


class StandardMissed(Standing, frozen=True):
    """The house's own standards, `[[standard]]`: all of them can be turned off here."""


class SpendGrown(Limits, frozen=True):
    """Money per order, or orders, of the last `window` up by `rise` against the own `baseline`.

    `least` orders in the baseline, and less than `alpha` likely by chance: the mirror of
    `spend_declined`. Ours.
    """

    window: Duration = Duration(90 * DAY)
    baseline: Duration = Duration(365 * DAY)
    rise: Annotated[float, Meta(gt=0, le=100)] = 0.4
    least: Count = 8
    alpha: Significance = 0.01
    cool_down: Duration = Duration(90 * DAY)


class CheckInDue(Standing, frozen=True):
    """No contact in both directions for as long as the value tier allows, or `factor` times the
    own gap if that is sooner, which is this `percentile` of the own gaps: `tier_1` for the most
    valuable, then `tier_2` and `tier_3`. `tier` is that of customers whose value is not known.
    Ours."""

    tier_1: Duration = Duration(30 * DAY)
    tier_2: Duration = Duration(90 * DAY)
    tier_3: Duration = Duration(180 * DAY)
    tier: Literal[1, 2, 3] = 2
    factor: Positive = 2.0
    percentile: Fraction = 0.9


class GoalStalled(Standing, frozen=True):
    """A goal that the customer set, without progress for `idle`. Ours."""

    idle: Duration = Duration(30 * DAY)


class OccasionDue(Standing, frozen=True):
    """A birthday, anniversary or contract date, told `before` it. Ours."""

    before: Duration = Duration(7 * DAY)


class MilestoneReached(Limits, frozen=True):
    """First login, first value, the orders with these numbers, and full `years`. Ours."""

    orders: tuple[Count, ...] = (1, 5, 10, 50)
    years: bool = True


class Delighted(Limits, frozen=True):
    """Perception `gap` (of 7) or more above expectation, or a wait of at most `factor` times the
    own mean of `least` waits; and a good score, `nps` or `csat` at least, `within` so long of it.
    Ours."""

    gap: Annotated[float, Meta(gt=0, le=6)] = 1.0
    factor: Share = 0.5
    least: Count = 5
    nps: Annotated[int, Meta(ge=0, le=10)] = 9
    csat: Annotated[int, Meta(ge=1, le=5)] = 4
    within: Duration = Duration(7 * DAY)


class Advocate(Limits, frozen=True):
    """A referral that converted, or praise `least` times within `window`. Ours."""

    least: Count = 2
    window: Duration = Duration(365 * DAY)


class AdvocateSilent(Standing, frozen=True):
    """An advocate silent for `factor` times the own gap, or `idle` where none is known. Ours."""

    factor: Positive = 1.5
    idle: Duration = Duration(180 * DAY)
