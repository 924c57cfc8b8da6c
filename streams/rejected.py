"""What could not be taken: kept whole, with where it came from and why."""

import hashlib

from streams.contract import Refusal
from streams.writer import Item

# `rejected` takes 8 MiB records; beyond this a value is kept as its beginning, length and hash.
LARGEST = 7 << 20
KEPT = 64 << 10


def refuse(refusal: Refusal, source: tuple[str, int]) -> Item:
    """The record for `rejected`: original key, value and headers, and ours beside them."""
    record, reason, message = refusal
    value = record.value
    headers = [(name, content) for name, content in record.headers if not name.startswith("heed-")]
    if value is not None and len(value) > LARGEST:
        headers += [
            ("heed-length", b"%d" % len(value)),
            ("heed-sha256", hashlib.sha256(value).hexdigest().encode()),
            ("heed-first-reason", reason.encode()),
        ]
        value, reason = value[:KEPT], "too_large"
    topic, partition = source
    headers += [
        ("heed-reason", reason.encode()),
        ("heed-message", message[:1000].encode("utf-8", "replace")),
        ("heed-topic", topic.encode()),
        ("heed-partition", b"%d" % partition),
        ("heed-offset", b"%d" % getattr(record, "offset", -1)),
        ("heed-timestamp", b"%d" % record.timestamp),
    ]
    return record.key, value, headers
