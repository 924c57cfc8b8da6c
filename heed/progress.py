"""Progress on standard error: seen by a person, silent in a pipe."""

import sys
import time
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

_EVERY_SECONDS = 0.1


def say(line: str, to: Console = console) -> None:
    """One line as it is: not wrapped, and with nothing in it taken for markup."""
    to.print(line, markup=False, highlight=False, soft_wrap=True)


def watched(values: Iterable[T], doing: str) -> Iterator[T]:
    """The same values, counted on the screen while they pass.

    Not where the results go to that screen too: they would run through each other.
    """
    if not console.is_terminal or sys.stdout.isatty():
        yield from values
        return
    columns = (SpinnerColumn(), TextColumn(doing), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(doing, total=None)
        shown = time.monotonic()
        for number, value in enumerate(values, 1):
            now = time.monotonic()
            if now - shown > _EVERY_SECONDS:
                progress.update(task, completed=number)
                shown = now
            yield value
