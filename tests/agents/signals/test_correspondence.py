"""Letters, calls, tickets, complaints: what stories cannot show."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.decide import Customers
from agents.harness import Harness
from agents.rulebook import Rulebook
from agents.signals.correspondence import signals
from agents.signals.correspondence.message import NegativeMessage
from agents.signals.correspondence.repetition import crossing
from agents.signals.protocol import House
from agents.text import UNKNOWN_LANGUAGE, Verdict, classifier
from schemas.alert import Alert
from schemas.customer import MAX_BYTES, Customer, decode
from schemas.standards import Thresholds, parse
from tests.agents.say import DAY, HOUR, MINUTE, START, Record, after, said, shop

BAD = "Terrible, rude and useless service. I am furious and I want my money back."
GOOD = "Thank you, that was a great help!"
ON = "[resolution_unconfirmed]\nenabled = true\n"


OURS = frozenset(signal.kinds[0].name for signal in signals(House()))


def alerts(harness: Harness) -> list[Alert]:
    """What the signals of correspondence told, whatever else was told."""
    return [alert for alert in harness.alerts if alert.signal in OURS]


def told(harness: Harness) -> list[tuple[float, str, str]]:
    return [(after(a), a.signal, a.resolution or a.status) for a in alerts(harness)]


def of(harness: Harness, signal: str) -> list[tuple[float, str]]:
    return [(at, how) for at, name, how in told(harness) if name == signal]


def customer(harness: Harness) -> Customer:
    (row,) = harness.rows.values()
    return decode(row)


def reading(standards: str, *records: Record) -> Harness:
    rulebook = Rulebook(parse(standards), classifier())
    return Harness(logic=Customers(rulebook, future=None)).feed(records)


def opened(after: float = 0, kind: str | None = "complaint", **more: Any) -> Record:
    return said("ticket_opened", after, **({"kind": kind} if kind else {}), **more)


def pieces(harness: Harness) -> list[tuple[str, float]]:
    kinds = (*OURS, "complaint")
    kept = customer(harness).pieces
    return [(piece.kind, piece.at / 1e6 - START) for piece in kept if piece.kind in kinds]


# Media


@pytest.mark.parametrize(
    ("channel", "medium", "minutes"),
    [("email", "Chat", 1), ("sms", None, 60), ("sms", "carrier pigeon", 60), ("web", None, None),
     ("web", "messenger", 60), ("post", None, 5 * 24 * 60 + 24 * 60)],
)  # fmt: skip
def test_the_medium_is_that_of_the_message_else_the_channel(
    channel: str, medium: str | None, minutes: float | None
) -> None:
    message = said("message_received", 0, {"channel": channel})
    message["properties"] = {"medium": medium} if medium else {}
    harness = shop("", message).advance(minutes=10 * 24 * 60)
    found = [(at / MINUTE, how) for at, how in of(harness, "contact_unanswered")]
    assert found == ([] if minutes is None else [(minutes, "open")])


def test_an_opening_is_kept_as_a_piece_and_goes_with_late_evidence() -> None:
    written = said("message_received", 0, {"channel": "chat"})
    harness = shop("", written, said("page_viewed", 300))
    assert pieces(harness) == [("contact_unanswered", 60)]
    harness.feed([said("message_sent", 30, {"channel": "chat"})])
    assert pieces(harness) == []
    assert of(harness, "contact_unanswered") == [(60, "open"), (60, "late_evidence")]


def test_of_an_older_message_heard_of_late_the_wait_is_moved_back() -> None:
    records = [said("message_received", at * MINUTE, {"channel": "sms"}) for at in (20, 10)]
    harness = shop("", *records).advance(minutes=120)
    assert of(harness, "contact_unanswered") == [(70 * MINUTE, "open")]
    answered = said("message_sent", 15 * MINUTE, {"channel": "sms"})
    harness = shop("", *records, answered).advance(minutes=120)
    assert of(harness, "contact_unanswered") == [(80 * MINUTE, "open")]


# Tickets


def test_a_reply_without_id_and_kind_answers_all_that_have_no_id() -> None:
    kinds = ("complaint", "request", "suggestion")
    records = [opened(number, kind) for number, kind in enumerate(kinds)]
    records += [opened(9, "request", ticket_id="t9"), said("ticket_replied", 60)]
    harness = shop("", *records).advance(minutes=20 * 24 * 60)
    waited = [each for each in told(harness) if each[1].endswith("unanswered")]
    assert waited == [(9 + DAY, "request_unanswered", "open")]


def test_what_does_not_say_its_kind_is_a_request() -> None:
    harness = shop("", opened(0, None, ticket_id="t1")).advance(minutes=30 * 60)
    assert told(harness) == [(DAY, "request_unanswered", "open")]


def test_who_waits_behind_an_internal_request_is_a_parameter() -> None:
    ticket = opened(0, "request", ticket_id="i1", caused_by="c42", category="invoices")
    (alert,) = alerts(shop("", {**ticket, "party": "employee"}).advance(minutes=25 * 60))
    assert alert.party == "employee"
    assert alert.rule.parameters == {
        "since": "2026-11-22T00:00:00.000000Z", "within": "24 h", "category": "invoices",
        "caused_by": "c42",
    }  # fmt: skip
    assert alert.reason.endswith("; customer c42 is waiting for it.")


def test_pieces_are_kept_for_those_who_weigh_them() -> None:
    ticket = opened(0, ticket_id="t1", forum="court", text=BAD)
    harness = reading("", ticket).advance(minutes=4 * 24 * 60)
    assert pieces(harness) == [
        ("complaint", 0), ("complaint_external", 0), ("negative_message", 0),
        ("complaint_unresolved", 3 * DAY),
    ]  # fmt: skip


def test_the_house_may_switch_each_of_them_off() -> None:
    names = [
        "contact_unanswered", "request_unanswered", "suggestion_unanswered",
        "complaint_unanswered", "complaint_unresolved", "complaint_repeated",
        "complaint_external", "effort_high", "negative_message",
    ]  # fmt: skip
    off = "".join(f"[{name}]\nenabled = false\n" for name in names)
    rng = random.Random(7)
    assert told(reading(off, *interleaving(rng, 200)).advance(minutes=60 * 24 * 60)) == []


def test_a_ticket_with_the_longest_of_ids_is_found_again() -> None:
    long = "t" * 256
    harness = shop("", opened(0, ticket_id=long), said("ticket_replied", 9 * HOUR, ticket_id=long))
    assert of(harness, "complaint_unanswered") == [(8 * HOUR, "open"), (9 * HOUR, "recovered")]
    assert len((alerts(harness)[0].subject or "").encode()) == 64


# Complaints


def test_a_house_may_ask_for_three_complaints_and_a_shorter_quiet() -> None:
    standards = '[complaint_repeated]\nleast = 3\nwindow = "10 d"\nquiet = "5 d"\n'
    records = [opened(day * DAY, ticket_id=f"t{day}") for day in (0, 8, 11, 16, 17)]
    harness = shop(standards, *records).advance(minutes=20 * 24 * 60)
    assert of(harness, "complaint_repeated") == [
        (16 * DAY, "open"), (22 * DAY, "recovered"),
    ]  # fmt: skip


def test_complaints_of_an_episode_do_not_open_the_next() -> None:
    days = (0, 1, 40)
    harness = shop("", *(opened(day * DAY, ticket_id=f"t{day}") for day in days))
    assert of(harness, "complaint_repeated") == [(DAY, "open"), (31 * DAY, "recovered")]


def test_a_complaint_older_than_the_last_opening_opens_nothing() -> None:
    records = [opened(day * DAY, ticket_id=f"t{day}") for day in (0, 10)]
    harness = shop("", *records).advance(minutes=41 * 24 * 60)
    harness.feed([opened(5 * DAY, ticket_id="late")])
    assert of(harness, "complaint_repeated") == [(10 * DAY, "open"), (40 * DAY, "recovered")]


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=8, unique=True),
    st.integers(1, 40),
    st.integers(1, 4),
)
def test_the_crossing_is_the_first_at_which_the_window_holds_enough(
    times: list[int], window: int, least: int
) -> None:
    times.sort()
    for at in times:
        enough = [
            last
            for last in times
            if last >= at
            and sum(last - window <= each <= last for each in times) >= least
            and at >= sorted(each for each in times if each <= last)[-least]
        ]
        found = crossing(times, at, window, least)
        assert (found[1] if found else None) == (min(enough) if enough else None)


# Effort


def calls(*times: float, wait: float = 60, **more: Any) -> list[Record]:
    records = []
    for number, at in enumerate(times):
        named = {"contact_id": f"k{number}", **more}
        records += [
            said("contact_queued", at, **named), said("contact_answered", at + wait, **named),
            said("contact_ended", at + wait + 60, **named),
        ]  # fmt: skip
    return records


def test_a_contact_that_turns_out_to_be_of_a_ticket_costs_that_ticket() -> None:
    first = said("contact_queued", 0, contact_id="k1")
    rest = [
        said("contact_answered", 8 * MINUTE, contact_id="k1", ticket_id="t1"),
        said("contact_held", 9 * MINUTE, contact_id="k1"),
        said("contact_resumed", 16 * MINUTE, contact_id="k1"),
    ]
    (alert,) = alerts(shop("", first, *rest))
    assert (alert.signal, alert.subject) == ("effort_high", "t1")
    assert alert.rule.parameters["waited_seconds"] == 15 * MINUTE


def test_a_contact_that_goes_on_after_more_than_a_week_keeps_its_matter() -> None:
    named = {"contact_id": "k1", "ticket_id": "t1"}
    records = [
        said("contact_queued", 0, **named),
        said("contact_answered", 8 * DAY, **named),
        said("contact_transferred", 16 * DAY, **named),
    ]
    (opened, *_) = alerts(shop("", *records))
    assert (opened.signal, opened.subject) == ("effort_high", "t1")
    assert opened.rule.parameters["waited_seconds"] == 8 * DAY


def test_a_wait_without_an_end_is_none_of_the_next_contact() -> None:
    lost = said("contact_queued", 0, contact_id="k1", ticket_id="t1")
    later = said("contact_answered", 2 * HOUR, contact_id="k2", ticket_id="t1")
    assert told(shop("", lost, later)) == []


def test_the_house_sets_what_is_too_much() -> None:
    standards = '[effort_high]\ncontacts = 2\nwaited = "2 min"\nwindow = "1 d"\ntransfers = 1\n'
    assert told(shop(standards, *calls(0, wait=119))) == []
    assert told(shop(standards, *calls(0, wait=120))) == [(120, "effort_high", "open")]
    assert told(shop(standards, *calls(0, DAY))) == [(DAY, "effort_high", "open")]
    assert told(shop(standards, *calls(0, DAY + 1))) == []


def test_a_satisfied_answer_clears_it_and_a_bad_one_does_not() -> None:
    for score, cleared in ((5, True), (3, False)):
        survey = said("survey_answered", DAY, instrument="csat", score=score)
        harness = shop("", *calls(0, wait=15 * MINUTE), survey)
        found = of(harness, "effort_high")
        assert found == [(15 * MINUTE, "open"), *([(DAY, "recovered")] if cleared else [])]


# Words


class Fixed:
    """Says what it is told to say."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)
        self.asked: list[tuple[str, str | None]] = []

    def judge(self, text: str, language: str | None) -> Verdict:
        self.asked.append((text, language))
        return self.verdicts.pop(0)


