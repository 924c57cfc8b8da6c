"""The records of one customer as Kafka still has them: their partitions, read from the end."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from xxhash import xxh3_64_digest

from agents.identity import Names, routing_key
from agents.people import UNLINKED
from agents.people.messages import ROW
from schemas.customer import HASH
from schemas.interaction import Interaction, Rejected, decode
from streams.errors import Unusable
from streams.murmur2 import partition_of
from streams.settings import Settings
from streams.topics import client_settings

WINDOW = 20_000
"""So many records are read at once, from the end backwards."""
MOST_READ = 400_000
PATIENCE_SECONDS = 10.0
BROKER_SECONDS = 5.0
MOST_ALIASES = 32
"""So many names of one person are looked for at most."""
_PLAIN = Names()

T = TypeVar("T")


class Whose(NamedTuple):
    """Whose records are asked for.

    The row `key`, other names of it (row keys), and the hashes of event ids that it is known to
    have taken.
    """

    key: str
    aliases: Collection[str] = ()
    seen: Collection[bytes] = ()


class Reach(NamedTuple):
    """How far back was read: `whole` says that nothing older is retained.

    Else `since` is the Kafka timestamp (microseconds) back to which all was looked at, 0 where
    there was none.
    """

    looked_at: int
    since: int
    whole: bool


class Read(NamedTuple):
    """The newest interactions of a customer, the oldest first.

    `unsure`, by id and with their event times, came by aliases of theirs when those may have been
    another's.
    """

    events: list[Interaction]
    unsure: dict[str, int]
    reach: Reach


def newest(whose: Whose, settings: Settings, most: int, names: Names = _PLAIN) -> Read:
    """The last `most` interactions that are known to be theirs. Raises Unusable.

    `names` are the house's: how it reads aliases. Also looked for are names that their own records
    state: they may have been theirs. Looks at no more than 400,000 records of each of their
    partitions, for ten seconds in all.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    with topic_of(settings) as topic:
        mine = _Mine(whose, names)
        parts = _read(topic, mine, most, give_up)
        further = sorted(mine.stated - mine.keys)[:MOST_ALIASES]
        if further:
            mine = _Mine(whose._replace(aliases=[*whose.aliases, *further]), names)
            parts = _read(topic, mine, most, give_up)
    # Once each: what was forwarded lies in two partitions.
    once = {event.id: event for part in parts for event in part.found}
    unsure = {name: at for name, at in mine.unsure.items() if name not in once}
    events = sorted(once.values(), key=lambda event: event.time)[-most:]
    return Read(events, unsure, reach_of(parts))


class _Mine:
    """Tells whether a record is of that person.

    One that names the customer is. What came by an alias went to whoever had it then: that stands
    in the row's memory, or in the header of the copy that was forwarded to them.
    """

    def __init__(self, whose: Whose, names: Names) -> None:
        self.whose = whose
        self.keys = {whose.key, *whose.aliases}
        self.stated: set[str] = set()
        """Aliases that the customer's own records name."""
        self.unsure: dict[str, int] = {}
        self._names = names
        self._may_be_of = mentions(self.keys)

    def __call__(self, message: Message) -> Interaction | None:
        value = message.value()
        if value is None or not self._may_be_of(message.key(), value):
            return None
        try:
            event = decode(value, message.timestamp()[1] * 1000)
            row = self._names.row_key(event)
        except Rejected:
            return None
        if event.customer_id is not None:
            if row == self.whose.key:
                self.stated.update(self._names.keys(event.aliases))
            return event if row == self.whose.key else None
        if event.__class__ is UNLINKED:
            return None
        went_to = header_of(message, ROW)
        if went_to is not None:
            return event if went_to == self.whose.key.encode() else None
        if xxh3_64_digest(event.id.encode()) in self.whose.seen:
            return event
        if row in self.keys:
            self.unsure[event.id] = event.time
        return None


