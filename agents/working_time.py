"""Working time."""

from typing import Protocol


class Hours(Protocol):
    """Opening hours."""

    def add(self, start: int, duration: int) -> int: ...


class _Always:
    def add(self, start: int, duration: int) -> int:
        return start + duration


ALWAYS: Hours = _Always()
