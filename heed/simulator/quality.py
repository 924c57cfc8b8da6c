"""`make quality`: what Heed's alerts are worth, against the truths of simulated companies.

    python -m heed.simulator.quality --seeds 10

Replays the companies of each seed through the same decisions as `heed replay`, compares the alerts
with what is true, sets a rule of thumb beside each signal, and writes docs/quality.md. Each seed is
a company of its own, so several are measured at once (`--jobs`).
"""

import argparse
import gc
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import msgspec
import orjson

from agents.rulebook import Rulebook
from heed.progress import say
from heed.replay import Replay
from heed.simulator.baselines import THUMBS, Heard
from heed.simulator.company import Company, company
from heed.simulator.episode import Said
from heed.simulator.measure import Alarm, Figures, People, Run, Seed, leaves, measure
from heed.simulator.one_person import by_every_link, by_name, forgetting, named, pairs
from heed.simulator.own_standards import (
    OFTEN,
    OFTEN_SHARE,
    OFTEN_TIMES,
    OWN,
    RHYTHM,
)
from heed.simulator.report import report, table
from heed.simulator.truth import CHURN, FORETELLING, SIGNALS, SILENCE, SPENDING, Truth
from schemas.instant import instant
from schemas.standards import parse

OPENINGS = ("open", "notice")
ALIASED = 0.4


class _Told(msgspec.Struct):
    alert_id: str
    signal: str
    status: str
    event_time: str
    customer_id: str | None = None
    aliases: dict[str, str] | None = None
    resolution: str | None = None
    subject: str | None = None


_decode = msgspec.json.Decoder(_Told).decode


def alarms(
    made: Company, replay: Replay | None = None, events: Iterable[Said] | None = None
) -> Iterator[Alarm]:
    """Heed's alerts of a company, those that were withdrawn later left out.

    `events` are what is heard instead. Who is known by an alias only is taken for who most often
    goes by it.
    """
    run = Replay() if replay is None else replay
    heard = made.heard() if events is None else events
    values = (orjson.dumps(event) for event in made.wire(heard))
    told: dict[str, Alarm] = {}
    owners: dict[tuple[str, str], str] = {}
    for output in run.run(values, made.end):
        alert = _decode(output.value)
        if alert.status in OPENINGS:
            customer = alert.customer_id
            if customer is None and alert.aliases:
                owners = owners or usual_owners(made)
                customer = next(
                    (owners[name] for name in alert.aliases.items() if name in owners), None
                )
            if customer is not None:
                at = instant(alert.event_time)
                told[alert.alert_id] = Alarm(alert.signal, customer, at, alert.subject)
        elif alert.resolution == "late_evidence":
            told.pop(alert.alert_id, None)
    yield from told.values()


def usual_owners(made: Company) -> dict[tuple[str, str], str]:
    """Who most often goes by an alias, of a company with `aliased`."""
    uses: dict[tuple[str, str], Counter[str]] = {}
    owners = made.disguise.owners if made.disguise is not None else {}
    for said in made.heard():
        owner = owners.get(said.event["id"])
        if owner is not None:
            for name in said.event.get("aliases", {}).items():
                uses.setdefault(name, Counter())[owner] += 1
    return {name: max(sorted(of), key=of.__getitem__) for name, of in uses.items()}


def by_final_links(replay: Replay, said: Iterable[Said]) -> dict[str, str]:
    """Whose Heed takes each interaction for in the end, by event id: as the rows point by then."""
    codec, points = replay.logic.codec(), dict[str, str | None]()

    def to(name: str) -> str | None:
        if name not in points:
            stored = replay.stored(name)
            links = None if stored is None else codec.decode(stored).links
            customer = None if links is None else links.to
            points[name] = None if customer is None else f"c:{customer}"
        return points[name]

    taken = {}
    for each in said:
        names = named(each.event)
        pointed = (to(name) for name in names if not name.startswith("c:"))
        is_known = names[0].startswith("c:")
        taken[each.event["id"]] = names[0] if is_known else next(filter(None, pointed), names[0])
    return taken


def run(seed: int, customers: int, days: int) -> Run:
    """One company, measured with the built-in standards and with its own."""
    made = company(seed, customers, days)
    truths, end = made.truths(), made.end
    heard, told = Heard(made.heard()), list(alarms(made))
    thumbs = {
        thumb.signal: measure(thumb.signal, truths, thumb.alarms(heard, end), end)
        for thumb in THUMBS
    }
    none = {signal: measure(signal, truths, (), end) for signal in SIGNALS}
    bought = heard.of("order_completed")
    orders = [Alarm("any order", said.event["customer_id"], said.at) for said in bought]
    return Run(
        _measured(made, truths, told),
        _measured(made, truths, alarms(made, Replay(parse(OWN)))),
        _measured(made, truths, alarms(made, Replay(parse(RHYTHM)), bought), SILENCE),
        thumbs,
        none,
        {
            signal: leaves([*told, *orders], signal, truths, end)
            for signal in ("any order", *FORETELLING)
        },
    )


