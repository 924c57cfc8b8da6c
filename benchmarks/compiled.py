"""Heed's hot modules compiled by mypyc, from the very sources that are read and tested.

    python -m benchmarks.compiled        # builds, prints the folder

The tree stays pure: the four rooms are copied to `.cache/compiled/<hash of the sources>` and
compiled there; the build before it is kept, older ones are removed. `HEED_COMPILE=1 pip install .`
does the same for an installation.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("schemas", "streams", "agents", "heed")
KEPT = 2
"""Builds that stay: the present one, and the one that a run may be using which began before."""


def source_state() -> str:
    """A name for the present sources and interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([ROOT / "setup.py", *(p for r in ROOMS for p in (ROOT / r).rglob("*.py"))]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build() -> Path:
    """The folder of the compiled rooms, built if it is not there.

    Raises subprocess.CalledProcessError where there is no C compiler or no mypyc.
    """
    target = ROOT / ".cache" / "compiled" / source_state()
    if target.exists():
        _keep(target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        work = Path(folder) / "tree"
        work.mkdir()
        for room in ROOMS:
            shutil.copytree(
                ROOT / room, work / room, ignore=shutil.ignore_patterns("__pycache__", "*.so")
            )
        shutil.copy(ROOT / "setup.py", work)
        subprocess.run(
            [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
            cwd=work,
            env={**os.environ, "HEED_COMPILE": "1"},
            check=True,
            capture_output=True,
            text=True,
        )
        shutil.rmtree(work / "build", ignore_errors=True)
        work.rename(target)
    _keep(target)
    return target


def _keep(present: Path) -> None:
    """Remove all builds but `present` and those last used before it."""
    folder = present.parent
    # Moved away first: half a build under its own name would be taken for a whole one. What is
    # gone already another process removes.
    with suppress(FileNotFoundError), tempfile.TemporaryDirectory(dir=folder) as gone:
        os.utime(present)
        builds = [each for each in folder.iterdir() if re.fullmatch("[0-9a-f]{16}", each.name)]
        builds.sort(key=lambda each: (each == present, each.stat().st_mtime_ns), reverse=True)
        for old in builds[KEPT:]:
            old.rename(Path(gone) / old.name)


def use() -> bool:
    """Import Heed from the compiled folder in this process; False where it cannot be built.

    Raises RuntimeError where Heed has been imported already, from the sources as they stand.
    """
    early = sorted(name for name in sys.modules if name.partition(".")[0] in ROOMS)
    if early:
        raise RuntimeError(f"imported before it could be chosen from where: {', '.join(early)}")
    try:
        folder = build()
    except (subprocess.CalledProcessError, OSError) as why:
        detail = getattr(why, "stderr", "") or str(why)
        print(f"not compiled: {detail.strip().splitlines()[-1]}", file=sys.stderr)
        return False
    sys.path.insert(0, str(folder))
    return True


if __name__ == "__main__":
    print(build())
