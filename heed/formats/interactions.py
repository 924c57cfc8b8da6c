"""Heed's own format, `interactions`: JSON lines, one interaction each.

Lines are taken in file order and passed on untouched: whether they can be taken is decided where
all records are, so that a file and a topic give the same rejections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from heed.formats.source import Counts, Line


def wire(lines: Iterable[Line], counts: Counts) -> Iterator[bytes]:
    """Every line that is not empty."""
    for line in lines:
        if line.data and not line.data.isspace():
            counts.rows += 1
            yield line.data
