"""Metrics on a registry of their own, with the names of the contract."""

import collections
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAG = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600, 86400, 604800)
_RECORDS = (1, 5, 10, 50, 100, 500, 1000, 2000, 5000, 10000)


class Metrics:
    """Every metric of one worker. Labels are bounded; a customer id is never one."""

    def __init__(self, labels: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """`labels`: of the counters and gauges that logic changes, by name without prefix."""
        self.registry = registry = CollectorRegistry()
        self.counters: dict[str, Counter] = {}
        self.gauges: dict[str, Gauge] = {}
        self.ratios: dict[str, tuple[str, str]] = {}
        self._labels = dict(labels or {})
        self.totals: collections.Counter[tuple[str, ...]] = collections.Counter()
        """The sums of what decisions counted, for those who show them without Prometheus."""
        self.rejected = Counter(
            "heed_rejected", "Records that could not be taken.", ["reason"], registry=registry
        )
        self.event_lag = Histogram(
            "heed_event_lag_seconds",
            "From event time to decision, of the newest record of each batch.",
            buckets=_LAG,
            registry=registry,
        )
        self.commit = Histogram(
            "heed_commit_seconds", "One transaction.", buckets=_SECONDS, registry=registry
        )
        self.batch = Histogram(
            "heed_batch_records", "Records in a batch.", buckets=_RECORDS, registry=registry
        )
        self.lag = Gauge(
            "heed_partition_lag", "Records not yet decided.", ["partition"], registry=registry
        )
        self.age = Gauge(
            "heed_committed_age_seconds",
            "Since the last commit while there was something to do; 0 when there is nothing.",
            ["partition"],
            registry=registry,
        )
        self.overdue = Gauge(
            "heed_deadlines_overdue", "Deadlines that have come up, not fired.", registry=registry
        )
        self.state_bytes = Gauge("heed_state_bytes", "State held, in bytes.", registry=registry)
        self.restore = Gauge(
            "heed_restore_seconds", "The last restore of a partition.", registry=registry
        )
        self.rebalances = Counter("heed_rebalances", "Rebalances seen.", registry=registry)
        Info("heed_build", "Versions.", registry=registry).info({"version": _version()})

    def declare(
        self,
        counters: Mapping[str, str],
        gauges: Mapping[str, str],
        ratios: Mapping[str, tuple[str, str, str]] | None = None,
    ) -> None:
        """Counters and gauges that logic changes: name without prefix, and help text.

        `ratios` are gauges made of two others with the same labels, by help text, numerator and
        denominator; those two need not be shown themselves.
        """
        for name, (text, above, below) in (ratios or {}).items():
            labels = self._labels.get(name, ())
            self.gauges[name] = Gauge(f"heed_{name}", text, labels, registry=self.registry)
            self.ratios[name] = (above, below)
        for name, text in counters.items():
            labels = self._labels.get(name, ())
            self.counters[name] = Counter(f"heed_{name}", text, labels, registry=self.registry)
        for name, text in gauges.items():
            labels = self._labels.get(name, ())
            self.gauges[name] = Gauge(f"heed_{name}", text, labels, registry=self.registry)

    def count(self, counts: Mapping[tuple[str, ...], int]) -> None:
        """Add what a decision counted, once it has been committed."""
        self.totals.update(counts)
        for (name, *labels), number in counts.items():
            counter = self.counters[name]
            (counter.labels(*labels) if labels else counter).inc(number)

    def reject(self, reason: str) -> None:
        """Count a record that went to `rejected`."""
        self.totals["rejected", reason] += 1
        self.rejected.labels(reason).inc()

    def show(self, gauges: Mapping[tuple[str, ...], float]) -> None:
        """Set the gauges to the sums over this worker's partitions."""
        for gauge in self.gauges.values():
            gauge.clear()
        for (name, *labels), number in gauges.items():
            if name in self.gauges:
                gauge = self.gauges[name]
                (gauge.labels(*labels) if labels else gauge).set(number)
        for name, (above, below) in self.ratios.items():
            for (part, *labels), whole in gauges.items():
                if part == below and whole > 0:
                    gauge = self.gauges[name]
                    share = gauges.get((above, *labels), 0) / whole
                    (gauge.labels(*labels) if labels else gauge).set(share)


def _version() -> str:
    try:
        return version("heed")
    except PackageNotFoundError:
        return "unknown"
