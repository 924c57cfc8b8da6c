"""docs/signals.md, made from the signals themselves.

`python -m agents.catalogue docs` writes it: a table for each mechanism from what the kinds of
alerts say of themselves, then the exact rules as they stand in docs/rules.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from agents.alerts import SEVERITIES, Kind
from agents.kinds import every_kind

RULES = ("time", "spine", "correspondence", "service", "journey", "churn", "lifecycle", "groups",
         "groups-signals", "identity", "merging", "manners", "call-log")  # fmt: skip
MECHANISMS = {
    "idle": "Something open, and untouched for too long",
    "expected": "After one thing another is expected, within a time",
    "rhythm": "Silence against the own rhythm",
    "baseline": "Now against the own history, beyond chance",
    "joint": "Several pieces of evidence add up",
    "": "Told as they happen",
}
HEAD = """# Signals

Each opens once per episode, clears itself, says why, and has its thresholds in
[standards.toml](standards.md). "Team" is whom its alerts are for, unless the house says otherwise.
This page is made from the signals themselves: `python -m agents.catalogue docs`.
"""
EXACT = """# The exact rules

So exact that another implementation can agree. Times are microseconds; checks compare within
0.01 s. Numbers are the defaults.
"""


def page(rules: Path) -> str:
    """The whole page; `rules` is the folder of the exact rules."""
    kinds = every_kind().values()
    parts = [HEAD, *_tables(list(kinds)), EXACT]
    for name in RULES:
        path = rules / f"{name}.md"
        if path.exists():
            parts.append(path.read_text(encoding="utf-8"))
    return "\n".join(parts)


def without_rules(text: str) -> list[str]:
    """Signals that no heading of a page names."""
    headings = " ".join(line for line in text.splitlines() if line.startswith("#"))
    told = set(re.findall(r"`(\w+)`", headings))
    return sorted(every_kind().keys() - told)


def _tables(kinds: list[Kind]) -> Iterator[str]:
    for mechanism, title in MECHANISMS.items():
        of_it = [kind for kind in kinds if kind.mechanism == mechanism]
        if of_it:
            lines = [
                f"## {title}\n",
                "| signal | opens when | clears when | default | from | severity | team |",
                "|---|---|---|---|---|---|---|",
                *(_row(kind) for kind in sorted(of_it, key=lambda kind: kind.name)),
            ]
            yield "\n".join(lines) + "\n"


def _row(kind: Kind) -> str:
    clears = "told once" if kind.notice else kind.clears_if
    cells = (f"`{kind.name}`", kind.opens, clears, kind.default, kind.source,
             SEVERITIES[kind.severity], kind.team)  # fmt: skip
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    target = folder / "signals.md"
    target.write_text(page(folder / "rules"), encoding="utf-8", newline="\n")
    print(target)
