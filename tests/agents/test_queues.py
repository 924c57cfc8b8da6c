"""Standards by queue hold for a whole contact, whether its interactions repeat the queue or not."""

from __future__ import annotations

import pytest

from agents.harness import Harness
from tests.agents.say import Record, said, shop

BY_QUEUE = """
[[override]]
queue = "vip"
[override.hold_too_long]
within = "5 s"
severity = "error"
[override.queue_abandoned]
short_abandon = "0 s"
"""


Moment = tuple[str, float]


def call(*moments: Moment, name: str = "k", queue: str = "vip") -> list[Record]:
    """A call that is queued, and then has these moments, none of which says in which queue."""
    after = [said(f"contact_{kind}", at, contact_id=name) for kind, at in moments]
    return [said("contact_queued", contact_id=name, queue=queue), *after]


def told(harness: Harness, signal: str) -> list[tuple[str, str | None]]:
    return [
        (alert.resolution or alert.status, alert.severity)
        for alert in harness.alerts
        if alert.signal == signal
    ]


def test_who_gives_up_is_judged_by_the_queue_of_the_contact() -> None:
    harness = shop(BY_QUEUE, *call(("abandoned", 3)))
    assert told(harness, "queue_abandoned") == [("open", "warning")]
    assert told(shop(BY_QUEUE, *call(("abandoned", 3), queue="sales")), "queue_abandoned") == []


@pytest.mark.parametrize("before", [(), (("answered", 8),)], ids=["queued", "answered"])
def test_a_hold_is_judged_by_the_queue_of_the_contact(before: tuple[Moment, ...]) -> None:
    harness = shop(BY_QUEUE, *call(*before, ("held", 10), ("resumed", 20)))
    assert told(harness, "hold_too_long") == [("open", "error"), ("recovered", "error")]
    (alert, _) = [alert for alert in harness.alerts if alert.signal == "hold_too_long"]
    assert alert.rule.parameters["queue"] == "vip"


def test_a_queue_that_is_named_goes_over_the_one_remembered() -> None:
    held = said("contact_held", 10, contact_id="k", queue="sales")
    harness = shop(BY_QUEUE, *call(("answered", 8)), held, *call(("resumed", 20))[1:])
    assert told(harness, "hold_too_long") == []


def test_a_contact_of_which_no_queue_is_known_has_the_standards_of_all() -> None:
    harness = shop(BY_QUEUE, *call(("answered", 8), ("resumed", 90))[:2])
    harness.feed([said("contact_held", 10, contact_id="another")]).advance(minutes=1)
    assert told(harness, "hold_too_long") == [("open", "warning")]


def test_standards_of_the_house_hold_for_the_queue_of_the_contact() -> None:
    own = """
[[standard]]
name = "noted"
from = "contact_answered"
to = "x_noted"
within = "1 min"
queue = "vip"
"""
    assert told(shop(own, *call(("answered", 8), ("ended", 90))), "standard_missed") == [
        ("open", "warning")
    ]
    others = call(("answered", 8), ("ended", 90), queue="sales")
    assert told(shop(own, *others), "standard_missed") == []
