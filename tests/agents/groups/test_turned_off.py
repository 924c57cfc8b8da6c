"""A group signal that is turned off loses the alerts that stand, as a customer's does."""

from __future__ import annotations

import pytest

from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from agents.groups.harness import GroupHarness, Said
from schemas.instant import MINUTE
from schemas.observation import Arrival
from schemas.standards import Standards, parse
from tests.agents.groups.observing import MONDAY

OFF = parse("[channel_closed]\nenabled = false")
OF_ACME = parse('[[override]]\nbrand = "Acme"\n[override.channel_closed]\nenabled = false')
OF_APEX = parse('[[override]]\nbrand = "Apex"\n[override.channel_closed]\nenabled = false')
EXPIRING = parse('[channel_closed]\nexpires = "2 h"')


def arrival(minute: int, queue: str = "sales", brand: str | None = "Acme") -> Said:
    at = MONDAY + minute * MINUTE
    return f"queue:{queue}", Arrival(at, f"a{minute}", "contact_queued", minute, brand, None)


def closed(standards: Standards | None = None) -> GroupHarness:
    """A queue in which ten arrive, nobody is answered, and a manager has been told."""
    arrived = [arrival(minute) for minute in range(10)]
    harness = GroupHarness(standards).feed(arrived).advance(minutes=25)
    assert [(alert.signal, alert.status) for alert in harness.alerts] == [
        ("channel_closed", "open"),
    ]
    assert open_alerts(harness) == 1
    return harness


def open_alerts(harness: GroupHarness) -> float:
    return harness.gauges["alerts_open", "channel_closed", "management"]


def ends(harness: GroupHarness) -> list[tuple[str, str]]:
    return [(a.resolution, a.event_time[11:16]) for a in harness.alerts if a.resolution is not None]


@pytest.mark.parametrize("standards", [OFF, OF_ACME], ids=["of all", "of its brand"])
def test_at_a_restart_every_group_is_looked_at(standards: Standards) -> None:
    harness = closed().restart(standards)
    assert ends(harness) == [("dismissed", "00:34")]
    assert harness.group("queue:sales").alerts == []
    assert open_alerts(harness) == 0


def test_looking_twice_changes_nothing() -> None:
    harness = closed().restart(OFF)
    rows, told = dict(harness.rows), len(harness.outputs)
    harness.restart(OFF)
    assert (harness.rows, len(harness.outputs)) == (rows, told)


def test_what_is_off_for_others_stands() -> None:
    assert ends(closed().restart(OF_APEX)) == []


def test_so_it_is_with_the_next_observation() -> None:
    """A queue goes over to a brand for which the signal is off."""
    harness = closed(OF_APEX)
    harness.feed([arrival(40, brand="Apex")])
    assert ends(harness) == [("dismissed", "00:34")]
    assert open_alerts(harness) == 0


def test_and_with_the_next_deadline() -> None:
    harness = closed(EXPIRING)
    logic = Groups(GroupBook(OFF))
    harness.partition.logic = logic
    harness.advance(minutes=24 * 60)
    assert [how for how, _ in ends(harness)] == ["dismissed"]
    assert open_alerts(harness) == 0


def test_turned_on_again_the_next_is_told() -> None:
    harness = closed().restart(OFF).restart(Standards())
    harness.feed([arrival(minute) for minute in range(60, 80)])
    assert [alert.status for alert in harness.alerts] == ["open", "resolved", "open"]


def test_the_rules_are_named_alike_for_the_same_standards() -> None:
    assert Groups(GroupBook(OFF)).rules == Groups(GroupBook(OFF)).rules
    assert Groups(GroupBook(OFF)).rules != Groups().rules
