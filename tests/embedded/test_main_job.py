"""`heed demo` as its users run it: real purchases through an embedded broker to alerts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agents.kinds import every_kind
from agents.rulebook import Rulebook
from heed.demo import DAY
from heed.simulator.day import busy_day
from tests.support.kafka import guard
from tests.support.wait import until

PURCHASES = 69_659
EVENTS = PURCHASES + sum(1 for _ in busy_day(DAY))
SPINE = {"cart_abandoned", "checkout_abandoned", "queue_abandoned", "gone_silent"}
SIGNALS = set(every_kind())
OF_CUSTOMERS = set(Rulebook().kinds)
NOTICES = {kind.name for kind in Rulebook().kinds.values() if kind.notice}
ENVIRONMENT = {name: said for name, said in os.environ.items() if not name.startswith("HEED_")}


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "heed", "demo", "--web-port", "0", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=ENVIRONMENT, timeout=240, check=False
    )


class Running:
    """A demo that goes on until it is told to end."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            assert self.process.poll() is None, self.said()
            return re.search(pattern, self.said())

        match = until(found, seconds, self.said)
        assert match is not None
        return match

    def get(self, path: str) -> tuple[int, str]:
        address = self.wait_for(r"metrics: (http://localhost:\d+)/metrics")[1]
        try:
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as why:
            return why.code, why.read().decode()

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Exit code and standard output after that signal."""
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Running]:
    log = folder / "demo.log"
    command = [sys.executable, "-m", "heed", "demo", "--web-port", "0", *arguments]
    with log.open("w") as err:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=err, text=True, env=ENVIRONMENT
        )
    watcher = guard(process.pid)
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.communicate()
        watcher.kill()
        watcher.communicate()


def summary(text: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(text.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def once() -> dict[str, Any]:
    done = demo("--once", "--json")
    assert done.returncode == 0, done.stderr
    return summary(done.stdout)


def test_every_purchase_and_the_whole_day_are_decided(once: dict[str, Any]) -> None:
    assert once["events"] == EVENTS
    assert once["rejected"] == 0
    assert once["customers"] > 23_570, "the 23,570 of CDNOW, and those of the day"


def test_every_signal_is_seen_with_its_clearing(once: dict[str, Any]) -> None:
    told = once["alerts"]
    assert told.keys() == SIGNALS
    assert [name for name in OF_CUSTOMERS - NOTICES if not told[name]["opened"]] == []
    assert [name for name in NOTICES if not told[name]["notice"]] == []
    assert all(told[name]["resolved"] > 0 for name in SPINE)
    # A silence ends as won back, or is taken over by a loss, which may end so, too.
    silence, loss = told["gone_silent"]["resolved"], told["lost"]
    assert told["won_back"]["notice"] == silence - loss["opened"] + loss["resolved"]


def test_a_second_run_decides_the_same(once: dict[str, Any]) -> None:
    """But for carts of people whose names lie in two partitions: when those are linked depends on
    how far each has come, and an alert told by one name alone is taken back."""
    again = demo("--once")
    assert again.returncode == 0, again.stderr
    first, *signals = again.stdout.splitlines()
    assert first.startswith(f"{once['events']:,} interactions of {once['customers']:,} customers")
    found: dict[str, dict[str, int]] = {}
    for line in signals:
        name, told = line.strip().split(": ", 1)
        words = [] if told == "none" else [part.split(" ") for part in told.split(", ")]
        found[name] = {what: int(number.replace(",", "")) for number, what in words}
    wanted = {
        name: {what: number for what, number in told.items() if number}
        for name, told in once["alerts"].items()
    }
    assert found.keys() == wanted.keys()
    assert [standing(told) for told in found.values()] == [standing(wanted[name]) for name in found]
    differ = {name for name, told in found.items() if told != wanted[name]}
    assert differ <= {"cart_abandoned", "checkout_abandoned"}


def standing(told: dict[str, int]) -> tuple[int, int, int]:
    """How many alerts stand, have expired, and were notices."""
    expired = told.get("expired", 0)
    return (
        told.get("opened", 0) - told.get("resolved", 0) - expired, expired, told.get("notice", 0),
    )  # fmt: skip


def test_its_page_is_served_and_ctrl_c_ends_it_with_a_summary(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        assert demo.get("/healthz") == (200, "ok\n")
        # The groups' partitions may be restored a moment after those of the customers.
        until(lambda: demo.get("/readyz") == (200, "ready\n"), 30, demo.said)
        until(lambda: "heed_interactions_total{" in demo.get("/metrics")[1], 30, demo.said)
        assert "heed_build_info{" in demo.get("/metrics")[1]
        code, out = demo.end(signal.SIGINT)
    assert code == 0, demo.said()
    assert re.match(r"[\d,]+ interactions of [\d,]+ customers in ", out)
    assert "Traceback" not in demo.said()


def test_it_stays_after_the_last_purchase_until_it_is_ended(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        demo.wait_for("all is decided; ctrl-C ends it", 120)
        page = demo.get("/metrics")[1]
        assert set(re.findall(r'heed_alerts_total{.*signal="(\w+)"', page)) == SIGNALS
        assert demo.get("/readyz") == (200, "ready\n")
        code, out = demo.end(signal.SIGTERM)
    assert code == 0, demo.said()
    assert out.startswith(f"{EVENTS:,} interactions")


def test_ended_before_it_has_begun_it_is_silent_about_it(tmp_path: Path) -> None:
    with running(tmp_path, "--json") as demo:
        until(lambda: listening(demo.process.pid), 30, demo.said)
        code, out = demo.end(signal.SIGINT)
    assert code == 0, demo.said()
    assert summary(out).keys() == {"events", "rejected", "customers", "alerts", "seconds"}
    assert demo.said() == ""


def listening(pid: int) -> bool:
    """Whether the process has caught SIGINT: before that, ctrl-C is Python's own."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16)  # type: ignore[index]
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = demo("--web-port", str(port))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"heed: port {port} of 127.0.0.1 cannot be used (address already in use): "
        f"choose another with --web-port or HEED_WEB_PORT\n"
    )
