"""A folder of its own for each worker on a machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from streams import slots
from streams.errors import Unusable
from streams.slots import Slot

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from streams.slots import Slot

print(Slot(Path(sys.argv[1])).folder.name, flush=True)
sys.stdin.read()
"""


def test_each_worker_has_the_first_free_folder(tmp_path: Path) -> None:
    first, second = Slot(tmp_path), Slot(tmp_path)
    assert [first.folder.name, second.folder.name] == ["worker-0", "worker-1"]
    first.release()
    assert Slot(tmp_path).folder == first.folder
    second.release()


def test_the_root_is_made_where_it_is_missing(tmp_path: Path) -> None:
    slot = Slot(tmp_path / "deep" / "down")
    assert slot.folder.parent.is_dir()
    slot.release()


def test_a_killed_worker_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "worker-0"
    beside = Slot(tmp_path)
    assert beside.folder.name == "worker-1"
    holder.kill()
    holder.communicate()
    heir = Slot(tmp_path)
    assert heir.folder.name == "worker-0"
    beside.release()
    heir.release()


def test_a_root_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match=r"state folder .*file.state cannot be made: Not a dir"):
        Slot(tmp_path / "file" / "state")


def test_a_root_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "worker-0.lock").mkdir()
    with pytest.raises(Unusable, match=r"cannot be written: Is a directory"):
        Slot(tmp_path)


def test_too_many_workers_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_MOST", 2)
    held = [Slot(tmp_path), Slot(tmp_path)]
    with pytest.raises(Unusable, match="all 2 worker folders"):
        Slot(tmp_path)
    for slot in held:
        slot.release()
