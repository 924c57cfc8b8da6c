"""The command line as a newcomer meets it: what it teaches, what it says, how it ends."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from heed.cdnow_data import cdnow_path
from heed.cli import main

COMMANDS = ["demo", "worker", "replay", "publish", "explain", "alerts", "simulate", "learn",
            "check", "topics", "standards", "settings"]  # fmt: skip
NOWHERE = "127.0.0.1:1"

ADD: dict[str, object] = {
    "id": "e1",
    "type": "product_added",
    "time": "2026-01-05T10:00:00Z",
    "channel": "web",
}
ADD |= {"customer_id": "ann", "properties": {"cart_id": "k1", "product_id": "p1", "price": 20}}
LATER: dict[str, object] = {
    "id": "e2",
    "type": "page_viewed",
    "time": "2026-01-05T12:00:00Z",
    "channel": "web",
}
LATER |= {"customer_id": "bob"}


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: bytes
    stderr: bytes


class Heed(Protocol):
    """Runs a command line."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", **env: str) -> Done: ...


@pytest.fixture
def heed(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Heed:
    """The entry point in this process; HEED_* of the environment does not reach it."""
    for name in [name for name in os.environ if name.startswith("HEED_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str | Path, stdin: bytes = b"", **env: str) -> Done:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["heed", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.flush()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, *capfdbinary.readouterr())

    return run


def sentence(done: Done) -> str:
    """What an unusable call says: one line, and nothing on standard output."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("heed: ")
    assert "Traceback" not in line
    return line.removeprefix("heed: ")


def jsonl(*events: dict[str, object]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A cart that is left for two hours."""
    file = tmp_path / "day.jsonl"
    file.write_bytes(jsonl(ADD, LATER))
    return file


# What it teaches


def test_help_names_every_command_and_every_setting(heed: Heed) -> None:
    done = heed("--help", COLUMNS="200")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert all(f" {command} " in text for command in COMMANDS)
    for setting in heed("settings").stdout.decode().splitlines():
        assert setting.partition("=")[0] in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(heed: Heed, command: str) -> None:
    done = heed(command, "--help", COLUMNS="200")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert f"Usage: heed {command}" in text
    assert len(text.split()) > 10
    assert not done.stderr


def test_heed_alone_shows_the_help(heed: Heed) -> None:
    done = heed(COLUMNS="200")
    assert done.returncode == 2
    assert b"HEED_BOOTSTRAP" in done.stdout + done.stderr


def test_settings_lists_each_with_default_and_meaning(heed: Heed) -> None:
    lines = heed("settings").stdout.decode().splitlines()
    said = "HEED_PARTITIONS=8  # Partitions of topics that Heed creates; "
    assert any(line.startswith(said) for line in lines)
    assert all(line.startswith("HEED_") and "  # " in line for line in lines)


# What it says where it cannot go on


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate': see `heed --help`"),
        (["replay"], "Missing argument 'files': see `heed replay --help`"),
        (["replay", "no.jsonl"], "no.jsonl: there is no such file."),
        (["replay", "."], ".: this is a directory, name the files in it."),
        (["check", "no.jsonl"], "no.jsonl: there is no such file."),
        (["publish", "no.jsonl"], "no.jsonl: there is no such file."),
        (["publish", "-", "--rate", "1", "--speed", "1"], "--rate and --speed both set the pace: "
         "give one of them"),
        (["worker", "--store", "disk"], "--store: expected one of memory, rocks, got 'disk'"),
        (["worker", "--config", "no.toml"], "no.toml: cannot be read: No such file or directory"),
        (["worker", "--web-port", "99999"], "--web-port: expected a whole number <= 65535, got "
         "99999"),
    ],
)  # fmt: skip
def test_an_unusable_call_is_told_in_one_sentence(
    heed: Heed, arguments: list[str], said: str
) -> None:
    assert sentence(heed(*arguments)) == said


def test_an_unknown_format_is_told_with_those_that_there_are(heed: Heed, day: Path) -> None:
    said = sentence(heed("replay", day, "--format", "csv"))
    assert "'csv' is not one of 'interactions', 'cdnow', 'online-retail', 'call-log'" in said


@pytest.mark.parametrize("format", ["cdnow", "online-retail", "call-log"])
def test_a_file_of_another_format_is_told_with_its_line(
    heed: Heed, tmp_path: Path, format: str
) -> None:
    (tmp_path / "other.csv").write_text("name,age\nann,7\n")
    for command in ("replay", "check"):
        said = sentence(heed(command, tmp_path / "other.csv", "--format", format))
        assert "other.csv, line 1: not " in said


@pytest.mark.parametrize("until", ["tomorrow", "2026", "2026-01-05T10:00:00", "1970-01-01"])
def test_a_time_that_is_none_is_told_with_the_option(heed: Heed, day: Path, until: str) -> None:
    assert sentence(heed("replay", day, "--until", until)).startswith(f"--until: '{until}' ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cart_abandoned]\nidle = 'soon'", "bad.toml:"),
        ("[cart_abandonned]\nidle = '5 min'", "cart_abandonned"),
        ("[cart_abandoned", "bad.toml"),
    ],
)
def test_bad_standards_are_told_with_file_and_key(
    heed: Heed, day: Path, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "bad.toml").write_text(text)
    assert said in sentence(heed("replay", day, "--standards", tmp_path / "bad.toml"))
    assert said in sentence(heed("replay", day, "--diff", tmp_path / "bad.toml"))


