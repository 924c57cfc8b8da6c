"""What is known under an alias becomes known of the customer."""

from typing import TYPE_CHECKING

from agents.alerts import Alerts
from agents.careful import SignalFailed
from agents.people.seam import hand_over
from schemas.customer import Customer
from streams.rows import Row, View

if TYPE_CHECKING:
    from agents.decide import Customers


class Merging:
    """Stands in for a signal where merging fails: the record that asked for it is refused."""

    kinds = ()


def take_over(
    logic: "Customers",
    view: View[Customer],
    row: Row[Customer],
    theirs: Customer,
    at: int,
    alerts: Alerts,
) -> None:
    """Merge `theirs` into the customer of `row`, at the event time `at`. Raises SignalFailed."""
    view.touch(row)
    customer = row.state
    alerts.about(row.key, customer)
    try:
        hand_over(customer, theirs, alerts, at)
    except Exception as why:
        raise SignalFailed(row.key, Merging(), why, in_event=True) from why
    logic.settle(view, row, at, alerts)
