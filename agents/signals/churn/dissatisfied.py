"""`customer_dissatisfied`: two kinds of dissatisfaction of one customer in a month."""

from agents.alerts import ERROR, Alerts, Change, Facts, Kind
from agents.mechanisms import joint
from agents.mechanisms.standing import stand, standing
from agents.signals.churn import dissatisfactions
from agents.signals.churn.detractor import KEPT
from agents.signals.churn.dissatisfactions import COMPLAINT, SIGNALS, Dissatisfaction
from schemas.alert import Evidence
from schemas.customer import Customer, OpenAlert
from schemas.habits import Habits
from schemas.instant import DAY
from schemas.interaction import Interaction
from schemas.standards import CustomerDissatisfied as Limits

SIGNAL = "customer_dissatisfied"
TICKET = "ticket_opened"


def _reason(facts: Facts) -> str:
    said = str(facts[0]).replace("_", " ").replace(",", ", ")
    return f"Dissatisfied in more than one way within {facts[1]} days: {said}."


CUSTOMER_DISSATISFIED = Kind(
    name=SIGNAL,
    team="management",
    concern="dissatisfaction",
    # The same team is to mend the same: that they stay as ever is no reason to tell it twice.
    parts=SIGNALS | {"captive_dissatisfied"},
    severity=ERROR,
    mechanism="joint",
    opens="two kinds of dissatisfaction of one customer",
    clears_if="None of the alerts of these dissatisfactions stands any more.",
    default="2 kinds in 30 d",
    source="ours",
    reason=_reason,
    parameters=lambda facts: {"kinds": str(facts[0]).split(","), "window_days": facts[1]},
)


class CustomerDissatisfied:
    """Weighs what other signals tell.

    >>> rule = CustomerDissatisfied(Limits())
    >>> "detractor" in rule.watches, rule.reacts_to
    (True, frozenset({'ticket_opened'}))
    """

    kinds = (CUSTOMER_DISSATISFIED,)
    watches = SIGNALS | {SIGNAL}
    reacts_to = frozenset({TICKET})

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if complained(customer, event):
            self._weigh(customer, event.time, alerts)

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        opened = 0
        for alert, resolution in changes:
            if alert.signal == SIGNAL:
                if resolution not in (None, "late_evidence"):
                    self._over(customer, max(at, alert.opened_at))
            elif alert.signal in SIGNALS:
                if resolution is None:
                    opened = max(opened, alert.opened_at)
                elif resolution == "late_evidence":
                    dissatisfactions.forget(customer, alert)
                    self._void(customer, at, alerts)
                else:
                    self._clear(customer, at, alerts)
        if opened:
            self._weigh(customer, opened, alerts)

    def _weigh(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A dissatisfaction of the instant `at`, not necessarily the latest one."""
        limits, alert = self.limits, standing(customer, SIGNAL)
        if not limits.enabled:
            return
        over = customer.habits.content_at if customer.habits is not None else 0
        if at <= over or not dissatisfactions.may_be_sorts(customer, limits.least):
            return
        every = dissatisfactions.found(customer, over, at + limits.window)
        # The window that ends with the latest within one of what is new.
        end = every[-1].at if every else at
        every = [one for one in every if one.at >= end - limits.window]
        if alert is not None:
            self._join(customer, alert, every, alerts)
            return
        sorts = dissatisfactions.sorts(every)
        if len(sorts) >= limits.least:
            evidence = _evidence(every)[-4:]
            facts = self._facts(sorts)
            stand(customer, CUSTOMER_DISSATISFIED, limits, None, end, facts, evidence, alerts)

    def _join(
        self,
        customer: Customer,
        alert: OpenAlert,
        every: list[Dissatisfaction],
        alerts: Alerts,
    ) -> None:
        """While it stands: what is of a sort that it has not been told of is news."""
        told = str(alert.facts[0]).split(",")
        new = dissatisfactions.firsts([one for one in every if one.sort not in told])
        if not new:
            return
        end, window = every[-1].at, self.limits.window
        recent = dissatisfactions.sorts(dissatisfactions.found(customer, end - window - 1, end))
        sorts = [sort for sort in told if sort in recent] + dissatisfactions.sorts(new)
        if len(sorts) >= self.limits.least:
            alerts.grow(alert, new[-1].at, self._facts(sorts), _evidence(new))

    def _facts(self, sorts: list[str]) -> Facts:
        return [",".join(sorts), self.limits.window // DAY]

    def _clear(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """One of them has cleared: where none stands any more, all is well."""
        alert = standing(customer, SIGNAL)
        if alert is None:
            return
        if not any(other.signal in SIGNALS for other in customer.alerts):
            # What cleared may have done so before this opened, under the other of two merged rows.
            self._over(customer, max(at, alert.opened_at))
            alerts.resolve(SIGNAL, None, at, "recovered")

    def _void(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """One of them was wrong: where too few are left, so was this."""
        alert = standing(customer, SIGNAL)
        if alert is None:
            return
        since = alert.opened_at - self.limits.window - 1
        left = dissatisfactions.found(customer, since, alert.opened_at)
        if len(dissatisfactions.sorts(left)) < self.limits.least:
            alerts.resolve(SIGNAL, None, at, "late_evidence")

    def _over(self, customer: Customer, at: int) -> None:
        """What was counted counts no more."""
        habits = customer.habits
        if habits is None:
            habits = customer.habits = Habits()
        habits.content_at = max(habits.content_at, at)


def _evidence(every: list[Dissatisfaction]) -> list[Evidence]:
    return [Evidence(one.id, one.kind, one.at) for one in every if one.id]


def complained(customer: Customer, event: Interaction) -> bool:
    """Whether a ticket is a complaint: it is noted as one, where nobody has done so."""
    said = event.properties
    if said is None or said.kind != COMPLAINT:
        return False
    if not any(p.kind == COMPLAINT and p.at == event.time for p in customer.pieces):
        joint.note(customer, COMPLAINT, event, keep=KEPT)
    return True
