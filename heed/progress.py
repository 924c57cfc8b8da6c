"""Progress on standard error: seen by a person, silent in a pipe."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

T = TypeVar("T")
console = Console(stderr=True)
out = Console()

_EVERY = 1000


def watched(values: Iterable[T], doing: str) -> Iterator[T]:
    """The same values, counted on the screen while they pass."""
    if not console.is_terminal:
        yield from values
        return
    columns = (SpinnerColumn(), TextColumn(doing), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(doing, total=None)
        for number, value in enumerate(values, 1):
            if number % _EVERY == 0:
                progress.update(task, completed=number)
            yield value
