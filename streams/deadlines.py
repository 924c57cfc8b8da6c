"""The index of deadlines: who is to be asked again, and when.

Lazily deleted. Invariant: a row with a deadline has an entry at or before it, so a deadline that
moves later costs nothing until the old entry comes up.
"""

from heapq import heapify, heappop, heappush
from typing import Final

NEVER: Final = 2**63 - 1


class Deadlines:
    """A heap of (deadline, row key), in the order in which deadlines fire."""

    __slots__ = ("_heap", "next")

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self.next = NEVER

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, at: int, key: str) -> None:
        """Ask for `key` at `at`."""
        heappush(self._heap, (at, key))
        if at < self.next:
            self.next = at

    def pop(self) -> tuple[int, str]:
        """The earliest entry. Raises IndexError when there is none."""
        entry = heappop(self._heap)
        self.next = self._heap[0][0] if self._heap else NEVER
        return entry

    def fill(self, entries: list[tuple[int, str]]) -> None:
        """Replace everything by `entries`: linear, for restoring."""
        heapify(entries)
        self._heap = entries
        self.next = entries[0][0] if entries else NEVER

    @property
    def entries(self) -> list[tuple[int, str]]:
        """Every entry, in no order."""
        return list(self._heap)

    def overdue(self, now: int, most: int = 10_000) -> int:
        """How many entries have come up by `now`, counted up to `most`."""
        heap, found, stack = self._heap, 0, [0]
        while stack and found < most:
            at = stack.pop()
            if at < len(heap) and heap[at][0] <= now:
                found += 1
                stack += (2 * at + 1, 2 * at + 2)
        return found
