"""Only for `HEED_COMPILE=1 pip install .`: the hot modules compiled by mypyc.

All else stands in pyproject.toml. The compiled modules are the same sources; the tests run against
both.
"""

import os
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
    "agents/alerts.py",
    "agents/rulebook.py",
    "agents/decide.py",
    "agents/signals/lifecycle.py",
    "agents/signals/items.py",
    "agents/signals/named_carts.py",
    "agents/signals/carts.py",
    "agents/signals/queue.py",
    "agents/mechanisms/bg_nbd.py",
    "agents/mechanisms/timers.py",
    "agents/signals/silence.py",
]


def extensions() -> list[Any]:
    """The compiled modules, where they are asked for."""
    if os.environ.get("HEED_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    return list(mypycify(["--ignore-missing-imports", *HOT], opt_level="3"))


setup(ext_modules=extensions())
