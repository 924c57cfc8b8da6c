"""How a customer and the house go together: beginning, staying, leaving, and recommending."""

from agents.signals.journey.advocates import Advocates, SilentAdvocates
from agents.signals.journey.cancellation import Cancelling
from agents.signals.journey.check_in import CheckIn
from agents.signals.journey.goals import Goals
from agents.signals.journey.leaving import Leaving
from agents.signals.journey.milestones import Milestones
from agents.signals.journey.occasions import Occasions
from agents.signals.journey.onboarding import OnboardingBegun, TrialEnding
from agents.signals.journey.one_purchase import FirstPurchase
from agents.signals.journey.perks import Perks
from agents.signals.protocol import House, Signal


def signals(house: House) -> tuple[Signal, ...]:
    """Those of this group; they run after the history of purchases is kept."""
    limits = house.limits
    return (
        OnboardingBegun(limits.onboarding_stalled),
        TrialEnding(limits.trial_lapsing),
        FirstPurchase(limits.one_and_gone),
        Leaving(limits.left_after_purchase),
        Cancelling(limits.cancellation_intended),
        Goals(limits.goal_stalled),
        Occasions(limits.occasion_due),
        Milestones(limits.milestone_reached),
        CheckIn(limits.check_in_due),
        Advocates(limits.advocate),
        SilentAdvocates(limits.advocate_silent, percentile=limits.gone_silent.percentile),
        Perks(limits.perk_withdrawn),
    )
