"""`heed alerts --follow` on a terminal: the order to work in, what is new, what is overdue."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from typing import Any

from confluent_kafka import Producer
from rich.console import Console

from heed.desk import Desk, respond_by
from heed.inbox import Inbox, worklist
from schemas.alert import Action, Alert, Rule, Value, encode
from schemas.instant import HOUR, MINUTE, instant
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from streams.topics import ensure
from tests.support.wait import until

AT = "2026-01-05T11:00:00.000000Z"


def alert(name: str, amount: float | None = None, **more: Any) -> Alert:
    said = {
        "alert_id": name, "signal": "cart_abandoned", "status": "open", "severity": "warning",
        "customer_id": f"customer {name}", "event_time": AT, "opened_at": AT, "team": "sales",
        "value_at_risk": None if amount is None else Value(amount, "EUR"), "evidence": [],
        "reason": f"why {name}", "clears_if": "", "rule": Rule("r", 1, {}), "party": "customer",
        "detected_at": AT, "recommended_action": Action("do", f"do {name}"), **more,
    }  # fmt: skip
    return Alert(**said)


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.at = instant(AT) / 1e6

    def __call__(self) -> float:
        return self.at


def desk(*alerts: Alert) -> tuple[Desk, Inbox, Wall]:
    inbox, wall = Inbox(Settings()), Wall()
    made = Desk(inbox, "sales", wall)
    inbox.open = {each.alert_id: each for each in alerts}
    made.hear(alerts, fresh=False)
    return made, inbox, wall


def seen(made: Desk, height: int = 40) -> str:
    screen = io.StringIO()
    Console(file=screen, width=160).print(made.screen(height))
    return screen.getvalue()


def test_critical_ones_come_first_then_what_is_at_risk_then_the_more_severe() -> None:
    some = [
        alert("small", 5), alert("large", 500), alert("worst", severity="critical"),
        alert("bad", severity="error"), alert("mild", severity="info"),
    ]  # fmt: skip
    names = [each.alert_id for each in worklist(some)]
    assert names == ["worst", "large", "small", "bad", "mild"]


def test_each_is_shown_with_its_reason_and_what_to_do() -> None:
    text = seen(desk(alert("a", 120))[0])
    for words in (
        "1 open for sales",
        "cart_abandoned",
        "customer a",
        "120.00 EUR",
        "why a",
        "do a",
    ):
        assert words in text


def test_an_alert_of_a_group_is_shown_with_the_group() -> None:
    made, _, _ = desk(alert("a", customer_id=None, group="queue:sales"))
    assert "cart_abandoned  queue sales  since" in seen(made)
    made.hear([alert("b", customer_id=None, group="branch:Acme/Main")])
    assert "open branch Main of Acme: why b" in seen(made), "the last ones told"


def test_what_has_come_is_marked_for_a_minute_and_what_has_ended_is_counted() -> None:
    made, inbox, wall = desk(alert("old"))
    assert "new" not in seen(made)
    fresh, done = alert("fresh"), alert("old", status="resolved", resolution="returned")
    inbox.open = {"fresh": fresh}
    made.hear([fresh, done])
    assert "new" in seen(made)
    assert "1 open for sales, 1 cleared meanwhile" in seen(made)
    assert "cart_abandoned returned customer old: why old" in seen(made), "the last ones told"
    wall.at += 61
    assert "new" not in seen(made)


def test_others_alerts_and_those_held_back_are_not_shown_or_counted() -> None:
    other = alert("other", team="support", status="resolved", resolution="returned")
    made, _, _ = desk(alert("held", suppressed_by="history"))
    made.hear([other])
    assert "0 open for sales;" in seen(made)


def test_a_screen_shows_what_fits_and_says_so() -> None:
    text = seen(desk(*(alert(str(number)) for number in range(20)))[0], height=14)
    assert text.count("why") == 3
    assert "20 open for sales; the first 3 are shown" in text


def test_time_left_is_reckoned_in_event_time_which_goes_on_with_the_wall() -> None:
    by = "2026-01-05T11:30:00.000000Z"
    made, _, wall = desk(alert("a", respond_by=by))
    assert "answer in 30 min" in seen(made)
    wall.at += 90 * 60
    assert "overdue by 60 min" in seen(made)


def test_a_replay_of_last_year_is_not_all_overdue() -> None:
    now = "2027-06-01T00:00:00.000000Z"
    late = alert("a", respond_by="2026-01-05T11:30:00.000000Z", detected_at=now)
    made, _, wall = desk(late)
    made.hear([late])
    wall.at = instant(now) / 1e6 + 600
    assert "answer in 20 min" in seen(made)
    assert respond_by(late, instant(AT)) == "answer in 30 min"
    assert respond_by(late, instant(AT) + 31 * MINUTE) == "overdue by 1 min"
    assert respond_by(late, instant(AT) + 4 * HOUR) == "overdue by 4 h"
    assert respond_by(alert("b"), 0) == ""


def test_a_terminal_shows_them_until_ctrl_c() -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(bootstrap=broker.address, embedded=True)
        ensure(settings)
        producer = Producer({"bootstrap.servers": broker.address})
        producer.produce("alerts", encode(alert("a", 120)), b"a")
        assert producer.flush(20) == 0
        terminal, end = pty.openpty()
        command = [sys.executable, "-m", "heed", "alerts", "--follow", "--team", "sales"]
        process = subprocess.Popen(
            [*command, "--bootstrap", broker.address], stdout=end, stderr=subprocess.PIPE,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "30"},
        )  # fmt: skip
        os.close(end)
        try:
            text = bytearray()

            def shown() -> bool:
                text.extend(os.read(terminal, 65_536))
                return b"why a" in text

            until(shown, 60, lambda: text.decode(errors="replace"))
            process.send_signal(signal.SIGINT)
            # On an alternate screen that is left behind clean.
            while b"\x1b[?1049l" not in text:
                text.extend(os.read(terminal, 65_536))
            assert process.wait(20) == 130
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            process.kill()
            process.communicate()
            os.close(terminal)


def test_a_team_with_a_topic_of_its_own_reads_that() -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(bootstrap=broker.address, embedded=True)
        ensure(settings)
        producer = Producer({"bootstrap.servers": broker.address})
        producer.produce("alerts", encode(alert("everybody")), b"everybody")
        producer.produce("alerts.sales", encode(alert("own")), b"own")
        assert producer.flush(20) == 0
        for team, name in (("sales", "own"), ("support", None), (None, "everybody")):
            with Inbox(settings, team) as inbox:
                told = [each.alert_id for each in inbox.present()]
                assert [each for each in told if each == name] == ([name] if name else [])
                assert inbox.topic == ("alerts.sales" if team == "sales" else "alerts")
                assert (inbox.note or "").endswith("sales") == (team == "support"), inbox.note