def test_standards_that_are_not_there_are_told(heed: Heed, day: Path) -> None:
    assert "no.toml: cannot be read" in sentence(heed("replay", day, "--standards", "no.toml"))


@pytest.mark.parametrize("command", [["worker"], ["topics"], ["publish", "-"]])
def test_an_unreachable_broker_is_told_with_its_address(heed: Heed, command: list[str]) -> None:
    done = heed(*command, "--bootstrap", NOWHERE, HEED_CONNECT_TIMEOUT_SECONDS="0.1")
    assert done.returncode == 2
    assert done.stdout == b""
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith(f"heed: no Kafka broker answers at {NOWHERE} after 1 s")
    assert last.endswith("start it, or set HEED_BOOTSTRAP")


# check


def test_check_is_content_with_good_records(heed: Heed, day: Path) -> None:
    done = heed("check", day)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"2 records, 0 bad\n"


def test_check_tells_one_line_per_bad_record_with_its_place(heed: Heed, tmp_path: Path) -> None:
    nobody = {**LATER, "customer_id": None, "aliases": {"email": "unknown"}}
    bad = [b"{", jsonl({**ADD, "type": "cart_eaten"})[:-1], b"", jsonl(nobody)[:-1]]
    (tmp_path / "mixed.jsonl").write_bytes(b"\n".join([jsonl(ADD)[:-1], *bad, jsonl(LATER)]))
    done = heed("check", "mixed.jsonl", tmp_path / "mixed.jsonl")
    assert done.returncode == 2, "one of two files is missing: nothing is said of the other"
    assert done.stdout == b""
    done = heed("check", tmp_path / "mixed.jsonl")
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert [line.partition(", ")[2].split(": ")[:2] for line in lines] == [
        ["line 2", "not_json"],
        ["line 3", "unknown_type"],
        ["line 5", "no_identity"],
    ]
    assert done.stderr == b"5 records, 3 bad\n"


def test_check_takes_an_answer_about_a_group_that_names_nobody(heed: Heed) -> None:
    answer = {**LATER, "type": "alert_dismissed", "customer_id": None}
    assert heed("check", "-", stdin=jsonl(answer)).returncode == 1
    answer["properties"] = {"alert_id": "x", "group": "queue:sales"}
    assert heed("check", "-", stdin=jsonl(answer)).returncode == 0


