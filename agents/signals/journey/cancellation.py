"""`cancellation_intended`: renewal turned off, downgraded, cancelled, data taken along, or again
and again at the cancellation page.

That these come before the end is practice of subscription businesses; two looks in 30 days are
ours.
"""

from bisect import insort

from agents.alerts import ERROR, Alerts, Facts, Kind
from agents.mechanisms.standing import evidence_of, open_ones, stand, standing
from agents.signals.journey.waits import journey_of
from schemas.customer import Customer, OpenAlert, fits
from schemas.instant import DAY
from schemas.interaction import Interaction
from schemas.journey import MOST_LOOKS
from schemas.standards import CancellationIntended, written

_PAGE = "page_viewed"
_REVOKED = ("subscription_renewed", "subscription_started")
_SIGNS = {
    "auto_renew_disabled": "Turned automatic renewal off",
    "subscription_downgraded": "Took a smaller subscription",
    "subscription_cancelled": "Cancelled the subscription",
    "data_exported": "Took their data along",
}
_PLAIN = frozenset({"auto_renew_disabled", "subscription_cancelled"})
"""These leave no doubt: an error, the others a warning."""


def _reason(facts: Facts) -> str:
    kind, least, window, *_ = facts
    if kind != _PAGE:
        return f"{_SIGNS[str(kind)]}."
    times = "Looked at" if least == 1 else f"Looked {least} times at"
    return f"{times} the page for cancelling within {written(int(window or 0))}."


def _parameters(facts: Facts) -> dict[str, object]:
    kind, least, window, *_ = facts
    if kind != _PAGE:
        return {"sign": kind}
    return {"sign": kind, "looks": least, "window_days": int(window or 0) / DAY}


CANCELLATION_INTENDED = Kind(
    name="cancellation_intended",
    team="retention",
    concern="churn",
    clears_if="The customer renews or subscribes again.",
    reason=_reason,
    parameters=_parameters,
    opens="automatic renewal off, downgrade, cancellation, export of data, or repeated looks at "
    "the cancellation page",
    default="any; 2 looks in 30 d",
    source="practice of subscription businesses; the looks are ours",
    mechanism="joint",
)


class Cancelling:
    """Signs that a subscription is to end.

    >>> shop = Cancelling(CancellationIntended())
    >>> shop.is_cancelling("https://example.com/account/Cancel?step=1"), shop.is_cancelling("/tea")
    (True, False)
    """

    kinds = (CANCELLATION_INTENDED,)
    reacts_to = frozenset({_PAGE, *_REVOKED, *_SIGNS})

    def __init__(self, limits: CancellationIntended) -> None:
        self.limits = limits
        self.name = CANCELLATION_INTENDED.name
        self.pages = tuple(page.lower() for page in limits.pages)
        self.least = min(limits.least, MOST_LOOKS)

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        kind = event.kind
        if kind == _PAGE:
            # The most frequent event of all: what is not the page leaves at once.
            said = event.properties
            url, path = said.url, said.path
            if url is None:
                if path is None:
                    return
                address = path.lower()
            else:
                address = url.lower()
                # Most addresses contain their path, which then needs no look of its own.
                if path is not None and path not in url and self.is_cancelling(path):
                    self._look(customer, event, alerts)
                    return
            for page in self.pages:
                if page in address:
                    self._look(customer, event, alerts)
                    return
        elif kind in _SIGNS:
            if self._counts(customer, event.time):
                severity = ERROR if kind in _PLAIN else None
                evidence = evidence_of(event)
                facts: Facts = [kind, 1, 0]
                stand(
                    customer, CANCELLATION_INTENDED, self.limits, None, event.time, facts,
                    evidence, alerts, severity=severity,
                )  # fmt: skip
                journey_of(customer).looks = []
        else:
            self._revoke(customer, event.time, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """What was revoked under either row; looks of both are counted together."""
        journey = customer.journey
        if journey is None:
            return
        revoked = journey.revoked_at
        for alert in open_ones(customer, self.name):
            if revoked >= alert.opened_at:
                alerts.end(alert, revoked, "recovered")
            elif any(int(look or 0) <= revoked for look in alert.facts[3:]):
                alerts.end(alert, revoked, "late_evidence")
        if standing(customer, self.name) is not None:
            journey.looks = []
        if not journey.looks or not self.limits.enabled:
            return
        last, window = journey.looks[-1], int(self.limits.window)
        looks = [look for look in journey.looks if look >= last - window][-self.least :]
        journey.looks = looks if len(looks) < self.least else []
        if not journey.looks:
            facts: Facts = [_PAGE, self.least, window, *looks]
            stand(customer, CANCELLATION_INTENDED, self.limits, None, last, facts, [], alerts)

    def is_cancelling(self, address: str) -> bool:
        """Whether a path or address is of the cancellation page."""
        address = address.lower()
        for page in self.pages:  # noqa: SIM110 - a generator would cost as much again
            if page in address:
                return True
        return False

    def _counts(self, customer: Customer, at: int) -> bool:
        """Whether a sign of that time may open the alert."""
        journey = customer.journey
        if not self.limits.enabled or standing(customer, self.name) is not None:
            return False
        return journey is None or at > journey.revoked_at

    def _look(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if not self._counts(customer, event.time):
            return
        journey, window = journey_of(customer), int(self.limits.window)
        looks = journey.looks
        insort(looks, event.time)
        last = looks[-1]
        counted = [look for look in looks if look >= last - window][-self.least :]
        if len(counted) < self.least:
            journey.looks = counted if fits(customer) else []
            return
        journey.looks = []
        facts: Facts = [_PAGE, self.least, window, *counted]
        evidence = evidence_of(event)
        stand(customer, CANCELLATION_INTENDED, self.limits, None, last, facts, evidence, alerts)

    def _revoke(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """They stay: what pointed elsewhere until then is void."""
        alert = standing(customer, self.name)
        if alert is not None:
            self._answer(customer, alert, at, alerts)
        journey = journey_of(customer)
        if at > journey.revoked_at:
            journey.revoked_at = at
            if journey.looks:
                journey.looks = [look for look in journey.looks if look > at]

    def _answer(self, customer: Customer, alert: OpenAlert, at: int, alerts: Alerts) -> None:
        if at >= alert.opened_at:
            alerts.resolve(self.name, None, at, "recovered")
            return
        looks = [int(look or 0) for look in alert.facts[3:]]
        left = [look for look in looks if look > at]
        if len(left) < len(looks):
            alerts.resolve(self.name, None, at, "late_evidence")
            journey_of(customer).looks = left
