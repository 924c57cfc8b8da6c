"""Java from Maven Central, fetched or built once into `.cache/` and offline ever after."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"


class MavenError(RuntimeError):
    """Maven is missing or failed; the message ends with what it said."""


def made(target: Path, pom: Path, *goals: str) -> Path:
    """`target`, which `mvn <goals>` fills if it is not there yet; the pom writes to `${into}`.

    Two callers at once do not race: the second waits, then finds the folder. A folder is either
    whole or absent, so an interrupted run leaves nothing that a later one could mistake.
    """
    if target.is_dir():
        return target
    if shutil.which("mvn") is None:
        raise MavenError(f"{target.name} is not in .cache yet, and there is no mvn on the PATH")
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.is_dir():
            return target
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        command = ["mvn", "-q", "-B", "-f", str(pom), f"-Dinto={partial}", *goals]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MavenError(f"mvn {' '.join(goals)} failed:\n{done.stdout[-2000:]}")
        partial.rename(target)
    return target
