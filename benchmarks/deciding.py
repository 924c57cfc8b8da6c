"""What deciding costs, without a broker: `Customers.decide` on generated events, rows encoded.

    python -m benchmarks.deciding --events 200000 --customers 20000 [--compiled] [--by-signal]
    python -m benchmarks.deciding --aliases 0.4      # in four partitions, forwards included

CPU time of this process, the best of three runs; `--by-signal` shows where it goes, at the price of
a clock around every call.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import defaultdict, deque
from typing import Any

from benchmarks import compiled, generate

BATCH = 4000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--aliases", type=float, default=0.0, help="share of events under an alias")
    parser.add_argument("--mix", choices=generate.MIXES, default="mixed", help="kinds of sessions")
    parser.add_argument("--compiled", action="store_true", help="the modules that mypyc compiled")
    parser.add_argument("--no-signals", action="store_true", help="what is left without them")
    parser.add_argument("--by-signal", action="store_true", help="microseconds by signal and type")
    return parser.parse_args()


class Watched:
    """A signal, timed."""

    def __init__(self, signal: Any, spent: dict[str, float]) -> None:
        self.signal, self.spent = signal, spent
        self.kinds = signal.kinds
        self.name = signal.kinds[0].name if signal.kinds else "lifecycle"

    def on_event(self, customer: Any, event: Any, alerts: Any) -> None:
        began = time.perf_counter()
        self.signal.on_event(customer, event, alerts)
        took = time.perf_counter() - began
        self.spent[self.name] += took
        self.spent[f"({event.kind})"] += took


def measured(
    lines: list[list[Any]], spent: dict[str, float] | None = None, *, signals: bool = True
) -> tuple[float, float, int]:
    """CPU seconds of deciding and of encoding, and how many rows were encoded.

    `lines` are the records of each partition; without `signals` none hears of anything.
    """
    from agents.decide import Customers
    from streams.clock import Clock
    from streams.murmur2 import partition_of
    from streams.rows import Row, View

    logic = Customers(future=None)
    if spent is not None:
        book = logic.rulebook
        watched = {id(signal): Watched(signal, spent) for signal in book.default.signals}
        by_class: Any = {
            cls: tuple(watched[id(signal)] for signal in signals)
            for cls, signals in book.default.by_class.items()
        }
        book.default = book.default._replace(by_class=by_class)
    if not signals:
        none: Any = dict.fromkeys(logic.rulebook.default.by_class, ())
        logic.rulebook.default = logic.rulebook.default._replace(by_class=none, clocked=())
    codec, stored = logic.codec(), {}

    def fetch(key: str) -> Row[Any] | None:
        value = stored.get(key)
        return (
            None
            if value is None
            else Row(key, codec.decode(value), int.from_bytes(value[:8], "big"))
        )

    count = len(lines)
    views: list[View[Any]] = [
        View(fetch, Clock(), partition=number, partitions=count, cached=50_000)
        for number in range(count)
    ]
    deciding = encoding = 0.0
    rows, logs = 0, [deque(mine) for mine in lines]
    while any(logs):
        for view, log in zip(views, logs, strict=True):
            batch = [log.popleft() for _ in range(min(BATCH, len(log)))]
            began = time.process_time()
            decision = logic.decide(view, batch, 1)
            decided = time.process_time()
            if decision.taken is not None:
                log.extendleft(reversed(batch[decision.taken :]))
            for row in view.touched:
                stored[row.key] = row.stored(codec)
                rows += 1
            view.settle()
            deciding += decided - began
            encoding += time.process_time() - decided
            for record, key in decision.forwards:
                logs[partition_of(key, count)].append(record)
    return deciding, encoding, rows


def main() -> None:
    args = arguments()
    if args.compiled and not compiled.use():
        raise SystemExit(1)
    from streams.contract import Line
    from streams.murmur2 import partition_of

    partitions = generate.PARTITIONS if args.aliases else 1
    lines: list[list[Any]] = [[] for _ in range(partitions)]
    made = generate.records(args.events, args.customers, aliases=args.aliases, mix=args.mix)
    for key, value, headers in made:
        lines[partition_of(key, partitions)].append(Line(value, 1, key, headers))
    gc.disable()
    if args.by_signal:
        spent: dict[str, float] = defaultdict(float)
        measured(lines, spent)
        for name in sorted(spent, key=lambda name: -spent[name]):
            print(f"{name:32} {spent[name] / args.events * 1e6:7.3f} us an event")
        return
    deciding, encoding, rows = min(measured(lines, signals=not args.no_signals) for _ in range(3))
    each = 1e6 / args.events
    print(
        f"deciding {deciding * each:.1f} us, encoding {encoding * each:.1f} us an event; "
        f"{rows / args.events:.2f} rows an event"
    )


if __name__ == "__main__":
    main()
