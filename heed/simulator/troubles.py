"""`make quality`: whether planted troubles of groups are found, how soon, and what is told wrongly.

    python -m heed.simulator.troubles --seeds 20

For each seed two companies go through the same decisions as `heed replay`. In one a competitor
opens in a region; in the other a branch, a product and a step of the checkout get bad. A company of
its own for the competitor, since a broken checkout drives people away as well. The table goes into
docs/quality.md, between its marks.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson

from heed.progress import say
from heed.replay import Replay
from heed.simulator.company import company
from heed.simulator.report import span
from schemas.instant import DAY, instant

CUSTOMERS, DAYS, PLANTED_ON = 1000, 280, 168
BEGIN_MARK, END_MARK = "<!-- troubles -->", "<!-- end of troubles -->"

_LOOKS = ("product_viewed", "product_added", "product_removed", "cart_viewed", "app_opened",
          "search_performed")  # fmt: skip
_MESSAGES = ("message_", "offer_", "benefit_", "visit_made", "contact_", "callback_")
_VISITS = ("visitor_", "service_delivered")
_USE = ("feature_used", "usage_reported", "subscription_")

HEAD = """\
## Troubles of groups

Made by `python -m heed.simulator.troubles --seeds {seeds}`. For each of {seeds} seeds two companies
of {customers:,} customers over {days} days, with troubles planted on day {planted_on}: a competitor
in the one; a branch, a product and a step of the checkout in the other.

- **found**: in how many of the companies the signal told of that group after the planting.
- **delay**: from the planting to the alert. The trouble itself takes its time: customers go over to
  the competitor one by one, and returns come days after orders.
- **false alarms**: alerts of that signal before the planting, and after it of groups that nothing
  has befallen: the other regions, branches, products. A company has 3 regions and 8 other segments,
  8 branches, 18 products and 4 steps.
  The branches are not quite alike, so what is told of another one may be true.