def mentions(keys: Collection[str]) -> Callable[[bytes | None, bytes], bool]:
    """Whether a record, by its key and value, may be of one of those rows."""
    routing = {routing_key(key) for key in keys}
    # Numbers are written in many ways.
    by_phone = any(key.startswith("phone:") for key in keys)
    return lambda sent_under, value: (
        sent_under in routing
        or any(name in value for name in routing)
        or (by_phone and b'"phone"' in value)
    )


def header_of(message: Message, name: str) -> bytes | None:
    """The last header of that name."""
    found = None
    for each, said in message.headers() or ():
        if each == name and isinstance(said, bytes):
            found = said
    return found


def hashes(seen: bytes) -> set[bytes]:
    """The hashes that a row's `seen` packs."""
    return {seen[at : at + HASH] for at in range(0, len(seen), HASH)}


class Topic(NamedTuple):
    """The topic of interactions, to be read from."""

    consumer: Consumer
    name: str
    partitions: int

    def place(self, key: str) -> int:
        """The partition of a row."""
        return partition_of(routing_key(key), self.partitions)


@contextmanager
def topic_of(settings: Settings) -> Iterator[Topic]:
    """The input, without a consumer group. Raises Unusable."""
    consumer = Consumer(
        {
            **client_settings(settings),
            "group.id": "heed-explain",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
        }
    )
    name = settings.input_topic
    try:
        known = consumer.list_topics(name, timeout=BROKER_SECONDS).topics[name]
        if known.error is not None or not known.partitions:
            raise Unusable(f"topic {name} is not there")
        yield Topic(consumer, name, len(known.partitions))
    except KafkaException as why:
        raise Unusable(f"{settings.bootstrap} does not answer ({why.args[0].str()})") from None
    finally:
        consumer.close()


class Backwards(Generic[T]):
    """One partition, read from its end; `take` says what is kept of a record, None for nothing."""

    def __init__(self, topic: Topic, number: int, take: Callable[[Message], T | None]) -> None:
        self._consumer = topic.consumer
        self._place = TopicPartition(topic.name, number)
        self._take = take
        self.found: deque[T] = deque()
        """In the order of the partition."""
        self.looked_at = 0
        self.since = 0
        self.whole = False
        self.complete = False
        """Whether that was all there has ever been."""

    def read(self, most: int, give_up: float) -> None:
        """Until so many are found, or enough is read."""
        first, end = self._consumer.get_watermark_offsets(self._place, timeout=BROKER_SECONDS)
        begin = end
        while begin > first and len(self.found) < most and self.looked_at < MOST_READ:
            upto, begin = begin, max(first, begin - WINDOW)
            if not self._window(begin, upto, give_up):
                return
        self.whole = begin <= first
        self.complete = begin == 0

    def _window(self, begin: int, upto: int, give_up: float) -> bool:
        """Read these records; whether that was possible in time."""
        topic, number = self._place.topic, self._place.partition
        self._consumer.assign([TopicPartition(topic, number, begin)])
        window: list[T] = []
        at, oldest = begin, 0
        while at < upto:
            if time.monotonic() > give_up:
                return False
            for message in self._consumer.consume(5000, 0.2):
                if message.error() is not None:
                    at = upto if _is_end(message) else at
                    continue
                at = (message.offset() or 0) + 1
                if at > upto:
                    break
                self.looked_at += 1
                oldest = oldest or message.timestamp()[1] * 1000
                kept = self._take(message)
                if kept is not None:
                    window.append(kept)
        self.since = oldest or self.since
        self.found.extendleft(reversed(window))
        return True


def reach_of(parts: Collection[Backwards[T]]) -> Reach:
    """How far back all of them were read."""
    return Reach(
        sum(part.looked_at for part in parts),
        max((part.since for part in parts if not part.whole), default=0),
        all(part.whole for part in parts),
    )


def _read(topic: Topic, mine: _Mine, most: int, give_up: float) -> list[Backwards[Interaction]]:
    # Of the row itself the most is to be expected: it comes first.
    numbers = dict.fromkeys(map(topic.place, (mine.whose.key, *mine.whose.aliases)))
    parts = [Backwards(topic, number, mine) for number in numbers]
    for part in parts:
        part.read(most, give_up)
    return parts


def _is_end(message: Message) -> bool:
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF
