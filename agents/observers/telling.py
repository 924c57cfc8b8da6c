"""Which groups an interaction concerns, and how observations are told them."""

from collections.abc import Iterable

from xxhash import xxh3_64_intdigest

from agents.alerts import Alerts
from schemas.customer import EVENT_ID_BYTES, Customer, bounded
from schemas.interaction import Interaction
from schemas.observation import Observation, branch_key, group_key
from schemas.observed import Observed

Head = tuple[int, str, str, int, str | None, str | None]
"""What all observations begin with."""


def head(customer: Customer, event: Interaction, alerts: Alerts, at: int | None = None) -> Head:
    """What an observation that rests on `event` begins with; `at` if not the event's time."""
    time = event.time if at is None else at
    name = bounded(event.id, EVENT_ID_BYTES)
    return time, name, event.kind, alerts.who, brand_of(customer, event), branch_of(event)


def brand_of(customer: Customer, event: Interaction) -> str | None:
    """The brand of an interaction, or else the customer's."""
    said = event.brand
    return bounded(said) if said is not None else customer.brand


def branch_of(event: Interaction) -> str | None:
    """The branch that an interaction states."""
    said = event.branch
    return bounded(said) if said is not None else None


def places(brand: str | None, branch: str | None) -> list[str]:
    """The keys of a branch, and of its brand, where branches are compared."""
    if branch is None:
        return []
    return [branch_key(brand, branch), group_key("brand", brand or "")]


def employees(event: Interaction) -> list[str]:
    """The key of the group of who served: what stands before the last slash of `handled_by`.

    Never a single employee: without a slash there is no group.
    """
    group, slash, _ = (event.handled_by or "").rpartition("/")
    return [group_key("employees", group)] if slash and group else []


def tell(alerts: Alerts, keys: Iterable[str], observation: Observation) -> None:
    """Tell it to each of those groups."""
    for key in keys:
        alerts.observe(key, observation)


def observed_of(customer: Customer) -> Observed:
    """What observers remember of a customer."""
    found = customer.observed
    if found is None:
        found = customer.observed = Observed()
    return found


def hashed(name: str | None) -> int:
    """A contact's or a visit's name in eight bytes; 0 where it has none."""
    return xxh3_64_intdigest(name.encode()) >> 1 if name else 0
