"""A signal that raises when rows are merged costs neither row what it knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from agents.alerts import Alerts, Change, Kind
from agents.decide import Customers
from agents.rulebook import Rulebook
from schemas.customer import Customer
from schemas.interaction import Interaction
from streams.contract import Record
from streams.murmur2 import partition_of
from tests.agents.people.test_links import said, unlink
from tests.agents.people.town import Event, Town
from tests.agents.say import DAY, HOUR, START, alone

FRAGILE = Kind(
    name="fragile",
    team="support",
    clears_if="Never.",
    reason=lambda _: "A test.",
    parameters=lambda _: {},
)
WATCHFUL = FRAGILE._replace(name="watchful")


class Fragile:
    """Opens at a search, ends at an app, and fails half way where rows are merged."""

    kinds = (FRAGILE,)
    reacts_to = frozenset({"search_performed", "app_opened"})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == "app_opened":
            alerts.resolve("fragile", None, event.time, "recovered")
        else:
            alerts.open("fragile", None, event.time, [], [])

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        customer.brand = "half done"
        alerts.resolve("fragile", None, at, "recovered")
        raise ZeroDivisionError("no merging please")


class Watchful:
    """Fails to hear of alerts that have come with another row."""

    kinds = (WATCHFUL,)
    reacts_to: frozenset[str] = frozenset()
    watches = frozenset({"cart_abandoned"})

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        if any(change.alert.told_as for change in changes):
            raise LookupError("whose alert is that")


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged: traces are long."""
    with capture_logs() as told:
        yield told


def fragile(partitions: int) -> Town:
    rulebook, signal, watching = Rulebook(alone()), Fragile(), Watchful()
    rulebook.kinds |= {"fragile": FRAGILE, "watchful": WATCHFUL}
    default = rulebook.default
    by_class = {
        cls: (signal, *signals) if getattr(cls, "kind", "") in signal.reacts_to else signals
        for cls, signals in default.by_class.items()
    }
    rulebook.default = default._replace(
        by_class=by_class,
        signals=(signal, *default.signals),
        watching=(*default.watching, watching),
        watched=default.watched | watching.watches,
    )
    return Town(partitions, logic=Customers(rulebook, future=None))


def elsewhere(owner: str) -> str:
    """An address whose row lies in another of four partitions than that customer's."""
    home = partition_of(owner.encode(), 4)
    names = (f"m{number}@x.de" for number in range(50))
    return next(name for name in names if partition_of(name.encode(), 4) != home)


MAIL = elsewhere("1")
PARTITIONS = pytest.mark.parametrize("partitions", [1, 4])


def cart(owner: str | None = None, at: float = 0, **aliases: Any) -> Event:
    added = said(owner, at, "product_added", **aliases)
    return {**added, "properties": {"cart_id": "k", "sku": "tea", "price": 5.0}}


def searched(owner: str | None = None, at: float = 0, **aliases: Any) -> Event:
    return said(owner, at, "search_performed", **aliases)


def all_is_well(made: Town) -> None:
    """Nothing is refused, every alert that was told stands in one row, and gauges are right."""
    assert not made.refused()
    assert Counter(made.stand_open()) == Counter(made.told_open())
    assert made.gauge("alerts_open") == len(made.stand_open())
    assert made.gauge("customers") == len(made.people())
    assert made.linked() == {"c:1": {"email:" + MAIL}}
    assert made.pointers() == {"email:" + MAIL: "1"}


def errors(made: Town) -> Counter[str]:
    return Counter(
        {
            name[1]: number
            for harness in made.partitions
            for name, number in harness.counts.items()
            if name[0] == "signal_errors"
        }
    )


@PARTITIONS
def test_what_an_alias_knew_is_merged_without_the_signal_that_fails_on_it(partitions: int) -> None:
    added, linked = cart(email=MAIL), said("1", 3 * HOUR, email=MAIL)
    made = fragile(partitions).all(added, searched(email=MAIL), linked).finish(START + DAY)
    all_is_well(made)
    assert made.where([added, linked]) == {added["id"]: ["c:1"], linked["id"]: ["c:1"]}
    assert len(made.stand_open()) == 2
    assert errors(made)["fragile"] == 1
    assert made.kinds() == ["merged"]
    assert made.people()["c:1"].brand is None


