"""A broker that speaks TLS only, and asks its clients for a certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.certificates import Certificates
from tests.support.fixtures import need_kafka
from tests.support.kafka import Kafka
from tests.support.topics import create, names
from tests.support.workers import Worker


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    folder = tmp_path / "certificates"
    folder.mkdir()
    return Certificates(folder)


def test_a_worker_works_over_tls_with_a_certificate_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, certificates: Certificates
) -> None:
    need_kafka()
    at = names()
    with Kafka(tmp_path_factory.mktemp("tls"), tls=certificates) as kafka:
        create(kafka, at)
        known = {"tls_ca": certificates.authority, "tls_cert": certificates.client}
        with Worker(kafka.tls_address, at, tmp_path / "known", **known) as worker:
            worker.wait_ready(partitions=4)
            assert worker.stop() == 0
        alone = {"tls_ca": certificates.authority, "connect_timeout_seconds": 1}
        with Worker(kafka.tls_address, at, tmp_path / "alone", **alone) as worker:
            assert worker.ended(seconds=30) == 2, worker.tail()
            assert "Traceback" not in worker.said(), worker.said()
