"""`heed standards`: the standards that hold, every key, as the text of a standards.toml."""

from pathlib import Path

from heed.presets import path_of, resolved
from schemas.standards import Standards, dump, load
from streams.errors import Unusable


def standards_text(preset: str | None, named: Path | None) -> str:
    """The standards of a preset, else of the file `named`, else the defaults, as TOML.

    Raises BadStandards, and Unusable if both are given.
    """
    if preset is not None and named is not None:
        raise Unusable("--preset and --standards both say which standards: give one of them")
    path = path_of(preset) if preset is not None else resolved(named)
    source = "the defaults" if path is None else f"the defaults, changed by {path.name}"
    standards = Standards() if path is None else load(path)
    return f"# {source[0].upper()}{source[1:]}.\n\n{dump(standards)}"
