"""Whether a queue is alive: its last minutes, and how many usually arrive at which hour."""

from msgspec import Struct, field

from schemas.alert import Evidence

HOURS_OF_WEEK = 168
MAX_MINUTES = 5_000
"""More than there ever are, but for a partition of customers days behind the others."""
MAX_ARRIVED = 2


class Minute(Struct, array_like=True):
    """One minute in which somebody arrived or was answered; 0 for what there was not.

    Instants are microseconds; `first_arrival` and `first_answer` are the earliest of the minute,
    `arrived` its first two arrivals.
    """

    start: int
    arrivals: int = 0
    answers: int = 0
    first_arrival: int = 0
    last_arrival: int = 0
    first_answer: int = 0
    arrived: list[Evidence] = field(default_factory=list)


class Channel(Struct, array_like=True):
    """The minutes in order of time, judged up to `judged`; `last_arrival` is the last of those.

    `usual` is the mean number of arrivals at each hour of the week (Monday first) over the last
    `weeks` whole weeks, at most four; `week` counts the running one, of the number `running`.
    """

    minutes: list[Minute] = field(default_factory=list)
    judged: int = 0
    last_arrival: int = 0
    usual: list[float] = field(default_factory=list)
    week: list[int] = field(default_factory=list)
    running: int = 0
    weeks: int = -1
