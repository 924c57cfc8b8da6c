"""What a classifier of messages is: text in, a verdict out."""

from typing import NamedTuple, Protocol

STRONGLY_NEGATIVE = -0.6
"""At or under this score a message is strongly negative.

With the built-in words: one of the strongest (-3), or two that are plainly bad (-2 each).
"""
UNKNOWN_LANGUAGE = "unknown language"
NO_TEXT = "no text"


class Verdict(NamedTuple):
    """What a classifier makes of one message.

    `language` is an ISO 639-1 code such as `de`, None where it is not known. `score` goes from -1
    (furious) over 0 (matter-of-fact) to 1 (delighted), None where nothing can be said; then `why`
    holds `unknown language` or `no text`. Else it holds the words that decided, as they were
    written, the weightiest first.

    >>> Verdict("en", -0.8, ("worst", "never again")).strongly_negative
    True
    >>> Verdict(None, None, (UNKNOWN_LANGUAGE,)).strongly_negative
    False
    """

    language: str | None
    score: float | None
    why: tuple[str, ...]

    @property
    def strongly_negative(self) -> bool:
        """The score is known, and at or under `STRONGLY_NEGATIVE`."""
        return self.score is not None and self.score <= STRONGLY_NEGATIVE


class Classifier(Protocol):
    """Judges one message at a time.

    It must be deterministic, since a record that is read again must give the same alerts, and
    quick: the worker waits for it.
    """

    def judge(self, text: str, language: str | None) -> Verdict:
        """The verdict on `text`; `language` is what the sender's platform says it is written in."""
        ...