def test_check_takes_a_record_without_time_for_it_will_have_kafkas(heed: Heed) -> None:
    event = {key: value for key, value in LATER.items() if key != "time"}
    assert heed("check", "-", stdin=jsonl(event)).returncode == 0


def test_check_tells_what_lies_in_the_future(heed: Heed) -> None:
    done = heed("check", "-", stdin=jsonl({**LATER, "time": "2999-01-01T00:00:00Z"}))
    assert (done.returncode, b"from_the_future" in done.stdout) == (1, True)
    done = heed(
        "check", "-", stdin=jsonl({**LATER, "time": "2999-01-01T00:00:00Z"}),
        HEED_FUTURE_SECONDS="-1",
    )  # fmt: skip
    assert done.returncode == 0


def test_a_setting_that_kafkas_client_does_not_know_ends_in_a_sentence(heed: Heed) -> None:
    done = heed("alerts", HEED_EXTRA_KAFKA='{"bogus": 1}')
    assert done.returncode == 2
    assert b"client does not take its settings: No such configuration" in done.stderr


def test_check_reads_the_other_formats_too(heed: Heed) -> None:
    done = heed("check", "-", "--format", "cdnow", stdin=b"00001 19970101  1   11.77\n")
    assert (done.returncode, done.stderr) == (0, b"1 records, 0 bad\n")


# replay


def test_replay_tells_alerts_on_stdout_and_a_summary_on_stderr(heed: Heed, day: Path) -> None:
    done = heed("replay", day)
    assert done.returncode == 0
    (alert,) = map(json.loads, done.stdout.splitlines())
    assert (alert["signal"], alert["status"]) == ("cart_abandoned", "open")
    assert alert["event_time"] == "2026-01-05T11:00:00.000000Z"
    assert "detected_at" not in alert
    first, *signals = done.stderr.decode().splitlines()
    assert first.startswith("2 interactions of 2 customers in ")
    assert "  cart_abandoned: 1 opened" in signals


def test_replay_reads_stdin_and_gzip_as_they_are(heed: Heed, day: Path, tmp_path: Path) -> None:
    told = heed("replay", day).stdout
    (tmp_path / "day.jsonl.gz").write_bytes(gzip.compress(day.read_bytes()))
    assert told
    assert heed("replay", tmp_path / "day.jsonl.gz").stdout == told
    assert heed("replay", "-", stdin=day.read_bytes()).stdout == told
    assert heed("replay", "-", stdin=gzip.compress(day.read_bytes())).stdout == told


def test_replay_takes_several_files_as_one(heed: Heed, tmp_path: Path, day: Path) -> None:
    (tmp_path / "a").write_bytes(jsonl(ADD))
    (tmp_path / "b").write_bytes(jsonl(LATER))
    assert heed("replay", tmp_path / "a", tmp_path / "b").stdout == heed("replay", day).stdout


def test_a_truncated_gzip_is_told(heed: Heed, day: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(day.read_bytes())[:-20])
    done = heed("replay", tmp_path / "cut.gz")
    assert done.returncode == 2
    assert b"cut.gz, after line" in done.stderr


def test_replay_of_nothing_tells_nothing(heed: Heed) -> None:
    done = heed("replay", "-")
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.startswith(b"0 interactions of 0 customers")


def test_until_moves_the_clock_on(heed: Heed, tmp_path: Path) -> None:
    (tmp_path / "cart").write_bytes(jsonl(ADD))
    assert heed("replay", tmp_path / "cart").stdout == b""
    assert heed("replay", tmp_path / "cart", "--until", "2026-01-05T10:59:59Z").stdout == b""
    assert heed("replay", tmp_path / "cart", "--until", "2026-01-05T11:00:00Z").stdout != b""
    assert heed("replay", tmp_path / "cart", "--until", "2026-01-06").stdout != b""


