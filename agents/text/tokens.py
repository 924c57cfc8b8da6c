"""Text as words, signs and ends of sentences, each with the form under which lists know it."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import combining, normalize

from msgspec import Struct

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "o", "ł": "l"})
BREAKS = frozenset(".!?…;:")
"""What ends a sentence; a blank line does too."""


class Token(Struct, frozen=True, gc=False):
    """A word, a sign or a mark of punctuation; `start` and `end` are places in the text."""

    known_as: str
    is_word: bool
    start: int
    end: int


def folded(word: str) -> str:
    """Lower case, umlauts written out, without accents.

    >>> folded("Grüße"), folded("DÉÇU"), folded("año")
    ('gruesse', 'decu', 'ano')
    """
    word = word.casefold()
    if word.isascii():
        return word
    spelled = normalize("NFKD", word.translate(_SPELLED_OUT))
    return "".join(letter for letter in spelled if not combining(letter))


def tokens(text: str) -> list[Token]:
    """All words, signs and marks of a text in composed form (NFC); web addresses are left out.

    Apostrophes and hyphens divide: `don't` is `don` and `t`, as `l'attente` is `l` and `attente`.
    """
    found: list[Token] = []
    for match in _pattern().finditer(text):
        kind = match.lastgroup
        if kind == "word":
            found.append(Token(folded(match[0]), True, *match.span()))
        elif kind == "sign":
            found.append(Token(match[0], False, *match.span()))
        elif kind == "blank":
            found.append(Token(".", False, *match.span()))
    return found


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    return tuple(token.known_as for token in tokens(normalize("NFC", text)) if token.is_word)


@cache
def data(name: str) -> dict[str, Any]:
    """A list of words that comes with the package, as TOML."""
    file = files("agents.text") / "data" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def emoji() -> dict[str, float]:
    """What signs weigh in every language, -3 to 3."""
    return {
        sign: float(weight) for weight, signs in data("emoji").items() for sign in signs.split()
    }


@cache
def _pattern() -> re.Pattern[str]:
    # Nothing here can run over a text twice: the work stays in step with its length. Signs of one
    # character are a class, and the others are tried only where one can begin: most places are
    # spaces, and forty alternatives at each of them would be most of the work.
    single = "".join(re.escape(sign) for sign in emoji() if len(sign) == 1)
    longer = sorted((sign for sign in emoji() if len(sign) > 1), key=lambda sign: -len(sign))
    begins = "".join(re.escape(first) for first in sorted({sign[0] for sign in longer}))
    return re.compile(
        r"(?P<link>(?:https?://|www\.)\S{1,500})"
        r"|(?P<word>[^\W\d_]+)"
        rf"|(?P<sign>(?=[{begins}])(?:{'|'.join(map(re.escape, longer))})|[{single}.!?…;:,¿¡])"
        r"|(?P<blank>\n[ \t\r]{0,9}\n)"
    )
