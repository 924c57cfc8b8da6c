"""`browse_abandoned`: looked at the same thing again and again, and left without it."""

from xxhash import xxh32_digest

from agents.alerts import INFO, Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.standing import cool, evidence_of, open_ones, stand, standing
from agents.signals.service.promises import service_of
from schemas import standards
from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.memory import Timer
from schemas.service import LOOK, MAX_LOOKS, Service

VIEWED = "product_viewed"
TAKEN = frozenset({"product_added", "checkout_started", "order_completed"})
STAYS = frozenset({"page_viewed", "app_opened", "search_performed", "cart_viewed"})
"""What goes on with a session, and says nothing of a product."""

BROWSE_ABANDONED = Kind(
    name="browse_abandoned",
    team="sales",
    concern="abandonment",
    severity=INFO,
    clears_if="The customer adds something to a cart, begins a checkout, or buys.",
    reason=lambda facts: (
        f"Looked at {facts[2]} {facts[3]} times in one session, and left without it."
    ),
    parameters=lambda facts: {
        "of": facts[2],
        "views": facts[3],
        "idle_seconds": int(facts[4] or 0) / 1_000_000,
    },
    mechanism="idle",
    opens="an identified customer looked at the same product or category several times in a"
    " session, and left without adding or buying",
    default="3 views, session gap 30 min, once in 24 h",
    source="practice: sessions end after 30 min in nearly all trackers; three views are ours",
)
_NAME = BROWSE_ABANDONED.name


class BrowseAbandoned:
    """The same product or category viewed several times in one session, and left.

    >>> BrowseAbandoned(standards.BrowseAbandoned()).limits.least
    3
    """

    field = "service"
    renews = True
    kinds = (BROWSE_ABANDONED,)
    reacts_to = frozenset({VIEWED, *TAKEN, *STAYS})

    def __init__(self, limits: standards.BrowseAbandoned) -> None:
        self.limits = limits

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind, service = event.kind, customer.service
        if kind in STAYS:
            # By far the most: whoever has looked at nothing, or left long ago, costs no more.
            if service is not None and service.looks:
                at = event.time
                if at < service.looked_last + self.limits.idle:
                    self._stay(customer, service, at, alerts)
        elif alerts.identified:
            if service is None:
                service = service_of(customer)
            if kind in TAKEN:
                self._take(customer, service, event.time, alerts)
            else:
                self._view(customer, service, event, alerts)

    def on_timer(self, customer: Customer, timer: Timer, alerts: Alerts) -> None:
        service, at, limits = customer.service, timer.due, self.limits
        if service is None or not limits.enabled:
            return
        if standing(customer, _NAME) is not None:
            return
        if cool(customer, BROWSE_ABANDONED, limits, at):
            facts: Facts = [
                service.looked_since,
                service.looked_last,
                *timer.facts,
                int(limits.idle),
            ]
            stand(customer, BROWSE_ABANDONED, limits, None, at, facts, timer.evidence, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Something was taken under the other row."""
        service = customer.service
        if service is None:
            return
        taken = service.taken
        for alert in open_ones(customer, _NAME):
            if taken >= alert.opened_at:
                alerts.end(alert, taken, "recovered")
            elif taken >= int(alert.facts[0] or 0):
                alerts.end(alert, taken, "late_evidence")
                customer.told.pop(_NAME, None)
        for timer in timers.running(customer, _NAME):
            if taken >= service.looked_since:
                timers.stop(customer, timer)

    def _view(
        self, customer: Customer, service: Service, event: Interaction, alerts: Alerts
    ) -> None:
        at, said = event.time, event.properties
        if service.looks and not self._stay(customer, service, at, alerts):
            if at < service.looked_since:
                return  # Of a session before this one.
            service.looks = b""
        if not service.looks:
            service.looked_since = service.looked_last = at
            if at - self.limits.idle < service.taken < at:
                service.looked_since = service.taken
        product, category = said.product_id or said.sku or said.name, said.category
        views, what, name = 0, "category", category
        if category:
            views = _look(service, "c" + category)
        if product:
            again = _look(service, "p" + product)
            if again >= views:
                views, what, name = again, "product", product
        if views >= self.limits.least:
            running = timers.find(customer, _NAME, None)
            if running is None or views >= int(running.facts[1] or 0):
                self._wait(customer, service, [bounded(f"the {what} {name}"), views], event)

    def _wait(self, customer: Customer, service: Service, facts: Facts, event: Interaction) -> None:
        """The session counts: it is abandoned once it is over, unless something is taken."""
        if service.taken >= service.looked_since or not self.limits.enabled:
            return
        last = service.looked_last
        timers.start(
            customer,
            Timer(
                _NAME, None, last + self.limits.idle, last, facts,
                evidence_of(event),
            ),
        )  # fmt: skip

    def _stay(self, customer: Customer, service: Service, at: int, alerts: Alerts) -> bool:
        """Whether the session still went on at `at`; if so it is known to have lasted so long."""
        idle, last = self.limits.idle, service.looked_last
        if not service.looked_since - idle < at < last + idle:
            return False
        if at < service.looked_since:
            service.looked_since = at
            if service.taken >= at:
                self._drop(customer, at, alerts)
        elif at > last:
            service.looked_last = at
            running = timers.find(customer, _NAME, None)
            if running is not None:
                running.due, running.since = at + idle, at
                timers.settle(customer)
                return True
            alert = standing(customer, _NAME)
            if alert is not None and last == alert.facts[1] and at < alert.opened_at:
                facts, evidence = alert.facts[2:4], alert.evidence
                self._void(customer, at, alerts)
                timers.start(
                    customer,
                    Timer(_NAME, None, at + idle, at, facts, evidence),
                )
        return True

    def _take(self, customer: Customer, service: Service, at: int, alerts: Alerts) -> None:
        if at > service.taken:
            service.taken = at
        alert = standing(customer, _NAME)
        if alert is not None and at >= alert.opened_at:
            alerts.resolve(alert.signal, None, at, "recovered")
        if service.looks and self._stay(customer, service, at, alerts):
            self._drop(customer, at, alerts)

    def _drop(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Something was taken in this session: it is not abandoned."""
        running = timers.find(customer, _NAME, None)
        if running is not None:
            timers.stop(customer, running)
        alert = standing(customer, _NAME)
        if alert is None or at >= alert.opened_at:
            return
        if int(alert.facts[0] or 0) - self.limits.idle <= at:
            self._void(customer, at, alerts)

    def _void(self, customer: Customer, at: int, alerts: Alerts) -> None:
        alerts.resolve(_NAME, None, at, "late_evidence")
        customer.told.pop(_NAME, None)


def _look(service: Service, what: str) -> int:
    """Count a look at `what`: how many there have been in this session."""
    name, looks = xxh32_digest(what.encode()), service.looks
    at = looks.find(name)
    while at >= 0:
        if at % LOOK == 0:  # Else astride two names.
            views = min(looks[at + 4] + 1, 255)
            service.looks = looks[:at] + looks[at + LOOK :] + name + bytes([views])
            return views
        at = looks.find(name, at + 1)
    service.looks = (looks + name + b"\x01")[-LOOK * MAX_LOOKS :]
    return 1
