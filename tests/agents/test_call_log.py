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


def abandoned(replayed: Harness) -> list[Alert]:
    return [alert for alert in replayed.alerts if alert.signal == "queue_abandoned"]


def test_3744_callers_left_the_queue_after_five_seconds_or_more(replayed: Harness) -> None:
    opened = [alert for alert in abandoned(replayed) if alert.status == "open"]
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
    for alert in abandoned(replayed):
        if alert.status == "open":
            own, opened = answers[alert.customer_id or ""], datetime.fromisoformat(alert.opened_at)
            at = bisect_left(own, opened)
            if at < len(own) and own[at] < opened + WEEK:
                expected["recovered"] += 1
            elif opened + WEEK <= max(times):
                expected["expired"] += 1
    told = Counter(alert.resolution for alert in abandoned(replayed) if alert.resolution)
    assert told == expected == {"recovered": 1_308, "expired": 1_955}


def test_three_calls_in_a_week_or_a_quarter_of_an_hour_of_waiting_are_too_much(
    calls: list[bytes], replayed: Harness
) -> None:
    began: dict[str, dict[str, datetime]] = defaultdict(dict)
    waits: list[tuple[datetime, str, str | None]] = []
    queued: dict[str, datetime] = {}
    for line in sorted(map(orjson.loads, calls), key=lambda event: event["time"]):
        at, who = datetime.fromisoformat(line["time"]), line["customer_id"]
        contact = line["properties"]["contact_id"]
        began[who].setdefault(contact, at)
        if line["type"] == "contact_queued":
            queued[contact] = at
        elif contact in queued and at - queued.pop(contact) >= timedelta(minutes=15):
            waits.append((at, who, contact))
    expected = waits
    for who, contacts in began.items():
        counted: list[datetime] = []
        standing = False
        for at in sorted(contacts.values()):
            if counted and at >= counted[-1] + WEEK and standing:
                counted, standing = [], False
            counted.append(at)
            if not standing and len(counted) > 2 and at - counted[-3] <= WEEK:
                expected.append((at, who, None))
                standing = True
    told = [
        (datetime.fromisoformat(alert.opened_at), alert.customer_id, alert.subject)
        for alert in replayed.alerts
        if alert.signal == "effort_high" and alert.status == "open"
    ]
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert len(told) == 931
