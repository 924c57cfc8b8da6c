"""Fetched records are handed on in bulk just as the client hands them on one by one."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from streams.transport import LeanRecords

TP = TopicPartition("interactions", 0)
ABORT, COMMIT = 0, 1
ATTRIBUTES, CONTROL = 21, 0x20


class Written(NamedTuple):
    """One producer batch: so many records, of them the first ones compacted away."""

    producer: int
    records: int
    missing: int = 0
    transactional: bool = True
    compression: int = 0
    marker: int | None = None


def encoded(batch: Written, base: int) -> bytes:
    """The batch as a broker sends it."""
    builder = DefaultRecordBatchBuilder(
        2,
        batch.compression if batch.marker is None else 0,
        int(batch.transactional),
        batch.producer,
        0,
        0,
        1 << 20,
    )
    if batch.marker is None:
        for number in range(batch.records):
            if number == 0 or number >= batch.missing or number == batch.records - 1:
                builder.append(number, 1, b"k", b"%d" % (base + number), [])
    else:
        builder.append(0, 1, struct.pack(">hh", 0, batch.marker), b"\0\0\0\0\0\0", [])
    made = bytearray(builder.build())
    made[:8] = struct.pack(">q", base)
    if batch.marker is not None:
        made[ATTRIBUTES + 1] |= CONTROL
    return bytes(made)


written = st.builds(
    Written,
    st.sampled_from([1, 2]),
    st.integers(1, 6),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from([0, 1]),
    st.sampled_from([None, None, None, ABORT, COMMIT]),
)


class Answer(NamedTuple):
    content: bytes
    aborted: list[tuple[int, int]]
    end: int

    def read_by(self, cls: Any, start: int, isolation: int) -> Any:
        """A parser of that class over this answer, asked for from `start` on."""
        records = MemoryRecords(self.content)
        return cls(TP, records, list(self.aborted), start, None, None, False, isolation)


def answer(batches: list[Written]) -> Answer:
    content, base, open_since, aborted = b"", 0, dict[int, int](), []
    for each in batches:
        content += encoded(each, base)
        if each.marker is None and each.transactional:
            open_since.setdefault(each.producer, base)
        elif each.marker is not None:
            since = open_since.pop(each.producer, None)
            if each.marker == ABORT and since is not None:
                aborted.append((each.producer, since))
        base += 1 if each.marker is not None else each.records
    return Answer(content, aborted, base)


def told(records: list[Any]) -> list[tuple[int, bytes]]:
    return [(record.offset, record.value) for record in records]


@given(
    st.lists(written, min_size=1, max_size=8),
    st.integers(0, 12),
    st.sampled_from([fetcher.READ_COMMITTED, fetcher.READ_UNCOMMITTED]),
    st.integers(1, 9),
)
def test_the_records_are_those_of_the_client_and_so_is_the_place_after_them(
    batches: list[Written], start: int, isolation: int, most: int
) -> None:
    found = answer(batches)
    client = found.read_by(LeanRecords.__mro__[1], start, isolation)
    expected = told(list(client))
    lean = found.read_by(LeanRecords, start, isolation)
    taken: list[Any] = []
    more = True
    while more:
        some, more = lean.take(most)
        assert len(some) == most or not more
        taken += some
        if more:
            assert lean.next_fetch_offset > some[-1].offset
    assert told(taken) == expected
    assert lean.next_fetch_offset == client.next_fetch_offset
