"""`standard_missed`: the house's own standards, hundreds of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Harness
from agents.rulebook import Rulebook
from agents.signals.service import OwnStandards
from agents.working_time import ALWAYS
from schemas.customer import decode
from schemas.instant import MINUTE
from schemas.interaction import CLASSES
from schemas.standards import HouseStandard, StandardMissed, Standards, WorkingTime
from tests.agents.say import said, shop


def own(number: int, **more: Any) -> HouseStandard:
    what = {
        "name": f"standard_{number}",
        "began": "visitor_arrived",
        "to": "service_delivered",
        "within": WorkingTime(MINUTE),
        "branch": f"branch-{number}",
    }
    return HouseStandard(**{**what, **more})


MANY = tuple(own(number) for number in range(800))


def mine(harness: Harness) -> list[tuple[str, str | None]]:
    return [
        (alert.resolution or alert.status, alert.subject)
        for alert in harness.alerts
        if alert.signal == "standard_missed"
    ]


class Counting(dict[Any, Any]):
    """Counts how often it is asked."""

    asked = 0

    def get(self, key: Any, default: Any = None) -> Any:
        Counting.asked += 1
        return super().get(key, default)


def test_800_of_them_are_one_signal_that_hears_of_two_types_only() -> None:
    with_all, without = Rulebook(Standards(own=MANY)).default, Rulebook().default
    assert len(with_all.signals) == len(without.signals)
    for kind, cls in CLASSES.items():
        more = len(with_all.by_class[cls]) - len(without.by_class[cls])
        assert more == (kind in ("visitor_arrived", "service_delivered"))


def test_an_event_that_none_of_800_concerns_asks_once() -> None:
    signal = OwnStandards(MANY, StandardMissed(), ALWAYS)
    for patterns in signal.begins.values():
        for pattern in patterns:
            patterns[pattern] = Counting(patterns[pattern])
    harness = shop("")
    harness.logic.rulebook.default.by_class[CLASSES["visitor_arrived"]] += (signal,)  # type: ignore[index]
    before = Counting.asked
    harness.feed([said("visitor_arrived", 0, {"branch": "elsewhere"})])
    assert Counting.asked - before == 1
    (row,) = harness.rows.values()
    assert all(timer.signal != "standard_missed" for timer in decode(row).timers)


def test_of_800_the_one_that_is_concerned_is_missed() -> None:
    harness = Harness(Standards(own=MANY))
    harness.feed([said("visitor_arrived", 0, {"branch": "branch-77"})]).advance(minutes=5)
    assert mine(harness) == [("open", "standard_77")]


PARTS = st.sampled_from([None, "a", "b"])
CHANNELS = st.sampled_from([None, "web", "store"])


@given(
    st.lists(st.tuples(CHANNELS, PARTS, PARTS, PARTS), max_size=12),
    st.tuples(st.sampled_from(["web", "store"]), PARTS, PARTS, PARTS),
)
def test_the_index_finds_what_looking_at_each_would_find(
    wanted: list[tuple[Any, ...]], event: tuple[Any, ...]
) -> None:
    standards = tuple(
        own(number, began="contact_queued", channel=c, brand=b, branch=a, queue=q)
        for number, (c, b, a, q) in enumerate(wanted)
    )
    channel, brand, branch, queue = event
    record = said(
        "contact_queued", 0, {"channel": channel, "brand": brand, "branch": branch},
        contact_id="k", queue=queue,
    )  # fmt: skip
    harness = Harness(Standards(own=standards)).feed([record]).advance(minutes=5)
    expected = {
        each.name
        for each, where in zip(standards, wanted, strict=True)
        if all(want in (None, have) for want, have in zip(where, event, strict=True))
    }
    assert {subject for _, subject in mine(harness)} == expected


TICKETS = """
[[standard]]
name = "first_reply"
from = "ticket_opened"
to = "ticket_replied"
within = "10 min"
"""


def test_each_ticket_waits_for_its_own_reply() -> None:
    harness = shop(
        TICKETS,
        said("ticket_opened", 0, ticket_id="a"),
        said("ticket_opened", 60, ticket_id="b"),
        said("ticket_replied", 120, ticket_id="a"),
    ).advance(minutes=60)
    assert mine(harness) == [("open", "first_reply")]
    (alert,) = [alert for alert in harness.alerts if alert.signal == "standard_missed"]
    assert alert.rule.parameters["of"] == ["b"]
    assert alert.reason == "The house's standard first_reply: no ticket_replied within 10 min."


def test_one_alert_is_of_all_that_were_missed_and_ends_with_the_last() -> None:
    harness = shop(
        TICKETS,
        said("ticket_opened", 0, ticket_id="a"),
        said("ticket_opened", 60, ticket_id="b"),
    ).advance(minutes=60)
    harness.feed([said("ticket_replied", 4000, ticket_id="a")])
    both = [("open", "first_reply"), ("updated", "first_reply")]
    assert mine(harness) == both
    harness.feed([said("ticket_replied", 4001, ticket_id="b")])
    assert mine(harness) == [*both, ("recovered", "first_reply")]


def test_a_reply_that_arrives_before_the_ticket_counts() -> None:
    harness = shop(
        TICKETS, said("ticket_replied", 60, ticket_id="a"), said("ticket_opened", 0, ticket_id="a")
    ).advance(minutes=60)
    assert mine(harness) == []


def test_at_most_twelve_wait_for_one_customer() -> None:
    tickets = [said("ticket_opened", at, ticket_id=f"t{at}") for at in range(40)]
    harness = shop(TICKETS, *tickets)
    (row,) = harness.rows.values()
    waits = [timer for timer in decode(row).timers if timer.signal == "standard_missed"]
    assert [timer.subject for timer in waits] == [f"first_reply\x1ft{at}" for at in range(28, 40)]


def test_types_of_the_houses_own_work_as_well() -> None:
    text = """
[[standard]]
name = "towels"
from = "x_asked_for_towels"
to = "x_brought_towels"
within = "15 min"
"""
    harness = shop(text, said("x_asked_for_towels", 0)).advance(minutes=20)
    assert mine(harness) == [("open", "towels")]


def test_all_of_them_can_be_off() -> None:
    off = "[standard_missed]\nenabled = false\n" + TICKETS
    assert mine(shop(off, said("ticket_opened", 0, ticket_id="a")).advance(minutes=60)) == []
