"""The changelog of one partition: reading it back, and the partition's own record in it."""

from collections.abc import Callable
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct

from streams.errors import Unusable
from streams.store import Store

OWN_KEY = b"\x00partition"
OWN_VERSION = 1


class OwnRecord(Struct, array_like=True):
    """What travels with every commit, so that nothing has to be counted again."""

    version: int = OWN_VERSION
    next_offset: int = 0
    newest: int = 0
    now: int = 0
    appended: int = 0
    """Kafka timestamp (milliseconds) of the newest record read."""
    gauges: list[tuple[tuple[str, ...], float]] = msgspec.field(default_factory=list)
    state_version: int = 0
    rules: str = ""
    """The rules by which the rows stand: see `streams.contract.Revisiting`."""
    told_offset: int = 0
    """The offset that was last committed for the group, for those who look at its lag."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(OwnRecord).decode


def encode_own(own: OwnRecord) -> bytes:
    return _encode(own)


def decode_own(value: bytes | None, state_version: int) -> OwnRecord:
    """The partition's own record. Raises Unusable for one of a newer version of Heed."""
    if value is None:
        return OwnRecord(state_version=state_version)
    try:
        own = _decode(value)
    except msgspec.DecodeError:
        raise newer(None, state_version) from None
    if own.version > OWN_VERSION or own.state_version > state_version:
        raise newer(own.state_version, state_version)
    return own


def newer(found: int | None, known: int) -> Unusable:
    """State that this version of Heed cannot read, and must not overwrite."""
    told = "a form that this one does not know" if found is None else f"version {found}"
    return Unusable(
        f"the state was written by a newer version of Heed ({told}, this one knows up to {known}): "
        "upgrade this worker"
    )


async def restore(
    store: Store, topic: str, partition: int, kafka: dict[str, Any], moved: Callable[[], None]
) -> int:
    """Bring `store` up to the end of the changelog; the number of records read.

    `moved` is called whenever some have been.

    Reads committed records only, up to the high watermark at the start: the caller's producer
    has been initialised, so no transaction of an earlier owner is open any more.
    """
    tp = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        **kafka,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=8 << 20,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        consumer.assign([tp])
        first = (await consumer.beginning_offsets([tp]))[tp]
        end = await _high_watermark(tp, kafka)
        if store.offset > end:
            store.clear()  # Of another life of the topic.
        consumer.seek(tp, max(store.offset, first))
        read = 0
        while (position := await consumer.position(tp)) < end:
            found = await consumer.getmany(tp, timeout_ms=200, max_records=20_000)
            for records in found.values():
                read += len(records)
                moved()
                _apply(store, records, await consumer.position(tp))
        if position > store.offset:
            store.write((), None, position)
        return read
    finally:
        await consumer.stop()


async def _high_watermark(tp: TopicPartition, kafka: dict[str, Any]) -> int:
    consumer = AIOKafkaConsumer(**kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        return int((await consumer.end_offsets([tp]))[tp])
    finally:
        await consumer.stop()


def _apply(store: Store, records: list[Any], position: int) -> None:
    rows = {record.key: record.value for record in records}
    own = rows.pop(OWN_KEY, None)
    store.write(rows.items(), own, position)
