"""The service level of contact centres, with the option set named.

(answered - answered late) / (answered + abandoned - short abandons), or without some of these: the
formula of Genesys Cloud, whose options a house chooses. The same contacts give very different
levels under different options, so a level is never told without its formula.
"""

from typing import NamedTuple, get_args

from schemas.service_level import Counts
from schemas.standards import Formula

FORMULAS: tuple[Formula, ...] = get_args(Formula)


class Level(NamedTuple):
    """`met` of `counted` contacts."""

    met: int
    counted: int

    @property
    def ratio(self) -> float | None:
        return self.met / self.counted if self.counted else None


class Terms(NamedTuple):
    """What a formula counts besides the answered."""

    abandoned: bool
    short: bool
    """Those who gave up soon, among the abandoned."""
    flowed_out: bool


def _terms(formula: Formula) -> Terms:
    named = formula.split("+")
    whole = "abandoned" in named
    return Terms(whole or "abandoned-short" in named, whole, "flowouts" in named)


_TERMS = {formula: _terms(formula) for formula in FORMULAS}


def level(counts: Counts, formula: Formula) -> Level:
    """The service level of those contacts.

    >>> counts = Counts(0, answered=90, late=10, abandoned=12, short=2, flowed_out=5)
    >>> level(counts, "answered+abandoned-short").ratio
    0.8
    >>> [level(counts, formula).counted for formula in FORMULAS]
    [90, 95, 102, 107, 100, 105]
    """
    terms, counted = _TERMS[formula], counts.answered
    if terms.abandoned:
        counted += counts.abandoned if terms.short else counts.abandoned - counts.short
    if terms.flowed_out:
        counted += counts.flowed_out
    return Level(counts.answered - counts.late, counted)
