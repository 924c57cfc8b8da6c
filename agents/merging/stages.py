"""The stage of life of two rows together, from what is known of both."""

from agents import lifecycle
from agents.lifecycle import (
    ABANDONING,
    ACQUIRED,
    CLOSED,
    LEADS_TO,
    LOSING,
    LOST,
    REACHED,
    WON_BACK,
    base,
)
from schemas.customer import Customer
from schemas.memory import NEVER

_FURTHEST = (lifecycle.LOST, lifecycle.CAPTURED, LOSING, ABANDONING)


def stage(earlier: Customer, later: Customer) -> str | None:
    """Before anything is settled: `won_back` where either is, `reached` or no stage only where
    neither row is further, else `acquired`."""
    known = {earlier.stage, later.stage} - {None, REACHED}
    if known:
        return WON_BACK if WON_BACK in known else ACQUIRED
    return REACHED if REACHED in (earlier.stage, later.stage) else None


def decides_nothing(customer: Customer) -> bool:
    """Whether nothing is known of a row that a stage further than `acquired` could rest on."""
    further = customer.stage not in (None, REACHED, ACQUIRED)
    facts = customer.alerts or customer.life is not None or customer.purchases is not None
    return not (further or facts)


def stays(one: Customer, other: Customer) -> str | None:
    """The stage of both where one of them decides nothing: what led to that of the other, and
    away from it again, has all been seen by one row."""
    decides, also = (other, one) if decides_nothing(one) else (one, other)
    if decides.stage in (None, REACHED):
        return also.stage or decides.stage
    return decides.stage


def won_back(customer: Customer) -> int:
    """The day on which they were last won back; 0: never."""
    return customer.life.won_back if customer.life is not None else 0


def reckoned(customer: Customer, known: str | None) -> str | None:
    """The stage of a merged row: closed, as alerts that stand lead to, won back, or as orders and
    subscriptions give; `known` is what `stage` gave."""
    life, history = customer.life, customer.purchases
    if life is not None and life.flags & CLOSED:
        return LOST
    back = NEVER
    if known == WON_BACK and life is not None and history is not None:
        back = life.won_back if history.days[-1] <= life.won_back else NEVER
    found = None
    for alert in customer.alerts:
        to = LEADS_TO.get(alert.signal)
        if to is None or (to == LOSING and not lifecycle.is_retained(customer)):
            continue
        if back != NEVER and history is not None and alert.opened_at <= history.last_at:
            continue  # They were won back over that.
        if found is None or _FURTHEST.index(to) < _FURTHEST.index(found):
            found = to
    if found is not None:
        return found
    if back != NEVER:
        return WON_BACK
    if known in (None, REACHED):
        return known
    return base(customer)
