"""Interactions and alerts in few words, for tests of one signal at a time."""

from __future__ import annotations

import itertools
from typing import Any

from agents.harness import Harness
from schemas.alert import Alert
from schemas.instant import instant
from schemas.standards import parse

Record = dict[str, Any]

START = 1_795_305_600  # a midnight in November 2026, in seconds
MINUTE, HOUR, DAY = 60, 3600, 86_400
_ids = itertools.count()


def said(
    kind: str, /, after: float = 0, envelope: Record | None = None, **properties: Any
) -> Record:
    """An interaction of customer c7, `after` seconds from the start."""
    return {
        "id": f"e{next(_ids)}",
        "type": kind,
        "time": START + after,
        "channel": "web",
        "customer_id": "c7",
        "properties": properties,
        **(envelope or {}),
    }


def shop(standards: str = "", *records: Record, **options: Any) -> Harness:
    """A harness with these standards (TOML), fed with these records."""
    return Harness(parse(standards), **options).feed(records)


def after(alert: Alert) -> float:
    """Seconds from the start to the instant of an alert record."""
    return instant(alert.event_time) / 1_000_000 - START


def told(harness: Harness) -> list[tuple[float, str, str]]:
    """What was told: after how many seconds, which signal, and how it opened or ended."""
    return [(after(a), a.signal, a.resolution or a.status) for a in harness.alerts]
