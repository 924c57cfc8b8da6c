"""Shop sessions of OTTO and Yoochoose: read directly, and as interactions.

A session is a customer with one nameless cart. OTTO's `clicks` are views, its `carts` put one piece
into the cart, and its `orders` of one instant are one order. Yoochoose has clicks alone.

Reading OTTO: an order closes the cart with all that is in it, since nothing says that other pieces
were left. A cart that holds something is abandoned 60 min after the last piece was put in, but not
within 24 h of its last abandonment; what comes at that very instant comes after it. The next piece
(`returned`) or order (`recovered`) ends it; after 30 d it expires and the cart is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import polars as pl

HOUR = 3_600_000
DAY = 24 * HOUR
ABANDONED_AFTER, NOT_AGAIN_WITHIN, EXPIRES_AFTER = HOUR, DAY, 30 * DAY
"""Milliseconds, as all times here."""


class Abandoned(NamedTuple):
    """A cart that was left: when that became true, and when and how it ended, if it did."""

    session: str
    opened: int
    ended: int | None
    how: str | None


@dataclass(frozen=True)
class Session:
    """`pieces` put into the cart, and times of `orders`; `views` are (time, item)."""

    name: str
    views: list[tuple[int, int]]
    pieces: list[tuple[int, int]]
    orders: dict[int, list[int]]

    @property
    def last(self) -> int:
        """The time of its last event."""
        return max([at for at, _ in (*self.views, *self.pieces)] + list(self.orders))

    def left_standing(self) -> list[int]:
        """The items that are in the cart when the session ends: put in since the last order."""
        closed = max(self.orders, default=0)
        return [item for at, item in self.pieces if at > closed]

    def abandoned(self, until: int) -> Iterator[Abandoned]:
        """Every abandonment of its cart up to and including `until`, by reading."""
        steps = sorted({*(at for at, _ in self.pieces), *self.orders})
        cool = opened = due = None
        for at, after in zip_longest(steps, steps[1:]):
            if opened is not None:
                how = "recovered" if at in self.orders else "returned"
                yield Abandoned(self.name, opened, at, how)
                opened = None
            if at in self.orders:
                cool = None
                continue
            due = at + ABANDONED_AFTER if cool is None else max(at + ABANDONED_AFTER, cool)
            if due > (until if after is None else after):
                continue
            opened, cool = due, due + NOT_AGAIN_WITHIN
            expired = opened + EXPIRES_AFTER
            if expired <= (until if after is None else after):
                yield Abandoned(self.name, opened, expired, "expired")
                opened = cool = None
        if opened is not None:
            yield Abandoned(self.name, opened, None, None)


def otto(path: Path) -> list[Session]:
    """The sessions of OTTO's sample: one JSON object a line."""
    return [_session(orjson.loads(line)) for line in path.read_bytes().splitlines()]


def _session(said: dict[str, Any]) -> Session:
    events = said["events"]
    orders = [event for event in events if event["type"] == "orders"]
    by_time = groupby(orders, key=lambda event: event["ts"])
    return Session(
        name=str(said["session"]),
        views=[(event["ts"], event["aid"]) for event in events if event["type"] == "clicks"],
        pieces=[(event["ts"], event["aid"]) for event in events if event["type"] == "carts"],
        orders={at: [event["aid"] for event in group] for at, group in by_time},
    )


def interactions(sessions: list[Session]) -> list[dict[str, Any]]:
    """All events of OTTO's sessions as interactions, by time."""
    told: list[tuple[int, dict[str, Any]]] = []
    for session in sessions:
        said = [(at, "product_viewed", {"product_id": str(item)}) for at, item in session.views]
        said += [(at, "product_added", {"product_id": str(item)}) for at, item in session.pieces]
        said += [
            (at, "order_completed", {"products": [{"product_id": str(item)} for item in items]})
            for at, items in session.orders.items()
        ]
        for number, (at, kind, properties) in enumerate(said):
            name = f"otto-{session.name}-{number}"
            told.append((at, _event(name, kind, at / 1000, session.name, properties)))
    told.sort(key=lambda each: each[0])
    return [event for _, event in told]


def yoochoose(path: Path) -> list[dict[str, Any]]:
    """Yoochoose's clicks as interactions, in the order of the file (session by session)."""
    rows = pl.read_csv(path, separator="\t")
    return [
        _event(f"yoochoose-{number}", "product_viewed", at, str(session), {"product_id": str(item)})
        for number, (session, item, at) in enumerate(rows.iter_rows())
    ]


def _event(
    name: str, kind: str, at: float, session: str, properties: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": name, "type": kind, "time": at, "channel": "web", "customer_id": session,
        "properties": properties,
    }  # fmt: skip
