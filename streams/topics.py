"""Topics are created and verified by us; nothing relies on a broker's auto-creation."""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from streams import tls
from streams.errors import Unusable
from streams.settings import Settings

log = structlog.get_logger("heed.topics")

MIB = 1 << 20
LARGEST_INTERACTION = 6 * MIB
LARGEST_REJECTED = 8 * MIB


class Topic(NamedTuple):
    """What a topic must be. `like_input`: as many partitions as the input. `partitions`: so many
    where it is created, else as many as the others."""

    name: str
    config: dict[str, str]
    like_input: bool = False
    partitions: int | None = None


class Found(NamedTuple):
    """A topic as it is."""

    name: str
    partitions: int
    config: dict[str, str]


def wanted(settings: Settings, roles: Iterable[str] = ()) -> list[Topic]:
    """The topics of a worker; `roles` are the further ones of its logic: small and compacted.

    Those have one partition: what is read by people they read in one order, and every partition
    that a transaction touches costs it something.
    """
    compacted, settings = {"cleanup.policy": "compact"}, settings.whole
    topics = [
        Topic(settings.input_topic, {"max.message.bytes": str(LARGEST_INTERACTION)}, True),
        Topic(settings.changelog_topic, {**compacted, "max.message.bytes": str(2 * MIB)}, True),
        Topic(settings.alerts_topic, {**compacted, "max.message.bytes": str(2 * MIB)}),
        Topic(settings.lifecycle_topic, {}),
        Topic(settings.profiles_topic, compacted),
        Topic(settings.rejected_topic, {"max.message.bytes": str(LARGEST_REJECTED)}),
        *(
            Topic(
                settings.topic(role), {**compacted, "max.message.bytes": str(2 * MIB)}, partitions=1
            )
            for role in roles
        ),
    ]
    if settings.groups == "on":
        topics += [
            Topic(settings.observations_topic, {}, True),
            Topic(settings.groups_topic, {**compacted, "max.message.bytes": str(2 * MIB)}, True),
            Topic(settings.service_levels_topic, compacted),
        ]
    return topics


def client_settings(settings: Settings) -> dict[str, Any]:
    """What every client of librdkafka is given; its own log lines are left to ours."""
    names = {"sasl_plain_username": "sasl.username", "sasl_plain_password": "sasl.password",
             "sasl_mechanism": "sasl.mechanism"}  # fmt: skip
    extra = {
        names.get(key, key.replace("_", ".")): value for key, value in settings.extra_kafka.items()
    }
    if settings.security_protocol is not None:
        extra["security.protocol"] = settings.security_protocol
        if settings.security_protocol.endswith("SSL"):
            extra |= tls.librdkafka(*settings.tls)
    return {
        "bootstrap.servers": settings.bootstrap,
        "log_level": 0,
        "error_cb": _quiet,
        "socket.connection.setup.timeout.ms": 5000,
        **extra,
    }


def _quiet(_: KafkaError) -> None:
    """What matters is raised where it matters."""


