"""Silence: regular buyers who are silent beyond their own rhythm, and those who come back."""

from __future__ import annotations

import itertools
import math

from .facts import DAY, WEEK, Alert, Book, Due, Fact

SIGNAL = "gone_silent"
ENOUGH_DAYS = 3

Parameters = tuple[float, float, float, float, float]
"""r, alpha, a and b of the BG/NBD model, and theta, the threshold of P(alive)."""


def crossing_weeks(x: int, t_x: float, parameters: Parameters) -> float:
    """The age in weeks at which P(alive) falls to theta."""
    r, alpha, a, b, theta = parameters
    odds = (1 - theta) / theta
    return (alpha + t_x) * math.pow(odds * (b + x - 1) / a, 1 / (r + x)) - alpha


def own_rhythm_days(days: list[int]) -> float:
    """1.5 times the 90th percentile, by linear interpolation, of the gaps between the days."""
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(days))
    rank = 0.9 * (len(gaps) - 1)
    below, above = gaps[math.floor(rank)], gaps[math.ceil(rank)]
    return 1.5 * (below + (above - below) * (rank - math.floor(rank)))


class Silence:
    """The purchases of one customer."""

    def __init__(self, customer: str, book: Book, parameters: Parameters | None) -> None:
        self.customer = customer
        self.book = book
        self.parameters = parameters
        self.purchases: list[int] = []
        self.alert: Alert | None = None

    def take(self, fact: Fact) -> None:
        if fact.kind != "order_completed":
            return
        self.purchases.append(fact.at)
        alert = self.alert
        if alert is None:
            return
        deadline = self._deadline()
        if fact.at >= alert.opened_at:
            self.book.resolves(alert, "recovered", fact.at)
            self.book.notices("won_back", self.customer, fact.at)
            self.alert = None
        elif deadline is not None and deadline > alert.opened_at:
            self.book.resolves(alert, "late_evidence", fact.at)
            self.alert = None

    def due(self) -> list[Due]:
        deadline = self._deadline()
        if deadline is None or self.alert is not None:
            return []
        return [Due(deadline, SIGNAL, None, lambda: self._open(deadline))]

    def _open(self, at: int) -> None:
        self.alert = self.book.opens(SIGNAL, self.customer, None, at)

    def _deadline(self) -> int | None:
        days = sorted({at // DAY for at in self.purchases})
        if len(days) < ENOUGH_DAYS:
            return None
        first, last = days[0], days[-1]
        if self.parameters is None:
            return last * DAY + round(own_rhythm_days(days) * DAY)
        weeks = crossing_weeks(len(days) - 1, (last - first) / 7, self.parameters)
        return max(first * DAY + round(weeks * WEEK), (last + 1) * DAY)
