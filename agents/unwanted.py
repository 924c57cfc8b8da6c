"""Alerts that the house does not want: of signals that are off, and of tests and bots."""

from typing import TYPE_CHECKING

from agents.alerts import Alerts
from agents.weighing import weigh
from schemas.customer import NEVER, Customer
from streams.rows import Row, View

if TYPE_CHECKING:
    from agents.decide import Customers


def turn_off(
    logic: "Customers",
    row: Row[Customer],
    at: int,
    alerts: Alerts,
    *,
    in_event: bool = False,
) -> None:
    """End what stands of signals that the house has turned off for this customer.

    Raises SignalFailed.
    """
    customer = row.state
    chapter = logic.rulebook.chapter(customer)
    if not chapter.off:
        return
    unwanted = [alert for alert in customer.alerts if alert.signal in chapter.off]
    for alert in unwanted:
        alerts.dismiss(alert, at)
    if unwanted:
        weigh(chapter, row.key, customer, at, alerts, logic.muted, in_event=in_event)
        if alerts.resolved:
            alerts.settle_stage(at)


def exclude(view: View[Customer], row: Row[Customer], at: int, alerts: Alerts) -> None:
    """A test or bot is not alerted: what stands ends, and nothing falls due."""
    alerts.about(row.key, row.state)
    for alert in list(row.state.alerts):
        alerts.dismiss(alert, at, excluded=True)
    alerts.changes = []
    if alerts.resolved:
        alerts.settle_stage(at)
    view.schedule(row, NEVER)
