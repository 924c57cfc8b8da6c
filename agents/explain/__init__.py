"""What is known of a customer: state, alerts that stand, and what comes, in words.

Pure: `heed explain` calls it for rows that it replayed from files, a worker for rows of its own.
"""

from collections.abc import Sequence

from agents.alerts import SEVERITIES
from agents.explain.ahead import ahead
from agents.explain.explanation import Ahead as Ahead
from agents.explain.explanation import Explanation as Explanation
from agents.explain.explanation import Moment as Moment
from agents.explain.explanation import Standing as Standing
from agents.explain.remembered import sentences
from agents.explain.timeline import remembered
from agents.identity import who
from agents.rulebook import Rulebook
from schemas import customer as state
from schemas.alert import alert_id, evidence_out
from schemas.customer import Customer, OpenAlert
from schemas.instant import DAY, rfc3339
from schemas.manners import Handled
from schemas.memory import NEVER

FROM_STATE = "as far as the state remembers"


def explain(key: str, stored: bytes, rulebook: Rulebook, now: int) -> Explanation:
    """The row `key` at the event time `now` (microseconds); `stored` is its stored form.

    The timeline is what the state remembers: whoever has the interactions puts them in its place.
    """
    customer = state.decode(stored)
    customer_id, aliases = who(key)
    timeline = remembered(customer)
    return Explanation(
        key=key,
        at=rfc3339(now),
        customer_id=customer_id,
        aliases={kind: [value] for kind, value in (aliases or {}).items()},
        party=customer.party or "customer",
        brand=customer.brand,
        branch=customer.branch,
        region=customer.region,
        segment=customer.segment,
        segments=customer.segments or {},
        stage=customer.stage,
        known_since=_known_since(customer, timeline),
        last_seen=rfc3339(customer.last_seen) if customer.last_seen else None,
        said=sentences(customer, rulebook.chapter(customer), now),
        alerts=_standing(key, customer, rulebook),
        ahead=ahead(key, stored, rulebook, now),
        timeline=timeline,
        timeline_note=FROM_STATE,
    )


def _known_since(customer: Customer, timeline: Sequence[Moment]) -> str | None:
    """The earliest that is remembered: they may have been known before."""
    known = [moment.time for moment in timeline[:1]]
    if customer.purchases is not None:
        known.append(rfc3339(customer.purchases.first * DAY))
    return min(known, default=None)


def _standing(key: str, customer: Customer, rulebook: Rulebook) -> list[Standing]:
    """The open alerts, the worst first."""
    known = [alert for alert in customer.alerts if alert.signal in rulebook.kinds]
    known.sort(key=lambda alert: (-alert.severity, alert.opened_at, alert.signal))
    return [_stands(key, customer, alert, rulebook) for alert in known]


def _stands(key: str, customer: Customer, alert: OpenAlert, rulebook: Rulebook) -> Standing:
    kind, facts = rulebook.kinds[alert.signal], alert.facts
    respond_by, handled = kind.respond_by(facts), alert.handled or Handled()
    return Standing(
        alert_id=alert_id(alert.signal, key, alert.subject, alert.opened_at),
        signal=alert.signal,
        subject=alert.subject,
        severity=SEVERITIES[alert.severity],
        opened_at=rfc3339(alert.opened_at),
        expires_at=None if alert.until == NEVER else rfc3339(alert.until),
        respond_by=None if respond_by is None else rfc3339(respond_by),
        team=alert.team or kind.team,
        reason=kind.reason(facts),
        clears_if=kind.clears_if,
        value_at_risk=kind.value(facts),
        recommended_action=rulebook.advice(alert.signal, customer.party, customer.brand),
        evidence=evidence_out(alert.evidence),
        suppressed_by=alert.suppressed_by,
        held_until=_if_any(alert.held_until),
        acknowledged_at=_if_any(handled.acknowledged_at),
        acknowledged_by=handled.acknowledged_by,
    )


def _if_any(at: int) -> str | None:
    return rfc3339(at) if at else None
