"""`heed simulate`: a seeded company's interactions to standard output, and the truth to a file."""

import sys
from pathlib import Path
from typing import Any

import orjson

from heed.progress import say, watched
from heed.simulator.company import BEGIN, company
from schemas.instant import DAY, LATEST, instant
from streams.errors import Unusable


def simulate(truth: Path | None, seed: int, customers: int, days: int, **options: Any) -> None:
    """Write them as JSON lines; options as of `company`. Raises Unusable for a file not writable.

    The truth is written first, so that a file that cannot be written costs nobody's time.
    """
    if instant(options.get("begin", BEGIN)) + days * DAY > LATEST:
        raise Unusable(f"--days {days}: they end after the year 9999")
    try:
        made = company(seed, customers, days, **options)
    except ValueError as why:
        raise Unusable(f"--plant {why}") from None
    truths = made.truths()
    if truth is not None:
        lines = b"".join(orjson.dumps(each.plain()) + b"\n" for each in truths)
        try:
            truth.write_bytes(lines)
        except OSError as why:
            raise Unusable(f"--truth {truth}: {(why.strerror or str(why)).lower()}") from None
    number = 0
    for event in watched(made.interactions(), "writing"):
        sys.stdout.buffer.write(orjson.dumps(event) + b"\n")
        number += 1
    sys.stdout.buffer.flush()
    where = f", written to {truth}" if truth is not None else ": --truth FILE writes them"
    say(f"{number:,} interactions of {len(made.lives):,} people over {days:,} days")
    say(f"  and {len(truths):,} truths that no interaction says{where}")
