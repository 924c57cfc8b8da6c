"""A change of a customer's stage of life, as it goes out on `lifecycle`."""

from typing import Literal

import msgspec
from msgspec import Struct

Stage = Literal[
    "reached", "acquired", "converted", "retained", "loyal", "abandoning", "losing", "captured",
    "lost", "won_back",
]  # fmt: skip


class StageChange(Struct, omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    """From one stage to another, and why. Times are RFC 3339 UTC with six decimals.

    `reason` is the type of the interaction or the name of the signal that moved the customer.
    """

    customer_id: str | None = None
    aliases: dict[str, str] | None = None
    party: str
    brand: str | None = None
    branch: str | None = None
    segment: str | None = None
    region: str | None = None
    from_: Stage | None = None
    to: Stage
    reason: str
    event_time: str
    detected_at: str | None = None


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(StageChange).decode
