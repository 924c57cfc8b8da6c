"""The default classifier: weighed words, and the small words around them.

After VADER (Hutto and Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis
of Social Media Text"), whose sum and normalisation it keeps, with lists of its own for the messages
of customers in four languages (docs/decisions/0013-text.md).
"""

from collections.abc import Iterator, Sequence
from math import copysign, sqrt
from unicodedata import normalize

from agents.text.language import Languages, stated
from agents.text.protocol import NO_TEXT, UNKNOWN_LANGUAGE, Verdict
from agents.text.quoting import own_words
from agents.text.sentence import Hit, heard
from agents.text.tokens import BREAKS, Token, emoji, tokens
from agents.text.words import words

LANGUAGES = ("en", "de", "fr", "es")
MOST_WHY = 5

_ALPHA = 15.0
"""VADER's: about the greatest sum that is to be expected."""
_MILD_TOGETHER = 1.5
"""All mild words of a text: a long report of errors is not an angry one."""
_SHORTEST_CAPITALS = 3


class Lexicon:
    """Judges English, German, French and Spanish by lists of words.

    >>> lexicon = Lexicon()
    >>> lexicon.judge("This is the worst service ever, I want my money back!", None)
    Verdict(language='en', score=-0.8176, why=('worst', 'money back'))
    >>> lexicon.judge("Das Essen war nicht schlecht.", None).strongly_negative
    False
    >>> lexicon.judge("Gdzie jest moje zamówienie?", None)
    Verdict(language=None, score=None, why=('unknown language',))
    """

    def __init__(self) -> None:
        self._words = {language: words(language) for language in LANGUAGES}
        self._languages = Languages(
            {name: lists.common for name, lists in self._words.items()},
            {name: lists.weight for name, lists in self._words.items()},
        )

    def judge(self, text: str, language: str | None) -> Verdict:
        """The verdict on the writer's own words; see `Classifier`."""
        own = normalize("NFC", own_words(text))
        said = tokens(own)
        if not any(token.is_word for token in said):
            return _signs_alone(said)
        known = self._languages.of(said, stated(language))
        if known is None:
            return Verdict(None, None, (UNKNOWN_LANGUAGE,))
        lists = self._words[known]
        capitals = _capitals(said, own)
        weighed: list[tuple[Hit, str]] = []
        for first, last in _sentences(said):
            spoken = [token.known_as for token in said[first:last]]
            for hit in heard(lists, spoken, capitals[first:last]):
                start, end = said[first + hit.first].start, said[first + hit.last].end
                weighed.append((hit, own[start:end]))
        return _summed(known, weighed)


def _signs_alone(said: Sequence[Token]) -> Verdict:
    """A message without words: emoji need no language."""
    signs = [token.known_as for token in said if token.known_as in emoji()]
    weights = [(emoji()[sign], sign) for sign in signs]
    if not weights:
        return Verdict(None, None, (NO_TEXT,))
    return _summed(None, [(Hit(weight, 0, 0, is_mild=False), sign) for weight, sign in weights])


def _sentences(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Each sentence as its first token and the one after its last mark."""
    first, ended = 0, False
    for place, token in enumerate(said):
        is_break = not token.is_word and token.known_as in BREAKS
        if ended and not is_break:
            yield first, place
            first = place
        ended = is_break
    yield first, len(said)


def _capitals(said: Sequence[Token], own: str) -> list[bool]:
    """Which words are in capitals, in a text that is not."""
    found = [
        token.is_word
        and token.end - token.start >= _SHORTEST_CAPITALS
        and own[token.start : token.end].isupper()
        for token in said
    ]
    return found if 2 * sum(found) <= len(said) else [False] * len(said)


def _summed(language: str | None, weighed: Sequence[tuple[Hit, str]]) -> Verdict:
    mild = sum(hit.weight for hit, _ in weighed if hit.is_mild)
    whole = sum(hit.weight for hit, _ in weighed if not hit.is_mild)
    whole += copysign(min(abs(mild), _MILD_TOGETHER), mild)
    score = round(whole / sqrt(whole * whole + _ALPHA), 4)
    telling = [(hit.weight, said) for hit, said in weighed if hit.weight * score > 0]
    telling.sort(key=lambda each: -abs(each[0]))
    why = dict.fromkeys(said for _, said in telling)
    return Verdict(language, score, tuple(why)[:MOST_WHY])
