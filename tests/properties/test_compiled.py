"""The hot modules compiled by mypyc decide as the sources do that are read and tested."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from benchmarks import compiled as compiling
from benchmarks.compiled import ROOT, build
from benchmarks.generate import interactions


@pytest.fixture(scope="module")
def compiled() -> Path:
    """The folder of the compiled rooms."""
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        pytest.skip("no C compiler")
    try:
        return build()
    except subprocess.CalledProcessError as why:
        pytest.fail(f"the hot modules do not compile: {why.stdout}\n{why.stderr}")


def run(folder: Path, *arguments: str) -> bytes:
    """What Python prints, with the rooms of `folder`."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True).stdout


def test_the_compiled_modules_are_the_ones_that_run(compiled: Path) -> None:
    where = run(compiled, "-c", "import agents.decide; print(agents.decide.__file__)")
    assert where.strip().endswith(b".so")


def test_compiled_and_pure_tell_the_same_alerts(compiled: Path, tmp_path: Path) -> None:
    from tests.oracle.lives import random_lives

    file = tmp_path / "mixed.jsonl"
    mixed = [orjson.dumps(event) for _, event in interactions(20_000, 500)]
    lives = [orjson.dumps(e) for seed in range(30) for e in random_lives(seed, customers=5)]
    garbage = [b"{", b'{"type":"page_viewed","time":1e400}', b'{"time":%s}' % (b"9" * 400)]
    for number, stream in enumerate((mixed, lives, garbage)):
        file.write_bytes(b"\n".join(stream))
        pure = run(ROOT, "-m", "heed", "replay", str(file))
        assert run(compiled, "-m", "heed", "replay", str(file)) == pure
        assert pure or number == 2


def test_of_older_builds_the_one_last_used_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "setup.py").touch()
    monkeypatch.setattr(compiling, "ROOT", tmp_path)
    folder = tmp_path / ".cache" / "compiled"
    for used, name in enumerate([compiling.source_state(), "a" * 16, "b" * 16, "c" * 16]):
        (folder / name / "agents").mkdir(parents=True)
        os.utime(folder / name, (used, used))
    (folder / "being-built").mkdir()
    assert build() == folder / compiling.source_state()
    left = {each.name for each in folder.iterdir()}
    assert left == {compiling.source_state(), "c" * 16, "being-built"}
    (tmp_path / "setup.py").write_text("# changed")
    present = folder / compiling.source_state()
    present.mkdir()
    assert build() == present
    assert len(list(folder.iterdir())) == 3, "the one before, this one, and what is no build"
