"""`bottleneck`: a step of the checkout at which more give up than used to."""

from typing import Any

from agents.alerts import Facts, Kind
from agents.groups.periods import DAYS, HOURS
from agents.groups.signals.rising import Rising, odds, part
from agents.mechanisms.proportions import more_by_chance
from schemas.instant import spoken
from schemas.observation import Step
from schemas.standards import Bottleneck


def _reason(facts: Facts) -> str:
    hits, trials, usual_hits, usual_trials = (int(fact or 0) for fact in facts[:4])
    return (
        f"{hits:,} of {trials:,} checkouts were given up at this step since {spoken(facts[4])}"
        f" ({part(hits, trials)}), where {part(usual_hits, usual_trials)} were usual."
        f" By chance: {odds(float(facts[5] or 0))}."
    )


def _parameters(facts: Facts) -> dict[str, Any]:
    names = ("abandoned", "checkouts", "usual_abandoned", "usual_checkouts", "since", "chance")
    return {**dict(zip(names, facts, strict=True)), "since": spoken(facts[4])}


BOTTLENECK = Kind(
    name="bottleneck",
    team="product",
    clears_if="As many as used to go on from this step do so again.",
    reason=_reason,
    parameters=_parameters,
    mechanism="baseline",
    opens="more give up at a step of the checkout than in the 28 days before, beyond chance",
    default="50 within 7 d; 1.25 times the usual, alpha 0.01",
    source="ours; exact test of two shares, Fisher (1922)",
)


def _counted(step: Step) -> tuple[int, int]:
    return 1, int(not step.passed)


def bottleneck(limits: Bottleneck) -> Rising:
    """The signal: by the hour, against the days before."""
    return Rising(
        BOTTLENECK,
        limits,
        group="step",
        counted={"step": _counted},
        chance=more_by_chance,
        recent=HOURS,
        past=DAYS,
    )
