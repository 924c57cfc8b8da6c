"""CDNOW in full: every silence at the instant that the closed form gives, and no other."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

import orjson
import pytest

from agents.harness import Harness
from heed.formats import read
from schemas.customer import decode
from tests.support.data import data

R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426
"""BG/NBD of CDNOW as published, per week."""

LOST = 1_382
Opening = tuple[str, datetime]


def silences(days: list[datetime], end: datetime, odds: float = 1) -> list[datetime]:
    """When a buyer of these purchase days falls silent before `end`: P(alive) is 0.5 then.

    With `odds` of 9 it is 0.1, and they are lost.
    """
    found = []
    for count in range(3, len(days) + 1):
        first, last = days[0], days[count - 1]
        x, t_x = count - 1, (last - first).days / 7
        weeks = (ALPHA + t_x) * (odds * (B + x - 1) / A) ** (1 / (R + x)) - ALPHA
        at = max(first + timedelta(weeks=weeks), last + timedelta(days=1))
        if at <= (days[count] if count < len(days) else end):
            found.append(at)
    return found


@pytest.fixture(scope="module")
def purchases() -> list[bytes]:
    return list(read([data("cdnow/CDNOW_master.txt.gz")], "cdnow"))


@pytest.fixture(scope="module")
def replayed(purchases: list[bytes]) -> Harness:
    return Harness().batches([5000]).feed(purchases).finish()


@pytest.mark.parametrize(
    ("signal", "odds", "number"), [("gone_silent", 1, 5_602), ("lost", 9, LOST)]
)
def test_every_silence_opens_at_the_closed_forms_instant(
    purchases: list[bytes], replayed: Harness, signal: str, odds: float, number: int
) -> None:
    days: dict[str, set[datetime]] = defaultdict(set)
    for line in purchases:
        order = orjson.loads(line)
        days[order["customer_id"]].add(datetime.fromisoformat(order["time"]))
    end = max(max(own) for own in days.values())
    expected = sorted(
        (customer, at) for customer, own in days.items() for at in silences(sorted(own), end, odds)
    )
    told = sorted(
        (alert.customer_id or "", datetime.fromisoformat(alert.event_time))
        for alert in replayed.alerts
        if alert.signal == signal and alert.status == "open"
    )
    assert len(told) == len(expected)
    for (customer, at), (other, instant) in zip(told, expected, strict=True):
        assert customer == other
        assert abs(at - instant) <= timedelta(microseconds=2)
    assert len(told) == number


def test_who_came_back_was_won_back(replayed: Harness) -> None:
    told = [
        (alert.signal, alert.resolution or alert.status)
        for alert in replayed.alerts
        if alert.signal in ("gone_silent", "lost", "won_back")
    ]
    silent = told.count(("gone_silent", "open"))
    lost = told.count(("lost", "open"))
    assert told.count(("gone_silent", "superseded")) == lost == LOST
    back = told.count(("gone_silent", "recovered")) + told.count(("lost", "recovered"))
    assert back == told.count(("won_back", "notice")) == 3_096
    assert len(told) == silent + 2 * lost + 2 * back


def test_the_customer_in_the_middle_takes_at_most_400_bytes(replayed: Harness) -> None:
    """Beside the ids that are remembered."""
    own = [len(row) - len(decode(row).seen) for row in replayed.rows.values()]
    assert median(own) <= 400


def test_every_purchase_was_taken(replayed: Harness) -> None:
    assert replayed.counts["interactions", "web", "order_completed"] == 69_659
    assert len(replayed.rows) == 23_570
    assert replayed.refusals == []
