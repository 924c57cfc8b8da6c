"""Standards to begin with: a shop, a bank's phone service, a clinic, a hotel.

Wherever standards.toml is named, `preset:bank` and the like stand for these files.
"""

from pathlib import Path

from schemas.standards import BadStandards

PREFIX = "preset:"
_FOLDER = Path(__file__).parent
PRESETS = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def path_of(preset: str) -> Path:
    """The file of a preset. Raises BadStandards."""
    if preset not in PRESETS:
        raise BadStandards(f"{preset!r} is no preset: expected one of {', '.join(PRESETS)}")
    return _FOLDER / f"{preset}.toml"


def resolved(named: Path | None) -> Path | None:
    """A file as named by option or setting, where `preset:NAME` is a preset's.

    Raises BadStandards.
    """
    said = str(named)
    return path_of(said[len(PREFIX) :]) if said.startswith(PREFIX) else named
