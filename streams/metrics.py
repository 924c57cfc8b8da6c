"""Metrics on a registry of their own, with the names of the contract."""

import collections
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAG = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600, 86400, 604800)
MOST_LABELS, OTHER = 100, "other"
"""Of a metric by queue: what stands behind the first hundred is told as one."""
_RECORDS = (1, 5, 10, 50, 100, 500, 1000, 2000, 5000, 10000)


class Metrics:
    """Every metric of one worker. Labels are bounded; a customer id is never one."""

    def __init__(
        self,
        labels: Mapping[str, tuple[str, ...]] | None = None,
        *,
        of: str = "",
        beside: "Metrics | None" = None,
    ) -> None:
        """`labels`: of the counters and gauges that logic changes, by name without prefix.

        Those of a second agent stand on the page `beside` the first's: what logic changes is the
        same for both, what the engine measures has its name in it (`heed_groups_commit_seconds`).
        """
        registry: CollectorRegistry = CollectorRegistry() if beside is None else beside.registry
        self.registry: CollectorRegistry = registry
        self.counters: dict[str, Counter] = {} if beside is None else beside.counters
        self.gauges: dict[str, Gauge] = {} if beside is None else beside.gauges
        self.ratios: dict[str, tuple[str, str]] = {} if beside is None else beside.ratios
        self.histograms: dict[str, Histogram] = {} if beside is None else beside.histograms
        self._labels: dict[str, tuple[str, ...]] = {} if beside is None else beside._labels
        self._labels.update(labels or {})
        self._named: dict[str, set[tuple[str, ...]]] = {} if beside is None else beside._named
        self._shown: dict[str, Mapping[tuple[str, ...], float]] = (
            {} if beside is None else beside._shown
        )
        self._of = of
        name = f"heed_{of}_" if of else "heed_"
        self.totals: collections.Counter[tuple[str, ...]] = (
            collections.Counter() if beside is None else beside.totals
        )
        """The sums of what decisions counted, for those who show them without Prometheus."""
        self.rejected: Counter = (
            Counter(
                "heed_rejected", "Records that could not be taken.", ["reason"], registry=registry
            )
            if beside is None
            else beside.rejected
        )
        self.event_lag = Histogram(
            f"{name}event_lag_seconds",
            "From event time to decision, of the newest record of each batch.",
            buckets=_LAG,
            registry=registry,
        )
        self.commit = Histogram(
            f"{name}commit_seconds", "One transaction.", buckets=_SECONDS, registry=registry
        )
        self.batch = Histogram(
            f"{name}batch_records", "Records in a batch.", buckets=_RECORDS, registry=registry
        )
        self.lag = Gauge(
            f"{name}partition_lag", "Records not yet decided.", ["partition"], registry=registry
        )
        self.age = Gauge(
            f"{name}committed_age_seconds",
            "Since the last commit while there was something to do; 0 when there is nothing.",
            ["partition"],
            registry=registry,
        )
        self.overdue = Gauge(
            f"{name}deadlines_overdue", "Deadlines that have come up, not fired.", registry=registry
        )
        self.state_bytes = Gauge(f"{name}state_bytes", "State held, in bytes.", registry=registry)
        self.restore = Gauge(
            f"{name}restore_seconds", "The last restore of a partition.", registry=registry
        )
        self.rebalances = Counter(f"{name}rebalances", "Rebalances seen.", registry=registry)
        if beside is None:
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

    def distribute(self, name: str, text: str, buckets: Sequence[float]) -> None:
        """A histogram that logic lets see values: name without prefix, and help text."""
        labels = self._labels.get(name, ())
        self.histograms[name] = Histogram(
            f"heed_{name}", text, labels, buckets=buckets, registry=self.registry
        )

    def sample(self, name: tuple[str, ...], value: float) -> None:
        """Let a histogram see a value, once it has been committed."""
        called, *labels = name
        histogram = self.histograms[called]
        (histogram.labels(*self._bounded(called, labels)) if labels else histogram).observe(value)

    def _bounded(self, name: str, labels: Sequence[str]) -> tuple[str, ...]:
        """The labels of a metric whose values platforms choose: the first hundred, then `other`."""
        known, said = self._named.setdefault(name, set()), tuple(labels)
        if said in known or len(known) < MOST_LABELS:
            known.add(said)
            return said
        return (OTHER,) * len(said)

    def reject(self, reason: str) -> None:
        """Count a record that went to `rejected`."""
        self.totals["rejected", reason] += 1
        self.rejected.labels(reason).inc()

    def show(self, gauges: Mapping[tuple[str, ...], float]) -> None:
        """Set the gauges to the sums over this worker's partitions, and those of the agent beside
        it."""
        self._shown[self._of] = dict(gauges)
        sums: collections.Counter[tuple[str, ...]] = collections.Counter()
        for shown in self._shown.values():
            for which, number in shown.items():
                sums[which] += number  # type: ignore[assignment]
        for gauge in self.gauges.values():
            gauge.clear()
        for (name, *labels), number in sums.items():
            if name in self.gauges:
                gauge = self.gauges[name]
                (gauge.labels(*labels) if labels else gauge).set(number)
        for name, (above, below) in self.ratios.items():
            gauge, parts = self.gauges[name], collections.Counter[tuple[str, ...]]()
            wholes: collections.Counter[tuple[str, ...]] = collections.Counter()
            for (part, *labels), whole in sorted(sums.items()):
                if part == below and whole > 0:
                    bounded = self._bounded(name, labels) if labels else ()
                    wholes[bounded] += whole
                    parts[bounded] += sums[(above, *labels)]
            for bounded, whole in wholes.items():
                (gauge.labels(*bounded) if bounded else gauge).set(parts[bounded] / whole)


def _version() -> str:
    try:
        return version("heed")
    except PackageNotFoundError:
        return "unknown"
