"""Where a partition's rows lie: bytes under bytes, and how far into the changelog they reach."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

SAMPLED = 4096
"""From so many rows on, only some are weighed to say how large a store is."""


class Store(Protocol):
    """A cache of the changelog that survives as long as it can; the changelog is the truth."""

    def get(self, key: bytes) -> bytes | None:
        """The stored value."""

    def write(self, items: Iterable[tuple[bytes, bytes]], own: bytes | None, offset: int) -> None:
        """Apply a commit at once: rows, the partition's own record, the changelog's offset."""

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """All rows, without the partition's own record."""

    @property
    def offset(self) -> int:
        """The changelog offset from which this store must be brought up to date."""

    @property
    def own(self) -> bytes | None:
        """The partition's own record."""

    def size(self) -> int:
        """Approximate bytes held."""

    def clear(self) -> None:
        """Forget everything."""

    def close(self) -> None:
        """Let go of files; what was written stays."""


class MemoryStore:
    """Rows in a dict: gone with the process, restored from the changelog."""

    def __init__(self) -> None:
        self._rows: dict[bytes, bytes] = {}
        self.offset = 0
        self.own: bytes | None = None

    def get(self, key: bytes) -> bytes | None:
        return self._rows.get(key)

    def write(self, items: Iterable[tuple[bytes, bytes]], own: bytes | None, offset: int) -> None:
        self._rows.update(items)
        if own is not None:
            self.own = own
        self.offset = offset

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self._rows.items())

    def size(self) -> int:
        # Weighing each row as it is written would cost every interaction.
        rows, step = self._rows, 1 + len(self._rows) // SAMPLED
        weighed = [len(key) + len(value) for key, value in islice(rows.items(), 0, None, step)]
        return len(rows) * sum(weighed) // max(1, len(weighed))

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def close(self) -> None:
        self.clear()