def judged(standards: str, model: Fixed, *records: Record) -> Harness:
    return Harness(logic=Customers(Rulebook(parse(standards), model), future=None)).feed(records)


def test_at_the_threshold_it_opens_and_over_it_not() -> None:
    for score, opens in ((-0.6, True), (-0.599, False)):
        model = Fixed(Verdict("en", score, ("slow", "dear")))
        message = said("message_received", 0, text="slow and dear", language="en")
        harness = judged("", model, message)
        assert [alert.signal for alert in alerts(harness)] == ["negative_message"] * opens
        assert model.asked == [("slow and dear", "en")]
    assert told(judged("[negative_message]\nscore = -0.9\n", Fixed(Verdict("en", -0.8, ())),
                       message)) == []  # fmt: skip


def test_the_reason_holds_the_words_that_decided_and_the_rule_its_figures() -> None:
    words = ("worst", "never again", "rude", "slow")
    message = said("message_received", 0, text="...")
    (alert,) = alerts(judged("", Fixed(Verdict("en", -0.9, words)), message))
    assert alert.reason == (
        "Wrote something strongly negative (-0.90 of -1): “worst”, “never again”, “rude”."
    )
    assert alert.rule.parameters == {
        "score": -0.9, "threshold": -0.6, "language": "en", "words": list(words[:3]),
    }  # fmt: skip


