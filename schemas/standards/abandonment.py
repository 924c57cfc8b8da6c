"""Thresholds of the signals of abandonment. Origins: (S) named by the sources, else ours."""

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from schemas.standards.limits import Standing
from schemas.standards.units import Count, Duration, Fraction, WorkingTime, working_days


class CartAbandoned(Standing, frozen=True):
    """A cart that nobody touches: after how long, how often at most, and until when.

    60 min is what most shop systems use.
    """

    idle: Duration = Duration(60 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)


class CheckoutAbandoned(Standing, frozen=True):
    """A checkout without a further step, likewise. 10 min is Shopify's definition."""

    idle: Duration = Duration(10 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)


class PaymentUnrecovered(Standing, frozen=True):
    """A payment that failed, and no order `idle` after it. 30 min is ours: time for a second try
    with another card."""

    idle: Duration = Duration(30 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)


class BrowseAbandoned(Standing, frozen=True):
    """The same product or category viewed `least` times in one session, and left.

    A session ends after `idle` without an event: 30 min is what nearly all trackers use; three
    views are ours.
    """

    least: Count = 3
    idle: Duration = Duration(30 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)


class QueueAbandoned(Standing, frozen=True):
    """A wait that was given up, unless it was too short to have been answered.

    5 s is practice of contact centres, a day for a second attempt is ours.
    """

    short_abandon: Duration = Duration(5 * SECOND)
    repeated_within: Duration = Duration(24 * HOUR)
    expires: Duration = Duration(7 * DAY)


class VisitAbandoned(Standing, frozen=True):
    """Left unassisted after at least `short_visit`. Ours: who looks in for less wants nothing."""

    short_visit: Duration = Duration(60 * SECOND)
    cool_down: Duration = Duration(24 * HOUR)


class ContactUnanswered(Standing, frozen=True):
    """A missed call, or the oldest unanswered message, by medium; all working time. Ours."""

    phone: WorkingTime = WorkingTime(0)
    chat: WorkingTime = WorkingTime(60 * SECOND)
    social: WorkingTime = WorkingTime(60 * MINUTE)
    sms: WorkingTime = WorkingTime(60 * MINUTE)
    messenger: WorkingTime = WorkingTime(60 * MINUTE)
    inapp: WorkingTime = WorkingTime(60 * MINUTE)
    email: WorkingTime = WorkingTime(24 * HOUR)
    board: WorkingTime = WorkingTime(24 * HOUR)
    fax: WorkingTime = WorkingTime(24 * HOUR)
    post: WorkingTime = working_days(5)


class RequestUnanswered(Standing, frozen=True):
    """A request without an answer within that working time. Ours."""

    within: WorkingTime = WorkingTime(24 * HOUR)


class SuggestionUnanswered(Standing, frozen=True):
    """A suggestion without an answer within that working time. Ours: seven days on which somebody
    could have answered; 168 open hours would be a month."""

    within: WorkingTime = working_days(7)


class OnboardingStalled(Standing, frozen=True):
    """Signed up, on trial or first order, and no value or repeated use `within`. Ours: a week
    holds every day of the week once. `after_order`: also after a first order; false where nothing
    that is sold is used with the house, and a second order within a week is nothing to wait for."""

    within: Duration = Duration(7 * DAY)
    after_order: bool = True


class OneAndGone(Standing, frozen=True):
    """A first-time buyer, silent beyond the usual gap between the first and the second order.

    `within` is ours: `heed learn` finds your own in a history, as the `percentile` of that gap
    where it has `least` second orders.
    """

    within: Duration = Duration(60 * DAY)
    least: Count = 200
    percentile: Fraction = 0.9


class LeftAfterPurchase(Standing, frozen=True):
    """Unsubscribed, deleted, returned all and the like within `window` of an order. Ours: 14 d is
    the period in which distance buyers in the EU may withdraw."""

    window: Duration = Duration(14 * DAY)


class TrialLapsing(Standing, frozen=True):
    """A trial that ends within `before` and has not been used for `idle`. Ours."""

    before: Duration = Duration(3 * DAY)
    idle: Duration = Duration(3 * DAY)
