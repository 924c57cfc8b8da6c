"""The signals about groups, and the one place where they are registered."""

from agents.groups.protocol import GroupSignal
from agents.groups.signals.branches import BranchesApart
from agents.groups.signals.channel import ChannelClosed
from agents.groups.signals.markets import Markets
from agents.groups.signals.moods import Moods
from agents.groups.signals.product_rates import ProductRates
from agents.groups.signals.products import product_trouble
from agents.groups.signals.service_level import ServiceLevels
from agents.groups.signals.steps import bottleneck
from agents.groups.signals.wishes import Wishes
from agents.signals.protocol import House

__all__ = ["GroupSignal", "signals"]


def signals(house: House) -> tuple[GroupSignal, ...]:
    """Every signal about groups, in the order in which they hear of an observation, and are asked
    where two fall due at one instant."""
    limits = house.limits
    late = limits.greeting_late, limits.assisted_late
    return (
        ServiceLevels(house),
        ChannelClosed(house),
        ProductRates(),
        BranchesApart(limits.branch_inconsistent, *late),
        Moods(limits.standards_met_unhappy, limits.service_level_missed, *late),
        bottleneck(limits.bottleneck),
        product_trouble(limits.product_trouble),
        Wishes(limits.wish_repeated),
        Markets(limits.market_shift),
    )