def test_an_unknown_language_is_counted_and_nothing_is_told() -> None:
    message = said("message_received", 0, text="...", language="xx")
    harness = judged("", Fixed(Verdict(None, None, (UNKNOWN_LANGUAGE,))), message)
    assert told(harness) == []
    assert harness.counts[("unknown_language",)] == 1


def test_without_a_classifier_it_is_silent() -> None:
    silent = NegativeMessage(Thresholds().negative_message, None)
    assert silent.reacts_to == frozenset()
    by_name = {signal.kinds[0].name: signal for signal in signals(House(text=None))}
    assert by_name["negative_message"].reacts_to == frozenset()


def test_exactly_a_day_after_its_last_opening_it_may_open_again() -> None:
    letters = [(0, BAD), (HOUR, GOOD), (DAY - 1, BAD), (DAY, BAD)]
    harness = reading("", *(said("message_received", at, text=text) for at, text in letters))
    assert of(harness, "negative_message") == [(0, "open"), (HOUR, "recovered"), (DAY, "open")]


# All of them


def interleaving(rng: random.Random, many: int, longest: int = 2) -> list[Record]:
    """Records of one customer, most in order of time, some late, some without names."""
    records, now = [], 0.0
    tickets = [f"t{number}".ljust(longest, "x") for number in range(6)]
    contacts = [f"k{number}".ljust(longest, "x") for number in range(6)]
    media = ["phone", "chat", "email", "sms", "post", "web"]
    forums = [None, "own", "regulator", "press"]
    kinds = ["complaint", "complaint", "request", "question", "suggestion", None]
    for _ in range(many):
        now += rng.expovariate(1 / (6 * HOUR))
        at = now - (rng.choice((60, 3 * HOUR, 2 * DAY)) if rng.random() < 0.2 else 0)
        envelope = {"channel": rng.choice(media)}
        group = rng.randrange(4)
        if group == 0:
            kind = rng.choice(["message_received", "message_received", "message_sent"])
            records.append(said(kind, at, envelope, text=rng.choice([BAD, GOOD, "Hello", "Gdzie"])))
        elif group == 1:
            kind = rng.choice([
                "contact_queued", "contact_answered", "contact_abandoned", "contact_held",
                "contact_resumed", "contact_transferred", "contact_ended", "contact_missed",
                "callback_done",
            ])  # fmt: skip
            said_of: Record = {"contact_id": rng.choice(contacts)}
            if rng.random() < 0.3:
                said_of["ticket_id"] = rng.choice(tickets)
            if rng.random() < 0.1 and kind not in ("contact_queued", "contact_abandoned"):
                said_of.pop("contact_id")
            records.append(said(kind, at, envelope, **said_of))
        elif group == 2:
            kind = rng.choice([
                "ticket_opened", "ticket_opened", "ticket_replied", "ticket_customer_replied",
                "ticket_resolved", "ticket_reopened",
            ])  # fmt: skip
            about = {
                "ticket_id": rng.choice([*tickets, None]), "kind": rng.choice(kinds),
                "forum": rng.choice(forums), "caused_by": rng.choice([None, "c".ljust(longest)]),
            }  # fmt: skip
            records.append(said(kind, at, envelope, **{k: v for k, v in about.items() if v}))
        else:
            kind = rng.choice(["survey_answered", "feedback_given", "page_viewed"])
            opinion: Record = {}
            if kind == "survey_answered":
                opinion = {"instrument": "csat", "score": rng.choice([1, 5])}
            elif kind == "feedback_given":
                opinion = {"rating": rng.choice([1, 5])}
            records.append(said(kind, at, envelope, **opinion))
    return records


