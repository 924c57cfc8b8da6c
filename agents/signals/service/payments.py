"""A payment that failed, and no order since."""

from functools import partial

from agents.alerts import Facts, Kind
from agents.lifecycle import SUBSCRIBED
from agents.mechanisms.expected import Begin, End, Expected
from schemas import standards
from schemas.alert import Value
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.standards import written

_PAID = End(None)


def _value(facts: Facts) -> Value | None:
    _, _, amount, currency = facts
    return Value(float(amount), str(currency) if currency else None) if amount else None


PAYMENT_UNRECOVERED = Kind(
    name="payment_unrecovered",
    team="support",
    concern="abandonment",
    clears_if="The customer completes an order, or starts or renews a subscription.",
    reason=lambda facts: (
        f"A payment failed, and no order was completed within {written(int(facts[1] or 0))}."
    ),
    parameters=lambda facts: {"within_seconds": int(facts[1] or 0) / 1_000_000},
    value=_value,
    mechanism="expected",
    opens="a payment failed, and no order was completed since",
    default="30 min, once in 24 h",
    source="ours: time for a second try with another card",
)


class Payments(Expected):
    """Payments that failed; an order, or a subscription, of another row ends the wait too."""

    def ended(self, customer: Customer, subject: str | None, since: int) -> int | None:
        history, life = customer.purchases, customer.life
        if history is not None and history.last_at >= since:
            return history.last_at
        if life is not None and life.flags & SUBSCRIBED and life.begun_at >= since:
            return life.begun_at
        return super().ended(customer, subject, since)


def payment_unrecovered(limits: standards.PaymentUnrecovered) -> Expected:
    """A payment that failed, and no success since.

    >>> sorted(payment_unrecovered(standards.PaymentUnrecovered()).begins)
    ['payment_failed']
    """
    return Payments(
        PAYMENT_UNRECOVERED,
        limits,
        begins={"payment_failed": partial(_failed, int(limits.idle))},
        ends={
            "order_completed": _paid,
            "subscription_started": _paid,
            "subscription_renewed": _paid,
        },
    )


def _failed(within: int, _: Customer, event: Interaction) -> Begin:
    said = event.properties
    amount = said.cart_value if said.cart_value is not None else said.value
    return Begin(None, within, [amount, said.currency])


def _paid(_: Customer, event: Interaction) -> End:
    return _PAID
