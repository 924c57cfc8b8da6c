"""The alerts as a support team sees them: read committed, the last state of each."""

import time
from collections.abc import Iterator

import msgspec
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from rich.table import Table

from schemas.alert import Alert, decode
from streams.errors import Unusable
from streams.settings import Settings
from streams.topics import client_settings


class Inbox:
    """Reads `alerts` from its beginning; needs no consumer group and leaves none behind."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer = Consumer(
            {
                **client_settings(settings),
                "group.id": "heed-inbox",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": False,
            }
        )
        self.open: dict[str, Alert] = {}

    def subscribe(self) -> None:
        """Begin at the beginning. Raises Unusable where the topic is not there."""
        topic = self._settings.alerts_topic
        try:
            known = self._consumer.list_topics(topic, timeout=10).topics[topic]
        except KafkaException as why:
            raise Unusable(
                f"no Kafka broker answers at {self._settings.bootstrap} ({why.args[0].str()})"
            ) from None
        if known.error is not None or not known.partitions:
            raise Unusable(f"topic {topic} is not there: run `heed topics` or start a worker")
        self._consumer.assign([TopicPartition(topic, number, 0) for number in known.partitions])
        self._ends = {
            number: self._consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
            for number in known.partitions
        }

    def read(self, timeout: float = 0.2, most: int = 1000) -> list[Alert]:
        """What has come, oldest first; keeps track of what is open."""
        told = []
        for message in self._consumer.consume(most, timeout):
            if message.error() is None and (alert := _alert(message)) is not None:
                told.append(alert)
                if alert.status in ("open", "updated"):
                    self.open[alert.alert_id] = alert
                else:
                    self.open.pop(alert.alert_id, None)
        return told

    def present(self, quiet: float = 1.0) -> Iterator[Alert]:
        """All that is there by now."""
        last = time.monotonic()
        while time.monotonic() - last < quiet and not self._at_end():
            told = self.read()
            if told:
                last = time.monotonic()
            yield from told

    def _at_end(self) -> bool:
        positions = self._consumer.position(self._consumer.assignment())
        return all(
            self._ends[p.partition][1] <= max(p.offset, 0)
            or self._ends[p.partition][1] == self._ends[p.partition][0]
            for p in positions
        )

    def close(self) -> None:
        self._consumer.close()


def _alert(message: Message) -> Alert | None:
    value = message.value()
    if value is None:
        return None
    try:
        return decode(value)
    except msgspec.MsgspecError:
        return None


def worklist(alerts: list[Alert]) -> list[Alert]:
    """Open alerts by what is at risk, the most first; then the longest standing."""
    return sorted(
        alerts,
        key=lambda a: (-(a.value_at_risk.amount if a.value_at_risk else 0.0), a.opened_at),
    )


def table(alerts: list[Alert], most: int = 50) -> Table:
    """A list to work from."""
    out = Table(title=f"{len(alerts)} open alerts", title_justify="left")
    for column in ("at risk", "signal", "customer", "since", "why"):
        out.add_column(column, justify="right" if column == "at risk" else "left")
    for alert in alerts[:most]:
        value = alert.value_at_risk
        out.add_row(
            f"{value.amount:,.2f} {value.currency or ''}".strip() if value else "",
            alert.signal,
            name_of(alert),
            alert.opened_at[:16].replace("T", " "),
            alert.reason,
        )
    return out


def name_of(alert: Alert) -> str:
    """Whom the alert is about."""
    if alert.customer_id is not None:
        return alert.customer_id
    return ", ".join(f"{kind} {value}" for kind, value in (alert.aliases or {}).items())
