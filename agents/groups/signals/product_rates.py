"""How often a product comes back, told to the customers' partitions.

No signal: what is told here makes `serial_returner` know that who returns what everybody returns is
no returner. See docs/decisions/0020-rates-flow-back-as-records.md.
"""

from typing import Any

from agents.alerts import Kind
from agents.groups.alerts import GroupAlerts
from schemas import rates
from schemas.group import Group
from schemas.instant import DAY
from schemas.observation import split
from schemas.rates import Rate, Rates, level_of
from schemas.seals import RATES

NAME = "productrates"
WINDOW = 28 * DAY
WINDOWS = 13
"""A year."""
LEAST_ORDERS = 20
"""Of fewer orders nothing is said."""
NOTICE = 1
"""Days from the end of the day that a rate rests on until it holds: it has to get around."""


class ProductRates:
    """A product's returns among its orders of a year; told at the end of a day, when its level has
    changed.

    >>> sorted(ProductRates().reacts_to)
    ['order', 'return']
    """

    kinds: tuple[Kind, ...] = ()
    name = NAME
    groups = frozenset({"product"})
    reacts_to = frozenset({"order", "return"})

    def on_observation(self, group: Group, seen: Any, alerts: GroupAlerts) -> None:
        known = group.rates
        if known is None:
            known = group.rates = Rates()
        day = seen.time - seen.time % DAY
        ordered = seen.kind == "order"
        known.days = _counted(known.days, day, int(ordered), int(not ordered))
        due = group.dues.get(NAME)
        if due is None or day + DAY < due:
            group.wake(NAME, day + DAY)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        """The days that are over enter the windows of the year."""
        known = group.rates
        if known is None:
            return
        for day, orders, returns in known.days:
            if day < now:
                window = day - day % WINDOW
                known.windows = _counted(known.windows, window, orders, returns)
        known.days = [each for each in known.days if each[0] >= now]
        horizon = now - WINDOWS * WINDOW
        known.windows = [each for each in known.windows if each[0] > horizon]
        orders = sum(orders for _, orders, _ in known.windows)
        returns = sum(returns for _, _, returns in known.windows)
        level = level_of(orders, returns) if orders >= LEAST_ORDERS else 0
        if level != known.told:
            known.told = level
            product = rates.hashed(split(alerts.key)[2])
            value = rates.encode(Rate(product, level, now // DAY + NOTICE))
            alerts.broadcast("interactions", value, RATES)
        if known.days:
            group.wake(NAME, known.days[0][0] + DAY)


def _counted(
    counts: list[tuple[int, int, int]], start: int, orders: int, returns: int
) -> list[tuple[int, int, int]]:
    """Those counts, in order of time, with so many more at `start`."""
    found = {at: (ordered, returned) for at, ordered, returned in counts}
    ordered, returned = found.get(start, (0, 0))
    found[start] = ordered + orders, returned + returns
    return [(at, *found[at]) for at in sorted(found)]
