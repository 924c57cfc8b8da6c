"""What signals that weigh others have told is over once: its episode does not open again."""

from __future__ import annotations

import pytest

from agents.harness import Harness
from schemas.alert import Alert
from tests.agents.people.town import Town
from tests.agents.say import DAY, HOUR, Record, said, shop

SCORE = {"instrument": "nps", "score": 1}
GOOD = {"instrument": "nps", "score": 9}
ALIAS = {"email": "ann@x.de"}


def score(day: float, **more: object) -> Record:
    return said("survey_answered", day * DAY, more, **SCORE)


def complaint(day: float, **more: object) -> Record:
    return said("ticket_opened", day * DAY, more, ticket_id=f"t{day}", kind="complaint")


def orders(days: int) -> list[Record]:
    return [said("order_completed", 30 * n * DAY) for n in range(days // 30)]


def told_of(alerts: list[Alert], signal: str) -> list[str]:
    return [alert.resolution or alert.status for alert in alerts if alert.signal == signal]


def answer(harness: Harness, signal: str, day: float, kind: str) -> Record:
    name = next(a.alert_id for a in reversed(harness.alerts) if a.signal == signal)
    return said(kind, day * DAY, alert_id=name)


def test_what_cleared_before_the_opening_ends_the_episode_at_the_opening() -> None:
    praise = said("survey_answered", 0.7 * DAY, **GOOD)
    harness = shop("", score(0.5), complaint(1), praise, score(0.8))
    assert told_of(harness.alerts, "customer_dissatisfied") == ["open", "recovered"]


@pytest.mark.parametrize("how", ["alert_dismissed", "alert_outcome"])
def test_signs_up_to_what_a_team_has_closed_count_no_more(how: str) -> None:
    harness = shop("", said("number_ported_out", 3 * DAY))
    harness.feed([answer(harness, "captured", 4, how), said("data_exported", 2 * DAY)])
    assert told_of(harness.alerts, "captured")[2:] == []
    harness.feed([said("number_ported_out", 5 * DAY)])
    assert told_of(harness.alerts, "captured")[2:] == ["open"]


@pytest.mark.parametrize("how", ["alert_dismissed", "alert_outcome"])
def test_what_is_heard_of_late_does_not_open_a_closed_episode_again(how: str) -> None:
    harness = shop("", *orders(240), score(215), complaint(216))
    assert told_of(harness.alerts, "captive_dissatisfied") == ["open"]
    harness.feed([answer(harness, "captive_dissatisfied", 217, how), complaint(215.5)])
    assert told_of(harness.alerts, "captive_dissatisfied")[2:] == []
    harness.feed([complaint(218)])
    assert told_of(harness.alerts, "captive_dissatisfied")[2:] == ["open"]


def test_a_merge_does_not_open_a_closed_episode_again() -> None:
    life = [*orders(240), score(215), complaint(216)]
    town = Town(1).all(*life)
    name = next(a.alert_id for a in town.alerts() if a.signal == "captive_dissatisfied")
    town.all(
        said("alert_dismissed", 217 * DAY, alert_id=name),
        said("x_seen", 217 * DAY + HOUR, {"customer_id": None, "aliases": ALIAS}),
        said("x_seen", 217 * DAY + 2 * HOUR, {"aliases": ALIAS}),
    )
    assert town.kinds() != []
    assert told_of(town.alerts(), "captive_dissatisfied") == ["open", "dismissed"]


def test_returns_that_were_too_many_before_a_merge_are_not_told_again_after_it() -> None:
    bought = [said("order_completed", n * DAY, order_id=f"o{n}") for n in range(5)]
    returned = [said("order_returned", (5 + n) * DAY, order_id=f"o{n}") for n in range(3)]
    town = Town(1).all(*bought, *returned)
    name = next(a.alert_id for a in town.alerts() if a.signal == "serial_returner")
    unknown = {"customer_id": None, "aliases": ALIAS}
    town.all(
        said("alert_dismissed", 9 * DAY, alert_id=name),
        said("order_completed", 10 * DAY, unknown, order_id="theirs"),
        said("x_seen", 11 * DAY, {"aliases": ALIAS}),
    )
    assert town.kinds() != []
    assert told_of(town.alerts(), "serial_returner") == ["open", "dismissed"]
