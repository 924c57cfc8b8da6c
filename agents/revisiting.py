"""After a change of standards, or news of a market: what waits, and what stands, is judged anew.

In every row: an alert may stand where nothing is awaited. Signals that are off and customers who
are excluded lose their alerts, waits that are off are given up, and the others fall due when the
standards of today say so, which may have been a while ago.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from agents.alerts import Alerts
from agents.careful import SignalFailed
from agents.competitors import Competitors
from agents.mechanisms import timers
from agents.unwanted import exclude, turn_off
from schemas.customer import Customer
from streams.contract import Decision
from streams.rows import Row, View

if TYPE_CHECKING:
    from agents.decide import Customers

log = structlog.get_logger("heed.signals")


def look_again(
    logic: "Customers", view: View[Customer], keys: Sequence[str], wall: int | None
) -> Decision:
    """The decision on these rows; one on which a signal fails is left as it is."""
    whole, competitors = Decision(), Competitors(view, logic.sealer.seal)
    for key in keys:
        row = view.get(key)
        if row is None or row.touched:
            continue
        part = Decision()
        alerts = logic.alerts(part, wall)
        alerts.competitors = competitors
        try:
            _look(logic, view, row, alerts)
        except SignalFailed as why:
            log.error("a signal failed", signal=why.signal, error=str(why), exc_info=why)
            view.forsake(row)
        else:
            whole.add(part)
    return whole


def _look(logic: "Customers", view: View[Customer], row: Row[Customer], alerts: Alerts) -> None:
    customer, now, encode = row.state, view.clock.now, logic.codec().encode
    before = encode(customer, row.deadline)
    if logic.excluded(row.key):
        exclude(view, row, now, alerts)
    else:
        alerts.about(row.key, customer)
        if customer.alerts:
            turn_off(logic, row, now, alerts)
            _hear_news(logic, row, alerts)
        _restate(logic, customer)
        view.schedule(row, customer.deadline)
    if encode(customer, row.deadline) != before:
        view.touch(row)


def _hear_news(logic: "Customers", row: Row[Customer], alerts: Alerts) -> None:
    """Raises SignalFailed."""
    for signal in logic.rulebook.chapter(row.state).watching:
        on_news = getattr(signal, "on_news", None)
        if on_news is not None:
            try:
                on_news(row.state, alerts)
            except Exception as why:
                raise SignalFailed(row.key, signal, why, in_event=False) from why


def _restate(logic: "Customers", customer: Customer) -> None:
    chapter = logic.rulebook.chapter(customer)
    for clocked in chapter.clocked:
        restate = getattr(clocked, "restate", None)
        if restate is not None:
            restate(customer)
    for timer in list(customer.timers):
        signal = logic.woken(customer, chapter, timer)
        if signal is None:
            timers.stop(customer, timer)
        elif hasattr(signal, "restate"):
            signal.restate(customer, timer)
    timers.settle(customer)
