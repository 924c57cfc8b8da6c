"""Kafka's default partitioner, as the Java clients compute it."""

from struct import unpack_from

from mypy_extensions import i64

# Products of 32 and 31 bits: they fit the signed words of the compiled form without overflow.
_M: i64 = 0x5BD1E995
_SEED: i64 = 0x9747B28C
_MASK: i64 = 0xFFFFFFFF


def murmur2(data: bytes) -> i64:
    """32-bit murmur2 with Kafka's seed.

    >>> murmur2(b"21") & 0x7fffffff == -973932308 & 0x7fffffff
    True
    """
    length = len(data)
    words = length >> 2
    m, mask = _M, _MASK
    h: i64 = _SEED ^ length
    k: i64
    word: int
    for word in unpack_from(f"<{words}I", data):
        k = word
        k = k * m & mask
        # Both products are cut to 32 bits at once.
        h = (h * m ^ (k ^ k >> 24) * m) & mask
    if length & 3:
        k = int.from_bytes(data[words << 2 :], "little")
        h = (h ^ k) * m & mask
    h ^= h >> 13
    h = h * m & mask
    return h ^ h >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """The partition in which ordinary Java producers put this key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
