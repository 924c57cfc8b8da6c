"""Which of a few languages a text is in, by its commonest words; or that it is none of them.

The commonest words of a language make up nearly half of what is written in it, so a sentence is
enough. Twenty-seven other languages stand against those that are judged, so that Dutch is not
taken for German nor Portuguese for Spanish.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from agents.text.tokens import Token, data, words_of

_VOTE = 12
"""Votes of a common word, divided among the languages that have it (12: by two, three and four)."""
_LEAD = 1.25
_COVERED = 0.25
"""A text is in a language if at least this share of its words is known there."""
_ENOUGH = 100
"""Words that are looked at."""
_CODE = re.compile("[a-z]{2,3}")
_LONGER = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es"}
"""Codes of three letters for those of two."""
_SAYS_NOTHING = frozenset({"und", "mul", "mis", "zxx"})
_TURNED_MARKS = frozenset("¿¡")
_LAST_LATIN = "\u024f"


def stated(language: str | None) -> str | None:
    """The language that a message states, as in BCP 47; None where that names none.

    >>> stated("EN_us"), stated("deu"), stated("pt-BR"), stated("und"), stated("default")
    ('en', 'de', 'pt', None, None)
    """
    code = (language or "").replace("_", "-").partition("-")[0].lower()
    if not _CODE.fullmatch(code) or code in _SAYS_NOTHING:
        return None
    return _LONGER.get(code, code)


class Languages:
    """Tells the judged languages from each other and from others.

    >>> from agents.text.tokens import tokens
    >>> nothing = lambda word: None
    >>> common = {"en": ["the", "where", "is"], "de": ["wo", "ist"]}
    >>> languages = Languages(common, {"en": nothing, "de": nothing})
    >>> languages.of(tokens("Wo ist meine Tasse?")), languages.of(tokens("Gdzie jest kubek?"))
    ('de', None)
    """

    def __init__(
        self,
        common: Mapping[str, Iterable[str]],
        weight: Mapping[str, Callable[[str], float | None]],
    ) -> None:
        """`common` words, and what a word weighs (praise or blame), by judged language."""
        self._weight = weight
        judged = {name: set(words) for name, words in common.items()}
        others = {name: set(words_of(words)) for name, words in data("others").items()}
        self._votes: dict[str, list[tuple[str, int]]] = {}
        for word in sorted(set().union(*judged.values(), *others.values())):
            here = [name for name, words in judged.items() if word in words]
            there = [name for name, words in others.items() if word in words]
            share = _VOTE // (len(here) + bool(there))
            self._votes[word] = [(name, share) for name in (*here, *there)]

    def of(self, tokens: Sequence[Token], stated: str | None = None) -> str | None:
        """The language, None if it is not one of the judged ones or there is too little to tell.

        A `stated` one is believed where the text does not plainly speak another of the judged ones;
        one that is not judged is believed.
        """
        if stated is not None and stated not in self._weight:
            return None
        words = list(islice((token for token in tokens if token.is_word), _ENOUGH))
        letters = sum(word.end - word.start for word in words)
        foreign = sum(word.end - word.start for word in words if _is_foreign(word.known_as))
        if not words or 2 * foreign > letters:
            return None
        votes: Counter[str] = Counter()
        known: Counter[str] = Counter()
        for word in words:
            for name, share in self._votes.get(word.known_as, ()):
                votes[name] += share
                known[name] += 1
        if "es" in self._weight and any(token.known_as in _TURNED_MARKS for token in tokens):
            votes["es"] += _VOTE
        best, most, second = _first_two(votes)
        if best and most >= _VOTE and most >= _LEAD * second:
            if best not in self._weight:
                return None
            if known[best] >= _COVERED * len(words):
                return best
        if stated is not None:
            return stated if most < 2 * _VOTE or 2 * votes[stated] >= most else None
        return self._by_weighed(words, votes)

    def _by_weighed(self, words: Sequence[Token], votes: Mapping[str, int]) -> str | None:
        """A few words without a common one ("Abzocke, unfreundliches Personal"): by what weighs."""
        weighed = Counter(
            {
                name: sum(weight(word.known_as) is not None for word in words)
                for name, weight in self._weight.items()
            }
        )
        best, most, second = _first_two(weighed)
        against = max((count for name, count in votes.items() if name != best), default=0)
        enough = most >= 2 and most >= 2 * second and most >= _COVERED * len(words)
        return best if enough and against <= _VOTE else None


def _is_foreign(word: str) -> bool:
    return not word.isascii() and max(word) > _LAST_LATIN


def _first_two(votes: Mapping[str, int]) -> tuple[str | None, int, int]:
    """The first by votes (then by name), its votes, and those of the second."""
    ranked = sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    best, most = ranked[0] if ranked else (None, 0)
    return best, most, ranked[1][1] if len(ranked) > 1 else 0
