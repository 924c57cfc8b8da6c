"""The peers' toy job on Heed's engine: what the engine costs without what Heed is for.

A count and the last time per customer. The engine does all that it always does: batches, rows in a
store with a changelog, the offset in the same transaction, deadlines (there are none), metrics.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from benchmarks.peers.job import Seen, decode, encode
from streams.contract import Codec, Decision, Record, Refusal
from streams.deadlines import NEVER
from streams.rows import View

_unpack = msgspec.msgpack.Decoder(Seen).decode
_VERSION = b"\x01"


def _stored(seen: Seen, deadline: int) -> bytes:
    return deadline.to_bytes(8, "big") + _VERSION + encode(seen)


def _read(value: bytes) -> Seen:
    return _unpack(memoryview(value)[9:])


class Toy:
    """Counts the interactions of each customer."""

    def codec(self) -> Codec[Seen]:
        return Codec(1, _stored, _read)

    def decide(self, view: View[Seen], records: Sequence[Record], wall: int | None) -> Decision:
        decision = Decision()
        for record in records:
            try:
                event = decode(record.value or b"")
            except msgspec.DecodeError as why:
                decision.refusals.append(Refusal(record, "not_json", str(why)))
                continue
            row = view.get(event.customer_id)
            if row is None:
                row = view.add(event.customer_id, Seen())
            else:
                view.touch(row)
            row.state.count_one(event)
        decision.counts["interactions", "all", "all"] += len(records)
        return decision

    def tick(self, view: View[Seen], wall: int | None, limit: int = 1000) -> Decision:
        """Nothing is waited for."""
        assert view.deadlines.next == NEVER
        return Decision()
