"""A package that brings a signal is installed beside Heed, and that is all there is to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STORY = [
    {"id": "1", "type": "x_wish_added", "time": "2026-11-01T10:00:00Z", "channel": "app",
     "customer_id": "c7", "properties": {"name": "a kettle"}},
    {"id": "2", "type": "page_viewed", "time": "2026-11-10T10:00:00Z", "channel": "web",
     "customer_id": "c7"},
    {"id": "3", "type": "order_completed", "time": "2026-11-10T10:05:00Z", "channel": "web",
     "customer_id": "c7"},
]  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example was installed by pip."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
               "--no-build-isolation", "--disable-pip-version-check", "--target", str(folder),
               str(copied(tmp_path_factory.mktemp("source")))]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def copied(folder: Path) -> Path:
    """The example, where a build may leave its files."""
    for path in (ROOT / "examples" / "wishlist").iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def heed(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT), str(folder)))
    return subprocess.run(
        [sys.executable, "-m", "heed", *arguments],
        input=given, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path}, cwd=folder,
    )  # fmt: skip


def test_the_signal_of_the_example_is_told(installed: Path) -> None:
    given = "\n".join(json.dumps(each) for each in STORY)
    done = heed(installed, "replay", "--format", "interactions", "-", given=given)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [
        (alert["event_time"][:16], alert.get("resolution") or alert["status"])
        for alert in told
        if alert["signal"] == "wish_waiting"
    ] == [("2026-11-08T10:00", "open"), ("2026-11-10T10:05", "recovered")]
    assert told[0]["reason"].startswith("a kettle has been on the wish list for a week")


def test_a_package_that_cannot_be_loaded_is_named(installed: Path, tmp_path: Path) -> None:
    info = tmp_path / "heed_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: heed-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[heed.signals]\nbroken = heed_broken:signals\n")
    done = heed(tmp_path, "replay", "--format", "interactions", "-")
    assert done.returncode == 2
    assert "`broken` (heed_broken:signals) cannot be loaded" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_documents_show_the_example_as_it_is() -> None:
    page = (ROOT / "docs" / "writing-a-signal.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "heed_wishlist.py"):
        assert (ROOT / "examples" / "wishlist" / name).read_text(encoding="utf-8").strip() in page
