"""What the oracle reads (facts) and what it says (told), in integer microseconds since 1970."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(time: str | int | float) -> int:
    """RFC 3339, a date alone (midnight UTC) or epoch seconds, to the nearest microsecond.

    >>> instant("1970-01-02"), instant("1970-01-01T01:00:00+01:00"), instant(1.5)
    (86400000000, 0, 1500000)
    """
    if isinstance(time, str):
        moment = datetime.fromisoformat(time)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - EPOCH) // timedelta(microseconds=1)
    return int((Decimal(str(time)) * SECOND).to_integral_value())


@dataclass(frozen=True)
class Fact:
    """One record as it arrived: `order` is its place in the arrival order."""

    at: int
    order: int
    kind: str
    customer: str
    id: str
    has: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A property as text; None when it is absent or empty."""
        value = self.has.get(name)
        return None if value is None or value == "" else str(value)


def read(record: Mapping[str, Any], order: int) -> Fact:
    return Fact(
        at=instant(record["time"]),
        order=order,
        kind=record["type"],
        customer=record["customer_id"],
        id=record["id"],
        has=record.get("properties") or {},
    )


@functools.total_ordering
@dataclass(frozen=True)
class Told:
    """One alert record. Ordered by its fields, an absent text before any other."""

    at: int
    signal: str
    customer: str
    subject: str | None
    status: str
    resolution: str | None
    opened_at: int
    severity: str

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Told):
            return NotImplemented
        return self._key() < other._key()

    def _key(self) -> tuple[int, str, str, str, str, str, int, str]:
        return (
            self.at,
            self.signal,
            self.customer,
            self.subject or "",
            self.status,
            self.resolution or "",
            self.opened_at,
            self.severity,
        )


@dataclass
class Alert:
    """One alert of which something was told. `resolution` is None while it is open."""

    signal: str
    customer: str
    subject: str | None
    opened_at: int
    severity: str
    resolution: str | None = None

    @property
    def is_open(self) -> bool:
        return self.resolution is None

    @property
    def is_void(self) -> bool:
        return self.resolution == "late_evidence"


def by_name(alert: Alert) -> tuple[str, str]:
    """The order in which alerts are resolved that one and the same record resolves."""
    return alert.signal, alert.subject or ""


class Book:
    """Everything told so far, in the order of decision."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def opens(
        self, signal: str, customer: str, subject: str | None, at: int, severity: str = "warning"
    ) -> Alert:
        alert = Alert(signal, customer, subject, at, severity)
        self._tell(alert, at, "open")
        return alert

    def resolves(self, alert: Alert, resolution: str, time: int) -> None:
        alert.resolution = resolution
        self._tell(alert, max(time, alert.opened_at), "resolved")

    def expires(self, alert: Alert, time: int) -> None:
        alert.resolution = "expired"
        self._tell(alert, max(time, alert.opened_at), "expired")

    def notices(self, signal: str, customer: str, at: int) -> None:
        self._tell(Alert(signal, customer, None, at, "info"), at, "notice")

    def _tell(self, alert: Alert, at: int, status: str) -> None:
        self.told.append(
            Told(
                at=at,
                signal=alert.signal,
                customer=alert.customer,
                subject=alert.subject,
                status=status,
                resolution=alert.resolution,
                opened_at=alert.opened_at,
                severity=alert.severity,
            )
        )


class Due(NamedTuple):
    """A deadline, and what happens at it. What is only forgotten has no signal name."""

    at: int
    signal: str
    subject: str | None
    happens: Callable[[], None]
