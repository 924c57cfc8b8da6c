"""Files into Kafka, paced."""

import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from agents.identity import Names
from schemas.interaction import Rejected, decode
from streams.errors import Unusable
from streams.settings import Settings
from streams.topics import LARGEST_INTERACTION, client_settings


class Publisher:
    """Writes interactions under the keys of the contract, as the Java clients partition them."""

    def __init__(self, settings: Settings, names: Names | None = None) -> None:
        """`names` is how the house reads aliases: they are the keys of who gives no id."""
        self.names = names or Names()
        self.topic = settings.input_topic
        self.sent = 0
        self.failed: KafkaError | None = None
        self._producer = Producer(
            {
                **client_settings(settings),
                "partitioner": "murmur2_random",
                "compression.type": "none" if settings.embedded else "lz4",
                # The embedded broker gives one batch a fetch: few and large ones pass sooner.
                "linger.ms": 50 if settings.embedded else 5,
                "enable.idempotence": not settings.embedded,
                "message.max.bytes": LARGEST_INTERACTION,
            }
        )
        if not settings.embedded:
            self._find_topic()

    def _find_topic(self) -> None:
        try:
            known = self._producer.list_topics(timeout=10).topics
        except KafkaException as why:
            raise Unusable(f"topics cannot be listed: {why.args[0].str()}") from None
        if self.topic not in known:
            raise Unusable(f"topic {self.topic} is not there: run `heed topics` or start a worker")

    def send(self, value: bytes) -> int | None:
        """Send one; its event time in microseconds, None where it cannot be read.

        What cannot be taken is sent all the same: the worker puts it into `rejected`. Raises
        Unusable for what the broker would not take, or has not taken.
        """
        try:
            event = decode(value, time.time_ns() // 1000)
            key, at = self.names.record_key(event), event.time
        except Rejected:
            key, at = None, None
        while True:
            try:
                self._producer.produce(self.topic, value, key=key, on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as why:
                raise Unusable(
                    f"interaction {self.sent + 1} of {len(value):,} bytes cannot be sent: "
                    f"{why.args[0].str()}"
                ) from None
        self.sent += 1
        if self.sent % 500 == 0:
            self._producer.poll(0)
            self._check()
        return at

    def flush(self, seconds: float = 60) -> None:
        """Wait until the broker has acknowledged everything. Raises Unusable."""
        left = self._producer.flush(seconds)
        self._check()
        if left:
            raise Unusable(f"{left} interactions were not acknowledged within {seconds:.0f} s")

    def _check(self) -> None:
        if self.failed is not None:
            raise Unusable(f"the broker refused an interaction: {self.failed.str()}")

    def _delivered(self, error: KafkaError | None, _: Any) -> None:
        if error is not None:
            self.failed = error


class Pace:
    """Waits so that at most `rate` records go out a second, or event time runs `speed` fold."""

    def __init__(self, rate: float | None, speed: float | None) -> None:
        self.rate, self.speed = rate, speed
        self._began = time.monotonic()
        self._first: int | None = None
        self._sent = 0

    def wait(self, at: int | None) -> None:
        """Called before each record, with its event time."""
        self._sent += 1
        due = 0.0
        if self.rate:
            due = self._sent / self.rate
        elif self.speed and at is not None:
            self._first = at if self._first is None else self._first
            due = (at - self._first) / 1e6 / self.speed
        ahead = due - (time.monotonic() - self._began)
        if ahead > 0.001:
            time.sleep(ahead)


def event_time(value: bytes) -> int | None:
    """The event time of a record in microseconds, None where it has none."""
    try:
        return decode(value).time
    except Rejected:
        return None


def publish(
    values: Iterable[bytes],
    settings: Settings,
    rate: float | None,
    speed: float | None,
    names: Names | None = None,
) -> tuple[int, bool]:
    """Send all of `values`; how many, and whether that was all or ctrl-C came first."""
    publisher, pace = Publisher(settings, names), Pace(rate, speed)
    paced = bool(rate or speed)
    whole = True
    try:
        for value in values:
            if paced:
                pace.wait(event_time(value) if speed else None)
            publisher.send(value)
    except KeyboardInterrupt:
        whole = False
    publisher.flush()
    return publisher.sent, whole
