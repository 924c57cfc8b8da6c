"""Public data sets for evaluation: outside the project, and not everywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def data(path: str) -> Path:
    """A file below HEED_TEST_DATA, else `../shared/data`; without it the test is skipped.

    Where CI=true a missing file fails the test: there the data are a part of the setting.
    """
    folder = Path(os.environ.get("HEED_TEST_DATA") or ROOT.parent / "shared" / "data")
    if (folder / path).is_file():
        return folder / path
    reason = f"{path} is not here: set HEED_TEST_DATA to a folder that holds it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
