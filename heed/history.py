"""What one row has been told, as its partition still has it: to be decided once more.

The partition of a row holds all that the row has heard, in order: interactions, those that other
partitions have forwarded to it with the name of the row, and the words of other rows. So whatever
its aliases are today, each record goes where it went.
"""

import time
from typing import NamedTuple

from confluent_kafka import Message

from agents.identity import Names
from agents.people import UNLINKED, Sealer
from agents.people import Message as Word
from agents.people.messages import ROW
from agents.seal import Seal, header
from heed.records import (
    MOST_ALIASES,
    PATIENCE_SECONDS,
    Backwards,
    Reach,
    Topic,
    hashes,
    mentions,
    reach_of,
    topic_of,
)
from schemas import customer as state
from schemas.interaction import Rejected, decode
from schemas.seals import ROWS
from streams.contract import Line
from streams.settings import Settings


class History(NamedTuple):
    """The records that a row depends on, in their order.

    `partition` of so many `partitions` is where they lie, `rows` those of the customer there.
    `handed` are the aliases that rows of other partitions have handed over to it, `seen` the hashes
    of the ids of what was known there. `left_out` came by an alias of which nothing tells any more
    whose it was then; `sealed` words carry the seal of another key.
    """

    lines: list[Line]
    partition: int
    partitions: int
    rows: set[str]
    handed: set[str]
    seen: set[bytes]
    left_out: int
    sealed: int
    reach: Reach


def history(key: str, settings: Settings, at: int, most: int, names: Names) -> History:
    """What the row `key` depends on, up to the event time `at` (microseconds). Raises Unusable.

    At most the last `most` records.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    sealer = Sealer(Seal(settings.internal_key))
    with topic_of(settings) as topic:
        heard = _Heard(key, {key}, names, sealer, at)
        part = _read(topic, heard, most, give_up)
        here = [each for each in sorted(heard.stated) if topic.place(each) == topic.place(key)]
        if here:
            heard = _Heard(key, {key, *here[:MOST_ALIASES]}, names, sealer, at)
            part = _read(topic, heard, most, give_up)
    lines, left_out = list(part.found), 0
    if not part.complete and key.startswith("c:"):
        lines = [line for line in part.found if not _may_be_anyones(line)]
        left_out = len(part.found) - len(lines)
    return History(
        lines, topic.place(key), topic.partitions, heard.keys, heard.handed, heard.seen,
        left_out, heard.sealed, reach_of([part]),
    )  # fmt: skip


class _Heard:
    """Tells which records of the partition a row depends on."""

    def __init__(self, key: str, keys: set[str], names: Names, sealer: Sealer, at: int) -> None:
        self.key = key
        self.keys = keys
        self.stated: set[str] = set()
        """Aliases that the customer's own records name."""
        self.handed: set[str] = set()
        self.seen: set[bytes] = set()
        self.sealed = 0
        self._names = names
        self._sealer = sealer
        self._at = at
        self._may_concern = mentions(keys)

    def __call__(self, message: Message) -> Line | None:
        value, sent_under = message.value(), message.key()
        if value is None or not self._may_concern(sent_under, value):
            return None
        headers = [(name, said) for name, said in message.headers() or () if said is not None]
        line = Line(value, message.timestamp()[1], sent_under, headers)
        if header(line, ROWS) is not None:
            return self._word(line)
        return line if self._is_of_us(line, value) else None

    def _word(self, line: Line) -> Line | None:
        try:
            word = self._sealer.opened(line)
        except Rejected:
            self.sealed += 1
            return None
        if word is None or word.at > self._at:
            return None
        if word.row == self.key and word.state:
            self._take(word)
        return line

    def _take(self, word: Word) -> None:
        self.handed.add(word.alias)
        self.seen |= hashes(state.decode(word.state).seen)

    def _is_of_us(self, line: Line, value: bytes) -> bool:
        try:
            event = decode(value, line.timestamp * 1000)
            row, names = self._names.row_key(event), self._names.keys(event.aliases)
        except Rejected:
            return False
        if event.time > self._at:
            return False
        if row == self.key and event.customer_id is not None:
            self.stated.update(names)
        return header(line, ROW) == self.key.encode() or not self.keys.isdisjoint((row, *names))


def _may_be_anyones(line: Line) -> bool:
    """Whether it came by an alias, and only what is deleted may say whose that was then."""
    if header(line, ROWS) is not None or header(line, ROW) is not None:
        return False
    event = decode(line.value or b"", line.timestamp * 1000)
    return event.customer_id is None and event.__class__ is not UNLINKED


def _read(topic: Topic, heard: _Heard, most: int, give_up: float) -> Backwards[Line]:
    part = Backwards(topic, topic.place(heard.key), heard)
    part.read(most, give_up)
    return part
