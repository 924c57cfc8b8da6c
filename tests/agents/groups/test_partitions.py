"""Groups decide the same whatever partition of customers is faster, and however batches are cut."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import NamedTuple

import pytest

from agents.decide import Customers
from agents.groups.decide import Groups
from heed.simulator.crowd import shop_day
from schemas.customer import Customer
from schemas.group import Group, encode
from streams.clock import Clock
from streams.contract import Line, Output
from streams.murmur2 import partition_of
from streams.rows import View

PARTITIONS = 3
DAY = 86_400


class Told(NamedTuple):
    """What one partition of customers told each partition of groups, in order."""

    to: int
    line: Line


@cache
def season() -> list[list[Line]]:
    """A call centre and a shop on three days a week apart, by partition of customers."""
    lines: list[list[Line]] = [[] for _ in range(PARTITIONS)]
    for day in range(3):
        for event in shop_day(1_735_689_600 + 7 * day * DAY, day):
            event["id"] = f"{day}-{event['id']}"
            name = str(event.get("customer_id") or next(iter(event["aliases"].values())))
            event = {**event, "customer_id": name}
            event.pop("aliases", None)
            where = partition_of(name.encode(), PARTITIONS)
            lines[where].append(Line(json.dumps(event).encode()))
    return lines


def observed(batch: int) -> list[list[Told]]:
    """What the partitions of customers tell, with batches of that size."""
    out: list[list[Told]] = []
    for number, lines in enumerate(season()):
        view = View[Customer](
            lambda _: None, Clock(), partition=number, partitions=PARTITIONS, cached=1 << 60
        )
        told: list[Told] = []
        for begin in range(0, len(lines), batch):
            decision = Customers(future=None).decide(view, lines[begin : begin + batch], None)
            for output in decision.outputs:
                if output.topic == "observations":
                    line = Line(output.value, 0, output.key)
                    told.append(Told(partition_of(output.key, PARTITIONS), line))
            for every in decision.broadcasts:
                told += [Told(n, Line(every.value, 0, every.key)) for n in range(PARTITIONS)]
        out.append(told)
    return out


def groups(told: list[list[Told]], rng: random.Random | None) -> tuple[list[Output], list[bytes]]:
    """Alerts and state, with the partitions taken one after the other, or as luck would have it."""
    left = [list(each) for each in told]
    came: list[list[Line]] = [[] for _ in range(PARTITIONS)]
    while any(left):
        waiting = [number for number in range(PARTITIONS) if left[number]]
        number, size = (
            (waiting[0], 10**9) if rng is None else (rng.choice(waiting), rng.randint(1, 400))
        )
        for each in left[number][:size]:
            came[each.to].append(each.line)
        del left[number][:size]
    outputs: list[Output] = []
    state: list[bytes] = []
    for number, lines in enumerate(came):
        view = View[Group](lambda _: None, Clock(), partition=number, cached=1 << 60)
        decision = Groups().decide(view, lines, None)
        outputs += [output for output in decision.outputs if output.topic == "alerts"]
        state += [
            row.key.encode() + encode(row.state, row.deadline)
            for row in sorted(view.rows(), key=lambda row: row.key)
        ]
    return outputs, state


@cache
def expected() -> tuple[list[Output], list[bytes]]:
    return groups(observed(500), random.Random(0))


def test_alerts_of_groups_are_told() -> None:
    outputs, state = expected()
    assert len(outputs) > 3
    assert len(state) > 10


@pytest.mark.parametrize("batch", [37, 10**9])
def test_who_is_faster_does_not_matter(batch: int) -> None:
    told = observed(batch)
    assert groups(told, None) == expected()
    assert groups(told, random.Random(batch)) == expected()
