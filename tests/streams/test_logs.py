"""Log lines: text for people, JSON for machines, nothing of the libraries' chatter."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from streams import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    for name in logs._QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_text_is_one_line_with_level_event_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text")
    structlog.get_logger("x").info("partition opened", partition=3)
    out, said = capsys.readouterr()
    assert out == ""
    assert said.count("\n") == 1
    assert all(part in said for part in ("info", "partition opened", "partition=3"))


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger("x").warning("lines\nand \x1b[31m", partition=3, why=ValueError("x"))
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["level"], said["event"], said["partition"]) == (
        "warning",
        "lines\nand \x1b[31m",
        3,
    )
    assert said["timestamp"].endswith("Z")


def test_an_exception_stands_in_the_same_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("x").exception("it failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_a_line_is_one_write_so_that_processes_can_share_a_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []

    class Unbuffered(io.StringIO):
        def write(self, said: str) -> int:
            written.append(said)
            return len(said)

    monkeypatch.setattr("sys.stderr", Unbuffered())
    forms: tuple[Literal["text", "json"], ...] = ("text", "json")
    for form in forms:
        logs.configure(form)
        structlog.get_logger("x").info("partition opened")
    assert len(written) == 2
    assert all(line.endswith("\n") for line in written)


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "warning")
    structlog.get_logger("x").info("quiet")
    structlog.get_logger("x").warning("loud")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["loud"]


def test_the_libraries_are_quiet_unless_one_debugs() -> None:
    logs.configure("text", "info")
    assert not logging.getLogger("aiokafka.consumer").isEnabledFor(logging.ERROR)
    assert not logging.getLogger("faust").isEnabledFor(logging.ERROR)
    logs.configure("text", "debug")
    assert logging.getLogger("aiokafka.consumer").isEnabledFor(logging.INFO)
