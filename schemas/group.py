"""What is remembered of one group: a queue, a branch, a product, a market ...

Stored as `schemas.customer.Customer` is: an 8-byte deadline, one byte of version, MessagePack. The
row key (`queue:<name>`, see schemas.observation) names the group and is not repeated inside it.

Each signal owns one field of `Group`, None while idle, bounded as its own module states; new fields
go to the end. A group is one row of the changelog: it is to stay within 256 KiB.
"""

import msgspec
from msgspec import Struct

from schemas.channel import Channel
from schemas.customer import NewerState, OpenAlert
from schemas.manners import Manners
from schemas.memory import NEVER
from schemas.observation import Answer
from schemas.rates import Rates
from schemas.service_level import Service
from schemas.trends import Asker, Branches, Drain, Mood, Rise

VERSION = 1
MAX_BYTES = 256 << 10
MAX_ANSWERS = 32


class Group(Struct, array_like=True):
    """One row. `last_seen` is the time of the newest observation (microseconds).

    `dues` says when a signal wants to be asked again, by the signal's name (that of its first kind
    of alert); `told` when one last opened, as long as its cool-down asks for it. `sources` is of
    the reserved row alone: how far each partition of customers has come. `answers` are those of
    teams whose time has not come yet, the earliest first.
    """

    last_seen: int = 0
    brand: str | None = None
    branch: str | None = None
    region: str | None = None
    segment: str | None = None
    alerts: list[OpenAlert] = msgspec.field(default_factory=list)
    dues: dict[str, int] = msgspec.field(default_factory=dict)
    told: dict[str, int] = msgspec.field(default_factory=dict)
    service: Service | None = None
    channel: Channel | None = None
    sources: dict[int, int] | None = None
    rates: Rates | None = None
    rise: Rise | None = None
    branches: Branches | None = None
    mood: Mood | None = None
    askers: list[Asker] | None = None
    drain: Drain | None = None
    manners: Manners | None = None
    answers: list[Answer] = msgspec.field(default_factory=list)

    @property
    def party(self) -> None:
        """A group is of no party, and has no stage of life."""
        return None

    stage = party

    def wake(self, signal: str, at: int | None) -> None:
        """Ask `signal` again at that instant, in place of an earlier wish; None: not at all."""
        if at is None:
            self.dues.pop(signal, None)
        else:
            self.dues[signal] = at

    @property
    def deadline(self) -> int:
        """The earliest instant at which a signal wants to be asked, an alert expires, an answer of
        a team counts, or what was snoozed is told again."""
        due = min(self.dues.values(), default=NEVER)
        if self.answers:
            due = min(due, self.answers[0].time)
        if self.manners is not None:
            due = min(due, self.manners.due)
        for alert in self.alerts:
            if alert.until < due:
                due = alert.until
        return due


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Group).decode
_VERSION = bytes([VERSION])


def encode(group: Group, deadline: int) -> bytes:
    """The stored form; `deadline` is the group's, which the caller has at hand.

    Observations come in an order of chance, which what is stored does not show: names are sorted.
    """
    group.dues, group.told = dict(sorted(group.dues.items())), dict(sorted(group.told.items()))
    return deadline.to_bytes(8, "big") + _VERSION + _encode(group)


def decode(value: bytes) -> Group:
    """The group in a stored value. Raises NewerState for one of a later version."""
    if value[8] > VERSION:
        raise NewerState(
            f"state of version {value[8]}, this worker knows up to {VERSION}: upgrade it"
        )
    return _decode(memoryview(value)[9:])
