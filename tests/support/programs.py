"""Programs outside Python that some tests run."""

from __future__ import annotations

import os
import shutil

import pytest


def need_program(name: str, package: str) -> str:
    """The path of a program; where it is absent, skips the test, or fails it where CI=true."""
    if (path := shutil.which(name)) is not None:
        return path
    reason = f"no {name} on the PATH: install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
