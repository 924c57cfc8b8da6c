"""The toy job where it is done in typed Python: what it reads, and what it keeps of a customer."""

from __future__ import annotations

from typing import Any

import msgspec


class Event(msgspec.Struct, gc=False):
    """What the toy job reads of an interaction."""

    id: str
    type: str
    time: str
    channel: str
    customer_id: str
    properties: dict[str, Any]


class Seen(msgspec.Struct, array_like=True):
    """The toy state of a customer."""

    count: int = 0
    last: str = ""

    def count_one(self, event: Event) -> None:
        """One interaction more; they may be out of order."""
        self.count += 1
        self.last = max(self.last, event.time)


decode = msgspec.json.Decoder(Event).decode
encode = msgspec.msgpack.Encoder().encode
