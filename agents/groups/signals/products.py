"""`product_trouble`: a product that is returned and complained of more than it used to be."""

from typing import Any

from agents.alerts import Facts, Kind
from agents.groups.periods import DAYS, WEEKS
from agents.groups.signals.rising import Rising, odds
from agents.mechanisms.baseline import rise_by_chance
from schemas.instant import spoken
from schemas.observation import Score
from schemas.standards import ProductTrouble


def _reason(facts: Facts) -> str:
    hits, trials, usual_hits, usual_trials = (int(fact or 0) for fact in facts[:4])
    return (
        f"{hits:,} returns, complaints and bad reviews on {trials:,} orders since"
        f" {spoken(facts[4])}: {_per(hits, trials)} on 100 orders, where"
        f" {_per(usual_hits, usual_trials)} were usual. By chance: {odds(float(facts[5] or 0))}."
    )


def _per(hits: int, trials: int) -> str:
    return f"{100 * hits / trials:.1f}" if trials else "0"


def _parameters(facts: Facts) -> dict[str, Any]:
    names = ("troubles", "orders", "usual_troubles", "usual_orders", "since", "chance")
    return {**dict(zip(names, facts, strict=True)), "since": spoken(facts[4])}


PRODUCT_TROUBLE = Kind(
    name="product_trouble",
    team="product",
    clears_if="On as many orders there are as few returns, complaints and bad reviews as before.",
    reason=_reason,
    parameters=_parameters,
    mechanism="baseline",
    opens="returns, complaints and bad reviews of a product above those of the 26 weeks before,"
    " beyond chance",
    default="20 orders within 28 d; 1.25 times the usual, alpha 0.01",
    source="ours; exact test of two Poisson rates, Przyborowski and Wilenski (1940)",
)


def _bad(score: Score) -> tuple[int, int]:
    return 0, int(score.detractor)


def product_trouble(limits: ProductTrouble) -> Rising:
    """The signal: by the day, against the weeks before. A customer counts once."""
    return Rising(
        PRODUCT_TROUBLE,
        limits,
        group="product",
        counted={
            "order": lambda _: (1, 0),
            "return": lambda _: (0, 1),
            "complaint": lambda _: (0, 1),
            "score": _bad,
        },
        chance=rise_by_chance,
        recent=DAYS,
        past=WEEKS,
        once_each=True,
    )
