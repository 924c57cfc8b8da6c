"""The alert: one state of one thing that somebody should know or do.

The last record of an `alert_id` on the topic is its present state.
"""

from typing import Any, Literal

import msgspec
import xxhash
from msgspec import Struct

from schemas.instant import rfc3339

Status = Literal["open", "updated", "resolved", "expired", "notice"]
Resolution = Literal[
    "recovered", "returned", "emptied", "late_evidence", "superseded", "actioned", "dismissed",
    "expired",
]  # fmt: skip
Severity = Literal["info", "warning", "error", "critical"]

MAX_EVIDENCE = 10


class Evidence(Struct, array_like=True, gc=False):
    """An interaction that an alert rests on."""

    id: str
    type: str
    time: int


class Value(Struct, omit_defaults=True):
    """Money, in the currency that the platform stated (None where it stated none)."""

    amount: float
    currency: str | None = None


class Action(Struct, omit_defaults=True):
    """What to do about it, what it may cost at most, and whether somebody has to agree first."""

    code: str
    text: str
    max_cost: float | None = None
    needs_approval: bool = False


class Handling(Struct, omit_defaults=True):
    """What its team has said about an alert: who has taken it up, until when it is not to be heard
    of, and what came of it. Times are RFC 3339."""

    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
    snoozed_until: str | None = None
    outcome: str | None = None
    amount: float | None = None
    cost: float | None = None
    by: str | None = None


class Rule(Struct):
    """The rule that spoke, with the figures it used."""

    name: str
    version: int
    parameters: dict[str, Any]


class EvidenceOut(Struct):
    id: str
    type: str
    time: str


class Alert(Struct, omit_defaults=True, kw_only=True):
    """What goes out on `alerts`. Times are RFC 3339 UTC with six decimals.

    `event_time` is the instant of event time at which this state became true; `detected_at` is
    the wall clock of the worker that found it and no part of any comparison. An alert is of a
    customer (`customer_id`, else `aliases`) or of a `group`, such as `queue:sales`.
    """

    alert_id: str
    signal: str
    status: Status
    resolution: Resolution | None = None
    severity: Severity
    customer_id: str | None = None
    aliases: dict[str, str] | None = None
    group: str | None = None
    party: str
    brand: str | None = None
    branch: str | None = None
    segment: str | None = None
    region: str | None = None
    subject: str | None = None
    lifecycle_stage: str | None = None
    value_tier: str | None = None
    event_time: str
    opened_at: str
    resolved_at: str | None = None
    detected_at: str | None = None
    probability: float | None = None
    value_at_risk: Value | None = None
    team: str
    recommended_action: Action | None = None
    respond_by: str | None = None
    evidence: list[EvidenceOut]
    reason: str
    clears_if: str
    rule: Rule
    suppressed_by: str | None = None
    handling: Handling | None = None


def alert_id(signal: str, row: str, subject: str | None, opened_at: int) -> str:
    """A stable name for an alert: signal, row key, cart or contact, and opening instant.

    Never values: a changed threshold or amount must not make a second alert of the first.
    """
    name = f"{signal}\x1f{row}\x1f{subject or ''}\x1f{opened_at}"
    return xxhash.xxh3_128_hexdigest(name.encode())


def evidence_out(evidence: list[Evidence]) -> list[EvidenceOut]:
    """Evidence as it leaves, the newest ten at most."""
    return [EvidenceOut(e.id, e.type, rfc3339(e.time)) for e in evidence[-MAX_EVIDENCE:]]


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Alert).decode
