"""Where records come from: files, gzip or plain, and standard input, line by line.

Whatever cannot be read ends in `UnusableInput`, one sentence that names the file and, where there
is one, the line.
"""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

STDIN = "-"
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnusableInput(ValueError):
    """Input that cannot be taken as what it is said to be; the message is one sentence."""


@dataclass(slots=True)
class Counts:
    """What was read, and what was left out of it: nothing is dropped silently.

    `rows` counts the rows of data, without headers and empty lines; `skipped` counts, by reason,
    those of them that give no interaction.
    """

    rows: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def skip(self, reason: str) -> None:
        """Count one row that was left out for `reason`."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1


class Line(NamedTuple):
    """One line of a file, without its line end.

    `number` counts from 1 within the file; `serial` runs on from file to file, so that event ids
    made from it stay distinct when several files are read together.
    """

    file: str
    number: int
    serial: int
    data: bytes

    def text(self) -> str:
        """The line as UTF-8 text. Raises UnusableInput where it is none."""
        try:
            return self.data.decode()
        except UnicodeDecodeError as why:
            raise self.unusable(f"byte {why.start + 1} is not UTF-8 text") from None

    def unusable(self, why: str) -> UnusableInput:
        """The error that says why this line cannot be taken."""
        return UnusableInput(f"{self.file}, line {self.number}: {why}.")


def check(path: str | Path) -> None:
    """Raise UnusableInput if `path` cannot be a file of records; opens nothing."""
    if str(path) == STDIN:
        return
    file = Path(path)
    if not file.exists():
        raise UnusableInput(f"{path}: there is no such file.")
    if file.is_dir():
        raise UnusableInput(f"{path}: this is a directory, name the files in it.")
    if not os.access(file, os.R_OK):
        raise UnusableInput(f"{path}: no permission to read this file.")


@contextmanager
def open_bytes(path: str | Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, or of standard input for `-`; gzip is told by its first two bytes.

    Standard input is left open. Raises UnusableInput where nothing can be opened.
    """
    check(path)
    if str(path) == STDIN:
        yield _unpacked(sys.stdin.buffer)
        return
    try:
        raw = Path(path).open("rb")  # noqa: SIM115 (closed below, whatever wraps it)
    except OSError as why:
        raise UnusableInput(f"{path}: {why.strerror or why}.") from None
    with raw:
        yield _unpacked(raw)


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    peek = getattr(raw, "peek", None)  # absent where a test puts a BytesIO for standard input
    start = peek(2)[:2] if peek else b""
    return gzip.GzipFile(fileobj=raw) if start == _GZIP_MAGIC else raw  # type: ignore[return-value]


def lines(paths: Iterable[str | Path]) -> Iterator[Line]:
    """All lines of all files in order, a byte order mark and line ends taken off."""
    serial = 0
    for path in paths:
        file = "standard input" if str(path) == STDIN else str(path)
        number = 0
        with open_bytes(path) as stream:
            try:
                for number, data in enumerate(stream, start=1):
                    serial += 1
                    text = data.removeprefix(_BYTE_ORDER_MARK) if number == 1 else data
                    yield Line(file, number, serial, text.rstrip(b"\r\n"))
            except (OSError, EOFError, zlib.error) as why:
                raise UnusableInput(
                    f"{file}, after line {number}: cannot be read further ({why})."
                ) from None
