"""`heed publish --from-rejected`: what could not be taken goes where it came from, after a fix.

Each once: what has been sent is remembered in the transaction that sends it (`heed.rejects`), so
neither a crash nor a second run doubles or loses one.
"""

import contextlib
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from confluent_kafka import (
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from heed.rejects import (
    EVERY,
    NOT_AGAIN,
    REASONS,
    TIMEOUT,
    Rejects,
    done_with,
    first_gap,
    merged,
    trimmed,
    within,
)
from streams.errors import Unusable
from streams.rejected import stays
from streams.settings import Settings
from streams.topics import LARGEST_INTERACTION, client_settings

MOST, MOST_BYTES = 1000, 4 << 20
"""Of one transaction."""


class Outcome(NamedTuple):
    """What became of the rejected records; by reason."""

    sent: Counter[str]
    cut: Counter[str]
    """Not whole in `rejected`, so they cannot be sent again."""
    left: Counter[str]
    """Left out because they are not asked for."""
    elsewhere: Counter[str]
    """From topics that are not these workers' to read; by topic."""
    before: int
    """Sent by an earlier run."""


class Resender:
    """Sends to what the workers read, a transaction for so many records."""

    def __init__(self, settings: Settings, rejects: Rejects) -> None:
        """Raises Unusable where the broker does not permit it."""
        self._settings = settings
        self._rejects = rejects
        self._producer = Producer(
            {
                **client_settings(settings),
                "transactional.id": rejects.group,
                "partitioner": "murmur2_random",
                "message.max.bytes": LARGEST_INTERACTION,
                "compression.type": "none" if settings.embedded else "lz4",
            }
        )
        try:
            # All of them: some brokers create a topic that is asked for by name.
            known = self._producer.list_topics(timeout=10).topics
            self._partitions = {
                topic: len(known[topic].partitions) for topic in ours(settings) if topic in known
            }
            self._producer.init_transactions(TIMEOUT)
        except KafkaException as why:
            raise Unusable(f"cannot send to {settings.input_topic}: {_text(why)}") from None

    def send(self, messages: list[Message], place: TopicPartition) -> None:
        """All of them and the place reached, or nothing. Raises Unusable."""
        producer = self._producer
        failed: list[KafkaError] = []
        try:
            producer.begin_transaction()
            for message in messages:
                self._produce(message, failed)
            producer.flush(TIMEOUT)
            if failed:
                raise Unusable(f"the broker refused an interaction: {failed[0].str()}")
            if not self._settings.embedded:
                producer.send_offsets_to_transaction([place], self._rejects.metadata(), TIMEOUT)
            producer.commit_transaction(TIMEOUT)
        except (KafkaException, Unusable) as why:
            with contextlib.suppress(KafkaException):
                producer.abort_transaction(TIMEOUT)
            if isinstance(why, Unusable):
                raise
            raise Unusable(f"nothing of the last {len(messages)} was sent: {_text(why)}") from None
        if self._settings.embedded:
            self._rejects.commit(place)

    def _produce(self, message: Message, failed: list[KafkaError]) -> None:
        headers = dict(message.headers() or ())
        said = [pair for pair in message.headers() or () if stays(pair[0])]
        topic = _topic(message)
        # Where it lay before: so records of one customer keep their order.
        number = _number(headers.get("heed-partition"), -1)
        stamp = _number(headers.get("heed-timestamp"), 0)
        while True:
            try:
                self._producer.produce(
                    topic,
                    message.value(),
                    message.key(),
                    headers=said,
                    partition=number if 0 <= number < self._partitions.get(topic, 0) else -1,
                    timestamp=max(stamp, 0),
                    on_delivery=lambda error, _: failed.append(error) if error else None,
                )
                return
            except BufferError:
                self._producer.poll(0.05)


def resend(
    settings: Settings, reason: str | None = None, since: int | None = None, *, dry: bool = False
) -> Outcome:
    """Send what lies in `rejected`; with `dry` only count. Raises Unusable.

    Only what was refused for `reason`, and only since the Kafka time `since` (microseconds).
    """
    if reason is not None and reason not in REASONS:
        raise Unusable(f"--reason: {reason!r} is none of {', '.join(REASONS)}")
    outcome = Outcome(Counter(), Counter(), Counter(), Counter(), 0)
    with Rejects(settings) as rejects:
        numbers = rejects.partitions()
        resender = None if dry else Resender(settings, rejects)
        for number in numbers:
            outcome = _one(rejects, resender, number, reason, since, outcome, ours(settings))
    return outcome


def ours(settings: Settings) -> tuple[str, ...]:
    """The topics that workers of these settings read, and so what they rejected came from."""
    observed = (settings.observations_topic,) if settings.groups == "on" else ()
    return settings.input_topic, *observed


def sentences(outcome: Outcome, *, dry: bool = False) -> Iterable[str]:
    """What has been done, a line for each number that is not zero."""
    done = "would be sent again" if dry else "sent again"
    yield f"{outcome.sent.total():,} rejected records {done}"
    for reason, number in sorted(outcome.sent.items()):
        yield f"  rejected as {reason}: {number:,}"
    for reason, number in sorted(outcome.cut.items()):
        yield f"  not whole in `rejected`, so not sent: {number:,} ({reason}); publish them anew"
    for reason, number in sorted(outcome.left.items()):
        yield f"  left out as {reason}: {number:,}"
    for topic, number in sorted(outcome.elsewhere.items()):
        yield f"  not of a topic of ours, so not sent: {number:,} ({topic})"
    if outcome.before:
        yield f"  done with by an earlier run: {outcome.before:,}"


def _one(
    rejects: Rejects,
    resender: Resender | None,
    number: int,
    reason: str | None,
    since: int | None,
    outcome: Outcome,
    topics: Collection[str],
) -> Outcome:
    """One partition of rejected records, in transactions."""
    sent, (first, end) = rejects.sent(number), rejects.span(number, since)
    begin = first_gap(done_with(sent, reason or EVERY), first)
    held: list[Message] = []
    size, upto, before = 0, begin, outcome.before

    def done() -> None:
        """Remember all up to here, with what is held sent."""
        nonlocal held, size
        if resender is not None and upto > begin:
            name = reason or EVERY
            sent[name] = merged([*sent.get(name, []), (begin, upto)])
            resender.send(held, rejects.remember(number, upto, trimmed(sent, first)))
        held, size = [], 0

    for message in rejects.read(number, begin, end) if begin < end else ():
        offset = message.offset() or 0
        why = _reason(message)
        if reason is not None and why != reason:
            outcome.left[why] += 1
        elif within(done_with(sent, why), offset):
            before += 1
        elif reason is None and why in NOT_AGAIN:
            outcome.left[why] += 1
        elif (topic := _topic(message)) not in topics:
            outcome.elsewhere[topic] += 1
        elif is_cut(message):
            outcome.cut[why] += 1
        else:
            outcome.sent[why] += 1
            held.append(message)
            size += len(message.value() or b"")
        upto = offset + 1
        if len(held) >= MOST or size >= MOST_BYTES:
            done()
    upto = max(upto, end) if begin < end else upto
    if begin < end:
        done()
    return outcome._replace(before=before)


def is_cut(message: Message) -> bool:
    """Whether it is kept in part only: too large to be whole, or for the input."""
    headers = {name for name, _ in message.headers() or ()}
    if headers & {"heed-length", "heed-key-length", "heed-headers-left-out"}:
        return True
    return len(message.value() or b"") > LARGEST_INTERACTION - (16 << 10)


def _reason(message: Message) -> str:
    return _said(message, "heed-reason")


def _topic(message: Message) -> str:
    """The topic that it was read from."""
    return _said(message, "heed-topic")


def _said(message: Message, header: str) -> str:
    for name, content in message.headers() or ():
        if name == header and isinstance(content, bytes):
            return content.decode(errors="replace")
    return "unknown"


def _number(content: Any, otherwise: int) -> int:
    try:
        return int(content)
    except (TypeError, ValueError):
        return otherwise


def _text(why: KafkaException) -> str:
    return str(why.args[0].str()) if why.args else str(why)
