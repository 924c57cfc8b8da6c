"""What is told on `profiles`: the public view of a customer, and what has changed of it."""

from typing import cast

from agents.identity import alias_of, routing_key
from schemas import profile
from schemas.customer import Customer
from schemas.instant import rfc3339
from schemas.lifecycle import Stage
from schemas.links import LINKED
from schemas.profile import ChangeKind, Profile, ProfileChange
from streams.contract import Decision, Output


def view_of(customer_id: str, customer: Customer) -> Profile:
    """The public view, without a change."""
    aliases: dict[str, list[str]] = {}
    for link in customer.links.aliases if customer.links is not None else ():
        if link.state == LINKED:
            kind, value = alias_of(link.key)
            aliases.setdefault(kind, []).append(value)
    return Profile(
        customer_id=customer_id,
        aliases=aliases,
        party=customer.party or "customer",
        brand=customer.brand,
        branch=customer.branch,
        segment=customer.segment,
        region=customer.region,
        lifecycle_stage=cast("Stage | None", customer.stage),
        last_seen=rfc3339(customer.last_seen) if customer.last_seen else None,
    )


def tell(
    decision: Decision,
    key: str,
    customer: Customer,
    kind: ChangeKind,
    alias: str,
    at: int,
    wall: int | None,
    held_by: str | None = None,
) -> None:
    """Tell a change of the customer in row `key` that came about at `at`; `alias` is a row key."""
    said = view_of(key.partition(":")[2], customer)
    name, value = alias_of(alias)
    said.change = ProfileChange(
        kind=kind, alias_type=name, alias=value, at=rfc3339(at), held_by=held_by
    )
    said.detected_at = None if wall is None else rfc3339(wall)
    decision.outputs.append(Output("profiles", routing_key(key), profile.encode(said)))
    decision.counts["identity_changes", kind] += 1
