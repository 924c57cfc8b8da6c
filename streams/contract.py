"""What the engine asks of the logic that it runs, and what it offers it.

The whole contract: a `Codec` for the state of one row, and a `Logic` that turns records and due
deadlines into a `Decision`. Logic never awaits, never reads a clock and never touches Kafka.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

from streams.rows import View

S = TypeVar("S")


class Record(Protocol):
    """A record as read from Kafka; timestamps are milliseconds."""

    @property
    def value(self) -> bytes | None: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Line(NamedTuple):
    """A record that comes from a file."""

    value: bytes | None
    timestamp: int = 0
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class Refusal(NamedTuple):
    """A record that could not be taken."""

    record: Record
    reason: str
    message: str


class Forward(NamedTuple):
    """A record that belongs to another partition, and the routing key that says which."""

    record: Record
    key: bytes


HOPS = "heed-hops"


def hops(record: Record) -> int:
    """How often a record has been forwarded; 0 where the header is not one of ours."""
    for name, content in record.headers:
        if name == HOPS and content and content[:4].isdigit():
            return int(content[:4])
    return 0


class Output(NamedTuple):
    """A record to write: to the partition that its key hashes to."""

    topic: str
    key: bytes
    value: bytes


class Broadcast(NamedTuple):
    """A record to write to every partition of a topic."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(slots=True)
class Decision:
    """What is to be written, besides the rows that were touched."""

    outputs: list[Output] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    forwards: list[Forward] = field(default_factory=list)
    broadcasts: list[Broadcast] = field(default_factory=list)
    taken: int | None = None
    """So many of the records have been taken, the others are to come again; None: all."""
    again: bool = False
    """Every row is to be looked at again (`Revisiting`), before the next record."""
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Increments of counters, by metric name and label values."""
    gauges: dict[tuple[str, ...], float] = field(default_factory=dict)
    """Changes of the partition's gauges, by metric name and label values."""
    samples: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    """What histograms are to see, by metric name and label values."""

    def add(self, other: "Decision") -> None:
        """Another decision, that was made after this one."""
        self.outputs += other.outputs
        self.refusals += other.refusals
        self.forwards += other.forwards
        self.broadcasts += other.broadcasts
        self.again |= other.again
        self.counts.update(other.counts)
        for name, change in other.gauges.items():
            self.gauges[name] = self.gauges.get(name, 0) + change
        self.samples += other.samples


class Codec(NamedTuple, Generic[S]):
    """How a row's state is stored. Values begin with the deadline (8 bytes) and the version (1)."""

    version: int
    """Of the stored form; state of a later version is refused."""
    encode: Callable[[S, int], bytes]
    """State and deadline as a value."""
    decode: Callable[[bytes], S]
    """The state in a value."""

    @property
    def mark(self) -> bytes:
        """The byte that says the version."""
        return self.version.to_bytes(1, "big")


class Logic(Protocol[S]):
    """The pure part: one call a batch, one call a tick."""

    def decide(self, view: View[S], records: Sequence[Record], wall: int | None) -> Decision:
        """Apply `records` in order; `wall` is the wall clock in microseconds, None in replays."""

    def tick(self, view: View[S], wall: int | None, limit: int = 1000) -> Decision:
        """Fire at most `limit` deadlines that the view's clock has reached."""

    def codec(self) -> Codec[S]:
        """How rows are stored."""


@runtime_checkable
class Revisiting(Protocol[S]):
    """A logic that looks at all rows again: at a start by other rules, and when a decision asks
    for it (`again`)."""

    rules: str
    """Names the rules: the same for the same."""

    def revisit(self, view: View[S], keys: Sequence[str], wall: int | None) -> Decision:
        """Look at these rows by the present rules; doing so twice changes nothing."""


def roles(logic: object) -> tuple[str, ...]:
    """The roles of the further topics that the outputs of a logic name, where it has such
    (`roles`): they are created, verified and known before anything is written to them."""
    return tuple(getattr(logic, "roles", ()))
