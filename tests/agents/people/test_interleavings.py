"""Links, un-merges and records in any order between partitions: nothing is lost, nothing loops."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.decide import Customers
from agents.rulebook import Rulebook
from tests.agents.people.town import Event, Town
from tests.agents.say import START, alone
from tests.support.identities import OF_CUSTOMERS, closing, known, record, story, truth

PARTITIONS = 4
CUSTOMERS = ("1", "2", "3")
ALIASES = (
    ("email", "a@x.de"), ("email", "b@x.de"), ("phone", "+4930901820"), ("device_id", "d1"),
    ("anonymous_id", "n1"), ("anonymous_id", "n2"),
)  # fmt: skip
KINDS = ("x_seen", "product_added", "order_completed", "contact_queued", "contact_abandoned")
LOGIC = Customers(Rulebook(alone()), future=None)
ALL = Customers(Rulebook(alone(signals=OF_CUSTOMERS)), future=None)

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
    if kind in ("product_added", "order_completed"):
        said["properties"] = {"cart_id": f"cart{number % 3}", "sku": f"s{number % 4}"}
    elif kind.startswith("contact"):
        said["properties"] = {"contact_id": f"contact{number // 2}", "queue": "q"}
    return said


anything = st.tuples(
    st.sampled_from([*KINDS, "alias_unlinked"]),
    st.none() | people,
    st.lists(aliases, max_size=2, unique_by=lambda name: name[0]),
    st.none() | st.integers(0, PARTITIONS - 1),
)


@given(st.lists(anything, max_size=40), st.lists(choices, max_size=50))
@settings(max_examples=80, deadline=None)
def test_whatever_is_said_in_whatever_order_nothing_is_lost_doubled_or_sent_in_circles(
    said: list[tuple[str, str | None, list[tuple[str, str]], int | None]], drawn: list[int]
) -> None:
    """Conflicts, un-merges and shared aliases among them; some records in the wrong partition."""
    town, order, sent = Town(PARTITIONS, logic=LOGIC), Order(drawn), list[Event]()
    for number, (kind, owner, names, partition) in enumerate(said):
        if (owner is None or kind == "alias_unlinked") and not names:
            continue
        made = event(number, START + number * 1800, kind, owner, *names)
        town.send(made, partition)
        if kind != "alias_unlinked":
            sent.append(made)
        if order(3) == 0:
            town.settle(order)
        elif order(2):
            number = order(PARTITIONS)
            town.take(number, 1 + order(2))
    town.settle(order).finish(START + 100 * 3600)
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
    town, order = Town(PARTITIONS, logic=ALL), Order(drawn)
    lives = story(seed, customers=8)
    for events in [*(phase.sent for phase in lives.phases), closing(lives)]:
        for each in map(record, events):
            town.send_record(each.key or b"", each.value or b"", each.partition)
        town.settle(order)
    oracle, found = truth(ALL, lives), town.people()
    assert not town.refused()
    assert found.keys() == oracle.keys()
    lifted = lives.lifted()
    for key, row in found.items():
        assert known(row, lifted) == known(oracle[key], lifted), key
    assert Counter(town.stand_open()) == Counter(town.told_open())
    truly = {f"c:{each.who}": each.held() for each in lives.people if each.who is not None}
    assert town.linked() == truly
