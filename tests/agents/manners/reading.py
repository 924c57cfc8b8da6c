"""The laws of manners, read from the topics alone: no line of agents/manners is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.harness import Harness
from agents.rulebook import Rulebook
from schemas.alert import Alert, decode
from schemas.instant import SECOND, instant
from schemas.standards import Standards, parse

NO_MANNERS = '[manners]\ncap = "0 s"\nquiet = "never"\n'
KINDS = Rulebook().kinds
Record = dict[str, Any]


def lived(records: Iterable[Record], standards: str = "", **options: Any) -> Harness:
    """Everything that happens, and a year more in which what stands comes to its end."""
    harness = Harness(parse(standards), **options).feed(records).finish()
    return harness.advance(minutes=60 * 24 * 365)


def by_topic(harness: Harness) -> dict[str, list[Alert]]:
    """The alerts of `alerts`, and of each team's topic."""
    found = defaultdict(list)
    for output in harness.outputs:
        if output.topic.startswith("alerts"):
            found[output.topic].append(decode(output.value))
    return found


def openings_and_ends(harness: Harness) -> list[tuple[str, str, str | None, str, str]]:
    """What opens and ends, when, and how grave it is: all that manners may not change."""
    return [
        (a.alert_id, a.status, a.resolution, a.event_time, a.severity)
        for a in harness.alerts
        if a.status != "updated"
    ]


def first_told(harness: Harness) -> list[Alert]:
    """The first record of each alert on its team's topic, and all notices, as they were told."""
    known: set[str] = set()
    found = []
    for output in harness.outputs:
        if output.topic.startswith("alerts."):
            alert = decode(output.value)
            if alert.alert_id not in known or alert.status == "notice":
                known.add(alert.alert_id)
                assert alert.status in ("open", "notice"), alert
                assert output.topic == f"alerts.{alert.team}"
                found.append(alert)
    return found


def breaches(
    harness: Harness, standards: Standards, zones: Mapping[str | None, Iterable[str]]
) -> list[str]:
    """Where a team was told too often of a customer, or at night. That a part was told is no reason
    to wait for what it is a part of. `zones` are those by whose clock it may have been day for a
    customer; of others that of the standards."""
    table = standards.base_manners
    before: dict[tuple[str | None, str], list[tuple[int, str]]] = defaultdict(list)
    found = []
    for alert in first_told(harness):
        assert alert.suppressed_by is None, alert
        if alert.severity == "critical" or alert.signal in table.urgent:
            continue
        at, kind = instant(alert.event_time), KINDS[alert.signal]
        told = before[alert.customer_id, kind.concern]
        for last, signal in told:
            if abs(at - last) < table.cap and signal not in kind.parts:
                after = (at - last) / SECOND / 3600
                found.append(f"{alert.signal} of {alert.customer_id} {after:g} h after {signal}")
        told.append((at, alert.signal))
        clocks = zones.get(alert.customer_id, [standards.base_hours.zone])
        if all(is_quiet(at, zone, str(table.quiet)) for zone in clocks):
            found.append(f"{alert.signal} of {alert.customer_id} at night: {alert.event_time}")
    return found


def is_quiet(at: int, zone: str, quiet: str) -> bool:
    if quiet == "never":
        return False
    local = datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone))
    clock, (begins, ends) = f"{local:%H:%M}", quiet.split("-")
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def states(alerts: Iterable[Alert]) -> dict[str, tuple[str, str | None]]:
    """The last state of each alert, as its readers know it."""
    return {
        a.alert_id: ("open" if a.status == "updated" else a.status, a.resolution) for a in alerts
    }


def assert_in_agreement(harness: Harness) -> None:
    """What a team was told is what stands on `alerts`; what it was not told was held back."""
    topics = by_topic(harness)
    truth, told = states(topics["alerts"]), {}
    for topic, alerts in topics.items():
        if topic != "alerts":
            told |= states(alerts)
    assert told == {name: truth[name] for name in told}
    held_back = {a.alert_id for a in topics["alerts"] if a.suppressed_by is not None}
    assert truth.keys() - told.keys() <= held_back
