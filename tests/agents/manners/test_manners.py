"""When teams are told, and what they say."""

from __future__ import annotations

from typing import Any

import pytest

from agents.alerts import CRITICAL
from agents.decide import Customers
from agents.harness import Harness
from agents.rulebook import Rulebook
from schemas.alert import Alert
from schemas.instant import instant
from schemas.playbooks import parse as playbooks
from schemas.standards import parse
from tests.agents.manners.reading import by_topic
from tests.agents.say import DAY, HOUR, MINUTE, START, Record, after, alone, said, shop, told

NIGHT, MORNING = 21 * HOUR, 32 * HOUR
SURE = '[manners]\nquiet = "never"\n'


def team(harness: Harness, name: str = "sales") -> list[tuple[float, str, str]]:
    """What a team was told: after how many seconds, of what, and its state."""
    alerts = by_topic(harness).get(f"alerts.{name}", [])
    return [(after(a), a.subject or a.signal, a.resolution or a.status) for a in alerts]


def cart(at: float, name: str, **more: Any) -> Record:
    return said("product_added", at, cart_id=name, product_id="tea", price=3.0, **more)


def last(harness: Harness) -> Alert:
    return harness.alerts[-1]


def answer(kind: str, at: float, alert: Alert | str, **more: Any) -> Record:
    name = alert if isinstance(alert, str) else alert.alert_id
    return said(kind, at, {"handled_by": "ann"}, alert_id=name, **more)


# -- quiet hours and caps --------------------------------------------------------------------------


def test_what_opens_by_day_is_told_at_once_and_so_is_its_end() -> None:
    harness = shop("", cart(10 * HOUR, "a"), said("order_completed", 12 * HOUR, cart_id="a"))
    assert team(harness) == [(11 * HOUR, "a", "open"), (12 * HOUR, "a", "recovered")]


def test_what_opens_at_night_is_told_in_the_morning_where_it_still_stands() -> None:
    slept = cart(NIGHT, "over")
    stands = said("product_added", NIGHT, {"customer_id": "c8"}, cart_id="stands", price=1.0)
    ordered = said("order_completed", NIGHT + 2 * HOUR, cart_id="over")
    harness = shop("", slept, stands, ordered).advance(minutes=24 * 60)
    assert team(harness) == [(MORNING, "stands", "open")]
    carts = [a for a in harness.alerts if a.signal == "cart_abandoned"]
    assert [(a.subject, a.status, a.suppressed_by) for a in carts] == [
        ("over", "open", "quiet_hours"),
        ("stands", "open", "quiet_hours"),
        ("over", "resolved", "quiet_hours"),
    ]


def test_a_class_is_told_once_within_the_cap_and_the_next_once_it_is_over() -> None:
    harness = shop(SURE, cart(0, "a"), cart(2 * HOUR, "b")).advance(minutes=24 * 60)
    assert team(harness) == [(HOUR, "a", "open"), (17 * HOUR, "b", "open")]
    assert [a.suppressed_by for a in harness.alerts] == [None, "cap"]


def test_one_class_does_not_hold_another_back() -> None:
    bad = said("survey_answered", 90 * MINUTE, instrument="nps", score=1)
    harness = shop(SURE, cart(0, "a"), bad).advance(minutes=60)
    assert [name for _, name, _ in team(harness) + team(harness, "support")] == ["a", "detractor"]


@pytest.mark.parametrize("rule", ['urgent = ["cart_abandoned"]', 'quiet = "never"\ncap = "0 s"'])
def test_what_is_urgent_or_where_the_house_has_no_manners_is_told_at_night(rule: str) -> None:
    harness = shop(f"[manners]\n{rule}", cart(NIGHT, "a"), cart(NIGHT, "b")).advance(minutes=90)
    assert [at for at, _, _ in team(harness)] == [NIGHT + HOUR] * 2


def test_what_is_critical_is_told_at_night() -> None:
    told_press = said("ticket_opened", NIGHT, ticket_id="t", kind="complaint", forum="press")
    assert team(shop("", told_press), "management") == [(NIGHT, "t", "open")]


