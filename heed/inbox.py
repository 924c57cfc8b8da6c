"""The alerts as a support team sees them: read committed, the last state of each."""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from rich.markup import escape
from rich.table import Table

from agents.alerts import SEVERITIES
from schemas.alert import Alert, decode
from streams.errors import Unusable
from streams.settings import Settings
from streams.topics import client_settings

# A broker that says nothing for this long is not going to say where the topic ends.
PATIENCE_SECONDS = 20.0
COLOURS = {"critical": "bold red", "error": "red", "warning": "yellow", "info": ""}
_REFUSED = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
)


class Inbox:
    """Reads `alerts` from its beginning; needs no consumer group and leaves none behind.

    With a `team` it reads that team's own topic where there is one.
    """

    def __init__(self, settings: Settings, team: str | None = None) -> None:
        self._settings = settings
        self._team = team
        self.topic = settings.alerts_topic
        self._consumer = Consumer(
            {
                **client_settings(settings),
                "group.id": "heed-inbox",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
            }
        )
        self.note: str | None = None
        """What whoever reads this should know."""
        self._unread: set[int] = set()
        self.open: dict[str, Alert] = {}

    def __enter__(self) -> Self:
        self.subscribe()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def subscribe(self) -> None:
        """Begin at the beginning. Raises Unusable where the topic is not there."""
        patience = min(10, max(1, self._settings.connect_timeout_seconds))
        try:
            if self._team is not None:
                own = self._settings.topic(f"alerts.{self._team}")
                # All of them: the embedded broker creates a topic that is asked for by name.
                topics = self._consumer.list_topics(timeout=patience).topics
                if own in topics:
                    self.topic = own
                elif teams := sorted(filter(None, map(self._team_of, topics))):
                    self.note = (
                        f"there is no topic {own}: those of `{self._team}` are looked for in "
                        f"{self.topic}; topics of their own have {', '.join(teams)}"
                    )
            topic = self.topic
            known = self._consumer.list_topics(topic, timeout=patience).topics[topic]
        except KafkaException as why:
            raise Unusable(
                f"no Kafka broker answers at {self._settings.bootstrap} ({why.args[0].str()}): "
                f"start it, or set HEED_BOOTSTRAP"
            ) from None
        if known.error is not None or not known.partitions:
            raise Unusable(f"topic {topic} is not there: run `heed topics` or start a worker")
        self._consumer.assign([TopicPartition(topic, number, 0) for number in known.partitions])
        self._unread = set(known.partitions)

    def _team_of(self, topic: str) -> str | None:
        """The team whose topic that is."""
        prefix = self._settings.team_topic_prefix
        return topic[len(prefix) :] if topic.startswith(prefix) else None

    def read(self, timeout: float = 0.2, most: int = 1000) -> list[Alert]:
        """What has come, oldest first; keeps track of what is open. Raises Unusable."""
        told = []
        for message in self._consumer.consume(most, timeout):
            if (error := message.error()) is not None:
                self._take(error, message.partition())
            elif (alert := _alert(message)) is not None:
                told.append(alert)
                if alert.status in ("open", "updated"):
                    self.open[alert.alert_id] = alert
                else:
                    self.open.pop(alert.alert_id, None)
        return told

    def present(self) -> Iterator[Alert]:
        """All that is there by now. Raises Unusable where the broker falls silent."""
        heard = time.monotonic()
        while self._unread:
            before = len(self._unread)
            told = self.read()
            yield from told
            if told or len(self._unread) < before:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE_SECONDS:
                raise Unusable(
                    f"{self._settings.bootstrap} has not sent the end of "
                    f"{self.topic} for {PATIENCE_SECONDS:.0f} s"
                )

    def _take(self, error: KafkaError, partition: int | None) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._unread.discard(-1 if partition is None else partition)
        elif error.code() in _REFUSED:
            raise Unusable(f"{self.topic} cannot be read: {error.str()}")

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


def worklist(alerts: Iterable[Alert], team: str | None = None) -> list[Alert]:
    """All alerts, or what one team is to see, in the order to work in.

    Critical ones come first; then what is at risk most, then the more severe, then the oldest.
    """
    return sorted((alert for alert in alerts if is_for(alert, team)), key=_weight)


def _weight(alert: Alert) -> tuple[bool, float, int, str]:
    amount = alert.value_at_risk.amount if alert.value_at_risk else 0.0
    severity = SEVERITIES.index(alert.severity)
    return alert.severity != "critical", -amount, -severity, alert.opened_at


def is_for(alert: Alert, team: str | None) -> bool:
    """Whether a team is to see it: its own, and not held back. Everything for None."""
    return team is None or (alert.team == team and alert.suppressed_by is None)


def table(alerts: list[Alert], most: int = 50) -> Table:
    """A list to work from."""
    first = f", the first {most}" if len(alerts) > most else ""
    out = Table(title=f"{len(alerts):,} open alerts{first}", title_justify="left")
    for column in ("at risk", "signal", "team", "customer", "since", "why, and what to do"):
        out.add_column(column, justify="right" if column == "at risk" else "left")
    for alert in alerts[:most]:
        value = alert.value_at_risk
        out.add_row(
            f"{value.amount:,.2f} {value.currency or ''}".strip() if value else "",
            alert.signal,
            alert.team,
            name_of(alert),
            alert.opened_at[:16].replace("T", " "),
            _why(alert),
            style=COLOURS.get(alert.severity, ""),
        )
    return out


def _why(alert: Alert) -> str:
    todo = alert.recommended_action
    do = f"\n[dim]{shown(todo.text)}[/dim]" if todo is not None else ""
    by = (alert.respond_by or "")[:16].replace("T", " ")
    return shown(alert.reason) + (f"\n[dim]answer by {by}[/dim]" if by else "") + do


def line(alert: Alert) -> str:
    """One state of an alert, as rich markup."""
    status = alert.resolution or alert.status
    when = alert.event_time[:16].replace("T", " ")
    return f"{when} [bold]{alert.signal}[/bold] {status} {name_of(alert)}: {shown(alert.reason)}"


def name_of(alert: Alert) -> str:
    """Whom the alert is about, as rich markup."""
    return escape(name_of_plain(alert))


def name_of_plain(alert: Alert) -> str:
    """Whom the alert is about, for a screen."""
    if alert.customer_id is not None:
        return clean(alert.customer_id)
    if alert.group is not None:
        return clean(alert.group)
    return clean(", ".join(f"{kind} {value}" for kind, value in (alert.aliases or {}).items()))


def shown(text: str) -> str:
    """Text that a platform sent, harmless on a terminal: neither markup nor control characters."""
    return escape(clean(text))


def clean(text: str) -> str:
    """Text that a platform sent without control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
