"""What a signal is, and what it may know of the house."""

from typing import NamedTuple, Protocol, runtime_checkable

from agents.alerts import Alerts, Change, Kind
from agents.text import Classifier
from agents.working_time import ALWAYS, Hours
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.standards import HouseStandard, MannersTable, Thresholds


class House(NamedTuple):
    """The house towards one kind of customer: thresholds, hours, standards of its own, manners."""

    limits: Thresholds = Thresholds()
    hours: Hours = ALWAYS
    own: tuple[HouseStandard, ...] = ()
    text: Classifier | None = None
    manners: MannersTable = MannersTable()
    observed: bool = True
    """Whether what concerns groups is told the groups agent."""


class Signal(Protocol):
    """A small class with its thresholds as fields.

    One that wants to be asked again starts a timer (agents.mechanisms.timers) and has `on_timer`;
    some of the first keep an instant of their own in their part of the customer, and have
    `on_deadline`.
    """

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The alerts that it tells."""

    @property
    def reacts_to(self) -> frozenset[str]:
        """The types of interaction that can matter: no other event costs anything."""

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        """An interaction of this customer; not necessarily later than the last one."""


@runtime_checkable
class Woken(Protocol):
    """A signal with timers."""

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        """`timer`, which was started under the name of one of its kinds, has come due."""


@runtime_checkable
class Watching(Protocol):
    """A signal that weighs what other signals tell."""

    watches: frozenset[str]
    """Of which signals it wants to know that an alert has opened or ended."""

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        """After all signals have done with an interaction or a deadline of the instant `at`:
        `changes` are those of this customer, of any signal, in the order in which they were told.
        """


class Merging(Protocol):
    """A signal that judges anew when two rows of one person have become one.

    One whose later beginning takes the place of an earlier one says so with `renews = True`: of two
    timers for one subject the later goes on then. Of what a signal keeps in `Customer.extra` two
    pieces become one by `merge(mine, theirs)`, where it has that; else the customer's own stays.
    """

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """The customer's facts, timers and alerts are those of both rows, doubles included: end
        (`alerts.end`) what those facts say is over, at the instant that they say, else at `at`."""


@runtime_checkable
class Clocked(Protocol):
    """A signal that keeps the earliest instant at which it wants to be asked in its own state
    (`due`), where `Customer.deadline` finds it."""

    field: str
    """Of Customer: its own state."""

    def on_deadline(self, customer: Customer, now: int, alerts: Alerts) -> None:
        """Event time has reached `now`; do what is due, and re-check the state first."""
