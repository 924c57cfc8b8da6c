"""What a signal is."""

from typing import Protocol

from agents.alerts import Alerts, Kind
from schemas.customer import Customer
from schemas.interaction import Interaction


class Signal(Protocol):
    """A small class with its thresholds as fields; its state is one field of the customer.

    It keeps the earliest instant at which it wants to be asked again in that state (`due`),
    where `Customer.deadline` finds it.
    """

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The alerts that it tells."""

    @property
    def reacts_to(self) -> frozenset[str]:
        """The types of interaction that can matter: no other event costs anything."""

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        """An interaction of this customer; not necessarily later than the last one."""

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        """Event time has reached `now`; do what is due, and re-check the state first."""
