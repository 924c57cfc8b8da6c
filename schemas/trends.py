"""What the signals about groups remember: counts by hour, day or week, and what has been told.

Parts of `schemas.group.Group`, like it array-like and bounded: once what has been heard is judged,
at most 8 KiB each, but for the brands of more than fifty branches (40 KiB for the 256 that are
kept). What is heard before its time (a year of hours or days, two of weeks, at the most) may take
several times that.
"""

from msgspec import Struct, field

from schemas.alert import Evidence

MAX_EVIDENCE_KEPT = 400
"""One a period: so many periods a partition of customers may be ahead without a difference."""
MAX_EVIDENCE_TOLD = 3
MAX_TROUBLED = 64
MAX_CHURNED = 256
MAX_BRANCHES = 256
BRANCH_BYTES = 32
MAX_APART = 64
MAX_ASKERS = 128
MAX_INSTRUMENTS = 6


class Tally(Struct, array_like=True):
    """Trials and hits of consecutive periods up to and with the period of number `newest`."""

    newest: int = 0
    trials: list[int] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)


class Rise(Struct, array_like=True):
    """A share that is watched against its own past.

    `recent` counts by short periods, `past` by long ones. `above`: it has risen, and has not been
    back since; `since` is the short period in which that was found, `needed` the trials that it
    takes to say that it is back, `usual_hits` among `usual_trials` what it rose above. Short
    periods up to `judged` have been judged. `who` were counted last, where each counts once.
    """

    recent: Tally = field(default_factory=Tally)
    past: Tally = field(default_factory=Tally)
    judged: int = -1
    above: bool = False
    since: int = 0
    needed: int = 0
    usual_hits: int = 0
    usual_trials: int = 0
    who: list[int] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


class Apart(Struct, array_like=True, gc=False):
    """A branch, or an instrument, that was told of at `at`; `back`: it is like the others again."""

    subject: str
    at: int
    back: bool = False


class BranchCounts(Struct, array_like=True):
    """Of one branch, by week up to the brand's newest: visits, those not served in time, answers,
    those that were bad."""

    name: str
    visits: list[int]
    missed: list[int]
    answers: list[int]
    bad: list[int]


class Branches(Struct, array_like=True):
    """The branches of a brand, the most active ones; weeks up to the number `newest`."""

    newest: int = 0
    judged: int = -1
    branches: list[BranchCounts] = field(default_factory=list)
    told: list[Apart] = field(default_factory=list)


class Answers(Struct, array_like=True):
    """Answers to one instrument by week up to `newest`: how many, the sum of their scores, and the
    sum of the squares, in thousandths of the scale: whole numbers, whose sums know no order."""

    instrument: str
    newest: int
    n: list[int]
    total: list[int]
    squares: list[int]


class Mood(Struct, array_like=True):
    """Whether a queue or branch keeps its standards (trials: contacts or visits, hits: those in
    time), and what its customers answer."""

    served: Tally = field(default_factory=Tally)
    judged: int = -1
    answers: list[Answers] = field(default_factory=list)
    told: list[Apart] = field(default_factory=list)


class Asker(Struct, array_like=True, gc=False):
    """Who asked for something, when they last did, and in which interaction."""

    who: int
    at: int
    id: str
    type: str


class Drain(Struct, array_like=True):
    """Customers who show signs of leaving a market, by week, and their CUSUM (in nats).

    `usual` a week is what the sum was begun with, kept while it is above zero. `who` were counted
    last, each in the week of `when`.
    """

    weeks: Tally = field(default_factory=Tally)
    judged: int = -1
    total: float = 0.0
    above: bool = False
    since: int = 0
    usual: float = 0.0
    dispersion: float = 1.0
    who: list[int] = field(default_factory=list)
    when: list[int] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
