"""The public view of a customer, as it goes out on `profiles`.

Key: the customer id. The last record of a customer is the present view.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from schemas.lifecycle import Stage

ChangeKind = Literal[
    "linked", "merged", "conflict", "shared", "unlinked", "let_go", "too_many",
]  # fmt: skip


class ProfileChange(Struct, omit_defaults=True, kw_only=True):
    """What led to this record. `at` is event time, RFC 3339 UTC with six decimals.

    `linked`: the alias is the customer's from now on; `merged`: and what was known under it is now
    known of the customer. `conflict`: it stays another customer's (`held_by`). `shared`: too many
    customers were seen with it, and it identifies nobody any more. `unlinked`: taken from the
    customer by `alias_unlinked`. `let_go`: it gave way to a newer one of its type. `too_many`: it
    was not linked, since the customer has as many of its type as can be.
    """

    kind: ChangeKind
    alias_type: str
    alias: str
    at: str
    held_by: str | None = None


class Profile(Struct, omit_defaults=True, kw_only=True):
    """A customer, and what has changed. `aliases` are those linked, by type, oldest link first."""

    customer_id: str
    aliases: dict[str, list[str]] = {}
    party: str
    brand: str | None = None
    branch: str | None = None
    segment: str | None = None
    region: str | None = None
    lifecycle_stage: Stage | None = None
    last_seen: str | None = None
    change: ProfileChange | None = None
    detected_at: str | None = None


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Profile).decode
