"""`heed simulate` as somebody meets it who wants to try Heed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from heed.simulator import MEANINGS
from schemas.interaction import decode

SMALL = ("--customers", "20", "--days", "30")


def heed(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: said for name, said in os.environ.items() if not name.startswith("HEED_")}
    command = [sys.executable, "-m", "heed", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, env=environment, timeout=60, check=False
    )


def test_it_writes_interactions_that_replay_takes_and_the_truth_apart(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    done = heed("simulate", "--seed", "7", *SMALL, "--truth", truth)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) > 100
    assert all(decode(line).customer_id for line in lines)
    truths = [orjson.loads(line) for line in truth.read_bytes().splitlines()]
    assert truths
    assert {each["what"] for each in truths} <= MEANINGS.keys()
    assert f"{len(lines):,} interactions".encode() in done.stderr
    replayed = heed("replay", "-", stdin=done.stdout)
    assert replayed.returncode == 0
    assert b" 0 rejected" in replayed.stderr


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    one, same = (heed("simulate", "--seed", "7", *SMALL).stdout for _ in range(2))
    assert one == same != heed("simulate", "--seed", "8", *SMALL).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--truth", "/nowhere/truth.jsonl"), b"--truth /nowhere/truth.jsonl: no such file"),
        (("--begin", "yesterday"), b"--begin: 'yesterday' is not"),
        (("--begin", "9999-12-15"), b"--days 30: they end after the year 9999"),
        (("--alias-share", "2"), b"--alias-share"),
        (("--customers", "-1"), b"--customers"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_2(
    options: tuple[str, ...], said: bytes
) -> None:
    done = heed("simulate", *SMALL, *options)
    assert done.returncode == 2
    assert done.stdout == b""
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
