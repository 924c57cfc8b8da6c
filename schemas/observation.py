"""The observation: what the customers agent tells the groups agent about a group.

One observation is one fact about one queue, branch, product, step, employee group, market, brand or
wish. The record's key is the group's; the value is MessagePack, an array whose first element names
the kind. No customer can be told from it: `who` is a hash.
"""

from functools import lru_cache
from typing import Any, Literal

import msgspec
import xxhash
from msgspec import Struct

from schemas.customer import bounded

Kind = Literal[
    "queue", "branch", "product", "step", "employees", "market", "brand", "wish",
]  # fmt: skip


class Observation(Struct, array_like=True, gc=False, tag_field="observed"):
    """What all observations share. `time` is when the fact became true (microseconds).

    `id` and `type` name the interaction that it rests on, `who` is a 64-bit hash of the customer's
    row. `brand` and `branch` are where it happened, as far as stated.
    """

    time: int
    id: str
    type: str
    who: int
    brand: str | None
    branch: str | None

    @property
    def kind(self) -> str:
        """The kind as on the wire, such as `wait`."""
        return str(self.__struct_config__.tag)


class Arrival(Observation, array_like=True, gc=False, tag="arrival"):
    """Somebody has joined a queue, or was answered without queueing. Of queues."""


class Wait(Observation, array_like=True, gc=False, tag="wait"):
    """A wait in a queue is over. Of queues, branches, brands (with a branch) and employee groups.

    `waited` are microseconds from the (last) queueing. Whoever left by asking for a call back, by
    leaving a message or by being transferred has flowed out. One that was answered without a
    queueing has waited 0; `corrects` says that it was told so before its queueing was known: now it
    is, and that wait is to be replaced by this one. `queue` is the queue's name.
    """

    outcome: Literal["answered", "abandoned", "flowed_out"]
    waited: int
    corrects: bool
    queue: str | None


class Hold(Observation, array_like=True, gc=False, tag="hold"):
    """A hold is over, `held` microseconds long. Of queues, branches and employee groups."""

    held: int


class Visit(Observation, array_like=True, gc=False, tag="visit"):
    """A visit is over, or has been assisted. Of branches and brands (there `branch` says where).

    From the arrival to the greeting, to the assistance, and to the leaving where nobody assisted,
    in microseconds; None where it did not happen.
    """

    greeted: int | None
    assisted: int | None
    stayed: int | None


class Score(Observation, array_like=True, gc=False, tag="score"):
    """An answer to a survey, or a review. Of queues, branches, brands, products, employee groups.

    `score` is its place on its scale, 0 the worst and 1 the best; `satisfied` as the instrument
    counts it (NPS 9-10, CSAT the upper two of five, CES the upper three of seven, 4 stars of 5),
    `detractor` likewise at the lower end.
    """

    instrument: str
    score: float
    satisfied: bool
    detractor: bool


class Order(Observation, array_like=True, gc=False, tag="order"):
    """A product was ordered: one observation an order, whatever the quantity. Of products."""

    quantity: int


class Return(Observation, array_like=True, gc=False, tag="return"):
    """A product was returned. Of products."""

    quantity: int


class Complaint(Observation, array_like=True, gc=False, tag="complaint"):
    """Somebody complained. Of products (where the complaint names one), branches and brands."""

    category: str | None


class Step(Observation, array_like=True, gc=False, tag="step"):
    """A checkout went on from a step (`passed`), or was abandoned there. Of steps.

    The step is what was done last: `started`, the number or name of a completed step,
    `payment_info_entered` or `payment_failed`.
    """

    passed: bool


class Churn(Observation, array_like=True, gc=False, tag="churn"):
    """A churn signal of a customer has opened, or (`over`) ended. Of markets and brands."""

    signal: str
    over: bool


class Answer(Observation, array_like=True, gc=False, tag="answer"):
    """What a team says about an alert of the group: `type` says which of the four, `until` is the
    end of a snooze (microseconds), `by` says who answers. Of all groups."""

    alert_id: str | None
    signal: str | None
    until: int | None
    by: str | None
    outcome: str | None
    amount: float | None
    cost: float | None


class Wish(Observation, array_like=True, gc=False, tag="wish"):
    """A customer asked for something. Of wishes: the key names the topic."""


