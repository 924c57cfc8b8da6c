"""Whatever lies in the input is processed, or kept in `rejected` with the reason."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from streams.murmur2 import partition_of
from tests.support.kafka import Kafka
from tests.support.topics import (
    MIB,
    Found,
    Names,
    Progress,
    Sent,
    create,
    names,
    outcome,
    publish,
    read,
)
from tests.support.workers import Worker, wait_decided

SETTINGS = {"future_seconds": 300, "session_timeout_seconds": 3}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
NOW = int(time.time())


class Case(NamedTuple):
    """A record, and the reason for which it must be refused; None: it must be processed."""

    value: bytes | None
    reason: str | None
    key: bytes | None = b"ann"
    headers: Sequence[tuple[str, bytes | None]] = ()


def interaction(**fields: Any) -> bytes:
    """A good one, with changes; None takes a field away."""
    whole = {"id": "e", "type": "page_viewed", "time": NOW, "channel": "web", "customer_id": "ann"}
    return json.dumps({k: v for k, v in (whole | fields).items() if v is not None}).encode()


def cases(codec: str) -> list[Case]:
    """One of each kind, with ids of their own for each codec."""
    rng = Random(codec)
    good = interaction(id=f"good-{codec}")

    def fresh(name: str, **fields: Any) -> bytes:
        return interaction(id=f"{name}-{codec}", **fields)

    return [
        Case(b"\xff" + rng.randbytes(300), "not_json"),
        Case(rng.randbytes(5 * MIB - 4096), "not_json"),
        Case(good[:-20], "not_json"),
        Case(b"", "not_json"),
        Case(None, "not_json"),
        Case(b"\xef\xbb\xbf" + good, "not_json"),
        Case(good.decode().encode("utf-16"), "not_json"),
        Case(b"[" * 100_000, "not_json"),
        Case(b'{"id": "\\ud800", "type": "page_viewed"}', "not_json"),
        Case(gzip.compress(good), "not_json"),
        Case(b"null", "invalid_field"),
        Case(b"[" + good + b"]", "invalid_field"),
        Case(fresh("list", customer_id=["ann"]), "invalid_field"),
        Case(fresh("channel", channel="telepathy"), "invalid_field"),
        Case(interaction(id=7), "invalid_field"),
        Case(interaction(id="x" * 5 * MIB), "invalid_field"),
        Case(fresh("old", time=0), "invalid_field"),
        Case(fresh("older", time="1970-01-02T03:04:05Z"), "invalid_field"),
        Case(fresh("nonsense", time="tomorrow"), "invalid_field"),
        Case(interaction(id=None), "missing_field"),
        Case(fresh("untyped", type=None), "missing_field"),
        Case(fresh("unknown", type="teleported"), "unknown_type"),
        Case(fresh("nobody", customer_id=None), "no_identity"),
        Case(fresh("blocked", customer_id=None, aliases={"device_id": "0000"}), "no_identity"),
        Case(fresh("future", time="2099-12-31T23:59:59Z"), "from_the_future"),
        Case(good, None),
        Case(fresh("own-type", type="x_waved", properties={"at": "us"}), None),
        Case(fresh("undated", time=None), None),
        Case(fresh("extra", unknown="x" * 5 * MIB), None),
        Case(fresh("keyless"), None, key=None),
        Case(fresh("other-key"), None, key=rng.randbytes(40)),
        Case(fresh("hops"), None, None, [("heed-hops", b"many"), ("empty", None)]),
        Case(fresh("zero", customer_id="\0partition"), None, b"\0partition"),
        Case(fresh("alias", customer_id=None, aliases={"\0partition": "x"}), None, None),
        Case(fresh("emoji", customer_id="\U0001f642"), None, "\U0001f642".encode()),
    ]


def send(kafka: Kafka, at: Names, some: list[Case], codec: str = "none") -> None:
    records = (Sent(case.value, case.key, headers=case.headers) for case in some)
    publish(kafka.address, at.interactions, records, **{"compression.type": codec})


def reasons(some: list[Case]) -> Counter[str]:
    return Counter(case.reason for case in some if case.reason is not None)


def metric(worker: Worker, name: str) -> dict[str, float]:
    return {k: v for k, v in worker.metrics().items() if k.startswith(name + "{")}


def test_every_kind_of_garbage_is_refused_with_its_reason_or_processed(
    kafka: Kafka, tmp_path: Path
) -> None:
    at = names()
    create(kafka, at)
    sent = []
    for codec in CODECS:
        some = cases(codec)
        send(kafka, at, some, codec)
        sent += some
    with Worker(kafka.address, at, tmp_path, **SETTINGS) as worker:
        progress = Progress(kafka.address, at)
        wait_decided(progress, worker)
        refused = read(kafka.address, at.rejected)
        wanted = Counter((each.value, each.reason) for each in sent if each.reason)
        assert Counter((each.value, reason(each)) for each in refused) == wanted
        for each in refused:
            assert each.headers["heed-topic"].decode() == at.interactions
            assert int(each.headers["heed-offset"]) >= 0
            assert each.headers["heed-message"]
        told = metric(worker, "heed_rejected_total")
        counted = {f'heed_rejected_total{{reason="{r}"}}': n for r, n in reasons(sent).items()}
        assert {name: number for name, number in told.items() if number} == counted
        processed = sum(metric(worker, "heed_interactions_total").values())
        assert processed + len(refused) == len(sent)
        own_types = 'heed_interactions_total{channel="web",type="custom"}'
        assert worker.metrics()[own_types] == len(CODECS)
        assert worker.stop() == 0
    clocks = {b"\0clock %d" % number for number in range(4)}  # of the groups agent
    assert set(outcome(kafka.address, at).state) == clocks | {
        b"c:ann", b"c:\0partition", b"\0partition:x", "c:\U0001f642".encode(),
    }  # fmt: skip


def reason(each: Found) -> str:
    return each.headers["heed-reason"].decode()


def test_what_does_not_fit_into_rejected_is_kept_as_its_beginning_length_and_hash(
    kafka: Kafka, tmp_path: Path
) -> None:
    at, rng = names(), Random(1)
    create(kafka, at, largest=8 * MIB)
    large = b"\xff" + rng.randbytes(int(7.9 * MIB))
    unpacked = b'{"id": "' + b"x" * 20 * MIB
    with_headers = b"\xff" * 6 * MIB
    with Worker(kafka.address, at, tmp_path, **SETTINGS) as worker:
        publish(kafka.address, at.interactions, [Sent(large, b"ann")])
        settings = {"compression.type": "gzip", "message.max.bytes": 64 * MIB}
        publish(kafka.address, at.interactions, [Sent(unpacked, b"ann")], **settings)
        publish(kafka.address, at.interactions,
                [Sent(with_headers, b"ann", headers=[("trace", b"t" * 3 * MIB)])],
                **settings)  # fmt: skip
        publish(kafka.address, at.interactions, [Sent(b"{", b"k" * 10 * MIB)], **settings)
        publish(kafka.address, at.interactions, [Sent(interaction(id="after"), b"ann")])
        wait_decided(Progress(kafka.address, at), worker)
        told = metric(worker, "heed_rejected_total")
        assert told['heed_rejected_total{reason="too_large"}'] == 4
        assert sum(metric(worker, "heed_interactions_total").values()) == 1
        assert worker.stop() == 0
    refused = read(kafka.address, at.rejected)
    assert len(refused) == 4
    assert {reason(each) for each in refused} == {"too_large"}
    assert {each.headers["heed-first-reason"] for each in refused} == {b"not_json"}
    for value in (large, unpacked):
        (kept,) = [each for each in refused if each.value == value[: 64 << 10]]
        assert kept.headers["heed-length"] == b"%d" % len(value)
        assert kept.headers["heed-sha256"].decode() == hashlib.sha256(value).hexdigest()
    (kept,) = [each for each in refused if each.value == with_headers]
    assert kept.headers["heed-headers-left-out"] == b"1"
    (kept,) = [each for each in refused if each.value == b"{"]
    assert kept.key == b"k" * (64 << 10)
    assert kept.headers["heed-key-length"] == b"%d" % (10 * MIB)


def test_a_large_interaction_in_the_wrong_partition_does_not_stop_the_others(
    kafka: Kafka, tmp_path: Path
) -> None:
    at = names()
    create(kafka, at)
    elsewhere = (partition_of(b"ann", 4) + 1) % 4
    value = interaction(id="large", unknown="x" * 7 * MIB)  # a few KiB, compressed
    with Worker(kafka.address, at, tmp_path, **SETTINGS) as worker:
        publish(kafka.address, at.interactions, [Sent(value, b"ann", elsewhere)],
                **{"compression.type": "gzip"})  # fmt: skip
        publish(kafka.address, at.interactions, [Sent(interaction(), b"ann", elsewhere)])
        wait_decided(Progress(kafka.address, at), worker)
        assert sum(metric(worker, "heed_interactions_total").values()) == 1
        assert worker.stop() == 0
    (refused,) = read(kafka.address, at.rejected)
    assert reason(refused) == "too_large"


@pytest.mark.parametrize("seed", range(2))
def test_random_damage_is_survived_and_counted(kafka: Kafka, tmp_path: Path, seed: int) -> None:
    at, rng = names(), Random(seed)
    create(kafka, at)
    sent = [Sent(damaged(rng, n), rng.choice((None, b"ann"))) for n in range(3000)]
    publish(kafka.address, at.interactions, sent, **{"compression.type": rng.choice(CODECS)})
    with Worker(kafka.address, at, tmp_path, **SETTINGS) as worker:
        wait_decided(Progress(kafka.address, at), worker)
        counted = worker.metrics()
        taken = sum(n for name, n in counted.items() if name.startswith("heed_interactions_total"))
        told = sum(n for name, n in counted.items() if name.startswith("heed_rejected_total"))
        assert worker.stop() == 0
    refused = read(kafka.address, at.rejected)
    assert (taken + len(refused), told) == (len(sent), len(refused))
    values = Counter(each.value for each in sent)
    assert not Counter(each.value for each in refused) - values


def damaged(rng: Random, number: int) -> bytes:
    """An interaction with some bytes changed, cut out, doubled or moved."""
    kind = rng.choice(("product_added", "order_completed", "contact_queued", "checkout_started"))
    properties = {"cart_id": "c", "product_id": "p", "quantity": rng.choice((1, -3, 2.5, "two")),
                  "contact_id": "k", "queue": "q", "revenue": rng.choice((9.5, "9", -1, 1e308)),
                  "products": [{"product_id": "p"}, {}], "currency": "EUR"}  # fmt: skip
    whole = interaction(id=f"d-{number}", type=kind, channel="phone", properties=properties)
    value = bytearray(whole)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at, end = sorted(rng.randrange(len(value)) for _ in range(2))
        match rng.randrange(4):
            case 0:
                value[at] = rng.randrange(256)
            case 1:
                del value[at : min(end, at + 8)]
            case 2:
                value[at:at] = value[at : min(end, at + 8)]
            case _:
                value[at : at + 1] = rng.choice((b'"', b"{", b"0", b"\\u0000", b"-", b"null"))
    return bytes(value)
