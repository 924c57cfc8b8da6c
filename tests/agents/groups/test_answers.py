"""What teams say about alerts of groups: taken up, snoozed, dismissed, and what came of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from random import Random
from typing import Any

import msgspec
import pytest

from agents.decide import Customers
from agents.groups.harness import GroupHarness, Said
from agents.harness import Harness
from agents.manners.feedback import ANSWERS
from agents.rulebook import Rulebook
from heed.replay import Replay
from schemas import group as state
from schemas.alert import Alert, decode
from schemas.group import MAX_ANSWERS, Group
from schemas.instant import MINUTE, rfc3339
from schemas.observation import Arrival, Wait, pseudonym
from streams.contract import Line
from tests.agents.groups.observing import MONDAY, SECOND

KINDS = sorted(ANSWERS)
SALES = "queue:sales"
OPENED = 15
"""The minute at which nobody has been answered for long enough."""
_ids = itertools.count()


def arrival(minute: float, queue: str = "sales") -> Said:
    at = MONDAY + round(minute * MINUTE)
    return f"queue:{queue}", Arrival(at, f"a{minute}", "contact_queued", 1, "Acme", None)


def answered(minute: float) -> Said:
    at = MONDAY + round(minute * MINUTE)
    return SALES, Wait(at, f"w{minute}", "contact_answered", 1, "Acme", None, "answered",
                       SECOND, False, "sales")  # fmt: skip


ARRIVED = [arrival(minute) for minute in range(10)]


def closed() -> tuple[GroupHarness, Alert]:
    """A queue in which nobody is answered, and the alert that says so."""
    harness = GroupHarness().feed(ARRIVED).advance(minutes=20)
    (alert,) = harness.alerts
    assert (alert.signal, alert.group) == ("channel_closed", SALES)
    return harness, alert


def says(kind: str, minute: float, alert: Alert | str | None = None, **more: Any) -> dict[str, Any]:
    """A manager answers, and names nobody but the group."""
    named = {"alert_id": alert.alert_id if isinstance(alert, Alert) else alert, "group": SALES}
    return {
        "id": f"answer{next(_ids)}", "type": kind, "channel": "system", "handled_by": "ann",
        "time": rfc3339(MONDAY + round(minute * MINUTE)), "properties": {**named, **more},
    }  # fmt: skip


def passed_on(*answers: dict[str, Any], **place: int) -> list[Line]:
    """As the partition of customers that they came to hands them to the groups."""
    told = Harness(**place).feed(answers)
    assert told.refusals == []
    assert told.forwards == []
    return [Line(o.value, key=o.key) for o in told.outputs if o.topic == "observations"]


def team(harness: GroupHarness) -> list[tuple[str, str]]:
    """What the managers were told on their own topic."""
    alerts = [decode(o.value) for o in harness.outputs if o.topic == "alerts.management"]
    return [(a.event_time[11:16], a.resolution or a.status) for a in alerts]


def feedback(harness: GroupHarness) -> dict[tuple[str, ...], int]:
    return {name[1:]: n for name, n in harness.counts.items() if name[0] == "alert_feedback"}


# -- on the way to the groups agent ----------------------------------------------------------------


@pytest.mark.parametrize("place", [{}, {"partition": 1, "partitions": 4}])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_names_the_group_and_is_passed_on_from_wherever_it_comes_to(
    kind: str, place: dict[str, int]
) -> None:
    (line,) = passed_on(says(kind, 20, "x"), **place)
    assert line.key == SALES.encode()


def test_it_leaves_no_trace_among_the_customers_whoever_it_names() -> None:
    whole = {**says("alert_outcome", 20, "x"), "customer_id": "ann", "aliases": {"phone": "1"}}
    harness = Harness().feed([whole])
    assert harness.rows == {}
    assert [output.topic for output in harness.outputs] == ["observations"]
    assert harness.counts["interactions", "system", "alert_outcome"] == 1


def test_without_group_and_customer_there_is_nobody() -> None:
    harness = Harness().feed([says("alert_outcome", 20, "x", group=None)])
    assert [refusal.reason for refusal in harness.refusals] == ["no_identity"]


@pytest.mark.parametrize("group", ["sales", "\0clock", "\0partition", "crowd:x", ""])
def test_a_group_is_named_as_alerts_name_it(group: str) -> None:
    harness = Harness().feed([says("alert_outcome", 20, "x", group=group)])
    assert [refusal.reason for refusal in harness.refusals] == ["invalid_field"]


def test_where_there_are_no_groups_it_is_unknown() -> None:
    logic = Customers(Rulebook(observed=False), future=None)
    harness = Harness(logic=logic).feed([says("alert_outcome", 20, "x")])
    assert (harness.outputs, harness.refusals) == ([], [])
    assert harness.counts["alert_feedback", "alert_outcome", "unknown"] == 1


# -- what it does ----------------------------------------------------------------------------------


def test_an_acknowledged_alert_stands_and_says_by_whom() -> None:
    harness, alert = closed()
    second = {**says("alert_acknowledged", 31, alert), "handled_by": "bob"}
    first = says("alert_acknowledged", 30, alert)
    harness.take(passed_on(second, first)).advance(minutes=20)
    stands = harness.alerts[-1]
    assert (stands.status, len(harness.alerts)) == ("updated", 2)
    assert stands.handling is not None
    assert stands.handling.acknowledged_by == "ann"
    assert stands.handling.acknowledged_at == rfc3339(MONDAY + 30 * MINUTE)
    assert team(harness) == [("00:15", "open"), ("00:30", "updated")]
    assert feedback(harness) == {("alert_acknowledged", "taken"): 2}


def test_an_outcome_ends_the_alert_and_is_kept_with_it() -> None:
    harness, alert = closed()
    said = says("alert_outcome", 30, alert, outcome="phones repaired", amount=9.5, cost=1)
    end = harness.take(passed_on(said)).advance(minutes=20).alerts[-1]
    assert (end.resolution, end.alert_id, end.group) == ("actioned", alert.alert_id, SALES)
    assert end.handling is not None
    assert (end.handling.outcome, end.handling.amount, end.handling.by) == (
        "phones repaired", 9.5, "ann",
    )  # fmt: skip
    assert harness.gauges["alerts_open", "channel_closed", "management"] == 0
    assert harness.group(SALES).alerts == []


def test_a_dismissed_alert_is_over_and_its_signal_is_not_told_again_for_a_day() -> None:
    harness, alert = closed()
    harness.take(passed_on(says("alert_dismissed", 30, alert))).advance(minutes=20)
    harness.feed([arrival(minute) for minute in range(60, 70)]).advance(minutes=20)
    assert [(a.resolution or a.status, a.suppressed_by) for a in harness.alerts] == [
        ("open", None), ("dismissed", None), ("open", "snoozed"),
    ]  # fmt: skip
    assert team(harness) == [("00:15", "open"), ("00:30", "dismissed")]


def test_a_snoozed_alert_is_told_to_its_team_again_when_that_is_over() -> None:
    harness, alert = closed()
    until = rfc3339(MONDAY + 60 * MINUTE)
    harness.take(passed_on(says("alert_snoozed", 30, alert, until=until))).advance(minutes=20)
    held = harness.alerts[-1]
    assert (held.status, held.suppressed_by) == ("updated", "snoozed")
    assert held.handling is not None
    assert held.handling.snoozed_until == until
    harness.advance(minutes=60)
    assert team(harness) == [("00:15", "open"), ("00:30", "updated"), ("01:00", "updated")]
    assert len(harness.alerts) == 2


def test_a_snooze_holds_for_what_opens_within_it_and_for_that_group_alone() -> None:
    others = [arrival(minute, "support") for minute in range(10)]
    harness = GroupHarness().feed([arrival(0)])
    said = says("alert_snoozed", 1, None, signal="channel_closed",
                until=rfc3339(MONDAY + 40 * MINUTE))  # fmt: skip
    harness.take(passed_on(said)).feed([*ARRIVED, *others]).advance(minutes=60)
    assert {(a.group, a.status, a.suppressed_by) for a in harness.alerts} == {
        (SALES, "open", "snoozed"), ("queue:support", "open", None),
    }  # fmt: skip
    assert team(harness) == [("00:15", "open"), ("00:40", "open")]


def test_a_snooze_can_be_taken_back() -> None:
    harness, alert = closed()
    back = says("alert_snoozed", 40, alert, until=rfc3339(MONDAY))
    harness.take(passed_on(says("alert_snoozed", 30, alert), back)).advance(minutes=30)
    assert (harness.alerts[-1].status, harness.alerts[-1].suppressed_by) == ("updated", None)
    assert team(harness)[-1] == ("00:40", "updated")


def test_what_was_heard_of_its_end_is_told_as_ever() -> None:
    harness, alert = closed()
    harness.take(passed_on(says("alert_snoozed", 30, alert))).advance(minutes=20)
    harness.feed([answered(50)]).advance(minutes=20)
    assert team(harness)[-1] == ("00:50", "recovered")
    harness.advance(minutes=60 * 24 * 4).feed([answered(60 * 24 * 5)]).advance(minutes=5)
    assert harness.group(SALES).manners is None


# -- and when --------------------------------------------------------------------------------------


def told(harness: GroupHarness) -> list[bytes]:
    return sorted(o.value for o in harness.outputs if o.topic.startswith("alerts"))


def test_it_counts_once_time_has_come_so_far_so_the_order_of_arrival_does_not_matter() -> None:
    _, alert = closed()
    story = [
        *(Line(msgspec.msgpack.encode(seen), key=key.encode())
          for key, seen in [*ARRIVED, answered(50)]),
        *passed_on(
            says("alert_acknowledged", 20, alert),
            says("alert_snoozed", 25, alert, until=rfc3339(MONDAY + 40 * MINUTE)),
            says("alert_outcome", 55, alert, outcome="too late: somebody was answered"),
        ),
    ]  # fmt: skip
    first, *rest = story
    outcomes = []
    for seed in range(5):
        Random(seed).shuffle(rest)
        harness = GroupHarness().take([first, *rest]).finish().advance(minutes=120)
        outcomes.append((told(harness), harness.rows))
        assert feedback(harness)["alert_outcome", "unknown"] == 1
    assert all(other == outcomes[0] for other in outcomes)
    alerts = [decode(value) for value in outcomes[0][0]]
    assert {a.resolution for a in alerts} == {None, "recovered"}


def test_what_waits_is_kept_over_a_restart() -> None:
    harness, alert = closed()
    harness.take(passed_on(says("alert_outcome", 60, alert)))
    harness.partition.reopen()
    assert harness.advance(minutes=60).alerts[-1].resolution == "actioned"


def test_what_is_sent_twice_counts_once() -> None:
    harness, alert = closed()
    twice = passed_on(says("alert_snoozed", 60, alert)) * 2
    assert len(harness.take(twice).advance(minutes=60).alerts) == 2
    assert feedback(harness) == {("alert_snoozed", "taken"): 1}


@pytest.mark.parametrize("kind", KINDS)
def test_an_alert_that_does_not_stand_is_counted_and_nothing_else(kind: str) -> None:
    harness, _ = closed()
    rows = dict(harness.rows)
    harness.take(passed_on(says(kind, 30, "0" * 32))).advance(minutes=30)
    assert len(harness.alerts) == 1
    assert feedback(harness) == {(kind, "unknown"): 1}
    assert harness.group(SALES).answers == []
    assert harness.rows.keys() == rows.keys()


def test_a_group_that_nobody_has_heard_of_is_unknown_and_gets_no_row() -> None:
    harness = GroupHarness().take(passed_on(says("alert_outcome", 30, "x"))).finish()
    assert feedback(harness) == {("alert_outcome", "unknown"): 1}
    assert SALES not in harness.rows


def test_no_more_wait_than_there_is_room_for() -> None:
    harness, alert = closed()
    many = (says("alert_acknowledged", 60, alert) for _ in range(MAX_ANSWERS + 3))
    harness.take(passed_on(*many))
    assert feedback(harness) == {("alert_acknowledged", "unknown"): 3}
    assert len(harness.rows[SALES]) < state.MAX_BYTES


# -- rows of before --------------------------------------------------------------------------------


def test_a_row_of_before_is_read_and_its_team_is_told_of_the_end() -> None:
    harness, alert = closed()
    group = harness.group(SALES)
    group.alerts[0].routed = False
    fields: Iterable[str] = Group.__struct_fields__[:-2]
    old = msgspec.msgpack.encode([getattr(group, name) for name in fields])
    harness.rows[SALES] = harness.rows[SALES][:9] + old
    harness.partition.reopen()
    harness.take(passed_on(says("alert_snoozed", 36, alert))).advance(minutes=20)
    harness.feed([answered(60)]).advance(minutes=5)
    assert team(harness) == [("00:15", "open"), ("00:36", "updated"), ("01:00", "recovered")]


# -- the whole way ---------------------------------------------------------------------------------


def test_a_history_with_its_answers_is_replayed_as_it_was() -> None:
    def queued(number: int) -> bytes:
        said = {"id": f"q{number}", "type": "contact_queued", "channel": "phone",
                "time": rfc3339(MONDAY + number * MINUTE), "customer_id": f"c{number}",
                "properties": {"contact_id": f"k{number}", "queue": "sales"}}  # fmt: skip
        return msgspec.json.encode(said)

    history = [queued(number) for number in range(10)]
    until = MONDAY + 60 * MINUTE
    (alert,) = [a for a in map(decode, (o.value for o in Replay().run(history, until)))
                if a.signal == "channel_closed"]  # fmt: skip
    history.append(msgspec.json.encode(says("alert_outcome", 30, alert, outcome="repaired")))
    again = [a for a in map(decode, (o.value for o in Replay().run(history, until)))
             if a.signal == "channel_closed"]  # fmt: skip
    assert [(a.alert_id, a.resolution) for a in again] == [
        (alert.alert_id, None), (alert.alert_id, "actioned"),
    ]  # fmt: skip


def test_no_customer_can_be_told_from_an_answer() -> None:
    (line,) = passed_on({**says("alert_outcome", 20, "x"), "customer_id": "c-4711"})
    assert b"4711" not in (line.value or b"")
    assert pseudonym("c:c-4711") not in msgspec.msgpack.decode(line.value or b"")
