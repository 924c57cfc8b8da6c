"""`make quality`: what Heed's alerts are worth, against the truths of simulated companies.

    python -m heed.simulator.quality --seeds 10

Replays one company per seed through the same decisions as `heed replay`, compares the alerts with
what is true, sets a rule of thumb beside each signal, and writes docs/quality.md.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from agents.rulebook import Rulebook
from heed.progress import say
from heed.replay import Replay
from heed.simulator.baselines import THUMBS
from heed.simulator.company import Company, company
from heed.simulator.measure import Alarm, Run, measure
from heed.simulator.report import report, table
from heed.simulator.truth import SIGNALS
from schemas.instant import instant

OPENINGS = ("open", "notice")


def alarms(made: Company) -> Iterator[Alarm]:
    """Heed's alerts of a company, those that were withdrawn later left out."""
    values = (orjson.dumps(event) for event in made.interactions())
    told: dict[str, Alarm] = {}
    for output in Replay().run(values, made.end):
        alert = orjson.loads(output.value)
        if output.topic != "alerts":
            continue
        if alert["status"] in OPENINGS and "customer_id" in alert:
            told[alert["alert_id"]] = Alarm(
                alert["signal"], alert["customer_id"], instant(alert["event_time"]),
                alert.get("subject"),
            )  # fmt: skip
        elif alert.get("resolution") == "late_evidence":
            told.pop(alert["alert_id"], None)
    yield from told.values()


def run(seed: int, customers: int, days: int) -> Run:
    """One company, measured."""
    made = company(seed, customers, days)
    truths, end = made.truths(), made.end
    told, known = list(alarms(made)), Rulebook().kinds
    heard = made.heard()
    ours = {signal: measure(signal, truths, told, end) for signal in SIGNALS if signal in known}
    thumbs = {
        thumb.signal: measure(thumb.signal, truths, thumb.alarms(heard, end), end)
        for thumb in THUMBS
    }
    none = {signal: measure(signal, truths, (), end) for signal in SIGNALS}
    return Run(ours, thumbs, none)


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m heed.simulator.quality",
        description="Precision, recall and delay of each signal against simulated truths.",
    )
    parser.add_argument("--seeds", type=int, default=10, help="companies (default: 10)")
    parser.add_argument("--customers", type=int, default=500, help="of each (default: 500)")
    parser.add_argument("--days", type=int, default=365, help="of each (default: 365)")
    parser.add_argument(
        "--out", type=Path, default=Path("docs/quality.md"), help="default: docs/quality.md"
    )
    asked = parser.parse_args(arguments)
    if min(asked.seeds, asked.customers, asked.days) < 1:
        parser.error("--seeds, --customers and --days are 1 or more")
    began, runs = time.monotonic(), []
    for seed in range(1, asked.seeds + 1):
        runs.append(run(seed, asked.customers, asked.days))
        say(f"company {seed} of {asked.seeds}, {time.monotonic() - began:.0f} s")
    text = report(runs, asked.seeds, asked.customers, asked.days)
    try:
        asked.out.write_text(text, encoding="utf-8")
    except OSError as why:
        parser.error(f"--out {asked.out}: {why.strerror}")
    print("\n".join(table(runs)))
    say(f"written to {asked.out}")


if __name__ == "__main__":
    main()
