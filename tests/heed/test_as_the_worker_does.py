"""What is replayed goes by the standards, the classifier and the playbooks of the settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.text import DEFAULT
from heed.cli import app
from streams.errors import Unusable

CART = {"id": "e1", "type": "product_added", "time": "2026-01-05T10:00:00Z", "channel": "web",
        "customer_id": "ann", "properties": {"cart_id": "k1", "sku": "tea"}}  # fmt: skip
LATER = {**CART, "id": "e2", "type": "page_viewed", "time": "2026-01-05T12:00:00Z"}

REPLAY, EXPLAIN = ["replay"], ["explain", "ann", "--json"]


@pytest.fixture
def day(tmp_path: Path) -> str:
    """A cart that is left for two hours."""
    file = tmp_path / "day.jsonl"
    file.write_text("\n".join(map(json.dumps, (CART, LATER))))
    return str(file)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A house with standards and a playbook of its own."""
    standards, playbooks = tmp_path / "standards.toml", tmp_path / "playbooks.toml"
    standards.write_text("[cart_abandoned]\nidle = '90 min'")
    playbooks.write_text('[cart_abandoned]\ncode = "ring"\ndo = ["Ring them up."]')
    return {"HEED_STANDARDS": str(standards), "HEED_PLAYBOOKS": str(playbooks)}


@pytest.mark.parametrize("command", [[*REPLAY], [*EXPLAIN], ["demo", "--once"]])
def test_an_unknown_classifier_is_refused_at_start(command: list[str], day: str) -> None:
    files = [] if command[0] == "demo" else [day]
    done = CliRunner().invoke(app, [*command, *files], env={"HEED_TEXT": "nosuch"})
    assert isinstance(done.exception, Unusable)
    assert str(done.exception).startswith("HEED_TEXT=nosuch: no such classifier")
    assert done.stdout == ""


def test_a_replay_tells_what_the_house_recommends_by_its_standards(
    day: str, env: dict[str, str]
) -> None:
    done = CliRunner().invoke(app, [*REPLAY, day], env={**env, "HEED_TEXT": DEFAULT})
    (alert,) = map(json.loads, done.stdout.splitlines())
    assert alert["event_time"] == "2026-01-05T11:30:00.000000Z"
    assert alert["recommended_action"]["code"] == "ring"


def test_an_option_goes_over_the_setting(day: str, env: dict[str, str], tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("[cart_abandoned]\nidle = '100 min'")
    done = CliRunner().invoke(app, [*REPLAY, day, "--standards", str(mine)], env=env)
    assert json.loads(done.stdout)["event_time"] == "2026-01-05T11:40:00.000000Z"


def test_a_difference_is_one_of_standards_alone(day: str, env: dict[str, str]) -> None:
    same = env["HEED_STANDARDS"]
    assert CliRunner().invoke(app, [*REPLAY, day, "--diff", same], env=env).stdout == ""


def test_an_explanation_from_files_recommends_the_same(day: str, env: dict[str, str]) -> None:
    done = CliRunner().invoke(app, [*EXPLAIN, day], env=env)
    assert "Ring them up." in done.stdout
    assert "11:30:00" in done.stdout
