"""Planted troubles of groups are found; how well over many seeds stands in docs/quality.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from heed.simulator import troubles
from heed.simulator.troubles import BEGIN_MARK, END_MARK, Outcome, outcome, section, written
from schemas.instant import DAY

QUALITY = Path(__file__).resolve().parents[3] / "docs" / "quality.md"


def test_planted_troubles_are_found_through_the_whole_path() -> None:
    found = outcome(seed=1, customers=800, days=182, planted_on=119)
    assert all(delay is not None for delay in found.delays.values()), found.delays
    assert found.delays.keys() == set(troubles.SIGNALS)
    assert sum(found.wrong.values()) <= 3, found.wrong


def test_the_section_says_what_was_found() -> None:
    delays: dict[str, int | None] = dict.fromkeys(troubles.SIGNALS, 3 * DAY)
    missed = {**delays, "bottleneck": None}
    both = [Outcome(delays, Counter({"market_shift": 2})), Outcome(missed, Counter())]
    text = section(both, 1000, 280, 168)
    rows = {row.split(" | ")[1]: row for row in text.splitlines() if row.startswith("| ")}
    assert " 1 of 2 | 3 d, 3 d, 3 d |" in rows["`bottleneck`"]
    assert " 2 (0.81 a company and year) |" in rows["`market_shift`"]


def test_the_section_takes_the_place_of_the_last_one() -> None:
    page = written("# Quality\n", f"{BEGIN_MARK}\none\n{END_MARK}")
    assert page == f"# Quality\n\n{BEGIN_MARK}\none\n{END_MARK}\n"
    assert written(page, f"{BEGIN_MARK}\ntwo\n{END_MARK}") == page.replace("one", "two")


def test_the_page_has_the_section() -> None:
    page = QUALITY.read_text(encoding="utf-8")
    assert page.count(BEGIN_MARK) == page.count(END_MARK) == 1
    assert all(f"| `{signal}` | " in page.partition(BEGIN_MARK)[2] for signal in troubles.SIGNALS)
