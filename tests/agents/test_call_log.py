"""February 1999 of the Technion's call log: who left the queue, and who was answered later."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import orjson
import pytest

from agents.harness import Harness
from heed.formats import read
from schemas.alert import Alert
from tests.support.data import data

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def calls() -> list[bytes]:
    february = data("callcenter_anonymous_bank/data_anonymous_bank_february.txt.gz")
    return list(read([february], "call-log"))


@pytest.fixture(scope="module")
def replayed(calls: list[bytes]) -> Harness:
    return Harness().batches([5000]).feed(calls).finish()


def abandonments(replayed: Harness) -> list[Alert]:
    """Of the queue; besides, only waits beyond the own are told of these calls."""
    others = {alert.signal for alert in replayed.alerts} - {"queue_abandoned", "expectation_gap"}
    assert others == set()
    return [alert for alert in replayed.alerts if alert.signal == "queue_abandoned"]


def test_3744_callers_left_the_queue_after_five_seconds_or_more(replayed: Harness) -> None:
    opened = [alert for alert in abandonments(replayed) if alert.status == "open"]
    assert len(opened) == len({alert.subject for alert in opened}) == 3_744


def test_each_ends_with_the_callers_next_answer_or_after_a_week(
    calls: list[bytes], replayed: Harness
) -> None:
    answers: dict[str, list[datetime]] = defaultdict(list)
    times = []
    for line in calls:
        event = orjson.loads(line)
        times.append(datetime.fromisoformat(event["time"]))
        if event["type"] == "contact_answered":
            answers[event["customer_id"]].append(times[-1])
    expected: Counter[str] = Counter()
    for alert in abandonments(replayed):
        if alert.status == "open":
            own, left = answers[alert.customer_id or ""], datetime.fromisoformat(alert.opened_at)
            at = bisect_left(own, left)
            if at < len(own) and own[at] < left + WEEK:
                expected["recovered"] += 1
            elif left + WEEK <= max(times):
                expected["expired"] += 1
    told = Counter(alert.resolution for alert in abandonments(replayed) if alert.resolution)
    assert told == expected == {"recovered": 1_308, "expired": 1_955}
