"""A name that is linked long afterwards: what was over by then is not told anew."""

from __future__ import annotations

import itertools
from typing import Any

from schemas.alert import Alert
from tests.agents.people.town import Event, Town
from tests.agents.say import DAY, START

MAIL = {"aliases": {"email": "a@x.de"}}
KNOWN = {"customer_id": "1"}
_ids = itertools.count()


def said(kind: str, day: float, who: dict[str, Any], /, **properties: Any) -> Event:
    """Of customer 1, or by an address that is theirs, so many days from the start."""
    event = {"id": f"l{next(_ids)}", "type": kind, "time": START + day * DAY, "channel": "web"}
    return {**event, **who, "properties": properties}


def complaint(day: float, who: dict[str, Any]) -> Event:
    return said("ticket_opened", day, who, ticket_id=f"t{day}", kind="complaint")


def linked(day: float, *events: Event) -> Town:
    """Those events, in order of time, and then the address is the customer's."""
    link = said("identified", day, {**KNOWN, **MAIL})
    return Town(4).all(*sorted(events, key=lambda event: event["time"]), link)


def standing(town: Town, signal: str) -> list[Alert]:
    """The alerts of a signal that stand, as they opened."""
    stand = set(town.stand_open())
    assert stand == town.told_open()
    told = [alert for alert in town.alerts() if alert.signal == signal and alert.status == "open"]
    return [alert for alert in told if alert.alert_id in stand]


def test_complaints_of_an_episode_that_is_over_open_no_other_one() -> None:
    """They came while the alert stood, and were told with it."""
    before = [complaint(day, KNOWN) for day in (0, 1, 9, 20)]
    town = linked(103, *before, said("x_seen", 102, MAIL))
    assert [alert.status for alert in town.alerts() if alert.signal == "complaint_repeated"] == [
        "open", "resolved"
    ]  # fmt: skip


def test_complaints_after_which_it_has_long_been_quiet_are_not_repeated_ones() -> None:
    """The last one stands alone, whatever was complained about a season ago."""
    town = linked(102, complaint(3, KNOWN), complaint(30, MAIL), complaint(100, KNOWN))
    assert not standing(town, "complaint_repeated")


def test_complaints_of_both_rows_that_are_not_over_are_repeated_ones() -> None:
    town = linked(60, complaint(0, KNOWN), complaint(25, MAIL), complaint(50, KNOWN))
    (alert,) = standing(town, "complaint_repeated")
    assert alert.event_time.startswith("2026-12-17")
    assert not standing(town.finish(START + 81 * DAY), "complaint_repeated")


def test_a_contact_whose_check_in_has_expired_is_the_last_one_all_the_same() -> None:
    """Their own gap was short, so that it was told early; that of the address stands still."""
    contacts = [said("message_received", day, KNOWN, medium="chat") for day in (1, 9, 30)]
    town = linked(103, said("message_received", 0, MAIL, medium="chat"), *contacts)
    told = [alert for alert in town.alerts() if alert.signal == "check_in_due"]
    assert sorted(alert.resolution or alert.status for alert in told) == [
        "expired", "late_evidence", "open", "open"
    ]  # fmt: skip
    assert not standing(town, "check_in_due")


def test_somebody_won_back_who_is_captured_on_the_same_day_is_captured() -> None:
    orders = [said("order_completed", day, KNOWN, order_id=f"o{day}") for day in (0, 1, 9, 100)]
    town = linked(100.1, *orders, said("number_ported_out", 100.05, MAIL))
    assert [alert.signal for alert in town.alerts() if alert.status == "notice"][-1] == "won_back"
    assert standing(town, "captured")
    assert town.rows()["c:1"].stage == "captured"


def test_what_has_cost_too_much_only_together_is_weighed_with_what_stands() -> None:
    """Also where the same has happened before: the old piece of evidence is not taken for it."""
    before = [said("contact_transferred", day, KNOWN, contact_id="k0") for day in (30, 30.001)]
    held = said("contact_held", 100, KNOWN, contact_id="k1")
    calls = [said("contact_queued", day, MAIL, contact_id=f"k{day}") for day in (101, 102)]
    ended = [
        said("contact_abandoned", day + 0.0001, MAIL, contact_id=f"k{day}") for day in (101, 102)
    ]
    town = linked(102.01, *before, held, *calls, *ended)
    assert standing(town, "effort_high")
    assert standing(town, "customer_dissatisfied")
