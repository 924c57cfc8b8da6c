"""pytest fixtures that need real Kafka; a conftest imports the ones that its tests use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.kafka import Kafka, why_not


def need_kafka() -> None:
    """Skip the test where real Kafka cannot run, with the reason; fail it where CI=true."""
    if (reason := why_not()) is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """The broker of the session. A test that kills or stops it starts its own: `own_kafka`."""
    need_kafka()
    with Kafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker of this test alone, to be killed and restarted."""
    need_kafka()
    with Kafka(tmp_path_factory.mktemp("own-kafka")) as broker:
        yield broker


@pytest.fixture
def topic(kafka: Kafka) -> str:
    """A fresh topic on the session's broker."""
    name = f"t-{uuid4().hex[:12]}"
    kafka.create(name)
    return name