AnyObservation = (
    Arrival | Wait | Hold | Visit | Score | Order | Return | Complaint | Step | Churn | Wish
    | Answer
)  # fmt: skip

CLASSES: dict[str, type[Observation]] = {
    str(cls.__struct_config__.tag): cls for cls in AnyObservation.__args__
}

encode = msgspec.msgpack.Encoder().encode
_decode: Any = msgspec.msgpack.Decoder(AnyObservation).decode


class NotAnObservation(Exception):
    """Bytes that are no observation that this version of Heed knows."""


def decode(value: bytes) -> Observation:
    """The observation in `value`. Raises NotAnObservation."""
    try:
        found: Observation = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as why:
        raise NotAnObservation(str(why)) from None
    return found


def pseudonym(row: str) -> int:
    """`who` of a row key."""
    return xxhash.xxh3_64_intdigest(row.encode()) >> 1  # 63 bits: an integer everywhere


# How far a partition of customers has come. No observation of before that is to come from there,
# but for late ones, so what all of them have passed can be judged.

CLOCK = "\x00clock"
"""In place of a group's key."""
NOWHERE = 2**63 - 1
"""The clock of a partition in which nothing has happened yet: nobody need wait for it."""


class Clock(Struct, array_like=True, gc=False):
    """The clock of partition `source` of so many has come to `at` (microseconds)."""

    source: int
    sources: int
    at: int


_decode_clock = msgspec.msgpack.Decoder(Clock).decode


def decode_clock(value: bytes) -> Clock:
    """The clock in `value`. Raises NotAnObservation."""
    try:
        return _decode_clock(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as why:
        raise NotAnObservation(str(why)) from None


# Keys of groups: the kind, a colon, and the name.


def group_key(kind: Kind, name: str) -> str:
    """The key of a group of that name, as in `queue:sales`."""
    return f"{kind}:{bounded(name)}"


def branch_key(brand: str | None, branch: str) -> str:
    """Branches of two brands may be called the same.

    >>> branch_key("A/B", "Main Street"), branch_key(None, "Main Street")
    ('branch:A%2FB/Main Street', 'branch:/Main Street')
    """
    return f"branch:{_part(brand)}/{bounded(branch)}"


def step_key(brand: str | None, step: str) -> str:
    """A step of the checkout of a brand."""
    return f"step:{_part(brand)}/{bounded(step)}"


def market_key(axis: str, value: str) -> str:
    """A region, or a segment of an axis.

    >>> market_key("region", "Saxony"), market_key("income_band", "high")
    ('market:region/Saxony', 'market:income_band/high')
    """
    return f"market:{_part(axis)}/{bounded(value)}"


@lru_cache(maxsize=10_000)
def split(key: str) -> tuple[str, str | None, str]:
    """Kind, first part (brand or axis, where the kind has one) and name of a key.

    >>> split("branch:A%2FB/Main"), split("branch:/Main"), split("queue:a/b")
    (('branch', 'A/B', 'Main'), ('branch', None, 'Main'), ('queue', None, 'a/b'))
    """
    kind, _, name = key.partition(":")
    if kind not in ("branch", "step", "market"):
        return kind, None, name
    first, _, name = name.partition("/")
    return kind, first.replace("%2F", "/").replace("%25", "%") or None, name


_CALLED = {"step": "checkout step", "employees": "employee group"}
"""Kinds that are called otherwise than their keys."""


def in_words(key: str) -> str:
    """A group as one speaks of it.

    >>> in_words("queue:sales"), in_words("branch:Acme/Main"), in_words("branch:/Main")
    ('queue sales', 'branch Main of Acme', 'branch Main')
    >>> in_words("market:region/Saxony"), in_words("market:income_band/high"), in_words("brand:")
    ('region Saxony', 'segment income band high', 'the whole house')
    """
    kind, first, name = split(key)
    if kind == "market":
        axis = (first or "").replace("_", " ")
        return f"{axis} {name}" if axis in ("region", "segment") else f"segment {axis} {name}"
    if kind == "brand" and not name:
        return "the whole house"
    return f"{_CALLED.get(kind, kind)} {name}" + (f" of {first}" if first else "")


def _part(name: str | None) -> str:
    return bounded(name).replace("%", "%25").replace("/", "%2F") if name else ""