def test_the_clock_is_that_of_the_brand_or_the_customers_own() -> None:
    standards = '[[override]]\nbrand = "tokyo"\n[override.hours]\nzone = "Asia/Tokyo"'
    events = [
        said("product_added", 11 * HOUR, {"customer_id": "there", "brand": "tokyo"}, price=1.0),
        said("identified", 0, {"customer_id": "own"}, traits={"timezone": "Asia/Tokyo"}),
        said("product_added", 11 * HOUR, {"customer_id": "own"}, price=1.0),
        said("identified", 1, {"customer_id": "odd"}, traits={"timezone": "Asia/../Tokyo"}),
        said("product_added", 11 * HOUR, {"customer_id": "odd"}, price=1.0),
    ]
    harness = shop(standards, *events).advance(minutes=60)
    held = {a.customer_id: a.suppressed_by for a in harness.alerts}
    assert held == {"there": "quiet_hours", "own": "quiet_hours", "odd": None}


def test_part_of_a_graver_alert_is_not_told_to_the_same_team_until_that_is_over() -> None:
    """`customer_dissatisfied` is for management; here support works both."""
    standards = f'{SURE}cap = "0 s"\n[customer_dissatisfied]\nteam = "support"'
    events = [
        said("survey_answered", 0, instrument="nps", score=1),
        said("ticket_opened", HOUR, ticket_id="t", kind="complaint"),
    ]
    harness = shop(standards, *events).advance(minutes=9 * 60)
    held = {a.signal: a.suppressed_by for a in harness.alerts if a.status == "open"}
    assert held["complaint_unanswered"] == "superseded"
    assert held["customer_dissatisfied"] is held["detractor"] is None
    assert "t" not in [name for _, name, _ in team(harness, "support")]


# -- the larger news -------------------------------------------------------------------------------


def kept_back(harness: Harness) -> dict[str, str | None]:
    """What held each signal back as it opened."""
    return {a.signal: a.suppressed_by for a in harness.alerts if a.status == "open"}


def unhappy(at: float) -> Record:
    return said("survey_answered", at, instrument="nps", score=1)


def complained(at: float) -> Record:
    return said("ticket_opened", at, ticket_id=f"t{at:g}", kind="complaint")


def test_what_adds_up_is_told_though_one_of_its_parts_was_told_just_now() -> None:
    harness = shop("", unhappy(10 * HOUR), complained(11 * HOUR)).advance(minutes=12 * 60)
    assert team(harness, "management") == [(11 * HOUR, "customer_dissatisfied", "open")]
    # A part that comes after it waits: its class has been told.
    assert kept_back(harness) == {
        "detractor": None, "customer_dissatisfied": None, "complaint_unanswered": "cap",
    }  # fmt: skip


def test_what_adds_up_waits_for_what_is_no_part_of_it() -> None:
    standards = f"{SURE}[serial_returner]\nleast = 1\nreturned = 1\nshare = 0.1\nexcess = 0.1"
    returned = [
        said("order_completed", 8 * HOUR, order_id="o"),
        said("order_returned", 9 * HOUR, order_id="o"),
    ]
    harness = shop(standards, *returned, unhappy(10 * HOUR), complained(11 * HOUR))
    held = kept_back(harness)
    assert held["serial_returner"] is None
    assert held["detractor"] == held["customer_dissatisfied"] == "cap"


def test_a_loss_does_not_wait_for_the_silence_that_was_told() -> None:
    orders = [said("order_completed", 7 * day * DAY) for day in range(5)]
    harness = shop('[manners]\nquiet = "never"\ncap = "365 d"', *orders)
    harness.advance(minutes=150 * 24 * 60)
    assert [name for _, name, how in team(harness, "retention") if how == "open"] == [
        "gone_silent", "lost",
    ]  # fmt: skip


def test_who_knows_of_a_capture_is_not_told_of_the_silence() -> None:
    orders = [said("order_completed", 7 * day * DAY) for day in range(5)]
    taken = said("number_ported_out", 50 * DAY + 10 * HOUR)
    harness = shop("", *orders, taken).advance(minutes=20 * 24 * 60)
    assert kept_back(harness)["gone_silent"] == "superseded"
    assert "gone_silent" not in [name for _, name, _ in team(harness, "retention")]


def test_who_cares_for_the_dissatisfied_is_not_told_that_they_stay_until_that_is_over() -> None:
    orders = [said("order_completed", 30 * n * DAY) for n in range(8)]
    harness = shop(SURE, *orders, unhappy(215 * DAY), complained(216 * DAY))
    assert kept_back(harness)["captive_dissatisfied"] == "superseded"
    care = next(a for a in harness.alerts if a.signal == "customer_dissatisfied")
    harness.feed([answer("alert_outcome", 217 * DAY, care)])
    assert team(harness, "management")[-1] == (217 * DAY, "captive_dissatisfied", "open")


def test_of_each_composite_there_is_a_part_that_its_own_team_would_hear_of() -> None:
    kinds = Rulebook().kinds
    for kind in kinds.values():
        parts = [kinds[name] for name in kind.parts & kinds.keys()]
        usual = [part for part in parts if part.severity < CRITICAL]
        assert not parts or any(part.team == kind.team for part in usual), kind.name


# -- what teams say --------------------------------------------------------------------------------


def test_an_acknowledged_alert_stands_and_says_by_whom() -> None:
    harness = shop("", cart(10 * HOUR, "a")).advance(minutes=90)
    early = answer("alert_acknowledged", 12 * HOUR, last(harness))
    harness.feed([answer("alert_acknowledged", 13 * HOUR, last(harness)), early, early])
    stands = last(harness)
    assert stands.status == "updated"
    assert stands.handling is not None
    assert stands.handling.acknowledged_at is not None
    assert (stands.handling.acknowledged_at[11:16], stands.handling.acknowledged_by) == (
        "12:00",
        "ann",
    )
    assert team(harness)[-1] == (12 * HOUR, "a", "updated")


def test_a_snooze_is_of_the_signal_and_holds_over_another_opening() -> None:
    harness = shop(SURE, cart(0, "a")).advance(minutes=61)
    snooze = answer("alert_snoozed", 2 * HOUR, last(harness), until="2026-11-24T00:00:00Z")
    harness.feed([snooze, cart(3 * HOUR, "a"), cart(20 * HOUR, "b")]).advance(minutes=5 * 60)
    assert [(a.subject, a.status, a.suppressed_by) for a in harness.alerts] == [
        ("a", "open", None),
        ("a", "updated", "snoozed"),
        ("a", "resolved", "snoozed"),
        ("b", "open", "snoozed"),
        ("a", "open", "snoozed"),
    ]
    assert [name for _, name, _ in team(harness)] == ["a", "a", "a"]
    harness.advance(minutes=60 * 48)
    assert team(harness)[-2:] == [(2 * DAY, "b", "open"), (2 * DAY + 16 * HOUR, "a", "open")]


def test_a_snooze_can_be_taken_back_and_the_last_word_counts() -> None:
    harness = shop(SURE, cart(0, "a")).advance(minutes=61)
    back = answer("alert_snoozed", 3 * HOUR, last(harness), until=0)
    back["properties"]["until"] = back["time"]
    late = answer("alert_snoozed", 2 * HOUR, last(harness))
    harness.feed([answer("alert_snoozed", 2 * HOUR, last(harness)), back, late])
    assert (last(harness).status, last(harness).suppressed_by) == ("updated", None)


def test_a_snooze_until_no_time_is_rejected_and_snoozes_nothing() -> None:
    harness = shop(SURE, cart(0, "a")).advance(minutes=61)
    harness.feed([answer("alert_snoozed", 2 * HOUR, last(harness), until="tomorrow")])
    (why,) = harness.refusals
    assert (why.reason, why.message.partition(":")[0]) == ("invalid_field", "`properties.until`")
    assert (last(harness).status, last(harness).suppressed_by) == ("open", None)


def test_an_alert_from_before_the_warm_up_is_not_told_whatever_is_said_of_it() -> None:
    logic = Customers(Rulebook(), future=None, warm_up_until=instant(START + 2 * HOUR))
    harness = Harness(logic=logic).feed([cart(0, "a")]).advance(minutes=70)
    name = last(harness).alert_id
    harness.feed([answer("alert_snoozed", 3 * HOUR, name, until="2026-11-22T16:00:00Z")])
    harness.advance(minutes=3 * 24 * 60)
    back = answer("alert_snoozed", 4 * DAY, name, until="2026-11-22T16:00:00Z")
    harness.feed([back, said("order_completed", 5 * DAY, cart_id="a")])
    assert team(harness) == []
    carts = [a for a in harness.alerts if a.signal == "cart_abandoned"]
    assert {a.suppressed_by for a in carts} == {"history"}
    assert carts[-1].resolution == "recovered"


def test_a_dismissed_alert_is_over_and_its_signal_is_not_told_again_for_a_day() -> None:
    harness = shop(SURE, cart(0, "a")).advance(minutes=61)
    dismissed = answer("alert_dismissed", 2 * HOUR, last(harness))
    harness.feed([dismissed, cart(3 * HOUR, "b")]).advance(minutes=90)
    assert [(a.subject, a.resolution, a.suppressed_by) for a in harness.alerts] == [
        ("a", None, None), ("a", "dismissed", None), ("b", None, "snoozed"),
    ]  # fmt: skip


