"""The commits of test_store's writer: each known from its offset alone."""

from __future__ import annotations

ROWS, EACH = 400, 40
VALUE = 16 << 10


def commit(offset: int) -> list[tuple[bytes, bytes]]:
    """The rows that the commit of that offset writes."""
    numbers = ((offset * 31 + step * 7) % ROWS for step in range(EACH))
    return [(b"row-%d" % number, (b"%d " % offset) * (VALUE // 4)) for number in numbers]


def rows_after(offset: int) -> dict[bytes, bytes]:
    """What lies in a store that has seen every commit up to that offset."""
    rows: dict[bytes, bytes] = {}
    for each in range(1, offset + 1):
        rows.update(commit(each))
    return rows
