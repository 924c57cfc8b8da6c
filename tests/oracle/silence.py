"""Silence: regular buyers who are silent beyond their own rhythm, and those who come back."""

from __future__ import annotations

import itertools
import math

from .facts import DAY, WEEK, Alert, Book, Due, Fact

SIGNAL = "gone_silent"
LOST = "lost"
LOST_THETA = 0.1
"""P(alive) under which a silent buyer is lost; in own-rhythm mode it is 3 times the gap."""
ENOUGH_DAYS = 3

Parameters = tuple[float, float, float, float, float]
"""r, alpha, a and b of the BG/NBD model, and theta, the threshold of P(alive)."""


def crossing_weeks(x: int, t_x: float, parameters: Parameters) -> float:
    """The age in weeks at which P(alive) falls to theta."""
    r, alpha, a, b, theta = parameters
    odds = (1 - theta) / theta
    return (alpha + t_x) * math.pow(odds * (b + x - 1) / a, 1 / (r + x)) - alpha


def own_rhythm_days(days: list[int], times: float = 1.5) -> float:
    """`times` the 90th percentile, by linear interpolation, of the gaps between the days."""
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(days))
    rank = 0.9 * (len(gaps) - 1)
    below, above = gaps[math.floor(rank)], gaps[math.ceil(rank)]
    return times * (below + (above - below) * (rank - math.floor(rank)))


class Silence:
    """The purchases of one customer."""

    def __init__(self, customer: str, book: Book, parameters: Parameters | None) -> None:
        self.customer = customer
        self.book = book
        self.parameters = parameters
        self.purchases: list[int] = []
        self.alert: Alert | None = None
        self.loss: Alert | None = None

    def take(self, fact: Fact) -> None:
        if fact.kind != "order_completed":
            return
        self.purchases.append(fact.at)
        # At most one of them is open: a loss has taken over from the silence.
        alert = self.loss or self.alert
        if alert is None:
            return
        deadline = self._loses() if alert is self.loss else self._deadline()
        if fact.at >= alert.opened_at:
            self.book.resolves(alert, "recovered", fact.at)
            self.book.notices("won_back", self.customer, fact.at)
            self.alert = self.loss = None
        elif deadline is not None and deadline > alert.opened_at:
            self.book.resolves(alert, "late_evidence", fact.at)
            self.alert = self.loss = None

    def due(self) -> list[Due]:
        silent, lost = self._deadline(), self._loses()
        if silent is None or lost is None or self.loss is not None:
            return []
        if self.alert is not None or lost <= silent:
            return [Due(lost, LOST, None, lambda: self._lose(lost))]
        return [Due(silent, SIGNAL, None, lambda: self._open(silent))]

    def _open(self, at: int) -> None:
        self.alert = self.book.opens(SIGNAL, self.customer, None, at)

    def _lose(self, at: int) -> None:
        if self.alert is not None:
            self.book.resolves(self.alert, "superseded", at)
            self.alert = None
        self.loss = self.book.opens(LOST, self.customer, None, at, "error")

    def _loses(self) -> int | None:
        """When they are given up for lost."""
        days = sorted({at // DAY for at in self.purchases})
        if len(days) < ENOUGH_DAYS:
            return None
        first, last = days[0], days[-1]
        if self.parameters is None:
            return last * DAY + round(own_rhythm_days(days, 3.0) * DAY)
        weeks = crossing_weeks(
            len(days) - 1, (last - first) / 7, (*self.parameters[:4], LOST_THETA)
        )
        return max(first * DAY + round(weeks * WEEK), (last + 1) * DAY)

    def _deadline(self) -> int | None:
        days = sorted({at // DAY for at in self.purchases})
        if len(days) < ENOUGH_DAYS:
            return None
        first, last = days[0], days[-1]
        if self.parameters is None:
            return last * DAY + round(own_rhythm_days(days) * DAY)
        weeks = crossing_weeks(len(days) - 1, (last - first) / 7, self.parameters)
        return max(first * DAY + round(weeks * WEEK), (last + 1) * DAY)
