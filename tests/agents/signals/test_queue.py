"""The queue beyond what the oracle knows: what alerts say, standards, and bounds."""

from __future__ import annotations

from typing import Any

import pytest

from agents.harness import Harness
from schemas.customer import Contacts, decode
from tests.agents import say
from tests.agents.say import DAY, HOUR, MINUTE, Record, said

QUEUE = "queue_abandoned"
ALONE = "[answer_late]\nenabled = false\n"
"""Whoever leaves the queue has waited for long: that is told by a signal of its own."""


def spine(standards: str, *records: Record) -> Harness:
    return say.spine(ALONE + standards, *records)


def told(harness: Harness) -> list[tuple[float, str, str]]:
    return [line for line in say.told(harness) if line[1] == QUEUE]


def queued(after: float = 0, contact: str = "k1", **properties: Any) -> Record:
    return said("contact_queued", after, contact_id=contact, **properties)


def left(after: float = 30, contact: str = "k1") -> Record:
    return said("contact_abandoned", after, contact_id=contact)


def contacts(rows: dict[str, bytes]) -> Contacts:
    (row,) = rows.values()
    return decode(row).contacts or Contacts()


def test_the_alert_says_how_long_and_where() -> None:
    first, last = queued(queue="sales"), left(34.6)
    (alert,) = spine("", first, last).alerts
    assert alert.reason == "Left the queue sales unanswered after 35 s."
    assert alert.rule.parameters == {"waited_seconds": 34.6, "short_abandon_seconds": 5.0}
    assert [evidence.id for evidence in alert.evidence] == [first["id"], last["id"]]
    assert (alert.subject, alert.team, alert.severity) == ("k1", "support", "warning")
    assert alert.event_time == "2026-11-22T00:00:34.600000Z"


def test_the_second_within_a_day_is_an_error_and_says_so() -> None:
    records = [queued(), left(), queued(HOUR, "k2"), left(HOUR + 9, "k2")]
    first, second = spine("", *records).alerts
    assert (first.severity, second.severity) == ("warning", "error")
    assert second.reason == "Left the queue unanswered after 9 s, the second time within a day."
    answered = said("contact_answered", 2 * HOUR)
    *_, one, other = spine("", *records, answered).alerts
    assert (one.severity, other.severity) == ("warning", "error")


def spoken(after: float, contact: str | None = "k1", channel: str = "phone") -> Record:
    return said("message_received", after, {"channel": channel}, contact_id=contact)


def test_leaving_for_the_voice_mailbox_is_no_abandonment() -> None:
    away = said("contact_abandoned", 30, contact_id="k1", voicemail=True)
    assert told(spine("", queued(), away)) == []
    assert told(spine("", away, queued())) == []
    # Queued anew it is judged anew; and what is not voicemail is an abandonment.
    assert [status for _, _, status in told(spine("", queued(), away, queued(60), left(90)))] == [
        "open"
    ]
    plain = said("contact_abandoned", 30, contact_id="k1", voicemail=False)
    assert [status for _, _, status in told(spine("", queued(), plain))] == ["open"]


def test_a_message_of_the_contact_shows_that_nobody_gave_up() -> None:
    assert told(spine("", queued(), spoken(20), left())) == []
    late = told(spine("", queued(), left(), spoken(50)))
    assert [(at, status) for at, _, status in late] == [(30, "open"), (30, "late_evidence")]


@pytest.mark.parametrize(
    "message",
    [spoken(50, "k2"), spoken(50, None), spoken(50, channel="chat")],
    ids=["of another contact", "of none", "written"],
)
def test_another_message_says_nothing_of_a_contact(message: Record) -> None:
    assert [status for _, _, status in told(spine("", queued(), left(), message))] == ["open"]


def test_an_alert_survives_being_stored_whole() -> None:
    # Each record is a batch of its own, and every row is written and read between them.
    records = [queued(), left(), queued(60, "k2"), left(90, "k2"), said("callback_done", 120)]
    split = spine("").batches([1]).feed(records)
    assert [output.value for output in split.outputs] == [
        output.value for output in spine("", *records).outputs
    ]


def test_the_house_sets_its_own_limits() -> None:
    standards = '[queue_abandoned]\nshort_abandon = "20 s"\nexpires = "1 h"'
    assert told(spine(standards, queued(), left(19.9))) == []
    harness = spine(standards, queued(), left(20)).advance(minutes=DAY)
    assert told(harness) == [(20, QUEUE, "open"), (HOUR + 20, QUEUE, "expired")]
    assert told(spine("[queue_abandoned]\nenabled = false", queued(), left())) == []


@pytest.mark.parametrize("kind", ["contact_answered", "callback_done"])
def test_the_next_answer_resolves_all(kind: str) -> None:
    records = [queued(), left(), queued(60, "k0"), left(90, "k0"), said(kind, 120)]
    assert told(spine("", *records)) == [
        (30, QUEUE, "open"),
        (90, QUEUE, "open"),
        (120, QUEUE, "recovered"),
        (120, QUEUE, "recovered"),
    ]


def test_all_that_end_at_once_are_told_in_the_order_of_their_names() -> None:
    records = [queued(0, "z"), left(30, "z"), queued(0, "a"), left(40, "a")]
    harness = spine("", *records, said("callback_done", 60))
    assert [alert.subject for alert in harness.alerts] == ["z", "a", "a", "z"]


def test_an_answered_contact_is_forgotten() -> None:
    answered = said("contact_answered", 10, contact_id="k1")
    assert contacts(spine("", queued(), answered).rows).contacts == []


def test_a_contact_that_ends_in_the_same_instant_is_still_left() -> None:
    ended = said("contact_ended", 30, contact_id="k1")
    assert told(spine("", queued(), ended, left())) == [(30, QUEUE, "open")]


def test_a_week_later_nothing_is_left_of_it() -> None:
    harness = spine("", queued(), left(), queued(8 * DAY, "k2"))
    assert [contact.name for contact in contacts(harness.rows).contacts] == ["k2"]


def test_of_17_waiting_contacts_the_oldest_is_forgotten() -> None:
    harness = spine("", *(queued(number * MINUTE, f"k{number}") for number in range(17)))
    names = [contact.name for contact in contacts(harness.rows).contacts]
    assert names == [f"k{number}" for number in range(1, 17)]


def test_a_queueing_without_a_contact_id_is_rejected() -> None:
    harness = spine("", said("contact_queued"), said("contact_abandoned", contact_id=""))
    assert [refusal.reason for refusal in harness.refusals] == ["missing_field", "invalid_field"]