def test_an_outcome_ends_the_alert_and_is_kept_with_it() -> None:
    harness = shop("", cart(10 * HOUR, "a")).advance(minutes=90)
    outcome = answer("alert_outcome", 12 * HOUR, last(harness), outcome="sold", amount=9.5, cost=1)
    end = last(harness.feed([outcome]))
    assert end.resolution == "actioned"
    assert end.handling is not None
    assert (end.handling.outcome, end.handling.amount, end.handling.by) == ("sold", 9.5, "ann")
    assert harness.counts["alert_feedback", "alert_outcome", "taken"] == 1


def test_an_alert_that_does_not_stand_is_counted_and_nothing_else() -> None:
    kinds = ("alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome")
    harness = shop("", *(answer(kind, 0, "none") for kind in kinds))
    assert harness.alerts == []
    assert harness.refusals == []
    assert [harness.counts["alert_feedback", kind, "unknown"] for kind in kinds] == [1] * 4


# -- teams, approval, exclusion, changes -----------------------------------------------------------


def test_a_team_of_the_house_has_a_topic_and_spends_no_more_than_it_may() -> None:
    standards = parse(
        '[teams.care]\nmay_spend = 10\n[cart_abandoned]\nteam = "care"\nseverity = "error"'
    )
    book = Rulebook(standards, playbooks=playbooks("[cart_abandoned]\nmax_cost = 12"))
    harness = Harness(logic=Customers(book, future=None)).feed([cart(10 * HOUR, "a")])
    harness.advance(minutes=60)
    assert team(harness, "care") == [(11 * HOUR, "a", "open")]
    action = last(harness).recommended_action
    assert action is not None
    assert action.needs_approval
    assert last(harness).severity == "error"


def test_excluded_customers_are_counted_and_lose_the_alerts_that_stand() -> None:
    harness = shop("", cart(10 * HOUR, "a"), said("order_completed", 9 * HOUR)).advance(minutes=90)
    harness.restart(parse('[exclude]\ncustomers = ["c7"]'))
    assert (last(harness).resolution, last(harness).suppressed_by) == ("dismissed", "excluded")
    before = len(harness.alerts)
    harness.feed([cart(12 * HOUR, "b"), cart(13 * HOUR, "c")]).advance(minutes=60 * 24 * 400)
    assert len(harness.alerts) == before
    assert harness.counts["excluded",] == 2
    assert not [
        value for name, value in harness.gauges.items() if name[0] == "alerts_open" and value
    ]


def test_a_signal_turned_off_for_a_brand_loses_its_alerts_at_the_next_touch() -> None:
    off = '[[override]]\nbrand = "B"\n[override.cart_abandoned]\nenabled = false'
    moved = said("page_viewed", 13 * HOUR, {"brand": "B"})
    touch = said("product_added", 14 * HOUR, cart_id="b", price=1.0)
    harness = shop(off, cart(10 * HOUR, "a"), moved, touch)
    assert told(harness)[-1] == (13 * HOUR, "cart_abandoned", "dismissed")


def test_a_changed_file_holds_at_the_restart_for_whoever_waits() -> None:
    events = [cart(10 * HOUR, "a"), said("message_received", 10 * HOUR, medium="email")]
    quick = alone('[cart_abandoned]\nidle = "5 min"\n[contact_unanswered]\nemail = "30 min"')
    slow = alone("", ("cart_abandoned", "contact_unanswered"))
    harness = Harness(slow).feed(events).restart(quick).advance(minutes=31)
    assert told(harness) == [
        (10 * HOUR + 5 * MINUTE, "cart_abandoned", "open"),
        (10 * HOUR + 30 * MINUTE, "contact_unanswered", "open"),
    ]
    off = alone("[cart_abandoned]\nenabled = false", ("contact_unanswered",))
    harness.restart(off)
    assert told(harness)[-1][1:] == ("cart_abandoned", "dismissed")


def test_a_timer_goes_by_the_standards_of_its_queue() -> None:
    standards = (
        '[answer_late]\nwithin = "20 s"\n[[override]]\nqueue = "vip"\n'
        '[override.answer_late]\nwithin = "10 s"\nteam = "care"\nseverity = "critical"'
    )
    events = [
        said("contact_queued", at, contact_id=queue, queue=queue)
        for at, queue in ((0, "vip"), (60, "plain"))
    ]
    harness = shop(standards, *events).advance(minutes=2)
    late = [a for a in harness.alerts if a.signal == "answer_late"]
    assert [(a.subject, a.team, a.severity) for a in late] == [
        ("vip", "care", "critical"), ("plain", "support", "warning"),
    ]  # fmt: skip
