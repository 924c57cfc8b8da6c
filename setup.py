"""Only for `HEED_COMPILE=1 pip install .`: the hot modules compiled by mypyc.

All else stands in pyproject.toml. The compiled modules are the same sources; the tests run against
both.
"""

import os
from pathlib import Path
from typing import Any

from setuptools import setup

HOT = [
    "schemas/instant.py",
    "streams/murmur2.py",
    "streams/clock.py",
    "streams/deadlines.py",
    "streams/rows.py",
    "agents/identity.py",
    "agents/lifecycle.py",
    "agents/telling.py",
    "agents/alerts.py",
    "agents/decide.py",
    "agents/levels.py",
    "agents/unwanted.py",
    "agents/weighing.py",
    "agents/working_time.py",
    *sorted(str(path) for path in Path("agents/manners").glob("[!_]*.py")),
    *sorted(str(path) for path in Path("agents/observers").glob("[!_]*.py")),
    *sorted(str(path) for path in Path("agents/people").glob("[!_]*.py")),
    *sorted(str(path) for path in Path("agents/mechanisms").glob("[!_]*.py")),
    *sorted(
        str(path) for path in Path("agents/signals").rglob("[!_]*.py") if path.name != "protocol.py"
    ),
]


def extensions() -> list[Any]:
    """The compiled modules, where they are asked for."""
    if os.environ.get("HEED_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    return list(mypycify(["--ignore-missing-imports", *HOT], opt_level="3"))


setup(ext_modules=extensions())
