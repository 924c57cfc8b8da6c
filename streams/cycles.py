"""Garbage cycles, collected by hand.

The states of customers are trees, and Python's collector of cycles would walk them all again and
again: an eighth of a busy worker's time. What does make cycles (exceptions, the event loop) makes
few, so it is swept now and then.
"""

import asyncio
import gc

YOUNG_SECONDS = 30
FULL_EVERY = 20  # sweeps: ten minutes


def calm() -> None:
    """Leave what the program consists of alone, and collect only when `sweep` says so."""
    gc.collect()
    gc.freeze()
    gc.disable()


async def sweep() -> None:
    """Collect young cycles every half minute, all of them every ten minutes; never returns."""
    count = 0
    while True:
        await asyncio.sleep(YOUNG_SECONDS)
        count += 1
        gc.collect(2 if count % FULL_EVERY == 0 else 1)
