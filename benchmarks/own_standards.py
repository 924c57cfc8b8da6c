"""What a house's own standards cost an event that none of them concerns.

    python -m benchmarks.own_standards --standards 800 --events 50000

The same interactions are decided with none of them and with all, in turns, and the best of several
rounds counts: what else runs on the machine only ever adds. Half of the standards are of branches
of their own and begin with `visitor_arrived`; the others begin with `contact_queued` of queues of
their own. The interactions are page views, and arrivals in a branch that no standard names.
"""

from __future__ import annotations

import argparse
import time

import orjson

from heed.replay import Replay
from schemas.instant import MINUTE
from schemas.standards import (
    AssistedLate,
    GreetingLate,
    HouseStandard,
    Standards,
    Thresholds,
    WorkingTime,
)

ROUNDS = 7
CUSTOMERS = 5_000
START = 1_795_305_600


def house(number: int) -> Standards:
    """A house with that many standards."""
    own = tuple(
        HouseStandard(
            name=f"standard_{each}", began="visitor_arrived", to="visitor_greeted",
            within=WorkingTime(MINUTE), branch=f"branch-{each}",
        )
        if each % 2
        else HouseStandard(
            name=f"standard_{each}", began="contact_queued", to="contact_answered",
            within=WorkingTime(MINUTE), queue=f"queue-{each}",
        )
        for each in range(number)
    )  # fmt: skip
    # Alerts cost more than anything measured here: nobody is greeted, and nobody is told of it.
    base = Thresholds(
        greeting_late=GreetingLate(enabled=False), assisted_late=AssistedLate(enabled=False)
    )
    return Standards(base, own=own)


def events(kind: str, number: int) -> list[bytes]:
    """Interactions of that type, one a second, of customers in turn."""
    return [
        orjson.dumps(
            {
                "id": f"{kind}-{each}",
                "type": kind,
                "time": START + each,
                "channel": "store",
                "customer_id": f"c{each % CUSTOMERS}",
                "branch": "elsewhere",
            }
        )
        for each in range(number)
    ]


def seconds(standards: Standards, values: list[bytes]) -> float:
    """CPU time for deciding about them once."""
    replay = Replay(standards)
    begin = time.process_time()
    for _ in replay.run(values):
        pass
    return time.process_time() - begin


def main() -> None:
    """Print microseconds an event, without and with them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--standards", type=int, default=800)
    parser.add_argument("--events", type=int, default=50_000)
    asked = parser.parse_args()
    none, all_ = house(0), house(asked.standards)
    for kind in ("page_viewed", "visitor_arrived"):
        values = events(kind, asked.events)
        best = [1e9, 1e9]
        for _ in range(ROUNDS):
            for place, standards in enumerate((none, all_)):
                best[place] = min(best[place], seconds(standards, values))
        without, with_all = (1e6 * each / asked.events for each in best)
        print(
            f"{kind}: {without:.2f} us an event without, "
            f"{with_all:.2f} us with {asked.standards} standards"
        )


if __name__ == "__main__":
    main()
