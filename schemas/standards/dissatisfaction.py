"""Thresholds of the signals of dissatisfaction. Origins: (S) named by the sources, else ours."""

from typing import Annotated

from msgspec import Meta

from schemas.instant import DAY, HOUR, MINUTE
from schemas.standards.limits import Limits, Standing
from schemas.standards.units import Count, Duration, Positive, Share, WorkingTime


class ComplaintUnanswered(Standing, frozen=True):
    """No first reply within that working time. Ours: one long working day."""

    within: WorkingTime = WorkingTime(8 * HOUR)


class ComplaintUnresolved(Standing, frozen=True):
    """Not resolved within that working time, pausing while the house waits for the customer, but
    no longer than `pause` for one answer. Ours: a fortnight of silence is no answer."""

    within: WorkingTime = WorkingTime(72 * HOUR)
    pause: Duration = Duration(14 * DAY)


class ComplaintRepeated(Standing, frozen=True):
    """`least` complaints within `window`, or a reopened one; over after `quiet` without. Ours."""

    least: Count = 2
    window: Duration = Duration(30 * DAY)
    quiet: Duration = Duration(30 * DAY)


class ComplaintExternal(Standing, frozen=True):
    """Taken to a regulator, court, press or the like: told at once."""


class ResolutionUnconfirmed(Standing, frozen=True):
    """Resolved, and no satisfied answer `within`, open or closed: the customer is waited for. Off:
    only a house that asks after each resolution can miss the answer. Ours."""

    within: Duration = Duration(7 * DAY)
    enabled: bool = False


class Detractor(Standing, frozen=True):
    """The best score that still counts as bad, by instrument; to be followed up `within`.

    NPS 0-6 is the instrument's own definition, CSAT 1-2 of 5, CES 1-3 of 7 and reviews 1-2 of 5
    are practice; 48 h is what survey vendors advise.
    """

    nps: Annotated[int, Meta(ge=0, le=10)] = 6
    csat: Annotated[int, Meta(ge=1, le=5)] = 2
    ces: Annotated[int, Meta(ge=1, le=7)] = 3
    review: Annotated[int, Meta(ge=1, le=5)] = 2
    within: Duration = Duration(48 * HOUR)


class ExpectationGap(Standing, frozen=True):
    """Perception minus expectation under `gap` (of 7) in a dimension, or a wait of `factor` times
    the own mean, known from `least` waits. Ours, on SERVQUAL's scale."""

    gap: Annotated[float, Meta(ge=-6, lt=0)] = -1.0
    factor: Positive = 2.0
    least: Count = 5


class VisitInconsistent(Standing, frozen=True):
    """An element of service met `least` times in another branch within `window` is lacking here,
    or this branch is rated `lower` (of 5) than that. Ours."""

    least: Count = 1
    window: Duration = Duration(365 * DAY)
    lower: Annotated[float, Meta(gt=0, le=4)] = 2.0


class EffortHigh(Standing, frozen=True):
    """One matter with `waited` (waiting and hold together), `contacts` within `window`, or
    `transfers`: any of them. Ours."""

    waited: Duration = Duration(15 * MINUTE)
    contacts: Count = 3
    window: Duration = Duration(7 * DAY)
    transfers: Count = 2


class NegativeMessage(Standing, frozen=True):
    """A text that the classifier scores at or under `score`, from -1 to 1. Ours."""

    score: Annotated[float, Meta(ge=-1, lt=0)] = -0.6
    cool_down: Duration = Duration(24 * HOUR)


class CustomerDissatisfied(Standing, frozen=True):
    """`least` kinds of dissatisfaction of one customer within `window`. Ours."""

    least: Count = 2
    window: Duration = Duration(30 * DAY)


class DeliveryLate(Standing, frozen=True):
    """Not delivered `within` after the promised time. At once: a promise is its own standard."""

    within: Duration = Duration(0)


class AfterSaleCheckDue(Standing, frozen=True):
    """Delivered, and no contact `within`. Ours."""

    within: Duration = Duration(7 * DAY)


class SerialReturner(Standing, frozen=True):
    """`returned` orders or more, of `least` or more, make a share of returns of `share` or more,
    and are `excess` times as many as the products' own rates let expect, or more.

    40 % is where TrustLens begins to call a rate high; the counts are ours.
    """

    share: Share = 0.4
    least: Count = 5
    returned: Count = 3
    excess: Positive = 1.5


class ReturnLate(Limits, frozen=True):
    """Returned later than `within` after delivery: the goods have lost value. 90 d (S)."""

    within: Duration = Duration(90 * DAY)
