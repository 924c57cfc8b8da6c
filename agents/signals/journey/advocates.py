"""`advocate` and `advocate_silent`: somebody recommends the house, and such a one falls silent.

That recommendations are what grows a house: Reichheld (2003), "The One Number You Need to Grow",
whose promoters answer 9 or 10. Praise twice within a year is ours.
"""

from bisect import insort

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms.expected import Begin
from agents.mechanisms.idle import Idle
from agents.mechanisms.rhythm import REGULAR, usual_gap
from agents.mechanisms.standing import announce, evidence_of
from agents.signals.journey.waits import NEVER_BEGAN, began_at, conclude, journey_of
from schemas.alert import Evidence
from schemas.customer import Customer, fits
from schemas.instant import DAY, spoken
from schemas.interaction import Interaction
from schemas.journey import MOST_PRAISE
from schemas.memory import Timer
from schemas.standards import Advocate, AdvocateSilent, written
from schemas.vocabulary import OpinionEvent, ReviewEvent, SurveyEvent

_REFERRED, _SURVEY, _DELETED = "referral_converted", "survey_answered", "account_deleted"
_OPINIONS = ("review_posted", "product_reviewed", "feedback_given")
_SIGNS_OF_LIFE = ("order_completed", "referral_made", _REFERRED, _SURVEY, *_OPINIONS)
_PROMOTER, _BEST_OF_FIVE = 9, 5


def _advocate_reason(facts: Facts) -> str:
    kind, least, window = facts
    if kind == _REFERRED:
        return "Somebody whom they referred has become a customer."
    times = "once" if least == 1 else f"{least} times"
    return f"Praised the house {times} within {written(int(window or 0))}."


ADVOCATE = Kind(
    name="advocate",
    team="success",
    concern="relationship",
    severity=INFO,
    clears_if="Nothing to clear: this is told once.",
    reason=_advocate_reason,
    parameters=lambda facts: {
        "proof": facts[0],
        "least": facts[1],
        "window_days": int(facts[2] or 0) / DAY,
    },
    opens="a referral has converted, or the house was praised twice (NPS 9 or 10, the best CSAT, "
    "a rating of 5)",
    default="2 in 365 d",
    source="promoters: Reichheld (2003); the rest is ours",
    mechanism="joint",
    notice=True,
)


class Advocates:
    """Who recommends the house.

    >>> praises(SurveyEvent(instrument="nps", score=9))
    True
    """

    kinds = (ADVOCATE,)
    reacts_to = frozenset({_REFERRED, _SURVEY, *_OPINIONS})

    def __init__(self, limits: Advocate) -> None:
        self.limits = limits
        self.least = min(limits.least, MOST_PRAISE)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        proven = event.time
        if event.kind != _REFERRED:
            if not praises(event.properties):
                return
            journey = journey_of(customer)
            praise = journey.praise
            insort(praise, proven)
            proven = praise[-1]
            horizon = proven - self.limits.window
            praise = journey.praise = [at for at in praise if at >= horizon][-self.least :]
            if len(praise) < self.least:
                if not fits(customer):
                    journey.praise = []
                return
        journey = journey_of(customer)
        known = journey.advocate
        if proven <= known:
            return
        journey.advocate = proven
        limits = self.limits
        if not limits.enabled or (known and proven <= known + limits.window):
            return
        proof = _REFERRED if event.kind == _REFERRED else "praise"
        self._tell(proof, proven, evidence_of(event), alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Praise of both rows is counted together."""
        journey = customer.journey
        if journey is None or not journey.praise:
            return
        last, window = journey.praise[-1], int(self.limits.window)
        journey.praise = [one for one in journey.praise if one >= last - window][-self.least :]
        if len(journey.praise) < self.least or last <= journey.advocate:
            return
        known, journey.advocate = journey.advocate, last
        if self.limits.enabled and not (known and last <= known + window):
            self._tell("praise", last, [], alerts)

    def _tell(self, proof: str, at: int, evidence: list[Evidence], alerts: Alerts) -> None:
        limits = self.limits
        facts: Facts = [proof, self.least, int(limits.window)]
        announce(ADVOCATE, limits, at, facts, evidence, alerts)


def praises(said: SurveyEvent | OpinionEvent | ReviewEvent) -> bool:
    """Whether an answer or a rating is the best there is, or next to it."""
    if isinstance(said, SurveyEvent):
        score = said.score
        if score is None:
            return False
        if said.instrument == "nps":
            return score >= _PROMOTER
        return said.instrument == "csat" and score >= (said.scale or _BEST_OF_FIVE)
    return said.rating is not None and said.rating == _BEST_OF_FIVE


def _silent_reason(facts: Facts) -> str:
    since, within, own = facts
    usual = "longer than their own rhythm" if own else "longer than usual"
    return (
        f"Recommends the house, and has been silent since {spoken(since)}: "
        f"{round(int(within or 0) / DAY, 1):g} d, {usual}."
    )


ADVOCATE_SILENT = Kind(
    name="advocate_silent",
    team="success",
    concern="relationship",
    clears_if="The customer buys, refers, reviews or answers again.",
    reason=_silent_reason,
    parameters=lambda facts: {
        "within_days": int(facts[1] or 0) / DAY,
        "own_rhythm": bool(facts[2]),
    },
    opens="an advocate is silent beyond their own rhythm",
    default="1.5 times the 90th percentile of the own gaps, 180 d without a rhythm",
    source="rhythm as for `gone_silent`; the figures are ours",
    mechanism="rhythm",
)


class SilentAdvocates(Idle):
    """Advocates, and the time since their last sign of life.

    >>> SilentAdvocates(AdvocateSilent(), percentile=0.9).within(Customer()) // DAY
    180
    """

    def __init__(self, limits: AdvocateSilent, *, percentile: float) -> None:
        """`percentile` of the own gaps between purchase days is what is usual."""
        super().__init__(ADVOCATE_SILENT, limits, begins={}, ends={})
        self.reacts_to = frozenset({_DELETED, *_SIGNS_OF_LIFE})
        self.percentile = percentile

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        journey = customer.journey
        if journey is None or not journey.advocate:
            return
        if event.kind == _DELETED:
            if NEVER_BEGAN != began_at(customer, self.name) <= event.time:
                conclude(customer, self.name, event.time, "superseded", alerts)
        elif self.limits.enabled:
            history = customer.purchases
            own = int(history is not None and len(history.days) >= REGULAR)
            begin = Begin(None, self.within(customer), [own])
            self.begin(customer, begin, event, alerts)

    def open(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        if self.limits.enabled:
            super().open(customer, timer, alerts)

    def touched_at(self, customer: Customer) -> int:
        history = customer.purchases
        return 0 if history is None else history.last_at

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        return self.within(customer)

    def renew(self, customer: Customer, timer: Timer) -> None:
        history = customer.purchases
        timer.facts[2] = self.within(customer)
        timer.facts[3:] = [int(history is not None and len(history.days) >= REGULAR)]
        super().renew(customer, timer)

    def within(self, customer: Customer) -> int:
        """How long a silence is too long."""
        history = customer.purchases
        if history is None or len(history.days) < REGULAR:
            return int(self.limits.idle)
        gap = usual_gap(history.days, self.percentile)
        return int(gap * float(self.limits.factor) * DAY)
