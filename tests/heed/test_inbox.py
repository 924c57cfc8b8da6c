"""`heed alerts`: a list to work from, and what comes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer
from rich.console import Console

from heed.inbox import Inbox, line, name_of, table, worklist
from schemas.alert import Alert, Rule, Status, Value, encode
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from streams.topics import ensure


def alert(
    name: str,
    team: str = "sales",
    amount: float | None = None,
    status: Status = "open",
    **more: Any,
) -> Alert:
    at = "2026-01-05T11:00:00.000000Z"
    return Alert(
        party="customer",
        **{
            "alert_id": name, "signal": "cart_abandoned", "status": status, "severity": "warning",
            "customer_id": f"customer of {name}", "event_time": at, "opened_at": at, "team": team,
            "value_at_risk": None if amount is None else Value(amount, "EUR"), "evidence": [],
            "reason": f"why {name}", "clears_if": "", "rule": Rule("r", 1, {}), **more,
        }
    )  # fmt: skip


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker() as broker:
        made = Settings(bootstrap=broker.address, embedded=True)
        ensure(made)
        yield made


def tell(settings: Settings, *alerts: Alert | bytes | None) -> None:
    """Write to `alerts`, one id after the other into the same partitions as a worker does."""
    producer = Producer({"bootstrap.servers": settings.bootstrap, "partitioner": "murmur2_random"})
    for each in alerts:
        if isinstance(each, Alert):
            producer.produce("alerts", encode(each), each.alert_id)
        else:
            producer.produce("alerts", each, b"odd")
    assert producer.flush(20) == 0


STORY = (
    alert("small", amount=5),
    alert("gone", amount=900),
    alert("large", amount=120),
    alert("call", team="support", opened_at="2026-01-04T00:00:00.000000Z"),
    alert("later call", team="support"),
    alert("gone", amount=900, status="resolved", resolution="recovered"),
    alert("history", team="support", amount=1, suppressed_by="history"),
    alert("notice", status="notice", amount=5000),
    b"not an alert",
    None,
)


def heed_alerts(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "heed", "alerts", "--bootstrap", settings.bootstrap]
    environment = {**os.environ, "COLUMNS": "160", "HEED_CONNECT_TIMEOUT_SECONDS": "1"}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, env=environment, timeout=60,
        check=False,
    )  # fmt: skip


def test_open_alerts_are_listed_by_what_is_at_risk(settings: Settings) -> None:
    tell(settings, *STORY)
    done = heed_alerts(settings, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    listed = [json.loads(each)["alert_id"] for each in done.stdout.splitlines()]
    assert listed == ["large", "small", "history", "call", "later call"]


def test_a_team_sees_its_own_and_nothing_that_is_held_back(settings: Settings) -> None:
    tell(settings, *STORY)
    done = heed_alerts(settings, "--team", "support", "--json")
    listed = [json.loads(each)["alert_id"] for each in done.stdout.splitlines()]
    assert listed == ["call", "later call"]
    assert heed_alerts(settings, "--team", "nobody", "--json").stdout == ""


def test_people_get_a_table(settings: Settings) -> None:
    tell(settings, *STORY)
    done = heed_alerts(settings)
    assert done.returncode == 0
    assert done.stdout.startswith("5 open alerts")
    assert "120.00 EUR" in done.stdout
    assert done.stdout.index("why large") < done.stdout.index("why small")


def test_an_empty_topic_is_an_empty_list(settings: Settings) -> None:
    done = heed_alerts(settings)
    assert done.returncode == 0
    assert done.stdout.startswith("0 open alerts")


def test_follow_goes_on_with_what_comes_until_ctrl_c(settings: Settings) -> None:
    tell(settings, alert("before"))
    command = [sys.executable, "-m", "heed", "alerts", "--bootstrap", settings.bootstrap]
    follow = subprocess.Popen(
        [*command, "--follow", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert follow.stdout is not None
    try:
        assert json.loads(follow.stdout.readline())["alert_id"] == "before"
        tell(settings, alert("before", status="resolved", resolution="returned"), alert("new"))
        told = [json.loads(follow.stdout.readline()) for _ in range(2)]
        assert {(each["alert_id"], each["status"]) for each in told} == {
            ("before", "resolved"),
            ("new", "open"),
        }
        follow.send_signal(signal.SIGINT)
        out, err = follow.communicate(timeout=20)
        assert (follow.returncode, out, err) == (130, "", "")
    finally:
        follow.kill()
        follow.communicate()


def test_reading_on_keeps_track_of_what_is_open(settings: Settings) -> None:
    tell(settings, alert("a"), alert("b"))
    with Inbox(settings) as inbox:
        assert {each.alert_id for each in inbox.present()} == {"a", "b"}
        tell(settings, alert("a", status="updated", severity="error"), alert("b", status="expired"))
        while len(inbox.open) > 1:
            inbox.read()
        assert {name: each.severity for name, each in inbox.open.items()} == {"a": "error"}


def test_an_unreachable_broker_is_told_with_its_address() -> None:
    with EmbeddedBroker() as broker:
        address = broker.address
    done = heed_alerts(Settings(bootstrap=address))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"heed: no Kafka broker answers at {address} ")


# What is shown


def shown(what: object) -> str:
    screen = io.StringIO()
    Console(file=screen, width=200).print(what)
    return screen.getvalue()


def test_what_platforms_send_is_harmless_on_a_terminal() -> None:
    odd = alert("odd", customer_id="[/red] [bold]x\x1b[31m\n", reason="see [link=x] and \x07")
    for text in (shown(table([odd])), shown(line(odd))):
        assert "[/red] [bold]x\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}" in text
        assert "see [link=x] and \N{REPLACEMENT CHARACTER}" in text


def test_somebody_without_an_id_is_named_by_alias() -> None:
    assert name_of(alert("x", customer_id=None, aliases={"email": "a@b.c"})) == "email a@b.c"
    assert name_of(alert("x", customer_id=None, group="queue:sales")) == "queue:sales"


def test_a_long_list_says_that_it_is_cut() -> None:
    text = shown(table([alert(str(number)) for number in range(60)]))
    assert "60 open alerts, the first 50" in text
    assert text.count("customer of") == 50


def test_what_stands_longest_comes_first_among_equals() -> None:
    old = alert("old", amount=5, opened_at="2025-12-31T00:00:00.000000Z")
    assert [each.alert_id for each in worklist([alert("new", amount=5), old])] == ["old", "new"]
