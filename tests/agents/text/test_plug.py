"""Another classifier instead of the built-in one, by entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.text import Lexicon, Verdict, classifier
from streams.errors import Unusable

CODE = '''
from agents.text import Verdict

class Shouting:
    """Whoever shouts is angry."""

    def judge(self, text, language):
        return Verdict(language, -1.0 if text.isupper() else 0.0, (text,))

class Dumb:
    """No classifier."""

def broken():
    raise OSError("the model is not there")

def double():
    return Shouting()
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of somebody else with four entry points; the folder in which it is installed."""
    (tmp_path / "shouting_for_tests.py").write_text(CODE, encoding="utf-8")
    offer(
        tmp_path, "shouting_for_tests",
        "shouting = shouting_for_tests:Shouting\ndumb = shouting_for_tests:Dumb\n"
        "broken = shouting_for_tests:broken\ngone = shouting_for_tests:Gone\n",
    )  # fmt: skip
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def offer(folder: Path, name: str, entries: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[heed.text]\n{entries}")


def test_without_a_name_it_is_the_built_in_one() -> None:
    assert isinstance(classifier(None), Lexicon)
    assert isinstance(classifier("lexicon"), Lexicon)


def test_another_is_found_by_its_name(installed: Path) -> None:
    assert classifier("shouting").judge("WHERE IS IT", "en") == Verdict(
        "en", -1.0, ("WHERE IS IT",)
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vader", "HEED_TEXT=vader: no such classifier; installed: "
         "broken, dumb, gone, lexicon, shouting"),
        ("dumb", "HEED_TEXT=dumb: shouting_for_tests:Dumb is no classifier: it has no method "
         "judge(text, language)"),
        ("broken", "HEED_TEXT=broken: shouting_for_tests:broken cannot be loaded "
         "(OSError: the model is not there)"),
        ("gone", "HEED_TEXT=gone: shouting_for_tests:Gone cannot be loaded (AttributeError: "
         "module 'shouting_for_tests' has no attribute 'Gone')"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_a_sentence(installed: Path, name: str, said: str) -> None:
    with pytest.raises(Unusable) as refused:
        classifier(name)
    assert str(refused.value) == said


def test_a_name_that_two_packages_offer_is_refused(installed: Path) -> None:
    offer(installed, "another_for_tests", "shouting = shouting_for_tests:double\n")
    with pytest.raises(Unusable, match=r"offered twice, as .*Shouting.* remove one"):
        classifier("shouting")
