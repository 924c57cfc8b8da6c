"""An alert that stands on more than it did is told again: `updated`, with the evidence of now."""

from __future__ import annotations

import pytest

from agents.alerts import Alerts
from agents.harness import Harness
from schemas.alert import Alert
from schemas.standards import parse
from tests.agents.manners.reading import openings_and_ends
from tests.agents.people.town import Town
from tests.agents.say import DAY, HOUR, MINUTE, Record, after, said, shop
from tests.agents.signals.test_churn import EASY, random_life

TASTE = (
    '[[standard]]\nname = "taste"\nfrom = "order_completed"\nto = "message_sent"\nwithin = "1 h"'
)


def states(alerts: list[Alert], signal: str) -> list[tuple[str, float]]:
    return [(a.resolution or a.status, after(a) / DAY) for a in alerts if a.signal == signal]


def last(harness: Harness, signal: str) -> Alert:
    return next(a for a in reversed(harness.alerts) if a.signal == signal)


def bad_score(day: float, **more: object) -> Record:
    return said("survey_answered", day * DAY, more, instrument="nps", score=1)


def complaint(day: float, **more: object) -> Record:
    return said("ticket_opened", day * DAY, more, ticket_id=f"t{day}", kind="complaint")


def disappointed(day: float, **more: object) -> Record:
    gap = {"dimension": "ease", "perception": 1, "expectation": 7}
    return said("survey_answered", day * DAY, more, instrument="servqual", **gap)


def test_a_third_dissatisfaction_joins_two_that_are_told() -> None:
    third = disappointed(3)
    harness = shop("", bad_score(0), complaint(1), third)
    assert states(harness.alerts, "customer_dissatisfied") == [("open", 1), ("updated", 3)]
    opened, joined = (a for a in harness.alerts if a.signal == "customer_dissatisfied")
    assert (joined.alert_id, joined.opened_at) == (opened.alert_id, opened.opened_at)
    assert joined.reason == (
        "Dissatisfied in more than one way within 30 days: detractor, complaint, expectation gap."
    )
    assert joined.evidence[:2] == opened.evidence
    assert joined.evidence[2].id == third["id"]


def test_the_same_over_again_is_no_news() -> None:
    harness = shop("", bad_score(0), complaint(1), bad_score(2), complaint(3), complaint(4))
    assert states(harness.alerts, "customer_dissatisfied") == [("open", 1)]


def test_what_is_heard_of_late_joins_as_of_the_opening() -> None:
    harness = shop("", bad_score(1), complaint(2), disappointed(0.5))
    assert states(harness.alerts, "customer_dissatisfied") == [("open", 2), ("updated", 2)]


def test_what_is_older_than_the_window_is_left_out_of_what_is_told_now() -> None:
    harness = shop("", bad_score(0), complaint(20), disappointed(40))
    told = last(harness, "customer_dissatisfied")
    assert told.status == "updated"
    assert told.rule.parameters["kinds"] == ["complaint", "expectation_gap"]


def test_what_the_other_row_of_a_person_knew_joins_as_they_become_one() -> None:
    name = {"email": "ann@x.de"}
    unknown = disappointed(2, customer_id=None, aliases=name)
    town = Town(1).all(bad_score(0), complaint(1), unknown)
    town.all(said("x_seen", 3 * DAY, {"aliases": name}))
    assert states(town.alerts(), "customer_dissatisfied") == [("open", 1), ("updated", 2)]


def test_a_further_sign_of_capture_joins_those_that_are_told() -> None:
    ported, exported = said("number_ported_out", 0), said("data_exported", DAY)
    harness = shop("", ported, exported, said("data_exported", 2 * DAY))
    assert states(harness.alerts, "captured") == [("open", 0), ("updated", 1)]
    told = last(harness, "captured")
    assert told.rule.parameters["likelihood_ratio"] == 48
    assert [one.id for one in told.evidence] == [ported["id"], exported["id"]]


def test_what_has_joined_does_not_keep_a_capture_that_was_none() -> None:
    """It opened on a silence and an export; neither is enough without the other."""
    orders = [said("order_completed", 7 * day * DAY) for day in range(5)]
    early = said("order_completed", 50 * DAY)
    life = [*orders, complaint(40), said("data_exported", 60 * DAY)]
    ported = said("number_ported_out", 70 * DAY)
    harness = shop("", *life, said("x_seen", 65 * DAY), ported, early)
    assert [how for how, _ in states(harness.alerts, "captured")] == [
        "open", "updated", "late_evidence",
    ]  # fmt: skip


def test_a_further_miss_of_a_standard_joins_the_first() -> None:
    first, second = (
        said("order_completed", at, order_id=name) for name, at in (("a", 0), ("b", 30 * MINUTE))
    )
    harness = shop(TASTE, first, second).advance(minutes=61)
    told = [a for a in harness.alerts if a.signal == "standard_missed"]
    assert [(a.status, round(after(a) / HOUR, 1)) for a in told] == [("open", 1), ("updated", 1.5)]
    assert told[-1].rule.parameters["of"] == ["a", "b"]
    assert [one.id for one in told[-1].evidence] == [first["id"], second["id"]]


def test_a_competitor_is_told_of_where_the_house_has_set_the_severity() -> None:
    orders = [said("order_completed", 30 * n * DAY) for n in range(8)]
    competitor = said("competitor_entered", 217 * DAY, region="north")
    standards = '[captive_dissatisfied]\nseverity = "error"\n'
    harness = shop(standards, *orders, bad_score(215), complaint(216), competitor)
    assert states(harness.alerts, "captive_dissatisfied") == [("open", 216), ("updated", 217)]


@pytest.mark.parametrize("seed", range(12))
def test_what_joins_changes_nothing_of_what_opens_and_ends(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = random_life(seed)
    whole = Harness(parse(EASY)).feed(life).finish()
    monkeypatch.setattr(Alerts, "grow", lambda *_: None)
    assert openings_and_ends(whole) == openings_and_ends(Harness(parse(EASY)).feed(life).finish())
