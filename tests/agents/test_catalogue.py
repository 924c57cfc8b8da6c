"""docs/signals.md is what the signals say of themselves."""

from __future__ import annotations

from pathlib import Path

from agents.catalogue import MECHANISMS, RULES, page, without_rules
from agents.groups.book import GroupBook
from agents.rulebook import Rulebook

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_current() -> None:
    written = (DOCS / "signals.md").read_text(encoding="utf-8")
    assert written == page(DOCS / "rules"), "python -m agents.catalogue docs"


def test_every_signal_has_its_exact_rules() -> None:
    assert without_rules(page(DOCS / "rules")) == []


def test_every_rule_is_on_the_page() -> None:
    assert {path.stem for path in (DOCS / "rules").glob("*.md")} <= set(RULES)


def test_every_signal_about_groups_stands_on_their_page() -> None:
    page_of_groups = (DOCS / "groups.md").read_text(encoding="utf-8")
    assert [name for name in GroupBook().kinds if f"| `{name}` |" not in page_of_groups] == []


def test_every_signal_says_when_it_opens_where_that_comes_from_and_what_clears_it() -> None:
    for kind in Rulebook().kinds.values():
        assert kind.opens, kind.name
        assert kind.source, kind.name
        assert kind.clears_if, kind.name
        assert kind.mechanism in MECHANISMS, kind.name
        assert kind.default or kind.notice, kind.name
