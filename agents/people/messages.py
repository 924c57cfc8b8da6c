"""What rows of one person say to each other, within a partition or over Kafka.

Between partitions they are records on the topic of interactions, with the header `heed-internal`:
a seal of their bytes, made with the workers' key. They are no JSON, so that an interaction pays
nothing for them, and what comes without the header is refused like any other bytes. Followed
interactions stay as they came, with the headers `heed-row`, the row that they are for, and
`heed-alias`, the alias that they came by.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from agents.identity import routing_key
from agents.seal import Seal
from schemas.interaction import Rejected
from schemas.seals import ROWS
from streams.contract import Forward, Line, Record

ROW = "heed-row"
ALIAS = "heed-alias"

Kind = Literal["point", "lift", "take", "deny", "shared", "forget"]


class Message(Struct, array_like=True, kw_only=True):
    """From one row to another; `at` is the event time of what caused it (microseconds).

    To an alias: `point`, the customer was seen with it; `lift`, it is the customer's no more (of
    whoever it is, where `customer` is empty). `digest` is the hash of the event that said so.
    To a customer: `take`, the alias is theirs, and its `state` is handed over where it had one;
    `deny`, it is `held_by` another; `shared`, it is nobody's; `forget`, it is theirs no more.
    """

    kind: Kind
    alias: str
    customer: str
    at: int
    state: bytes = b""
    held_by: str = ""
    digest: bytes = b""

    @property
    def row(self) -> str:
        """The key of the row that it is for."""
        return self.alias if self.kind in ("point", "lift") else "c:" + self.customer


class Sealer:
    """Makes records of messages, and messages of records that carry the workers' seal."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal

    def sealed(self, message: Message, timestamp: int) -> Forward:
        """The record of a message; `timestamp` in milliseconds."""
        value, routing = _encode(message), routing_key(message.row)
        return Forward(Line(value, timestamp, routing, [(ROWS, self.seal.of(value))]), routing)

    def opened(self, record: Record) -> Message | None:
        """The message in a record, None where it claims to be none. Raises Rejected."""
        value = self.seal.opened(record, ROWS)
        if value is None:
            return None
        try:
            message: Message = _decode(value)
        except msgspec.MsgspecError:
            raise Rejected("invalid_field", "an internal record of another version") from None
        return message


def followed(record: Record, row: str, alias: str) -> Forward:
    """The record of an interaction for another row than that of its own aliases."""
    headers = [(name, said) for name, said in record.headers if name not in (ROW, ALIAS)]
    headers += [(ROW, row.encode()), (ALIAS, alias.encode())]
    line = Line(record.value, record.timestamp, record.key, headers)
    return Forward(line, routing_key(row))


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Message).decode