@pytest.mark.parametrize("seed", range(12))
def test_any_interleaving_keeps_what_must_hold(seed: int) -> None:
    rng = random.Random(seed)
    records = interleaving(rng, 400, longest=rng.choice((2, 256)))
    harness = reading(ON, *records)
    whole = [output.value for output in harness.outputs]
    rulebook = Rulebook(parse(ON), classifier())
    for sizes in ([1], [3, 50, 7]):
        split = Harness(logic=Customers(rulebook, future=None)).batches(sizes).feed(records)
        assert [output.value for output in split.outputs] == whole
        assert split.rows == harness.rows
    standing: set[tuple[str, str | None]] = set()
    for alert in alerts(harness):
        name = (alert.signal, alert.subject)
        assert (name in standing) == (alert.status != "open"), alert
        (standing.discard if name in standing else standing.add)(name)
    told_of = Counter(alert.signal for alert in alerts(harness))
    assert len(told_of) >= 9, told_of
    (row,) = harness.rows.values()
    assert len(row) <= MAX_BYTES
    assert len(msgspec.msgpack.encode(customer(harness).correspondence)) <= 512
    end = harness.advance(minutes=400 * 24 * 60)
    assert [alert for alert in customer(end).alerts if alert.signal in OURS] == []
    assert [timer for timer in customer(end).timers if timer.signal in OURS] == []


def test_an_ordinary_customer_stays_small() -> None:
    harness = shop("", *calls(0, 3 * DAY), said("message_received", 4 * DAY, {"channel": "email"}),
                   said("message_sent", 4 * DAY + HOUR, {"channel": "email"}))  # fmt: skip
    assert told(harness) == []
    assert len(msgspec.msgpack.encode(customer(harness).correspondence)) <= 160
