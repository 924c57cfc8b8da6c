"""A signal that raises on one customer does not stop the others."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from agents.alerts import Alerts, Kind
from agents.decide import Customers
from agents.harness import Harness
from agents.mechanisms import timers
from agents.rulebook import Rulebook
from schemas.customer import Customer, decode
from schemas.interaction import Interaction
from schemas.memory import Timer
from tests.agents.say import HOUR, MINUTE, START, Record, alone, said

KIND = Kind(
    name="fragile",
    team="support",
    clears_if="Never.",
    reason=lambda _: "A test.",
    parameters=lambda _: {},
)


class Fragile:
    """Fails at a search, and at the deadline that an app starts; speaks of its own before that."""

    kinds = (KIND,)
    reacts_to = frozenset({"search_performed", "app_opened", "feature_used"})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == "app_opened":
            timers.start(customer, Timer("fragile", None, event.time + 600_000_000, event.time))
            return
        customer.brand = "half done"
        alerts.open("fragile", None, event.time, [], [])
        if event.kind == "search_performed":
            raise ZeroDivisionError("no searches please")

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        raise LookupError("lost the timer")


def fragile(**options: Any) -> Harness:
    rulebook = Rulebook(alone())
    signal = Fragile()
    rulebook.kinds["fragile"] = KIND
    default = rulebook.default
    by_class = {
        cls: (signal, *signals) if cls.kind in signal.reacts_to else signals  # type: ignore[attr-defined]
        for cls, signals in default.by_class.items()
        if hasattr(cls, "kind")
    }
    rulebook.default = default._replace(
        by_class=by_class, woken={**default.woken, "fragile": signal}
    )
    return Harness(logic=Customers(rulebook, future=None), **options)


def of(customer: str, kind: str, after: float, **properties: object) -> Record:
    return said(kind, after, {"customer_id": customer}, **properties)


def cart(customer: str, after: float) -> Record:
    return of(customer, "product_added", after, sku="tea", cart_id="k")


SIZES = [[1], [2, 3], [100]]


@pytest.mark.parametrize("sizes", SIZES)
def test_the_record_is_refused_with_the_signals_name_and_the_others_go_on(
    sizes: list[int],
) -> None:
    records = [
        cart("ann", 0), cart("bob", 1), of("ann", "search_performed", 2), cart("ann", 3),
        of("bob", "page_viewed", 2 * HOUR),
    ]  # fmt: skip
    harness = fragile().batches(sizes).feed(records)
    assert [(refusal.reason, refusal.message) for refusal in harness.refusals] == [
        ("signal_error", "signal fragile: ZeroDivisionError: no searches please")
    ]
    assert harness.counts["signal_errors", "fragile"] == 1
    assert [(alert.signal, alert.customer_id) for alert in harness.alerts] == [
        ("cart_abandoned", "bob"),
        ("cart_abandoned", "ann"),
    ]


@pytest.mark.parametrize("sizes", SIZES)
def test_the_customer_stays_as_before_that_record(sizes: list[int]) -> None:
    before = [cart("ann", 0), cart("bob", 1), of("ann", "page_viewed", 2)]
    after = [cart("bob", 9), of("ann", "page_viewed", 10)]
    failing = of("ann", "search_performed", 5, query="x")
    with_it = fragile().batches(sizes).feed([*before, failing, *after])
    without = fragile().batches(sizes).feed([*before, *after])
    assert with_it.rows == without.rows
    assert with_it.alerts == without.alerts
    assert {name: n for name, n in with_it.gauges.items() if n} == {
        name: n for name, n in without.gauges.items() if n
    }
    counts = dict(with_it.counts)
    assert counts.pop(("signal_errors", "fragile")) == 1
    assert counts == dict(without.counts)


@pytest.mark.parametrize("sizes", SIZES)
def test_a_new_customer_whose_first_record_fails_is_not_there(sizes: list[int]) -> None:
    harness = fragile().batches(sizes).feed([cart("bob", 0), of("new", "search_performed", 1)])
    assert sorted(harness.rows) == ["c:bob"]


@pytest.mark.parametrize("sizes", SIZES)
def test_a_deadline_that_fails_is_dropped_and_its_alerts_are_dismissed(sizes: list[int]) -> None:
    records = [
        of("ann", "feature_used", 0), of("ann", "app_opened", 1), cart("ann", 2), cart("bob", 3),
        of("bob", "page_viewed", 20 * MINUTE), of("ann", "page_viewed", 2 * HOUR),
        of("bob", "page_viewed", 2 * HOUR),
    ]  # fmt: skip
    harness = fragile().batches(sizes).feed(records).advance(minutes=60)
    assert harness.refusals == []
    assert harness.counts["signal_errors", "fragile"] == 1
    assert [(a.signal, a.customer_id, a.resolution or a.status) for a in harness.alerts] == [
        ("fragile", "ann", "open"),
        ("fragile", "ann", "dismissed"),
        ("cart_abandoned", "ann", "open"),
        ("cart_abandoned", "bob", "open"),
    ]
    assert decode(harness.rows["c:ann"]).timers == []


def test_it_is_dropped_also_where_only_time_passes() -> None:
    harness = fragile().feed([of("ann", "app_opened", 1), cart("bob", 3)])
    harness.advance(to=START + 2 * HOUR)
    assert harness.counts["signal_errors", "fragile"] == 1
    assert [(a.signal, a.customer_id) for a in harness.alerts] == [("cart_abandoned", "bob")]


def test_a_hundred_failures_in_one_batch_are_a_hundred_refusals() -> None:
    records = [
        each
        for number in range(100)
        for each in (cart(f"c{number}", number), of(f"c{number}", "search_performed", number))
    ]
    with capture_logs() as told:
        harness = fragile().feed(records)
    assert len(told) == len(harness.refusals) == 100
    assert len(harness.rows) == 100
