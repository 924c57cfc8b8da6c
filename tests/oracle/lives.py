"""Adversarial lives: random customers whose records collide with the rules as often as they can.

`random_lives` is seeded and gives the same records for the same arguments. What it sends stays
where the text of the rules is clear, except for lateness; `contested=True` adds what they leave
open (see `rules`). `lives` is the hypothesis strategy; `smallest` cuts a failing life down.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .people import Person, Record

__all__ = ["Record", "lives", "random_lives", "smallest"]

SURELY_REPEATED = 40  # ids: well within the 64 that are remembered ...
SURELY_FORGOTTEN = 90  # ... and well beyond them


def random_lives(
    seed: int, customers: int = 5, records: int = 120, *, contested: bool = False
) -> list[Record]:
    """Interactions of several customers in arrival order."""
    rng = random.Random(seed)
    sent: list[tuple[int, int, Record]] = []
    shares = [rng.choice((1, 1, 2, 5)) for _ in range(customers)]
    for number, share in enumerate(shares):
        person = Person(rng, f"customer-{number}", contested)
        person.live(max(1, round(records * share / sum(shares))))
        sent += person.sent
    sent.sort(key=lambda item: item[0])
    arrived = [record for _, _, record in sent]
    for _ in range(records // 25):
        repeat(rng, arrived, contested)
    return arrived[:records]


def repeat(rng: random.Random, arrived: list[Record], contested: bool) -> None:
    """Send one record a second time, while its id is surely remembered or surely forgotten."""
    place = rng.randrange(len(arrived))
    record = arrived[place]
    if sum(other["id"] == record["id"] for other in arrived) > 1:
        return
    own = [i for i, other in enumerate(arrived) if other["customer_id"] == record["customer_id"]]
    later = [i for i in own if i >= place]
    distances = [1, 2, 10, SURELY_REPEATED, SURELY_FORGOTTEN]
    if contested:
        distances += [63, 64, 65]
    possible = [distance for distance in distances if distance <= len(later)]
    if possible:
        arrived.insert(later[rng.choice(possible) - 1] + 1, dict(record))


def lives(
    max_customers: int = 5, max_records: int = 200, *, contested: bool = False
) -> SearchStrategy[list[Record]]:
    """Random lives for hypothesis. Shrinks to fewer customers and shorter beginnings."""
    return st.builds(
        lambda seed, customers, records, length: random_lives(
            seed, customers, records, contested=contested
        )[:length],
        seed=st.integers(0, 2**32 - 1),
        customers=st.integers(1, max_customers),
        records=st.sampled_from([size for size in (20, 60, 120, 200) if size <= max_records]),
        length=st.integers(1, max_records),
    )


def smallest(records: Sequence[Record], fails: Callable[[list[Record]], bool]) -> list[Record]:
    """Leave out records as long as the rest still fails."""
    rest = list(records)
    size = len(rest) // 2
    while size:
        start = 0
        while start < len(rest):
            shorter = rest[:start] + rest[start + size :]
            if fails(shorter):
                rest = shorter
            else:
                start += size
        size //= 2
    return rest
