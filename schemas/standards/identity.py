"""Which aliases identify somebody, and how many of them one person can have."""

from typing import Annotated

from msgspec import Meta, Struct, field

from schemas.instant import DAY
from schemas.links import MAX_ALIASES, MAX_CLAIMANTS
from schemas.standards.units import Duration

OTHER = "other"
AliasType = Annotated[str, Meta(min_length=1, max_length=64)]
AtATime = Annotated[int, Meta(ge=0, le=MAX_ALIASES)]
Customers = Annotated[int, Meta(ge=1, le=MAX_CLAIMANTS)]

# Five of a type, as Segment's identity resolution has it; cookies are renewed more often.
ALIASES: dict[str, int] = {
    "account_id": 5, "loyalty_card": 5, "email": 5, "phone": 5, "device_id": 5,
    "anonymous_id": 10, OTHER: 3,
}  # fmt: skip
# A household shares a telephone and a card; a device of more than three is a shop's or a café's.
CUSTOMERS: dict[str, int] = {
    "account_id": 3, "loyalty_card": 5, "email": 3, "phone": 5, "device_id": 3,
    "anonymous_id": 3, OTHER: 3,
}  # fmt: skip


class Identity(Struct, frozen=True, forbid_unknown_fields=True):
    """How aliases are linked. `region`: the country (as "DE") of telephone numbers that state none.
    `aliases`: so many of a type a customer can have; a further one takes the place of one not seen
    with the customer for `renewed_after`, else it is not linked. `customers`: with so many an alias
    may be seen; with more it is shared and identifies nobody. Types not named are as `other`."""

    region: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="two capital letters")] | None = (
        None
    )
    renewed_after: Duration = Duration(30 * DAY)
    aliases: dict[AliasType, AtATime] = field(default_factory=ALIASES.copy)
    customers: dict[AliasType, Customers] = field(default_factory=CUSTOMERS.copy)

    def most_aliases(self, kind: str) -> int:
        """How many aliases of that type a customer can have."""
        return _of(kind, self.aliases, ALIASES)

    def most_customers(self, kind: str) -> int:
        """With how many customers an alias of that type may be seen."""
        return _of(kind, self.customers, CUSTOMERS)


def _of(kind: str, said: dict[str, int], default: dict[str, int]) -> int:
    if kind in said:
        return said[kind]
    return default[kind] if kind in default else said.get(OTHER, default[OTHER])
