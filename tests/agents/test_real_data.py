"""What `heed replay` says of real data agrees with a direct computation: calls, carts, invoices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from heed.formats import Counts, read
from heed.replay import Replay
from streams.contract import Refusal
from tests.support.calls import abandonments, late_answers, waits
from tests.support.data import data
from tests.support.sessions import DAY, Abandoned, Session, interactions, otto, yoochoose

CALL_LOG = "callcenter_anonymous_bank/data_anonymous_bank_february.txt.gz"
OTTO = "otto_sessions/otto_sessions_sample.jsonl"
YOOCHOOSE = "yoochoose_clicks/yoochoose-clicks-100k_train_full.tsv.gz"
ONLINE_RETAIL = "online_retail/online_retail_2010_2011.csv.gz"


class Replayed:
    """What `heed replay` says of some interactions."""

    def __init__(self, values: Iterable[bytes], until: int | None = None) -> None:
        self.refused: list[Refusal] = []
        replay = Replay()
        self.alerts: list[dict[str, Any]] = [
            orjson.loads(output.value) for output in replay.run(values, until, self.refused)
        ]
        self.summary = replay.summary(0.0)

    def every(self, *signals: str) -> list[dict[str, Any]]:
        """All alert records of some signals."""
        return [alert for alert in self.alerts if alert["signal"] in signals]

    def of(self, signal: str, status: str = "open") -> list[dict[str, Any]]:
        """The alert records of a signal in one status, in the order of decision."""
        return [
            alert for alert in self.alerts
            if (alert["signal"], alert["status"]) == (signal, status)
        ]  # fmt: skip


def seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


# The bank's calls of February 1999


@cache
def calls(path: Path) -> list[bytes]:
    return list(read([path], "call-log"))


@cache
def replayed_calls(path: Path) -> Replayed:
    return Replayed(calls(path))


@cache
def waited(path: Path) -> pl.DataFrame:
    return waits(path)


def by_contact(path: Path, kind: str) -> dict[str, float]:
    """Seconds in the queue of every call that ended so, by what the interactions say."""
    queued: dict[str, float] = {}
    told: dict[str, float] = {}
    for line in calls(path):
        event = orjson.loads(line)
        contact = event["properties"]["contact_id"]
        if event["type"] == "contact_queued":
            queued[contact] = seconds(event["time"])
        elif event["type"] == kind and contact in queued:
            told[contact] = seconds(event["time"]) - queued[contact]
    return told


def test_every_wait_of_the_call_log_is_that_of_the_direct_computation() -> None:
    path = data(CALL_LOG)
    for outcome, kind, number in (
        ("AGENT", "contact_answered", 14_096),
        ("HANG", "contact_abandoned", 3_932),
    ):
        direct = waited(path).filter(pl.col("outcome") == outcome)
        assert direct.height == direct["contact"].n_unique() == number
        assert by_contact(path, kind) == dict(direct.select("contact", "wait").iter_rows())


def test_every_abandonment_is_told_with_its_instant_caller_wait_and_severity() -> None:
    path = data(CALL_LOG)
    told = {
        (
            alert["customer_id"],
            seconds(alert["opened_at"]),
            alert["rule"]["parameters"]["waited_seconds"],
            alert["severity"],
        )
        for alert in replayed_calls(path).of("queue_abandoned")
    }
    direct = abandonments(waited(path))
    assert told == set(direct.select("caller", "left", "wait", "severity").iter_rows())
    assert len(told) == direct.height == 3_744


def test_repeat_abandonments_within_a_day_are_errors() -> None:
    path = data(CALL_LOG)
    direct = Counter(abandonments(waited(path))["severity"])
    told = Counter(alert["severity"] for alert in replayed_calls(path).of("queue_abandoned"))
    assert told == direct == {"warning": 3_398, "error": 346}


def test_the_calls_answered_after_twenty_seconds_are_known_to_the_call() -> None:
    path = data(CALL_LOG)
    direct = late_answers(waited(path))
    late = {name for name, wait in by_contact(path, "contact_answered").items() if wait > 20}
    assert late == set(direct["contact"])
    assert direct.height == 10_953


def test_the_call_log_has_no_holds() -> None:
    kinds = {orjson.loads(line)["type"] for line in calls(data(CALL_LOG))}
    assert kinds == {"contact_queued", "contact_answered", "contact_abandoned", "contact_ended"}


def test_no_call_is_rejected() -> None:
    assert replayed_calls(data(CALL_LOG)).refused == []


# OTTO's sessions


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    return otto(data(OTTO))


def lines(events: Sequence[dict[str, Any]]) -> list[bytes]:
    return [orjson.dumps(event) for event in events]


def lives(alerts: Sequence[dict[str, Any]]) -> set[Abandoned]:
    """Each alert by its last state; times in milliseconds."""
    last = {alert["alert_id"]: alert for alert in alerts}
    return {
        Abandoned(
            alert["customer_id"],
            round(1000 * seconds(alert["opened_at"])),
            round(1000 * seconds(alert["resolved_at"])) if alert.get("resolved_at") else None,
            alert.get("resolution"),
        )
        for alert in last.values()
    }


@pytest.mark.parametrize(("days", "number"), [(0, 16), (2, 16), (40, 16)])
def test_the_carts_of_each_session_are_told_as_a_reader_tells_them(
    sessions: list[Session], days: int, number: int
) -> None:
    until = max(session.last for session in sessions) + days * DAY
    replayed = Replayed(lines(interactions(sessions)), 1000 * until)
    assert replayed.refused == []
    assert replayed.of("checkout_abandoned") == []
    direct = {each for session in sessions for each in session.abandoned(until)}
    assert lives(replayed.every("cart_abandoned")) == direct
    assert len(direct) == number


def test_a_cart_left_standing_at_the_end_of_a_session_is_an_open_alert(
    sessions: list[Session],
) -> None:
    until = max(session.last for session in sessions) + 2 * DAY
    replayed = Replayed(lines(interactions(sessions)), 1000 * until)
    # An alert that began more than 30 days before has expired.
    carts = lives(replayed.every("cart_abandoned"))
    unfinished = {each.session for each in carts if each.how in (None, "expired")}
    standing = {session.name for session in sessions if session.left_standing()}
    assert unfinished == standing
    assert len(standing) == 7


# Yoochoose's clicks


@pytest.mark.parametrize("sort", [False, True])
def test_clicks_alone_abandon_no_cart_in_any_order(sort: bool) -> None:
    events = yoochoose(data(YOOCHOOSE))
    if sort:
        events.sort(key=lambda event: event["time"])
    replayed = Replayed(lines(events))
    assert replayed.refused == []
    assert replayed.of("cart_abandoned") == replayed.of("checkout_abandoned") == []
    assert (replayed.summary["events"], replayed.summary["customers"]) == (70_278, 17_794)


# Online Retail, December 2010 to December 2011


@cache
def invoices(path: Path) -> tuple[list[bytes], Counts]:
    counts = Counts()
    return list(read([path], "online-retail", counts)), counts


@cache
def retail_rows(path: Path) -> pl.DataFrame:
    rows = pl.read_csv(path, infer_schema=False)
    return rows.select(
        customer="CustomerID",
        at=pl.col("InvoiceDate").str.to_datetime("%Y-%m-%dT%H:%M:%S"),
        pieces=pl.col("Quantity").cast(pl.Int64),
        amount=pl.col("Quantity").cast(pl.Float64) * pl.col("UnitPrice").cast(pl.Float64),
    )


def test_no_invoice_is_rejected_and_only_rows_without_a_customer_are_left_out() -> None:
    """Nothing should be rejected: every row with a customer is a purchase, a return or a refund.

    Rows without one cannot be attributed to anybody and are counted, not rejected.
    """
    path = data(ONLINE_RETAIL)
    values, counts = invoices(path)
    replayed = Replayed(values)
    assert replayed.refused == []
    rows = retail_rows(path)
    nobody = rows.filter(pl.col("customer").fill_null("") == "").height
    assert counts == Counts(rows=rows.height, skipped={"no_customer": nobody})
    assert replayed.summary["events"] == len(values) == 22_216
    named = rows.filter(pl.col("customer").fill_null("") != "")
    assert replayed.summary["customers"] == named["customer"].n_unique() == 4_372


def test_what_each_customer_spent_and_got_back_is_that_of_the_rows() -> None:
    path = data(ONLINE_RETAIL)
    spent: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for line in invoices(path)[0]:
        event = orjson.loads(line)
        pence = round(100 * event["properties"]["revenue"])
        (spent if event["type"] == "order_completed" else back)[event["customer_id"]] += pence
    rows = retail_rows(path).filter(pl.col("customer").fill_null("") != "")
    for told, kept in ((spent, pl.col("pieces") > 0), (back, pl.col("pieces") < 0)):
        direct = rows.filter(kept).group_by("customer").agg(pl.col("amount").sum().abs() * 100)
        assert told.keys() == set(direct["customer"])
        # Each order is rounded to pence, so half a penny for each may be between them.
        for customer, pence in direct.iter_rows():
            assert abs(told[customer] - pence) < 60, customer


def test_only_regular_buyers_are_told_as_gone_silent_and_only_silent_ones_as_won_back() -> None:
    path = data(ONLINE_RETAIL)
    replayed = Replayed(invoices(path)[0])
    rows = retail_rows(path).filter(pl.col("pieces") > 0)
    days: dict[str, list[float]] = {
        customer: sorted(set(told))
        for customer, told in rows.group_by("customer")
        .agg(pl.col("at").dt.truncate("1d").dt.epoch("s"))
        .iter_rows()
    }
    silent = replayed.of("gone_silent")
    assert len(silent) > 100
    for alert in silent:
        bought = [day for day in days[alert["customer_id"]] if day <= seconds(alert["opened_at"])]
        assert len(bought) >= 3, alert
    ended = [
        alert
        for alert in replayed.every("gone_silent", "lost")
        if alert.get("resolution") == "recovered"
    ]
    resolved = Counter(alert["customer_id"] for alert in ended)
    assert resolved == Counter(alert["customer_id"] for alert in replayed.of("won_back", "notice"))
    for alert in ended:
        # The very day of the purchase that ended it is a purchase day of that customer.
        assert seconds(alert["resolved_at"]) // 86_400 * 86_400 in days[alert["customer_id"]]
