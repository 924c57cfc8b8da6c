"""Where ordinary Java producers put a key."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from streams.murmur2 import murmur2, partition_of

# From Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java.
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "hashed"), JAVA.items())
def test_it_is_the_hash_of_the_java_client(key: bytes, hashed: int) -> None:
    assert murmur2(key) == hashed & 0xFFFFFFFF


@given(st.binary(max_size=40))
def test_it_is_that_of_every_other_client_for_any_bytes(key: bytes) -> None:
    assert murmur2(key) == aiokafka_murmur2(key) & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 200))
def test_a_partition_is_one_of_those_that_there_are(key: bytes, partitions: int) -> None:
    at = partition_of(key, partitions)
    assert 0 <= at < partitions
    assert at == (murmur2(key) & 0x7FFFFFFF) % partitions
