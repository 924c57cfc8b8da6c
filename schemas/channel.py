"""Whether a queue is alive: its last minutes, and how many usually arrive at which hour."""

from msgspec import Struct, field

from schemas.alert import Evidence

HOURS_OF_WEEK = 168
MAX_MINUTES = 1_500
MAX_ARRIVED = 10


class Minute(Struct, array_like=True, gc=False):
    """One minute in which somebody arrived or was answered; 0 for what there was not.

    Instants are microseconds; `first_arrival` and `first_answer` are the earliest of the minute.
    """

    start: int
    arrivals: int = 0
    answers: int = 0
    first_arrival: int = 0
    first_answer: int = 0


class Channel(Struct, array_like=True):
    """The minutes in order of time, judged up to `judged`.

    `usual` is the mean number of arrivals at each hour of the week (Monday first) over the last
    `weeks` whole weeks, at most four; `week` counts the running one, of the number `running`.
    `arrived` are the newest arrivals.
    """

    minutes: list[Minute] = field(default_factory=list)
    judged: int = 0
    last_arrival: int = 0
    answered_at: int = 0
    usual: list[float] = field(default_factory=list)
    week: list[int] = field(default_factory=list)
    running: int = 0
    weeks: int = -1
    arrived: list[Evidence] = field(default_factory=list)
