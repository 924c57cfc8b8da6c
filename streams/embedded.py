"""A Kafka broker inside the process, for a first look and for tests of the happy path.

It is librdkafka's own test broker, which comes inside the confluent-kafka wheel. Its limits:
memory only and about 5 MB kept per partition (so writers pace themselves by the readers' lag),
4 partitions a topic, no fencing, aborted records stay visible, committed offsets of transactions
are not kept (the partition's own record has them). Faults and sizes are for a real broker.
"""

from types import TracebackType

from confluent_kafka import Producer

PARTITIONS = 4


class EmbeddedBroker:
    """Running as long as the `with` block, reachable under `address`."""

    def __init__(self) -> None:
        self._holder: Producer | None = None
        self.address = ""

    def __enter__(self) -> "EmbeddedBroker":
        self._holder = Producer(
            {
                "bootstrap.servers": "embedded:1",  # replaced by the broker's own address
                "test.mock.num.brokers": 1,
                "log_level": 0,
            }
        )
        broker = next(iter(self._holder.list_topics(timeout=10).brokers.values()))
        self.address = f"{broker.host}:{broker.port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._holder = None
