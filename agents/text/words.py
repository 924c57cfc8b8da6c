"""What a language's words weigh, and the small words that turn or strengthen them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from agents.text.tokens import data, words_of

_SHORTEST_STEM = 3
"""Stems are found by so many first letters; a shorter one would be found by none."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; of the last one perhaps only the beginning is given (`broken promise*`)."""

    words: tuple[str, ...]
    is_stem: bool
    weight: float

    def at(self, said: Sequence[str], place: int) -> bool:
        """Whether `said` goes on with this phrase at `place`."""
        end = place + len(self.words)
        if not self.is_stem:
            return tuple(said[place:end]) == self.words
        return (
            end <= len(said)
            and tuple(said[place : end - 1]) == self.words[:-1]
            and said[end - 1].startswith(self.words[-1])
        )


@dataclass(slots=True)
class Words:
    """The lists of one language, folded, from `data/<language>.toml`."""

    common: frozenset[str]
    negation: frozenset[str]
    negates_before: bool
    """A negation may follow what it negates ("gefällt mir nicht")."""
    stronger: frozenset[str]
    weaker: frozenset[str]
    contrast: frozenset[str]
    condition: frozenset[str]
    weights: dict[str, float] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)

    def weight(self, word: str) -> float | None:
        """-4 to 3; None for a word that says nothing of what is felt. The longest stem counts."""
        exact = self.weights.get(word)
        if exact is not None:
            return exact
        for stem, weight in self.stems.get(word[:_SHORTEST_STEM], ()):
            if word.startswith(stem):
                return weight
        return None

    def phrase(self, said: Sequence[str], place: int) -> Phrase | None:
        """The longest phrase that begins at `place`."""
        for phrase in self.phrases.get(said[place], ()):
            if phrase.at(said, place):
                return phrase
        return None


@cache
def words(language: str) -> Words:
    """The lists of a language that comes with the package."""
    said: dict[str, Any] = data(language)
    told = Words(
        common=frozenset(words_of(said["common"])),
        negation=frozenset(words_of(said["negation"])),
        negates_before=said["negates_before"],
        stronger=frozenset(words_of(said["stronger"])),
        weaker=frozenset(words_of(said["weaker"])),
        contrast=frozenset(words_of(said["contrast"])),
        condition=frozenset(words_of(said["condition"])),
    )
    # Nothing-phrases come first: what stands there ("no problem") overrules all others.
    for weight, entry in _entries(said["words"]):
        parts = words_of(entry.removesuffix("*"))
        is_stem = entry.endswith("*")
        if len(parts) > 1:
            told.phrases.setdefault(parts[0], []).append(Phrase(parts, is_stem, weight))
        elif is_stem:
            told.stems.setdefault(parts[0][:_SHORTEST_STEM], []).append((parts[0], weight))
        else:
            told.weights.setdefault(parts[0], weight)
    for stems in told.stems.values():
        stems.sort(key=lambda stem: -len(stem[0]))
    for phrases in told.phrases.values():
        phrases.sort(key=lambda phrase: -len(phrase.words))
    return told


def _entries(lists: dict[str, str]) -> Iterator[tuple[float, str]]:
    for weight in sorted(lists, key=lambda weight: abs(float(weight))):
        for entry in lists[weight].split(","):
            if entry.strip():
                yield float(weight), entry.strip()
