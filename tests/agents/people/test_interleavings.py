"""Links, un-merges and records in any order between partitions: nothing is lost, nothing loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.decide import Customers
from agents.rulebook import Rulebook
from tests.agents.people.town import Event, Town
from tests.agents.say import DAY, START, alone
from tests.support.identities import OF_CUSTOMERS, closing, known, record, story, truth

PARTITIONS = 4
CUSTOMERS = ("1", "2", "3")
ALIASES = (
    ("email", "a@x.de"), ("email", "b@x.de"), ("phone", "+4930901820"), ("device_id", "d1"),
    ("anonymous_id", "n1"), ("anonymous_id", "n2"),
)  # fmt: skip
KINDS = ("x_seen", "product_added", "order_completed", "contact_queued", "contact_abandoned")
LOGIC = Customers(Rulebook(alone()), future=None)
ALL = Customers(Rulebook(), future=None)
"""With every signal: those that weigh others hear of all of them when rows become one."""


def bought(number: int) -> Event:
    return {
        "cart_id": f"cart{number % 3}", "sku": f"s{number % 4}", "order_id": f"o{number % 5}",
        "checkout_id": f"cart{number % 3}",
    }  # fmt: skip


def called(number: int) -> Event:
    return {"contact_id": f"contact{number // 2 % 4}", "queue": "q"}


SAID: dict[str, Callable[[int], Event]] = {
    **dict.fromkeys(("product_added", "order_completed", "checkout_started"), bought),
    **dict.fromkeys(("payment_failed", "order_returned"), bought),
    **dict.fromkeys(("contact_queued", "contact_abandoned", "contact_answered"), called),
    "ticket_opened": lambda number: {"ticket_id": f"t{number % 3}", "kind": "complaint"},
    "ticket_resolved": lambda number: {"ticket_id": f"t{number % 3}"},
    "survey_answered": lambda number: {"instrument": "nps", "score": number % 11},
    "message_received": lambda number: {
        "medium": "email", "thread_id": f"th{number % 2}", "text": "this is terrible",
    },
    "visitor_arrived": lambda number: {"visit_id": f"v{number // 2 % 3}"},
    "visitor_left": lambda number: {"visit_id": f"v{number // 2 % 3}"},
    "profile_updated": lambda _: {"changed": ["address"]},
    **dict.fromkeys(
        ("x_seen", "signed_up", "feature_used", "number_ported_out", "data_exported"), lambda _: {}
    ),
}  # fmt: skip
"""What signals of every sort hear, by type."""
TOLD_ALIKE = Customers(Rulebook(alone(signals=OF_CUSTOMERS)), future=None)
"""With those whose outcome does not depend on when rows became one."""

people = st.sampled_from(CUSTOMERS)
aliases = st.sampled_from(ALIASES)
choices = st.integers(0, 2**32)


class Order:
    """Whose turn it is: drawn numbers, over and over."""

    def __init__(self, drawn: list[int]) -> None:
        self.drawn, self.at = drawn or [0], 0

    def __call__(self, count: int) -> int:
        self.at += 1
        return (self.drawn[self.at % len(self.drawn)] + self.at // len(self.drawn)) % count


def event(number: int, at: float, kind: str, owner: str | None, *names: tuple[str, str]) -> Event:
    said: dict[str, Any] = {"id": f"i{number}", "type": kind, "time": at, "channel": "web"}
    if owner is not None:
        said["customer_id"] = owner
    if names:
        said["aliases"] = dict(names)
    properties = SAID[kind](number) if kind in SAID else {}
    if properties:
        said["properties"] = properties
    return said


Said = tuple[str, str | None, list[tuple[str, str]], int | None]


def anything(kinds: Iterable[str]) -> st.SearchStrategy[Said]:
    return st.tuples(
        st.sampled_from([*kinds, "alias_unlinked"]),
        st.none() | people,
        st.lists(aliases, max_size=2, unique_by=lambda name: name[0]),
        st.none() | st.integers(0, PARTITIONS - 1),
    )


@given(st.lists(anything(KINDS), max_size=40), st.lists(choices, max_size=50))
@settings(max_examples=80, deadline=None)
def test_whatever_is_said_in_whatever_order_nothing_is_lost_doubled_or_sent_in_circles(
    said: list[Said], drawn: list[int]
) -> None:
    """Conflicts, un-merges and shared aliases among them; some records in the wrong partition."""
    nothing_is_lost_or_doubled(LOGIC, said, drawn, step=1800)


@given(
    st.lists(anything(SAID), min_size=20, max_size=40),
    st.lists(choices, max_size=50),
    st.sampled_from((60, 1800, DAY)),
)
@settings(max_examples=60, deadline=None)
def test_nor_is_anything_with_every_signal(said: list[Said], drawn: list[int], step: int) -> None:
    nothing_is_lost_or_doubled(ALL, said, drawn, step)


def nothing_is_lost_or_doubled(
    logic: Customers, said: list[Said], drawn: list[int], step: int
) -> None:
    """One interaction after the other, `step` seconds apart."""
    town, order, sent = Town(PARTITIONS, logic=logic), Order(drawn), list[Event]()
    for number, (kind, owner, names, partition) in enumerate(said):
        if (owner is None or kind == "alias_unlinked") and not names:
            continue
        made = event(number, START + number * step, kind, owner, *names)
        town.send(made, partition)
        if kind != "alias_unlinked":
            sent.append(made)
        if order(3) == 0:
            town.settle(order)
        elif order(2):
            number = order(PARTITIONS)
            town.take(number, 1 + order(2))
    town.settle(order).finish(START + len(said) * step + 100 * 3600)
    assert not town.refused()
    assert town.hops <= 3
    assert all(len(rows) == 1 for rows in town.where(sent).values()), town.where(sent)
    assert Counter(town.stand_open()) == Counter(town.told_open())
    assert town.gauge("alerts_open") == len(town.stand_open())
    assert town.gauge("customers") == sum(row.stage is not None for row in town.rows().values())
    assert town.gauge("heard") == len(sent)
    # Who an alias points to knows it, and whoever holds one is pointed to.
    pointers = town.pointers()
    held = {key: owner for owner, keys in town.linked().items() for key in keys}
    assert {key: "c:" + to for key, to in pointers.items()} == held


@given(st.integers(0, 2**32), st.lists(choices, max_size=50))
@settings(max_examples=12, deadline=None)
def test_in_any_order_all_is_known_as_if_everybody_had_said_who_they_were(
    seed: int, drawn: list[int]
) -> None:
    """Phase by phase; as on Kafka (tests/faults/test_identity.py), with every signal."""
    town, order = Town(PARTITIONS, logic=TOLD_ALIKE), Order(drawn)
    lives = story(seed, customers=8)
    for events in [*(phase.sent for phase in lives.phases), closing(lives)]:
        for each in map(record, events):
            town.send_record(each.key or b"", each.value or b"", each.partition)
        town.settle(order)
    oracle, found = truth(TOLD_ALIKE, lives), town.people()
    assert not town.refused()
    assert found.keys() == oracle.keys()
    lifted = lives.lifted()
    for key, row in found.items():
        assert known(row, lifted) == known(oracle[key], lifted), key
    assert Counter(town.stand_open()) == Counter(town.told_open())
    truly = {f"c:{each.who}": each.held() for each in lives.people if each.who is not None}
    assert town.linked() == truly
