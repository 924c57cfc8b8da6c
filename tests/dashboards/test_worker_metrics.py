"""A real worker, scraped by a real Prometheus: every query of the dashboard has an answer.

The demo's day of a shop is sent in two halves, with a scrape in between: a rate needs two.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from heed.publish import publish
from heed.simulator.crowd import shop_day
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.support.programs import need_program
from tests.support.prometheus import Prometheus, dashboard_queries
from tests.support.topics import names
from tests.support.wait import until
from tests.support.workers import Worker

DAY = datetime(2026, 1, 5, tzinfo=UTC)
# Until callers still wait: after half an hour in which nobody does, a queue has no service level.
SHOP = [event for event in shop_day(DAY) if event["time"] < "2026-01-05T16:00"]
GARBAGE = [b"{", b'{"id":"x","type":"cart_eaten","channel":"web","customer_id":"c"}']
GARBAGE += [b'{"id":"x","type":"page_viewed","channel":"web"}', b'{"id":"x"}']
TWICE = 40


def halves() -> tuple[list[bytes], list[bytes]]:
    """The day, cut in two; each half with garbage and some events twice."""
    day = [orjson.dumps(event) for event in SHOP]
    middle = len(day) // 2
    first, second = day[:middle], day[middle:]
    return [*first, *first[-TWICE:], *GARBAGE], [*second, *second[-TWICE:], *GARBAGE]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Worker, Settings]]:
    at = names()
    with EmbeddedBroker() as broker:
        folder = tmp_path_factory.mktemp("worker")
        with Worker(broker.address, at, folder, embedded=True) as running:
            running.wait_ready()
            settings = Settings(
                bootstrap=broker.address, embedded=True, input_topic=at.interactions
            )
            yield running, settings


@pytest.fixture(scope="module")
def prometheus(
    worker: tuple[Worker, Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    binary = need_program("prometheus", "Debian's package `prometheus`")
    running, settings = worker
    folder = tmp_path_factory.mktemp("prometheus")
    with Prometheus(folder, target=f"127.0.0.1:{running.port()}", binary=binary) as server:
        sent = 0
        for half in halves():
            publish(half, settings, None, None)
            sent += len(half)
            scraped = f"sum(heed_interactions_total) + sum(heed_rejected_total) == {sent}"
            server.wait_for(scraped, seconds=60)
            server.wait_for("count_over_time(heed_build_info[1m]) >= 2")
            # The groups agent follows the customers agent.
            server.wait_for("sum(heed_wait_seconds_count) > 0", seconds=60)
        server.wait_for("sum(rate(heed_wait_seconds_count[1m])) > 0", seconds=60)
        server.wait_for("count(heed_service_level_ratio) > 0", seconds=60)
        yield server


@pytest.mark.parametrize(("title", "expr"), dashboard_queries())
def test_every_query_of_the_dashboard_has_an_answer_from_a_worker(
    prometheus: Prometheus, title: str, expr: str
) -> None:
    samples = prometheus.query(expr)
    assert samples, title
    assert not any(math.isnan(sample.value) for sample in samples), title


def figures(prometheus: Prometheus, expr: str, label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in prometheus.query(expr)}


def test_interactions_are_counted_by_channel_and_type(prometheus: Prometheus) -> None:
    repeats = [orjson.loads(value) for half in halves() for value in half[-TWICE - 4 : -4]]
    for label in ("channel", "type"):
        told = figures(prometheus, f"sum by ({label}) (heed_interactions_total)", label)
        assert told == Counter(event[label] for event in (*SHOP, *repeats))


def test_what_was_sent_twice_is_a_duplicate(prometheus: Prometheus) -> None:
    (told,) = prometheus.query("heed_duplicates_total")
    assert told.value == 2 * TWICE


def test_garbage_is_counted_by_reason(prometheus: Prometheus) -> None:
    told = figures(prometheus, "heed_rejected_total > 0", "reason")
    assert sum(told.values()) == 2 * len(GARBAGE)
    assert {"not_json", "unknown_type", "no_identity"} <= told.keys()


def test_the_gauges_of_alerts_are_what_was_opened_less_what_was_closed(
    prometheus: Prometheus,
) -> None:
    def sums() -> tuple[dict[str, float], dict[str, float]]:
        opened = figures(prometheus, 'sum by (signal) (heed_alerts_total{status="open"})', "signal")
        closed = figures(
            prometheus, 'sum by (signal) (heed_alerts_total{status=~"resolved|expired"})', "signal"
        )
        standing = figures(prometheus, "sum by (signal) (heed_alerts_open)", "signal")
        left = {name: n - closed.get(name, 0) for name, n in opened.items()}
        return _some(left), _some(standing)

    until(lambda: sums()[0] == sums()[1], 10, lambda: str(sums()))
    assert sums()[1].keys() >= {"cart_abandoned", "checkout_abandoned", "queue_abandoned"}


def _some(figures: dict[str, float]) -> dict[str, float]:
    return {name: figure for name, figure in figures.items() if figure}


def test_nothing_is_left_to_do(prometheus: Prometheus) -> None:
    assert {each.value for each in prometheus.query("heed_partition_lag")} == {0}
    assert {each.value for each in prometheus.query("heed_committed_age_seconds")} == {0}
    assert {each.value for each in prometheus.query("heed_deadlines_overdue")} == {0}


def test_a_figure_stands_for_each_partition(prometheus: Prometheus) -> None:
    told = {each.labels["partition"] for each in prometheus.query("heed_partition_lag")}
    assert told == {"0", "1", "2", "3"}


def test_no_customer_is_named_on_the_page(worker: tuple[Worker, Settings]) -> None:
    _, page = worker[0].get("/metrics")
    people = {event["customer_id"] for event in SHOP if "customer_id" in event}
    assert len(people) > 300
    assert not [name for name in people if name in page]
