"""Thresholds of the signals of churn. Origins: (S) named by the sources, else ours."""

from typing import Literal

from schemas.instant import DAY, WEEK
from schemas.standards.limits import Limits, Standing
from schemas.standards.units import Count, Duration, Fraction, Positive, Share, Significance
from schemas.vocabulary import RequiredName


class GoneSilent(Limits, frozen=True):
    """BG/NBD parameters are per week; the defaults are the published fit of CDNOW.

    Fader, Hardie and Lee (2005). Stands until the customer buys, or is `lost`.
    """

    model: Literal["bg_nbd", "own_rhythm"] = "bg_nbd"
    alive: Fraction = 0.5
    r: Positive = 0.243
    alpha: Positive = 4.414
    a: Positive = 0.793
    b: Positive = 2.426
    percentile: Fraction = 0.9
    factor: Positive = 1.5


class Lost(Limits, frozen=True):
    """The same silence, far beyond; model, parameters and percentile are those of `gone_silent`.

    `alive` for bg_nbd, `factor` times the gap for own_rhythm. Ours. Stands until the customer
    buys.
    """

    alive: Fraction = 0.1
    factor: Positive = 3.0


class UsageDeclined(Standing, frozen=True):
    """Usage of the last `window` down by `drop` against the own `baseline` before it.

    `least` uses in the baseline, and less than `alpha` likely by chance; over once usage is above
    the share `back` of the baseline again. Ours.
    """

    window: Duration = Duration(4 * WEEK)
    baseline: Duration = Duration(12 * WEEK)
    drop: Share = 0.5
    back: Share = 0.8
    least: Count = 8
    alpha: Significance = 0.01
    cool_down: Duration = Duration(4 * WEEK)


class SpendDeclined(Standing, frozen=True):
    """Money per order, or orders, of the last `window` down by `drop` against the own `baseline`.

    `least` orders in the baseline, and less than `alpha` likely by chance; over once they are
    above the share `back` of the baseline again. Ours. It is looked at anew with each order: take
    an `alpha` of 0.001 where customers order every few days, else one in ten of them is told of in
    a year by chance.
    """

    window: Duration = Duration(90 * DAY)
    baseline: Duration = Duration(365 * DAY)
    drop: Share = 0.4
    back: Share = 0.8
    least: Count = 8
    alpha: Significance = 0.01
    cool_down: Duration = Duration(30 * DAY)


class CancellationIntended(Standing, frozen=True):
    """Any sign of leaving; looks at the cancellation page count from `least` (6 at most) within
    `window` on. Its path or address contains one of `pages`, in lower case. Ours."""

    least: Count = 2
    window: Duration = Duration(30 * DAY)
    pages: tuple[RequiredName, ...] = ("cancel", "kuendig", "unsubscribe")


class Captured(Standing, frozen=True):
    """The likelihood ratios of the evidence within `window` multiply to `ratio` or more.

    A ratio of 10 is strong evidence on Jeffreys' scale. Those of the single terms (number ported,
    data exported, profile changed, categories narrowed, silent after complaint) are ours, to be
    replaced by your own counts: how much more often those who went to a competitor did this.
    """

    ratio: Positive = 10.0
    window: Duration = Duration(180 * DAY)
    number_ported: Positive = 12.0
    data_exported: Positive = 4.0
    profile_changed: Positive = 2.0
    categories_narrowed: Positive = 3.0
    silent_after_complaint: Positive = 3.0


class CaptiveDissatisfied(Standing, frozen=True):
    """`least` dissatisfactions within `window`, while usage stays over the share `steady` of the
    own usual. Ours; of severity info until a competitor comes. `regions` are those without an
    alternative to the house; where none is named, it may be any."""

    least: Count = 2
    window: Duration = Duration(180 * DAY)
    steady: Share = 0.8
    regions: tuple[RequiredName, ...] = ()


class PerkWithdrawn(Standing, frozen=True):
    """A benefit given on `least` of the last `of` orders and absent from the next.

    An error once silent longer than `factor` times the own median gap. Ours.
    """

    least: Count = 3
    of: Count = 4
    factor: Positive = 1.0


class WonBack(Limits, frozen=True):
    """The return of somebody who had fallen silent."""
