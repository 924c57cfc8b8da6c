"""The CDNOW purchases of the demo: a file inside the PyPI package `lifetimes`.

The package is looked up, never imported: the demo needs none of its code, nor its dependencies.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

from heed.formats.source import UnusableInput

PACKAGE = "lifetimes"
REQUIREMENT = f"{PACKAGE}==0.11.3"
DATA_FILE = "datasets/CDNOW_master.txt"


def cdnow_path() -> Path:
    """The file of the 69,659 purchases. Raises UnusableInput with what to do where it is absent."""
    for path in (_from_metadata(), _from_import_system()):
        if path is not None and path.is_file():
            return path
    raise UnusableInput(
        f"The CDNOW purchases are not installed: run `make demo`, which fetches them, "
        f"or `pip install --no-deps {REQUIREMENT}`."
    )


def _from_metadata() -> Path | None:
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        return None
    wanted = f"{PACKAGE}/{DATA_FILE}"
    return next((Path(str(each.locate())) for each in listed if each.as_posix() == wanted), None)


def _from_import_system() -> Path | None:
    spec = find_spec(PACKAGE)
    return Path(spec.origin).parent / DATA_FILE if spec and spec.origin else None
