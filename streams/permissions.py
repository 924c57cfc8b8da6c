"""What the broker permits this user: asked at start, since a refusal later shows as silence."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient

from streams.errors import Unusable
from streams.settings import Settings

log = structlog.get_logger("heed.permissions")

_DENIED = (
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
)
_READ, _WRITE = AclOperation.READ, AclOperation.WRITE


def check(settings: Settings, client: AdminClient, roles: Iterable[str] = ()) -> None:
    """Whether a worker may read and write its topics, those of `roles` too, and join its group.

    Raises Unusable.
    """
    written = settings.written_topics(roles)
    needed: dict[str, tuple[Any, ...]] = dict.fromkeys(written, (_WRITE,))
    # The input is written to as well: records that lie in the wrong partition are forwarded.
    needed |= dict.fromkeys((settings.input_topic, settings.changelog_topic), (_READ, _WRITE))
    asked = TopicCollection(list(needed))
    topics = client.describe_topics(asked, include_authorized_operations=True, request_timeout=10)
    for name, operations in needed.items():
        _require("topic", name, operations, topics)
    groups = client.describe_consumer_groups(
        [settings.app_id], include_authorized_operations=True, request_timeout=10
    )
    _require("group", settings.app_id, (_READ,), groups)


def _require(
    kind: str, name: str, operations: Iterable[Any], answers: Mapping[str, "Future[Any]"]
) -> None:
    try:
        granted = answers[name].result().authorized_operations
    except KafkaException as why:
        if why.args[0].code() not in _DENIED:
            # An old broker, or one that is busy: what is not permitted will show at work.
            log.debug("permissions unknown", what=name, why=str(why))
            return
        granted = []
    if granted is None:
        return  # The broker has no rules.
    for operation in operations:
        if operation not in granted:
            raise Unusable(
                f"no permission to {operation.name.lower()} {kind} {name}: grant it to this user"
            )
