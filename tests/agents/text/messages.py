"""Messages that people wrote by hand, labelled: `<language>.tsv` beside this file.

Columns: part, label, text. Part `d` was at hand while the lists of words were written; part `c` was
written after they were fixed, and they were not changed because of it. Labels: `bad` (strongly
negative), `ok` (thanks, questions, calm problems, mild complaints), `sarcasm` (bad, but says the
opposite: a known weakness, counted apart).
"""

from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("en", "de", "fr", "es")


class Message(NamedTuple):
    """One line of a file."""

    part: str
    label: str
    text: str


def messages(language: str) -> list[Message]:
    """All messages of a language, in the order of the file."""
    file = Path(__file__).with_name(f"{language}.tsv")
    return [Message(*line.split("\t")) for line in file.read_text(encoding="utf-8").splitlines()]
