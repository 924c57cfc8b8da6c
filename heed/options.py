"""Options that several commands share, and what they are read as."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from agents.identity import Names
from agents.kinds import every_kind
from agents.text import Classifier, classifier
from heed.presets import resolved
from schemas import playbooks as playbooks_file
from schemas.instant import NotAnInstant, instant
from schemas.playbooks import Playbooks
from schemas.standards import Standards, load
from streams import settings as engine
from streams.errors import Unusable


class Kind(StrEnum):
    """The formats, as choices of the command line."""

    INTERACTIONS = "interactions"
    CDNOW = "cdnow"
    ONLINE_RETAIL = "online-retail"
    CALL_LOG = "call-log"


Files = Annotated[list[str], typer.Argument(help="Files, plain or .gz; - is standard input.")]
Format = Annotated[Kind, typer.Option("--format", "-f", help="What the files hold.")]
StandardsFile = Annotated[
    Path | None,
    typer.Option(
        "--standards",
        help="standards.toml, or preset:shop, bank, clinic, hotel; built-in defaults without one.",
    ),
]
Bootstrap = Annotated[str | None, typer.Option(help="Kafka brokers, host:port, comma separated.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]


def instant_of(option: str, text: str) -> int:
    """The time that an option states. Raises Unusable."""
    try:
        return instant(text)
    except NotAnInstant as why:
        raise Unusable(f"{option}: {why}") from None


def standards_of(named: Path | None) -> Standards | None:
    """The standards that an option names; None for none. Raises Unusable."""
    path = resolved(named)
    return None if path is None else load(path)


class House(NamedTuple):
    """What a house has said of how to decide; None for the built-in."""

    standards: Standards | None = None
    text: Classifier | None = None
    playbooks: Playbooks | None = None


def house_of(named: Path | None) -> House:
    """What a worker with these settings goes by, so that what is replayed equals what is told live.

    Its standards are those that the option names, else those of the settings. Raises Unusable.
    """
    settings = engine.load()
    playbooks = settings.playbooks
    return House(
        standards_of(named or settings.standards),
        None if settings.text is None else classifier(settings.text),
        None if playbooks is None else playbooks_file.load(playbooks, every_kind()),
    )


def names_of(standards: Standards | None) -> Names:
    """How the house reads aliases."""
    return Names(None if standards is None else standards.identity.region)
