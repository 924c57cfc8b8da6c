"""Waiting for something to become true, never for time to pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_NEVER = threading.Event()


def until(
    condition: Callable[[], T],
    seconds: float,
    what: str | Callable[[], str],
    every: float = 0.05,
) -> T:
    """The first true value of `condition`; fails the test, saying `what`, after `seconds`."""
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > give_up:
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {seconds:.0f} s: {said}")
        pause(every)
    return found


def pause(seconds: float) -> None:
    """Let a moment pass, where the moment itself is what a test is about."""
    _NEVER.wait(seconds)
