"""Interactions and alerts in few words, for tests of one signal at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from agents.harness import Harness
from schemas.alert import Alert
from schemas.instant import instant
from schemas.standards import Standards, Thresholds, parse

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


SPINE = frozenset({
    "cart_abandoned", "checkout_abandoned", "queue_abandoned", "gone_silent", "lost", "won_back",
})  # fmt: skip


def alone(standards: str = "", signals: Iterable[str] = SPINE) -> Standards:
    """These standards (TOML), with all signals off but `signals` and those that they name."""
    off = [
        f"[{name}]\nenabled = false"
        for name in Thresholds.__struct_fields__
        if name not in signals and f"[{name}]" not in standards
    ]
    return parse("\n".join((standards, *off)))


def shop(standards: str = "", *records: Record, **options: Any) -> Harness:
    """A harness with these standards (TOML), fed with these records."""
    return Harness(parse(standards), **options).feed(records)


def spine(standards: str = "", *records: Record, **options: Any) -> Harness:
    """A shop with the signals of the spine alone."""
    return Harness(alone(standards), **options).feed(records)


def after(alert: Alert) -> float:
    """Seconds from the start to the instant of an alert record."""
    return instant(alert.event_time) / 1_000_000 - START


def told(harness: Harness) -> list[tuple[float, str, str]]:
    """What was told: after how many seconds, which signal, and how it opened or ended."""
    return [(after(a), a.signal, a.resolution or a.status) for a in harness.alerts]
