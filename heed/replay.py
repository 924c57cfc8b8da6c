"""The same decisions offline: no broker, one partition, a clock that the records move."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson

from agents.decide import Customers
from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from agents.kinds import every_kind
from agents.rulebook import Rulebook
from agents.text import Classifier
from schemas.playbooks import Playbooks
from schemas.standards import Standards
from streams.clock import DEFAULT_LATENESS
from streams.contract import Broadcast, Decision, Line, Output, Refusal
from streams.in_memory import InMemory

CHUNK = 5000
OBSERVED = "observations"
CACHED = 100_000
"""Rows kept decoded."""


class Replay:
    """Feeds wire-form interactions to the logic and hands its outputs on, in order of decision.

    What the customers agent observes of groups is handed to the groups agent after each chunk.
    """

    def __init__(
        self,
        standards: Standards | None = None,
        text: Classifier | None = None,
        playbooks: Playbooks | None = None,
        *,
        lateness: int = DEFAULT_LATENESS,
        groups: bool = True,
        internal_key: str | None = None,
        **place: int,
    ) -> None:
        """What a house has said of how to decide (`*house`), the built-in where it has not.

        `place` is of `InMemory`: which `partition` of how many `partitions` it is; then what
        was said there between rows is read as well, which workers seal with `internal_key`.
        """
        rulebook = Rulebook(standards, text, playbooks, observed=groups)
        self.logic = Customers(rulebook, future=None, internal_key=internal_key)
        self.customers = InMemory(self.logic, lateness, cached=CACHED, **place)
        self.groups = (
            InMemory(Groups(GroupBook(standards, playbooks)), lateness, cached=CACHED)
            if groups
            else None
        )
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.gauges: Counter[tuple[str, ...]] = Counter()
        self.rejected: Counter[str] = Counter()
        self.events = 0
        self._chunk = CHUNK
        self._back: list[Line] = []
        """What the groups agent has told the customers agent, and it has not heard yet."""

    def run(
        self,
        values: Iterable[bytes | Line],
        until: int | None = None,
        refused: list[Refusal] | None = None,
    ) -> Iterator[Output]:
        """All alerts that `values` lead to; the end of input moves the clock on, to `until`."""
        for output in self.outputs(values, until, refused):
            if output.topic == "alerts":
                yield output

    def outputs(
        self,
        values: Iterable[bytes | Line],
        until: int | None = None,
        refused: list[Refusal] | None = None,
    ) -> Iterator[Output]:
        """All that both agents tell, on whatever topic."""
        source = iter(values)
        while chunk := [_line(value) for value in islice(source, self._chunk)]:
            self.events += len(chunk)
            heard, self._back = self._back, []
            yield from self._take(self.customers.decide([*heard, *chunk]), refused)
        for decision in self.customers.finish(until):
            yield from self._take(decision, refused)
        if self.groups is not None:
            end = self.customers.view.clock.now
            for decision in self.groups.finish(max(end, self.groups.view.clock.newest)):
                yield from self._count(decision, refused)

    def stored(self, key: str) -> bytes | None:
        """A row as it would be stored, once `run` has ended; None where there is none."""
        return self.customers.rows.get(key)

    def _take(self, decision: Decision, refused: list[Refusal] | None) -> Iterator[Output]:
        """What the customers agent has decided, and what the groups agent makes of it."""
        yield from self._count(decision, refused)
        if self.groups is not None:
            told: list[Output | Broadcast] = [*decision.outputs, *decision.broadcasts]
            seen = [Line(each.value, 0, each.key) for each in told if each.topic == OBSERVED]
            if seen:
                made = self.groups.decide(seen)
                self._back += [
                    Line(back.value, 0, back.key, back.headers) for back in made.broadcasts
                ]
                yield from self._count(made, refused)

    def _count(self, decision: Decision, refused: list[Refusal] | None) -> list[Output]:
        self.counts.update(decision.counts)
        for name, change in decision.gauges.items():
            self.gauges[name] += change  # type: ignore[assignment]
        for refusal in decision.refusals:
            self.rejected[refusal.reason] += 1
        if refused is not None:
            refused.extend(decision.refusals)
        return decision.outputs

    def summary(self, seconds: float) -> dict[str, object]:
        """The summary of the contract."""
        return summary(
            self.events, sum(self.rejected.values()), self.counts, self.gauges, seconds,
        )  # fmt: skip


def _line(value: bytes | Line) -> Line:
    return value if isinstance(value, Line) else Line(value)


def summary(
    events: int,
    rejected: int,
    counts: "Counter[tuple[str, ...]]",
    gauges: "dict[tuple[str, ...], float] | Counter[tuple[str, ...]]",
    seconds: float,
) -> dict[str, object]:
    """Events, customers, and what became of the alerts of each signal."""
    alerts = {name: dict.fromkeys(("opened", "resolved", "expired", "notice"), 0)
              for name in every_kind()}  # fmt: skip
    for (metric, *labels), number in counts.items():
        if metric == "alerts":
            signal, _, status = labels
            if status != "updated":  # It stands as before.
                alerts[signal]["opened" if status == "open" else status] += number
    customers = sum(number for (metric, *_), number in gauges.items() if metric == "customers")
    return {
        "events": events,
        "rejected": rejected,
        "customers": round(customers),
        "alerts": alerts,
        "seconds": round(seconds, 3),
    }


def difference(
    one: Replay, other: Replay, values: Sequence[bytes], until: int | None
) -> Iterator[bytes]:
    """Alerts that only one of two runs tells: `-` before those of `one`, `+` of the `other`."""
    mine, theirs = (
        {orjson.loads(told.value)["alert_id"]: told.value for told in run.run(values, until)}
        for run in (one, other)
    )
    for sign, here, there in ((b"-", mine, theirs), (b"+", theirs, mine)):
        yield from (sign + value for name, value in here.items() if name not in there)


def sentences(result: dict[str, Any]) -> Iterator[str]:
    """A summary for people: a line for the whole, and one for each signal."""
    yield (
        f"{result['events']:,} interactions of {result['customers']:,} customers in "
        f"{result['seconds']:.1f} s, {result['rejected']:,} rejected"
    )
    for signal, told in result["alerts"].items():
        said = [f"{number:,} {what}" for what, number in told.items() if number]
        yield f"  {signal}: {', '.join(said) or 'none'}"
