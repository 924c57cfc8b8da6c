"""Steps of a checkout: from which it went on, and at which it was abandoned."""

from agents.alerts import Alerts, Change
from agents.observers.telling import head, observed_of, tell
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.observation import Step, step_key
from schemas.observed import STEP_BYTES

STARTED, COMPLETED, ORDERED = "checkout_started", "checkout_step_completed", "order_completed"
PAYMENT = ("payment_info_entered", "payment_failed")
ABANDONED = "checkout_abandoned"


class StepObserver:
    """The step of a checkout is what was done last. What follows passes it; the alert
    `checkout_abandoned` says that nothing follows."""

    field = "observed"
    kinds = ()
    reacts_to = frozenset({STARTED, COMPLETED, ORDERED, *PAYMENT})
    watches = frozenset({ABANDONED})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == ORDERED and (customer.observed is None or customer.observed.step is None):
            return
        observed, at = observed_of(customer), event.time
        if at < observed.step_at:
            return
        step = _step(event)
        if observed.step is not None and step != observed.step:
            key = step_key(customer.brand, observed.step)
            tell(alerts, (key,), Step(*head(customer, event, alerts), True))
        observed.step, observed.step_at = step, at

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        observed = customer.observed
        if observed is None or observed.step is None:
            return
        for change in changes:
            alert = change.alert
            if alert.signal == ABANDONED and change.resolution is None:
                seen = Step(
                    alert.opened_at, alerts.id_of(alert), ABANDONED, alerts.who,
                    customer.brand, None, False,
                )  # fmt: skip
                tell(alerts, (step_key(customer.brand, observed.step),), seen)
                observed.step = None
                return


def _step(event: Interaction) -> str | None:
    if event.kind == STARTED:
        return "started"
    if event.kind == COMPLETED:
        said = event.properties.step
        return "completed" if said is None or said == "" else bounded(str(said), STEP_BYTES)
    return None if event.kind == ORDERED else event.kind