def test_standards_change_what_is_decided(heed: Heed, day: Path, tmp_path: Path) -> None:
    standards = tmp_path / "standards.toml"
    standards.write_text("[cart_abandoned]\nidle = '90 min'")
    (alert,) = map(json.loads, heed("replay", day, "--standards", standards).stdout.splitlines())
    assert alert["event_time"] == "2026-01-05T11:30:00.000000Z"


def test_diff_tells_the_alerts_that_come_and_go(heed: Heed, day: Path, tmp_path: Path) -> None:
    standards = tmp_path / "standards.toml"
    standards.write_text("[cart_abandoned]\nidle = '90 min'")
    gone, come = heed("replay", day, "--diff", standards).stdout.splitlines()
    assert json.loads(gone.removeprefix(b"-"))["event_time"] == "2026-01-05T11:00:00.000000Z"
    assert json.loads(come.removeprefix(b"+"))["event_time"] == "2026-01-05T11:30:00.000000Z"
    standards.write_text("")
    assert heed("replay", day, "--diff", standards).stdout == b""


def test_the_summary_as_json_is_one_object_on_stderr(heed: Heed, day: Path) -> None:
    done = heed("replay", day, "--json")
    said = json.loads(done.stderr)
    assert said.pop("seconds") >= 0
    assert said.keys() == {"events", "rejected", "customers", "alerts"}
    assert (said["events"], said["rejected"], said["customers"]) == (2, 0, 2)
    assert said["alerts"]["cart_abandoned"] == {
        "opened": 1, "resolved": 0, "expired": 0, "notice": 0,
    }  # fmt: skip
    assert len(done.stdout.splitlines()) == 1


def test_what_replay_rejects_is_counted_by_reason(heed: Heed, day: Path) -> None:
    stdin = day.read_bytes() + b"{\n" + jsonl({**ADD, "type": "cart_eaten"})
    lines = heed("replay", "-", stdin=stdin).stderr.decode().splitlines()
    assert lines[0].startswith("4 interactions of 2 customers in ")
    assert lines[0].endswith(", 2 rejected")
    assert {"  rejected as not_json: 1", "  rejected as unknown_type: 1"} <= set(lines)


def test_a_file_without_any_json_is_suspected_to_be_another_format(heed: Heed) -> None:
    done = heed("replay", "-", stdin=b"00001 19970101  1   11.77\n")
    assert b"is it another --format?" in done.stderr


def test_rows_that_give_no_interaction_are_counted(heed: Heed, tmp_path: Path) -> None:
    header = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    row = b"536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,,United Kingdom,False\n"
    done = heed("replay", "-", "-f", "online-retail", stdin=header + b",Cancellation\n" + row)
    assert done.returncode == 0, done.stderr
    assert b"  rows left out as " in done.stderr


def test_a_reader_that_has_enough_is_no_failure() -> None:
    command = [sys.executable, "-m", "heed", "replay", str(cdnow_path()), "-f", "cdnow"]
    replay = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert replay.stdout is not None
    assert replay.stderr is not None
    assert replay.stdout.readline().startswith(b'{"alert_id"')
    replay.stdout.close()
    assert replay.wait(60) == 0
    assert replay.stderr.read() == b""
    replay.stderr.close()


def test_ctrl_c_ends_a_replay_without_a_word() -> None:
    replay = subprocess.Popen(
        [sys.executable, "-m", "heed", "replay", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert replay.stdin is not None
        assert replay.stdout is not None
        until_told = jsonl(ADD, LATER) + jsonl(LATER) * 6000  # as much as is decided at once
        replay.stdin.write(until_told)
        replay.stdin.flush()
        assert os.read(replay.stdout.fileno(), 1) == b"{", "it has begun"
        replay.send_signal(signal.SIGINT)
        _, err = replay.communicate(timeout=30)
        assert (replay.returncode, err) == (130, b"")
    finally:
        replay.kill()
        replay.communicate()


def test_output_that_is_a_pipe_is_not_wrapped(heed: Heed, day: Path) -> None:
    done = heed("replay", day, COLUMNS="20")
    assert max(map(len, done.stderr.splitlines())) > 30
