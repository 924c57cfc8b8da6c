"""How the writer of a message feels: a protocol, a light default, and a door for others."""

from importlib.metadata import EntryPoint, entry_points

from agents.text.lexicon import Lexicon
from agents.text.protocol import (
    NO_TEXT,
    STRONGLY_NEGATIVE,
    UNKNOWN_LANGUAGE,
    Classifier,
    Verdict,
)
from agents.text.quoting import own_words
from streams.errors import Unusable

__all__ = [
    "DEFAULT",
    "NO_TEXT",
    "STRONGLY_NEGATIVE",
    "UNKNOWN_LANGUAGE",
    "Classifier",
    "Lexicon",
    "Verdict",
    "classifier",
    "own_words",
]

GROUP = "heed.text"
SETTING = "HEED_TEXT"
DEFAULT = "lexicon"


def classifier(name: str | None = None) -> Classifier:
    """The classifier of that name: the default, or one that a package offers under `heed.text`.

    Raises Unusable where there is none of that name (it says what is installed), or two, or one
    that cannot be loaded.
    """
    if name is None or name == DEFAULT:
        return Lexicon()
    offered = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    named = {entry.value: entry for entry in offered if entry.name == name}
    if not named:
        others = sorted({DEFAULT, *(entry.name for entry in offered)})
        raise Unusable(f"{SETTING}={name}: no such classifier; installed: {', '.join(others)}")
    if len(named) > 1:
        raise Unusable(f"{SETTING}={name}: offered twice, as {' and '.join(named)}; remove one")
    return _loaded(next(iter(named.values())))


def _loaded(entry: EntryPoint) -> Classifier:
    said = f"{SETTING}={entry.name}: {entry.value}"
    try:
        made = entry.load()()
    except Exception as why:
        # A package of others: whatever it raises, the operator gets a sentence and not a trace.
        raise Unusable(f"{said} cannot be loaded ({type(why).__name__}: {why})") from why
    if not callable(getattr(made, "judge", None)):
        raise Unusable(f"{said} is no classifier: it has no method judge(text, language)")
    found: Classifier = made
    return found
