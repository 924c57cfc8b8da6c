"""The customer's own clock: a time zone that the customer, or the platform, has stated."""

from typing import Any
from zoneinfo import ZoneInfo

from agents.alerts import Alerts, Kind
from agents.manners.router import of
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.manners import ZONE_BYTES

TRAITS = ("timezone", "time_zone", "zone")


class OwnZone:
    """No signal that tells alerts: it knows by which clock it is night for the customer."""

    kinds: tuple[Kind, ...] = ()
    reacts_to = frozenset({"identified", "profile_updated", "signed_up"})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        traits: dict[str, Any] = getattr(event.properties, "traits", None) or {}
        for name in TRAITS:
            if name in traits:
                zone = _zone(traits[name])
                known = customer.manners.zone_at if customer.manners is not None else 0
                if (zone is not None or traits[name] is None) and event.time >= known:
                    manners = of(customer)
                    manners.zone, manners.zone_at = zone, event.time
                return


def _zone(said: object) -> str | None:
    """A time zone of the IANA database as said; None where it is none."""
    if not isinstance(said, str) or len(said.encode()) > ZONE_BYTES:
        return None
    try:
        ZoneInfo(said)
    except (OSError, ValueError, KeyError):
        return None
    return said
