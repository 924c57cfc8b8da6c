"""How well alarms agree with truths: precision, recall and delay.

An alarm is right if a truth that its signal ought to notice, or that makes it right as well, holds
for that customer around it (see `Meaning`). A truth that it ought to notice is counted if all of
its time to be noticed lies within what was watched, and is noticed by its first right alarm.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import NamedTuple

from heed.simulator.one_person import Pairs
from heed.simulator.truth import LEAVES_WITHIN, LEAVING, MEANINGS, Meaning, Truth


class Alarm(NamedTuple):
    """An alert that opened, or what a rule of thumb would have told; `at` is in microseconds."""

    signal: str
    customer_id: str
    at: int
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one signal in one run: what was counted, what was right, and how late it came."""

    truths: int
    noticed: int
    alarms: int
    right: int
    delay: float | None
    """Median time from the truth to its first right alarm, in microseconds."""

    @property
    def precision(self) -> float | None:
        """The share of alarms that are right; None without alarms."""
        return self.right / self.alarms if self.alarms else None

    @property
    def recall(self) -> float | None:
        """The share of truths that are noticed; None without truths."""
        return self.noticed / self.truths if self.truths else None


def measure(signal: str, truths: Iterable[Truth], alarms: Iterable[Alarm], end: int) -> Figures:
    """The figures of one signal; what was watched ends at `end`."""
    of_customer: dict[str, list[tuple[Truth, Meaning]]] = defaultdict(list)
    for truth in truths:
        meaning = MEANINGS[truth.what]
        if signal in meaning.signals or signal in meaning.also:
            of_customer[truth.customer_id].append((truth, meaning))
    first: dict[int, int] = {}
    told = right = 0
    for alarm in sorted(each for each in alarms if each.signal == signal):
        told += 1
        seen = [pair for pair in of_customer[alarm.customer_id] if notices(alarm, *pair)]
        right += bool(seen)
        for truth, _ in seen:
            first[id(truth)] = min(alarm.at, first.get(id(truth), alarm.at))
    counted = [
        truth
        for pairs in of_customer.values()
        for truth, meaning in pairs
        if signal in meaning.signals and truth.at + meaning.within <= end
    ]
    delays = [first[id(truth)] - truth.at for truth in counted if id(truth) in first]
    return Figures(len(counted), len(delays), told, right, median(delays) if delays else None)


def notices(alarm: Alarm, truth: Truth, meaning: Meaning) -> bool:
    """Whether that alarm is of that truth."""
    if not truth.at - meaning.lead <= alarm.at <= truth.at + meaning.within:
        return False
    if truth.until is not None and alarm.at > truth.until:
        return False
    return not meaning.by_subject or alarm.subject == truth.detail.get("subject")


def leaves(
    alarms: Iterable[Alarm], signal: str, truths: Iterable[Truth], end: int
) -> tuple[int, int]:
    """How many of the customers left within `LEAVES_WITHIN` of an alarm, and of how many alarms.

    Only alarms of which that is known by `end`, of customers who had not left before.
    """
    left: dict[str, list[Truth]] = defaultdict(list)
    for truth in truths:
        if truth.what in LEAVING:
            left[truth.customer_id].append(truth)
    gone = told = 0
    for alarm in alarms:
        if alarm.signal == signal and alarm.at + LEAVES_WITHIN <= end:
            spans = [truth.at - alarm.at for truth in left[alarm.customer_id]]
            if all(span >= 0 for span in spans):
                told += 1
                gone += any(span <= LEAVES_WITHIN for span in spans)
    return gone, told


class Run(NamedTuple):
    """The figures of one company, by signal: Heed's and the rule of thumb's."""

    heed: dict[str, Figures]
    """With the built-in standards."""
    own: dict[str, Figures]
    """With those that the house has set for itself."""
    rhythm: dict[str, Figures]
    """Of silence, measured by the own gaps."""
    thumb: dict[str, Figures]
    truths: dict[str, Figures]
    """Of no alarms at all: how many truths there are."""
    leaving: dict[str, tuple[int, int]]
    """Of some alarms: how many of those customers left after it, of how many."""


class People(NamedTuple):
    """One company under aliases: how well people are put together, and what that does to churn."""

    pairs: dict[str, Pairs]
    """By the way in which it is done."""
    known: dict[str, Figures]
    """By signal, where everybody says who they are."""
    linked: dict[str, Figures]
    ignored: dict[str, Figures]
    """Where nothing links a name to another."""
    aliased: float
    """The share of interactions that say no customer id."""


class Seed(NamedTuple):
    """All that is measured of one seed."""

    shop: Run
    often: Run
    people: People


class Spread(NamedTuple):
    """Mean and standard deviation over the runs that had a figure."""

    mean: float
    deviation: float
    runs: int


def spread(figures: Sequence[float | None]) -> Spread | None:
    """Over several runs; None where none of them had a figure.

    >>> spread([1.0, None, 3.0])
    Spread(mean=2.0, deviation=1.4142135623730951, runs=2)
    """
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    return Spread(fmean(known), stdev(known) if len(known) > 1 else 0.0, len(known))