@PARTITIONS
def test_its_alerts_stand_on_under_their_ids_and_end_as_it_says_itself(partitions: int) -> None:
    made = fragile(partitions).all(searched(email=MAIL))
    (name,) = made.stand_open()
    made.all(said("1", HOUR, email=MAIL))
    assert made.stand_open() == [name]
    made.all(said("1", 2 * HOUR, "app_opened"))
    all_is_well(made)
    assert made.stand_open() == []


@PARTITIONS
def test_of_two_of_its_alerts_the_first_stands_for_both(partitions: int) -> None:
    made = fragile(partitions).all(searched(email=MAIL))
    (first,) = made.stand_open()
    made.all(searched("1", 60), said("1", HOUR, email=MAIL))
    all_is_well(made)
    assert made.stand_open() == [first]
    assert [alert.resolution for alert in made.alerts() if alert.resolution] == ["superseded"]


@PARTITIONS
def test_the_other_signals_judge_what_both_rows_know(partitions: int) -> None:
    made = fragile(partitions).all(cart("1"), said(None, 3 * HOUR, email=MAIL))
    ordered = said(None, 4 * HOUR, "order_completed", email=MAIL)
    made.all(ordered, said("1", 5 * HOUR, email=MAIL))
    all_is_well(made)
    ended = [alert for alert in made.alerts() if alert.signal == "cart_abandoned"]
    assert [alert.resolution for alert in ended] == [None, "recovered"]


@PARTITIONS
def test_a_signal_that_watches_others_and_fails_is_left_out_as_well(partitions: int) -> None:
    made = fragile(partitions).all(cart(email=MAIL))
    for harness in made.partitions:
        harness.advance(minutes=120)
    made.all(said("1", 3 * HOUR, email=MAIL))
    all_is_well(made)
    assert errors(made) == {"fragile": 1, "watchful": 1}
    assert len(made.stand_open()) == 1


@PARTITIONS
def test_an_interaction_on_which_it_fails_afterwards_is_judged_as_ever(partitions: int) -> None:
    made = fragile(partitions).all(searched(email=MAIL), searched("1", HOUR, email=MAIL))
    all_is_well(made)
    assert len(made.stand_open()) == 1


def test_what_comes_after_it_in_the_batch_is_decided() -> None:
    made = fragile(4).all(searched(email=MAIL))
    made.send(said("1", HOUR, email=MAIL))
    made.send(last := said("1", 2 * HOUR))
    made.settle(lambda count: count - 1)
    all_is_well(made)
    assert made.where([last]) == {last["id"]: ["c:1"]}


def handed_over(made: Town) -> Record:
    """The one record by which a row was handed over."""
    every = [forward.record for harness in made.partitions for forward in harness.forwards]
    (found,) = [record for record in every if b"take" in (record.value or b"")[:8]]
    return found


def test_a_hand_over_that_comes_twice_counts_once() -> None:
    made = Town(4).all(said(None, 0, "order_completed", email=MAIL), said("1", 60, email=MAIL))
    before, taken = made.people()["c:1"], handed_over(made)
    made.partitions[partition_of(b"1", 4)].feed([taken, taken])
    assert made.people()["c:1"] == before
    assert before.purchases is not None
    assert before.purchases.orders == 1
    all_is_well(made)
    assert made.kinds() == ["merged"]


def test_a_hand_over_that_comes_after_the_alias_was_taken_away_again_links_nothing() -> None:
    made = Town(4).all(said(None, 0, "order_completed", email=MAIL), said("1", 60, email=MAIL))
    made.all(unlink("1", 120, email=MAIL))
    made.partitions[partition_of(b"1", 4)].feed([handed_over(made)])
    assert made.linked() == made.pointers() == {}
    history = made.people()["c:1"].purchases
    assert history is not None
    assert history.orders == 1
