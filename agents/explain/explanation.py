"""What is known of a customer, as it is told: for a screen, and as JSON for programs.

Times are RFC 3339 UTC with six decimals, as in alerts.
"""

import msgspec
from msgspec import Struct

from schemas.alert import Action, EvidenceOut, Value


class Moment(Struct, omit_defaults=True, kw_only=True):
    """One moment of the timeline: an interaction, or what was told of it."""

    time: str
    type: str
    channel: str | None = None
    what: str = ""
    id: str | None = None


class Standing(Struct, omit_defaults=True, kw_only=True):
    """An alert that stands, and what would clear it."""

    alert_id: str
    signal: str
    severity: str
    opened_at: str
    team: str
    reason: str
    clears_if: str
    subject: str | None = None
    expires_at: str | None = None
    respond_by: str | None = None
    value_at_risk: Value | None = None
    recommended_action: Action | None = None
    evidence: list[EvidenceOut] = []
    suppressed_by: str | None = None
    held_until: str | None = None
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None


class Ahead(Struct, omit_defaults=True, kw_only=True):
    """What will be told at `time` if nothing is heard of the customer before.

    `status` is that of the alert then: `open`, `resolved`, `expired`, `updated` or `notice`, or
    `stage` for a change of the stage of life, whose name stands in `signal`. `unless` is what would
    keep it from being told.
    """

    time: str
    signal: str
    status: str
    subject: str | None = None
    reason: str = ""
    unless: str | None = None
    suppressed_by: str | None = None


class Explanation(Struct, omit_defaults=True, kw_only=True):
    """Who it is, how it stands, what has been, and what comes.

    `key` names the row (`c:<customer_id>` or `<alias type>:<value>`), `linked` those of the aliases
    that belong to it; `at` is the event time of the explanation. `excluded_by` is the pattern of
    `[exclude]` for which nothing is told of them. `timeline_note` says how far back the timeline
    goes, and where it is from. `seen` packs the hashes of the ids of the newest interactions that
    the row has taken: so whoever reads the interactions knows which of them are theirs.
    """

    key: str
    at: str
    customer_id: str | None = None
    excluded_by: str | None = None
    aliases: dict[str, list[str]] = {}
    linked: list[str] = []
    party: str = "customer"
    brand: str | None = None
    branch: str | None = None
    region: str | None = None
    segment: str | None = None
    segments: dict[str, str] = {}
    stage: str | None = None
    known_since: str | None = None
    last_seen: str | None = None
    said: list[str] = []
    alerts: list[Standing] = []
    ahead: list[Ahead] = []
    timeline: list[Moment] = []
    timeline_note: str = ""
    seen: bytes = b""

    @property
    def keys(self) -> list[str]:
        """The row, and those of the aliases that are linked to it."""
        return [self.key, *self.linked]


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Explanation).decode
