"""A real Prometheus takes dashboards/ as they are, and answers every query of the dashboard."""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    start_http_server,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tests.support.programs import need_program
from tests.support.prometheus import DASHBOARDS, Prometheus, dashboard_queries

SERIES_SUFFIX = re.compile(r"_(bucket|sum|count)$")


class BusyWorker(Collector):
    """Every metric that a worker has; each scrape finds it a little further on."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        self.interactions = Counter(
            "heed_interactions", "Accepted.", ["channel", "type"], registry=own
        )
        self.duplicates = Counter("heed_duplicates", "Dropped.", registry=own)
        self.rejected = Counter("heed_rejected", "Not taken.", ["reason"], registry=own)
        self.alerts = Counter(
            "heed_alerts", "Changes.", ["signal", "severity", "status"], registry=own
        )
        self.rebalances = Counter("heed_rebalances", "Rebalances.", registry=own)
        self.seconds = [
            Histogram(f"heed_{name}_seconds", name, registry=own)
            for name in ("event_lag", "commit")
        ]
        self.waits = Histogram("heed_wait_seconds", "Waits.", ["queue"], registry=own)
        self.batches = Histogram(
            "heed_batch_records", "Sizes.", registry=own, buckets=(1, 10, 100, 1000)
        )
        for name, labels in {
            "alerts_open": {"signal": "gone_silent", "team": "retention"},
            "value_at_risk": {"currency": "EUR", "team": "retention"},
            "customers": {"stage": "active"},
            "service_level_ratio": {"queue": "sales"},
            "partition_lag": {"partition": "0"},
            "committed_age_seconds": {"partition": "0"},
        }.items():
            gauge = Gauge(f"heed_{name}", name, list(labels), registry=own)
            gauge.labels(**labels).set(1)
        for name in ("deadlines_overdue", "state_bytes", "restore_seconds"):
            Gauge(f"heed_{name}", name, registry=own).set(1)
        Info("heed_build", "Build.", registry=own).info({"version": "0.1.0"})

    def collect(self) -> Iterable[Metric]:
        for kind in ("product_viewed", "contact_queued", "contact_abandoned"):
            self.interactions.labels("web", kind).inc(7)
        self.duplicates.inc()
        self.rejected.labels("not_json").inc()
        self.alerts.labels("gone_silent", "warning", "open").inc()
        self.rebalances.inc()
        self.waits.labels("sales").observe(30)
        for histogram in (*self.seconds, self.batches):
            histogram.observe(0.05)
        yield from self.registry.collect()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    binary = need_program("prometheus", "Debian's package `prometheus`")
    registry = CollectorRegistry()
    registry.register(BusyWorker())
    web, thread = start_http_server(0, "127.0.0.1", registry)
    try:
        target = f"127.0.0.1:{web.server_port}"
        folder = tmp_path_factory.mktemp("prometheus")
        with Prometheus(folder, target=target, binary=binary) as server:
            server.wait_for("count_over_time(heed_build_info[1m]) >= 3")  # a rate needs two
            yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


@pytest.mark.parametrize(("title", "expr"), dashboard_queries())
def test_every_query_of_the_dashboard_has_an_answer(
    prometheus: Prometheus, title: str, expr: str
) -> None:
    samples = prometheus.query(expr)
    assert samples, title
    assert not any(math.isnan(sample.value) for sample in samples), title


def test_the_worker_is_scraped_as_the_job_that_the_alerts_name(prometheus: Prometheus) -> None:
    assert [sample.value for sample in prometheus.query('up{job="heed"}')] == [1.0]


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    shown = {
        SERIES_SUFFIX.sub("", name)
        for _, expr in dashboard_queries()
        for name in re.findall(r"heed_\w+", expr)
    }
    told = {
        metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "")
        for metric in BusyWorker().collect()
    }
    assert shown == told


@pytest.mark.parametrize(
    "check",
    [
        ["check", "config", DASHBOARDS / "prometheus.yml"],
        ["check", "rules", DASHBOARDS / "alerts.yml"],
        ["test", "rules", Path(__file__).with_name("alerts_test.yml")],
    ],
    ids=["config", "rules", "firing"],
)
def test_promtool_finds_no_fault(check: list[str | Path]) -> None:
    promtool = need_program("promtool", "Debian's package `prometheus`")
    done = subprocess.run([promtool, *check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
