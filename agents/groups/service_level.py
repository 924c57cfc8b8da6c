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


def level(counts: Counts, formula: Formula) -> Level:
    """The service level of those contacts.

    >>> counts = Counts(0, answered=90, late=10, abandoned=12, short=2, flowed_out=5)
    >>> level(counts, "answered+abandoned-short").ratio
    0.8
    >>> [level(counts, formula).counted for formula in FORMULAS]
    [90, 95, 102, 107, 100, 105]
    """
    terms = formula.split("+")
    counted = counts.answered
    if "abandoned" in terms:
        counted += counts.abandoned
    elif "abandoned-short" in terms:
        counted += counts.abandoned - counts.short
    if "flowouts" in terms:
        counted += counts.flowed_out
    return Level(counts.answered - counts.late, counted)
