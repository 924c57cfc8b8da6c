"""What could not be taken: kept whole, with where it came from and why."""

import hashlib
from collections.abc import Sequence

from schemas.seals import SEALS
from streams.contract import Record, Refusal
from streams.writer import Item

# `rejected` takes 8 MiB records; beyond this a value is kept as its beginning, length and hash.
LARGEST = 7 << 20
KEPT = 64 << 10
"""What is left of a value that is too large; keys and headers beyond it are cut as well."""


def reason(refusal: Refusal) -> str:
    """Why the record is in `rejected`: also because it does not fit there."""
    return refusal.reason if _fits(refusal.record) else "too_large"


def stays(name: str) -> bool:
    """Whether a header of that name is the record's own, here and when it is sent again.

    Those of ours that only say how it came here are not; without its seal it would be nothing.
    """
    return name in SEALS or not name.startswith("heed-")


def refuse(refusal: Refusal, source: tuple[str, int]) -> Item:
    """The record for `rejected`: original key, value and headers, and ours beside them."""
    record, why, message = refusal
    key, value = record.key, record.value
    headers = [(name, content) for name, content in record.headers if stays(name)]
    if not _fits(record):
        if _weight(record.headers) > KEPT:
            headers = [("heed-headers-left-out", b"%d" % len(record.headers))]
        if value is not None and len(value) > LARGEST:
            headers += _measures("heed-", value)
            value = value[:KEPT]
        if key is not None and len(key) > KEPT:
            headers += _measures("heed-key-", key)
            key = key[:KEPT]
        headers.append(("heed-first-reason", why.encode()))
        why = "too_large"
    topic, partition = source
    headers += [
        ("heed-reason", why.encode()),
        ("heed-message", message[:1000].encode("utf-8", "replace")),
        ("heed-topic", topic.encode()),
        ("heed-partition", b"%d" % partition),
        ("heed-offset", b"%d" % getattr(record, "offset", -1)),
        ("heed-timestamp", b"%d" % record.timestamp),
    ]
    return key, value, headers, None


def _fits(record: Record) -> bool:
    return (
        len(record.value or b"") <= LARGEST
        and len(record.key or b"") <= KEPT
        and (not record.headers or _weight(record.headers) <= KEPT)
    )


def _weight(headers: Sequence[tuple[str, bytes]]) -> int:
    return sum(len(name) + len(content or b"") + 8 for name, content in headers)


def _measures(prefix: str, content: bytes) -> list[tuple[str, bytes]]:
    return [
        (f"{prefix}length", b"%d" % len(content)),
        (f"{prefix}sha256", hashlib.sha256(content).hexdigest().encode()),
    ]
