"""`heed explain` from files: replayed up to a time, for people and for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from rich.console import Console
from typer.testing import CliRunner

from agents.explain import explanation as form
from heed.cli import app
from heed.explain import Unknown
from heed.portrait import lines, show
from streams.embedded import EmbeddedBroker
from streams.errors import Unusable
from streams.murmur2 import partition_of
from streams.settings import Settings
from streams.topics import ensure

EVENTS = [
    {"id": "e0", "type": "order_completed", "time": "2026-01-01T10:00:00Z", "channel": "web",
     "customer_id": "ann", "properties": {"order_id": "o1", "revenue": 50, "currency": "EUR"}},
    {"id": "e1", "type": "product_added", "time": "2026-01-05T10:00:00Z", "channel": "app",
     "customer_id": "ann", "properties": {"cart_id": "k1", "sku": "p1", "price": 20}},
    {"id": "e2", "type": "page_viewed", "time": "2026-01-05T12:00:00Z", "channel": "web",
     "aliases": {"email": "Bob@Example.com"}},
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(event) for event in EVENTS))
    return str(path)


def explained(*arguments: str) -> form.Explanation:
    done = CliRunner().invoke(app, ["explain", *arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return form.decode(done.stdout)


def test_the_whole_file_is_replayed_and_the_timeline_is_the_records_own(file: str) -> None:
    made = explained("ann", file)
    assert made.customer_id == "ann"
    assert [alert.signal for alert in made.alerts] == ["cart_abandoned"]
    assert made.known_since == "2026-01-01T10:00:00.000000Z"
    heard = [(each.id, each.channel) for each in made.timeline if each.id]
    assert heard == [("e0", "web"), ("e1", "app")]
    assert "cart_abandoned open" in [each.type for each in made.timeline]
    assert made.timeline_note == "all that these files tell: 2 interactions"


def test_up_to_a_time_nothing_later_is_known(file: str) -> None:
    made = explained("ann", file, "--at", "2026-01-05T10:30:00Z")
    assert made.at == "2026-01-05T10:30:00.000000Z"
    assert made.alerts == []
    assert made.ahead[0].signal == "cart_abandoned"
    made = explained("ann", file, "--at", "2026-01-03")
    assert "product_added" not in [each.type for each in made.timeline]


def test_somebody_known_by_an_alias_alone_is_found_by_it(file: str) -> None:
    for asked in ("email:bob@example.com", "BOB@example.com"):
        made = explained(asked, file)
        assert (made.customer_id, made.aliases) == (None, {"email": ["bob@example.com"]})


def test_a_person_is_one_over_all_aliases(tmp_path: Path) -> None:
    mail, device = {"email": "Ann@Example.com"}, {"device_id": "d-1"}
    said = [
        {"id": "a1", "type": "product_added", "time": "2026-01-01T10:00:00Z", "aliases": mail,
         "properties": {"cart_id": "k", "sku": "p", "price": 9}},
        {"id": "a2", "type": "page_viewed", "time": "2026-01-01T12:00:00Z", "aliases": mail},
        {"id": "a3", "type": "identified", "time": "2026-01-02T10:00:00Z", "customer_id": "ann",
         "aliases": {**mail, **device}},
        {"id": "a4", "type": "page_viewed", "time": "2026-01-03T10:00:00Z", "aliases": device},
    ]  # fmt: skip
    path = tmp_path / "person.jsonl"
    path.write_text("\n".join(json.dumps({"channel": "web", **event}) for event in said))
    for asked in ("ann", "email:ann@example.com", "device_id:d-1"):
        made = explained(asked, str(path))
        assert made.customer_id == "ann"
        assert made.aliases == {"email": ["ann@example.com"], "device_id": ["d-1"]}
        assert {each.id for each in made.timeline if each.id} == {"a1", "a2", "a3", "a4"}
        assert "cart_abandoned open" in [each.type for each in made.timeline], "under the alias"
        (standing,) = made.alerts
        told = CliRunner().invoke(app, ["replay", str(path)]).stdout.splitlines()[0]
        assert json.loads(told)["alert_id"] == standing.alert_id
    assert lines(made).__next__().startswith("Customer ann (device_id d-1, email ann@example.com)")


MAIL = {"email": "a@x.example"}
SHARED_IN_TURN: list[dict[str, Any]] = [
    {"id": "u0", "type": "product_added", "time": "2026-01-01T08:00:00Z", "aliases": MAIL,
     "properties": {"cart_id": "of-1", "sku": "p", "price": 9}},
    {"id": "u1", "type": "identified", "time": "2026-01-01T10:00:00Z", "customer_id": "1",
     "aliases": MAIL},
    {"id": "u2", "type": "order_completed", "time": "2026-01-01T10:10:00Z", "aliases": MAIL,
     "properties": {"order_id": "secret-of-1", "revenue": 99}},
    {"id": "u3", "type": "alias_unlinked", "time": "2026-01-01T10:20:00Z", "customer_id": "1",
     "aliases": MAIL},
    {"id": "u4", "type": "page_viewed", "time": "2026-01-01T10:25:00Z", "aliases": MAIL},
    {"id": "u5", "type": "identified", "time": "2026-01-01T10:30:00Z", "customer_id": "2",
     "aliases": MAIL},
    {"id": "u6", "type": "page_viewed", "time": "2026-01-01T10:40:00Z", "aliases": MAIL},
]  # fmt: skip
"""An address that was customer 1's, and is customer 2's now."""
SHARED_IN_TURN = [{"channel": "web", **event} for event in SHARED_IN_TURN]


@pytest.fixture
def in_turn(tmp_path: Path) -> str:
    path = tmp_path / "in-turn.jsonl"
    path.write_text("\n".join(map(json.dumps, SHARED_IN_TURN)))
    return str(path)


def heard(made: form.Explanation) -> list[str]:
    return [each.id for each in made.timeline if each.id]


def test_after_an_unmerge_each_interaction_is_of_whom_it_was_then(in_turn: str) -> None:
    for asked in ("2", "email:a@x.example"):
        made = explained(asked, in_turn)
        assert (made.customer_id, made.aliases) == ("2", {"email": ["a@x.example"]})
        assert heard(made) == ["u4", "u5", "u6"], "u4 was handed over"
        assert made.known_since == "2026-01-01T10:25:00.000000Z"
        assert made.seen == b"", "of no use to whoever asked"
        assert "secret" not in (told := form.encode(made).decode())
        assert "cart_abandoned" not in told, "nor what was told of 1"
    made = explained("1", in_turn)
    assert made.aliases == {}
    assert heard(made) == ["u0", "u1", "u2", "u3"]
    assert "Bought on one day, 2026-01-01: 1 order, 99.00." in made.said
    assert "cart_abandoned open" in [each.type for each in made.timeline], "before they were known"
    assert made.timeline_note == "all that these files tell: 4 interactions"


def test_as_of_a_time_an_alias_is_of_whoever_had_it_then(in_turn: str) -> None:
    made = explained("email:a@x.example", in_turn, "--at", "2026-01-01T10:15:00Z")
    assert (made.customer_id, heard(made)) == ("1", ["u0", "u1", "u2"])
    made = explained("email:a@x.example", in_turn, "--at", "2026-01-01T10:27:00Z")
    assert (made.customer_id, heard(made)) == (None, ["u4"])
    made = explained("1", in_turn, "--timeline", "1")
    assert heard(made) == ["u3"]
    assert made.timeline_note == "the newest 1 moments, of 4 interactions in these files"


def test_what_comes_twice_or_is_refused_stands_there_once_or_not_at_all(tmp_path: Path) -> None:
    twice = [EVENTS[0], EVENTS[0], {**EVENTS[0], "id": "bad", "type": "no_such_type"}]
    path = tmp_path / "twice.jsonl"
    path.write_text("\n".join(map(json.dumps, twice)))
    made = explained("ann", str(path))
    assert heard(made) == ["e0"]
    assert made.timeline_note == "all that these files tell: 1 interaction"


def test_the_newest_moments_are_kept(file: str) -> None:
    whole = explained("ann", file).timeline
    assert explained("ann", file, "--timeline", "2").timeline == whole[-2:]
    assert explained("ann", file, "--timeline", "0").timeline == []


def test_nobody_is_said_to_be_nobody(file: str) -> None:
    with pytest.raises(Unknown, match="nobody is known as carol by that time"):
        CliRunner().invoke(app, ["explain", "carol", file], catch_exceptions=False)


def test_the_past_is_replayed_from_kafka_as_far_as_it_is_retained() -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(bootstrap=broker.address, embedded=True)
        ensure(settings)
        producer = Producer({"bootstrap.servers": broker.address})
        for event in EVENTS:
            routing = str(event.get("customer_id", "bob@example.com")).encode()
            number = partition_of(routing, 4)
            producer.produce("interactions", json.dumps(event), routing, partition=number)
        assert producer.flush(20) == 0
        live = ("--bootstrap", broker.address, "--at", "2026-01-05T10:30:00Z")
        made = explained("ann", *live)
        assert [each.id for each in made.timeline if each.id] == ["e0", "e1"]
        assert made.timeline_note == "2 interactions from interactions, all that is retained there"
        assert (made.alerts, made.ahead[0].signal) == ([], "cart_abandoned")
        assert explained("bob@example.com", *live[:3], "2026-01-06").stage == "reached"
        with pytest.raises(Unknown, match="interactions has no interaction of carol"):
            CliRunner().invoke(app, ["explain", "carol", *live], catch_exceptions=False)


def test_no_worker_is_told_with_what_to_do() -> None:
    nowhere = ["explain", "ann", "--worker", "http://127.0.0.1:1"]
    with pytest.raises(Unusable, match=r"no worker answers at http://127\.0\.0\.1:1 .* --worker"):
        CliRunner().invoke(app, nowhere, catch_exceptions=False)


def test_a_screen_and_a_pipe_tell_the_same(file: str) -> None:
    made = explained("ann", file)
    plain = list(lines(made))
    assert plain[0] == "Customer ann, converted, as of 2026-01-05 12:00"
    assert any(line.startswith("    why: A cart with 1 item stands untouched") for line in plain)
    screen = Console(file=io.StringIO(), force_terminal=True, width=200)
    show(made, screen)
    seen = screen.file.getvalue()  # type: ignore[attr-defined]
    for words in ("Customer ann", "A cart with 1 item stands", "clears if", "product_added"):
        assert words in seen


def test_who_is_excluded_is_told_so_at_the_top(file: str, tmp_path: Path) -> None:
    house = tmp_path / "house.toml"
    house.write_text('[exclude]\ncustomers = ["an*"]')
    made = explained("ann", file, "--standards", str(house))
    assert (made.excluded_by, made.alerts) == ("an*", [])
    assert list(lines(made))[:2] == [
        "Customer ann, acquired, as of 2026-01-05 12:00",
        "  Excluded by the standards ([exclude] customers has an*): counted and remembered, and "
        "never alerted.",
    ]
    screen = Console(file=io.StringIO(), force_terminal=True, width=200)
    show(made, screen)
    assert "Excluded by the standards" in screen.file.getvalue()  # type: ignore[attr-defined]
    assert not any("Excluded" in line for line in lines(explained("ann", file)))


def test_what_a_platform_sent_cannot_paint_the_screen(file: str, tmp_path: Path) -> None:
    evil = {**EVENTS[1], "properties": {"cart_id": "\x1b[31m[red]k", "sku": "p", "price": 1}}
    path = tmp_path / "evil.jsonl"
    path.write_text(json.dumps(evil))
    made = explained("ann", str(path))
    assert "\x1b" not in "\n".join(lines(made))
    assert "[red]k" in "\n".join(lines(made))