"""


class Trouble(NamedTuple):
    """What is planted where, which signal ought to find it, and how its alert names it: the group's
    key begins with `group`, and the subject, where one is given, with `subject`."""

    planted: str
    means: str
    signal: str
    group: str
    subject: str = ""


class Stage(NamedTuple):
    """A company with troubles planted in it. Interactions whose types begin with one of `unheard`
    are left out, since no signal that is watched here hears of them: it takes half the time.

    After the planting only alerts of groups that begin with one of `apart` are wrong: others may
    well follow from the troubles.
    """

    troubles: tuple[Trouble, ...]
    unheard: tuple[str, ...]
    apart: tuple[str, ...]


STAGES = (
    Stage(
        (
            Trouble(
                "competitor:north", "a competitor opens in one of three regions: 35 % of its"
                " customers go there, each after 40 d on average", "market_shift",
                "market:region/north",
            ),
        ),
        (*_MESSAGES, *_VISITS),
        ("market:region/", "product:", "step:"),
    ),
    Stage(
        (
            Trouble(
                "bad-branch:market",
                "one of eight branches that are much alike gets slow and careless",
                "branch_inconsistent", "brand:", "market: ",
            ),
            Trouble(
                "bad-product:kettle", "one of 18 products gets bad: returns, complaints, reviews",
                "product_trouble", "product:kettle",
            ),
            Trouble(
                "broken-step:payment", "a step of the checkout breaks for some", "bottleneck",
                "step:",
            ),
        ),
        (*_MESSAGES, *_USE),
        ("brand:", "product:"),
    ),
)  # fmt: skip
SIGNALS = tuple(trouble.signal for stage in STAGES for trouble in stage.troubles)


class Told(NamedTuple):
    """An alert of a group that opened, so long after the planting (microseconds)."""

    signal: str
    group: str
    subject: str
    after: int


class Outcome(NamedTuple):
    """Of one seed: how late each trouble was found (microseconds, None: not at all), by signal,
    and what was told wrongly."""

    delays: dict[str, int | None]
    wrong: Counter[str]


def outcome(
    seed: int, customers: int = CUSTOMERS, days: int = DAYS, planted_on: int = PLANTED_ON
) -> Outcome:
    """The two companies of a seed, with their troubles planted on that day."""
    delays: dict[str, int | None] = {}
    wrong: Counter[str] = Counter()
    for stage in STAGES:
        told = list(_told(seed, stage, customers, days, planted_on))
        for trouble in stage.troubles:
            found = [each.after for each in told if each.after >= 0 and _is_of(each, trouble)]
            delays[trouble.signal] = min(found, default=None)
        wrong.update(each.signal for each in told if _is_wrong(each, stage))
    return Outcome(delays, wrong)


def _told(seed: int, stage: Stage, customers: int, days: int, planted_on: int) -> Iterator[Told]:
    plant = [f"{trouble.planted}@{planted_on}" for trouble in stage.troubles]
    made = company(seed, customers, days, plant=plant)
    values = (
        orjson.dumps(event)
        for event in made.interactions()
        if not event["type"].startswith((*_LOOKS, *stage.unheard))
    )
    began = made.begin + planted_on * DAY
    for output in Replay().run(values, made.end):
        alert = orjson.loads(output.value)
        if alert["status"] == "open" and alert["signal"] in SIGNALS:
            after = instant(alert["event_time"]) - began
            yield Told(alert["signal"], alert["group"], alert.get("subject") or "", after)


def _is_of(told: Told, trouble: Trouble) -> bool:
    return (
        told.signal == trouble.signal
        and told.group.startswith(trouble.group)
        and told.subject.startswith(trouble.subject)
    )


def _is_wrong(told: Told, stage: Stage) -> bool:
    """Before the planting all are; after it those of groups that nothing has befallen.

    Branches that differ from the first day on are no chain, and are compared in the other company.
    """
    if told.signal == "branch_inconsistent" and "brand:" not in stage.apart:
        return False
    if told.after < 0:
        return True
    of_one = any(_is_of(told, trouble) for trouble in stage.troubles)
    return not of_one and told.group.startswith(stage.apart)


def table(outcomes: Sequence[Outcome], days: int, planted_on: int) -> Iterator[str]:
    """The rows, one for each trouble."""
    yield "| planted | signal | found | delay: median, shortest, longest | false alarms |"
    yield "|---|---|---:|---:|---:|"
    for stage in STAGES:
        for trouble in stage.troubles:
            found = [one.delays[trouble.signal] for one in outcomes]
            delays = sorted(delay for delay in found if delay is not None)
            told = ", ".join(map(span, (median(delays), delays[0], delays[-1]))) if delays else ""
            wrong = sum(one.wrong[trouble.signal] for one in outcomes)
            years = len(outcomes) * _watched(trouble.signal, days, planted_on)
            yield (
                f"| {trouble.means} | `{trouble.signal}` | {len(delays)} of {len(found)} | {told}"
                f" | {wrong} ({wrong / years:.2f} a company and year) |"
            )


def _watched(signal: str, days: int, planted_on: int) -> float:
    """For how many years of companies wrong alerts of a signal are counted, for each seed."""
    whole = {"product_trouble": 2, "branch_inconsistent": 1, "market_shift": 1, "bottleneck": 1}
    before = {"market_shift": 1, "bottleneck": 1}
    return (whole[signal] * days + before.get(signal, 0) * planted_on) / 365


def section(outcomes: Sequence[Outcome], customers: int, days: int, planted_on: int) -> str:
    """What stands between the marks."""
    head = HEAD.format(seeds=len(outcomes), customers=customers, days=days, planted_on=planted_on)
    return "\n".join((BEGIN_MARK, head, *table(outcomes, days, planted_on), END_MARK))


def written(page: str, text: str) -> str:
    """A page with that section in place of the one between its marks, or at its end.

    >>> written("Quality", f"{BEGIN_MARK} new {END_MARK}").count("\\n")
    3
    >>> written(f"A {BEGIN_MARK} old {END_MARK} B", "new")
    'A new B'
    """
    head, mark, rest = page.partition(BEGIN_MARK)
    if not mark:
        return f"{page.rstrip()}\n\n{text}\n"
    return head + text + rest.partition(END_MARK)[2]


def outcomes_of(
    seeds: Iterable[int], customers: int, days: int, planted_on: int, jobs: int
) -> Iterator[Outcome]:
    """One after the other, so many at a time."""
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(outcome, seed, customers, days, planted_on) for seed in seeds]
        for each in waiting:
            yield each.result()


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m heed.simulator.troubles",
        description="Whether planted troubles of groups are found, and how soon.",
    )
    parser.add_argument("--seeds", type=int, default=20, help="of two companies (default: 20)")
    parser.add_argument(
        "--customers", type=int, default=CUSTOMERS, help=f"of each company (default: {CUSTOMERS})"
    )
    parser.add_argument("--jobs", type=int, default=1, help="seeds at the same time (default: 1)")
    parser.add_argument(
        "--out", type=Path, default=Path("docs/quality.md"), help="default: docs/quality.md"
    )
    asked = parser.parse_args(arguments)
    if min(asked.seeds, asked.customers, asked.jobs) < 1:
        parser.error("--seeds, --customers and --jobs are 1 or more")
    began, outcomes = time.monotonic(), []
    seeds = range(1, asked.seeds + 1)
    for one in outcomes_of(seeds, asked.customers, DAYS, PLANTED_ON, asked.jobs):
        outcomes.append(one)
        # After each seed: who has no patience keeps what has been measured by then.
        try:
            page = asked.out.read_text(encoding="utf-8") if asked.out.exists() else "# Quality\n"
            text = section(outcomes, asked.customers, DAYS, PLANTED_ON)
            asked.out.write_text(written(page, text), encoding="utf-8")
        except OSError as why:
            parser.error(f"--out {asked.out}: {why.strerror}")
        say(f"seed {len(outcomes)} of {asked.seeds}, {time.monotonic() - began:.0f} s")
    print("\n".join(table(outcomes, DAYS, PLANTED_ON)))
    say(f"written to {asked.out}")


if __name__ == "__main__":
    main()