def reach(settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> AdminClient:
    """An admin client of a broker that answers, tried again with backoff.

    Raises Unusable once `connect_timeout_seconds` have passed.
    """
    client = AdminClient(client_settings(settings))
    began, pause = time.monotonic(), 0.5
    while True:
        try:
            client.list_topics(timeout=min(5, max(1, settings.connect_timeout_seconds)))
            return client
        except KafkaException as why:
            spent = time.monotonic() - began
            if spent + pause > settings.connect_timeout_seconds:
                raise Unusable(
                    f"no Kafka broker answers at {settings.bootstrap} after {spent:.0f} s "
                    f"({_text(why)}): start it, or set HEED_BOOTSTRAP"
                ) from None
            log.warning(
                "broker does not answer, trying again",
                bootstrap=settings.bootstrap,
                why=_text(why),
                next_try_seconds=pause,
            )
            sleep(pause)
            pause = min(pause * 2, 10)


def ensure(
    settings: Settings, client: AdminClient | None = None, roles: Iterable[str] = ()
) -> list[Found]:
    """Create missing topics (where allowed) and verify all, also `roles`. Raises Unusable."""
    client, settings = client or reach(settings), settings.whole
    topics = wanted(settings, roles)
    if settings.embedded:
        return [_name(client, topic.name) for topic in topics]
    present = _describe(client, topics)
    missing = [topic for topic in topics if topic.name not in present]
    if missing:
        if not settings.create_topics:
            names = ", ".join(topic.name for topic in missing)
            raise Unusable(f"missing topics: {names}; run `heed topics` or create them")
        known = present.get(settings.input_topic) or present.get(settings.changelog_topic)
        count = known.partitions if known else settings.partitions
        _create(client, missing, count, settings)
        present = _describe(client, topics)
    for topic in topics:
        if topic.name not in present:
            raise Unusable(f"topic {topic.name} cannot be seen: grant this user to describe it")
    _verify(topics, present, settings)
    return [present[topic.name] for topic in topics]


def _name(client: AdminClient, name: str) -> Found:
    """Ask for a topic by name, which makes the embedded broker create it."""
    return Found(name, len(client.list_topics(name, timeout=10).topics[name].partitions), {})


def _create(client: AdminClient, topics: list[Topic], count: int, settings: Settings) -> None:
    made = client.create_topics(
        [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions or count,
                replication_factor=settings.replication,
                config=topic.config,
            )
            for topic in topics
        ]
    )
    for name, future in made.items():
        try:
            future.result()
            log.info("topic created", topic=name)
        except KafkaException as why:
            if _code(why) == KafkaError.TOPIC_ALREADY_EXISTS:
                continue
            raise Unusable(f"topic {name} cannot be created: {_text(why)}") from None
    _wait_until_known(client, [topic.name for topic in topics])


def _wait_until_known(client: AdminClient, names: list[str]) -> None:
    give_up = time.monotonic() + 15
    while time.monotonic() < give_up:
        known = client.list_topics(timeout=10).topics
        if all(name in known and known[name].partitions for name in names):
            return
        time.sleep(0.05)


def _describe(client: AdminClient, topics: list[Topic]) -> dict[str, Found]:
    names = [topic.name for topic in topics]
    try:
        known = client.list_topics(timeout=10).topics
    except KafkaException as why:
        raise Unusable(f"topics cannot be listed: {_text(why)}") from None
    present = [name for name in names if name in known and known[name].partitions]
    for name in names:
        if name in known and known[name].error is not None:
            code = known[name].error.code()
            if code == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise Unusable(f"no permission to describe topic {name}: grant it to this user")
    configs = _configs(client, present)
    return {
        name: Found(name, len(known[name].partitions), configs.get(name, {})) for name in present
    }


def _configs(client: AdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    out: dict[str, dict[str, str]] = {}
    if not resources:
        return out
    for resource, future in client.describe_configs(resources, request_timeout=10).items():
        try:
            entries: dict[str, Any] = future.result()
        except KafkaException as why:
            # Describing may be forbidden where all else is allowed: only this check is lost.
            log.debug("topic settings unknown", topic=resource.name, why=_text(why))
            continue
        out[resource.name] = {key: str(entry.value) for key, entry in entries.items()}
    return out


def _verify(topics: list[Topic], present: dict[str, Found], settings: Settings) -> None:
    count = present[settings.input_topic].partitions
    for topic in topics:
        found = present[topic.name]
        if topic.like_input and found.partitions != count:
            raise Unusable(
                f"topic {topic.name} has {found.partitions} partitions, {settings.input_topic} "
                f"has {count}: state stays with its input, so create {topic.name} anew with {count}"
            )
        policy = found.config.get("cleanup.policy")
        if policy is not None and "cleanup.policy" in topic.config and "compact" not in policy:
            raise Unusable(
                f"topic {topic.name} has cleanup.policy={policy}, which would delete state: "
                f"set it to compact"
            )
        if policy is not None and topic.name == settings.input_topic and policy == "compact":
            raise Unusable(f"topic {topic.name} is compacted, which would drop interactions: "
                           "set cleanup.policy=delete")  # fmt: skip
        limit = found.config.get("max.message.bytes")
        if limit is not None and int(limit) < int(topic.config.get("max.message.bytes", 0)):
            raise Unusable(
                f"topic {topic.name} takes records of {limit} bytes: set its max.message.bytes "
                f"to at least {topic.config['max.message.bytes']}"
            )


def _code(why: KafkaException) -> int:
    return int(why.args[0].code()) if why.args else 0


def _text(why: KafkaException) -> str:
    return str(why.args[0].str()) if why.args else str(why)