def often(seed: int, customers: int, days: int) -> Run:
    """The company whose people buy more often: what only many orders can show.

    Nothing but its orders is heard, since nothing else matters to these signals.
    """
    made = company(seed, max(1, round(OFTEN_SHARE * customers)), days, often=OFTEN_TIMES)
    truths, end = made.truths(), made.end
    heard = Heard(made.heard())
    bought = heard.of("order_completed")
    thumbs = {
        thumb.signal: measure(thumb.signal, truths, thumb.alarms(heard, end), end)
        for thumb in THUMBS
        if thumb.signal in SPENDING
    }
    return Run(
        _measured(made, truths, alarms(made, Replay(), bought), SPENDING),
        _measured(made, truths, alarms(made, Replay(parse(OFTEN)), bought), SPENDING),
        {},
        thumbs,
        {signal: measure(signal, truths, (), end) for signal in SPENDING},
        {},
    )


def people(seed: int, customers: int, days: int, known: dict[str, Figures]) -> People:
    """The same company under aliases: who is taken for whom, and what that does to churn.

    `known` are the figures where everybody says who they are.
    """
    made = company(seed, customers, days, aliased=ALIASED)
    truths, heard = made.truths(), made.heard()
    following, apart = Replay(parse(OWN)), Replay(parse(OWN))
    linked = _measured(made, truths, alarms(made, following), CHURN)
    alone = [Said(at, forgetting(event)) for at, event in heard]
    ignored = _measured(made, truths, alarms(made, apart, alone), CHURN)
    owners = made.disguise.owners if made.disguise is not None else {}
    ours = [each for each in heard if each.event["id"] in owners]
    together = {
        "by the names given, nothing linked": by_name(ours),
        "Heed": by_final_links(following, ours),
        "every link believed": by_every_link(ours),
    }
    return People(
        {
            way: pairs((taken[each.event["id"]], owners[each.event["id"]]) for each in ours)
            for way, taken in together.items()
        },
        {signal: known[signal] for signal in CHURN if signal in known},
        linked,
        ignored,
        sum("customer_id" not in each.event for each in heard) / max(1, len(heard)),
    )


def _measured(
    made: Company,
    truths: list[Truth],
    told: Iterable[Alarm],
    signals: Iterable[str] = SIGNALS,
) -> dict[str, Figures]:
    known, said = Rulebook().kinds, list(told)
    return {
        signal: measure(signal, truths, said, made.end) for signal in signals if signal in known
    }


def measured(seed: int, customers: int, days: int) -> Seed:
    """Everything of one seed."""
    # Much is held and nothing goes in circles: looking for circles would cost a sixth of the time.
    gc.disable()
    try:
        first = run(seed, customers, days)
        return Seed(first, often(seed, customers, days), people(seed, customers, days, first.own))
    finally:
        gc.enable()


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
        "--jobs", type=int, default=os.cpu_count() or 1, help="at once (default: one per core)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/quality.md"), help="default: docs/quality.md"
    )
    asked = parser.parse_args(arguments)
    if min(asked.seeds, asked.customers, asked.days, asked.jobs) < 1:
        parser.error("--seeds, --customers, --days and --jobs are 1 or more")
    began, seeds = time.monotonic(), []
    work = partial(measured, customers=asked.customers, days=asked.days)
    for number, found in enumerate(_each(work, asked.seeds, asked.jobs), 1):
        seeds.append(found)
        say(f"company {number} of {asked.seeds}, {time.monotonic() - began:.0f} s")
    text = report(seeds, asked.customers, asked.days)
    try:
        asked.out.write_text(text, encoding="utf-8")
    except OSError as why:
        parser.error(f"--out {asked.out}: {why.strerror}")
    print("\n".join(table([seed.shop for seed in seeds])))
    say(f"written to {asked.out}")


def _each(work: "partial[Seed]", seeds: int, jobs: int) -> Iterator[Seed]:
    """In the order of the seeds, however many at once."""
    if jobs == 1 or seeds == 1:
        yield from map(work, range(1, seeds + 1))
        return
    with ProcessPoolExecutor(min(jobs, seeds)) as pool:
        yield from pool.map(work, range(1, seeds + 1))


if __name__ == "__main__":
    main()
