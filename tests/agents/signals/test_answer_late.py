"""`answer_late`: to the call, and what stories cannot show."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from agents.harness import Harness
from heed.formats import read
from tests.agents.say import said, shop
from tests.support.data import data

STANDARD = timedelta(seconds=20)


def clock(text: str) -> timedelta:
    hours, minutes, seconds = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def test_every_call_of_february_that_waited_longer_than_20_seconds_and_no_other() -> None:
    february = data("callcenter_anonymous_bank/data_anonymous_bank_february.txt.gz")
    late: dict[str, bool] = {}
    with gzip.open(february, "rt") as log:
        header = log.readline().rstrip("\r\n").split("\t")
        for line in log:
            row = dict(zip(header, line.rstrip("\r\n").split("\t"), strict=True))
            if row["outcome"] not in ("AGENT", "HANG") or int(row["q_time"]) == 0:
                continue
            waited = (clock(row["q_exit"]) - clock(row["q_start"])) % timedelta(days=1)
            if waited > STANDARD:
                late[f"{row['vru+line']}-{row['call_id']}"] = row["outcome"] == "AGENT"
    alerts = Harness().batches([5000]).feed(read([february], "call-log")).finish().alerts
    mine = [alert for alert in alerts if alert.signal == "answer_late"]
    opened = [alert.subject for alert in mine if alert.status == "open"]
    assert len(opened) == len(set(opened))
    assert set(opened) == late.keys()
    assert len(late) > 10_000
    ended = {alert.subject: alert.resolution for alert in mine if alert.resolution}
    assert ended == {
        contact: "recovered" if answered else "superseded" for contact, answered in late.items()
    }


def mine(harness: Harness) -> list[tuple[str, str | None]]:
    return [
        (alert.resolution or alert.status, alert.subject)
        for alert in harness.alerts
        if alert.signal == "answer_late"
    ]


@pytest.mark.parametrize("first", [True, False])
def test_an_answer_that_arrives_before_the_queueing_ends_the_wait(first: bool) -> None:
    queued = said("contact_queued", 0, contact_id="k")
    answered = said("contact_answered", 9, contact_id="k")
    records = [queued, answered] if first else [answered, queued]
    assert mine(shop("", *records).advance(minutes=5)) == []


def test_an_answer_without_a_name_is_of_every_contact_that_waits() -> None:
    waiting = [said("contact_queued", 0, contact_id=name) for name in "ab"]
    harness = shop("", *waiting, said("contact_answered", 60))
    assert mine(harness) == [
        ("open", "a"), ("open", "b"), ("recovered", "a"), ("recovered", "b"),
    ]  # fmt: skip


def test_a_transferred_caller_waits_anew() -> None:
    times = [(0, "queued"), (5, "answered"), (100, "queued"), (130, "answered")]
    records = [said(f"contact_{what}", at, contact_id="k") for at, what in times]
    assert mine(shop("", *records)) == [("open", "k"), ("recovered", "k")]


def test_who_asks_for_a_call_back_waits_no_more() -> None:
    harness = shop(
        "",
        said("contact_queued", 0, contact_id="k"),
        said("callback_requested", 10, contact_id="k"),
    ).advance(minutes=5)
    assert mine(harness) == []


def test_it_is_a_piece_of_evidence_until_it_proves_wrong() -> None:
    from schemas.customer import decode

    harness = shop("", said("contact_queued", 0, contact_id="k"), said("page_viewed", 60))
    (row,) = harness.rows.values()
    assert [piece.kind for piece in decode(row).pieces] == ["answer_late"]
    harness.feed([said("contact_answered", 9, contact_id="k")])
    (row,) = harness.rows.values()
    assert decode(row).pieces == []
    assert mine(harness) == [("open", "k"), ("late_evidence", "k")]


def test_it_can_be_off() -> None:
    off = "[answer_late]\nenabled = false\n"
    assert mine(shop(off, said("contact_queued", 0, contact_id="k")).advance(minutes=9)) == []
