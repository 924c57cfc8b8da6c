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
from agents.identity import alias_of, who
from agents.rulebook import Rulebook
from schemas import customer as state
from schemas.alert import alert_id, evidence_out
from schemas.customer import Customer, OpenAlert
from schemas.instant import DAY, rfc3339
from schemas.links import LINKED, Links
from schemas.manners import Handled
from schemas.memory import NEVER

FROM_STATE = "as far as the state remembers"


def explain(key: str, stored: bytes, rulebook: Rulebook, now: int) -> Explanation:
    """The row `key` at the event time `now` (microseconds); `stored` is its stored form.

    The timeline is what the state remembers: whoever has the interactions puts them in its place.
    """
    customer = state.decode(stored)
    aliases, linked = _aliases(key, customer.links)
    timeline = remembered(customer)
    return Explanation(
        key=key,
        at=rfc3339(now),
        customer_id=who(key)[0],
        excluded_by=rulebook.standards.excluded_by(key.partition(":")[2]),
        aliases=aliases,
        linked=linked,
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
        seen=customer.seen,
    )


def points_to(stored: bytes) -> str | None:
    """The row key of the customer whom this alias belongs to; None for a row of its own."""
    links = state.decode(stored).links
    return None if links is None or links.to is None else f"c:{links.to}"


def _aliases(key: str, links: Links | None) -> tuple[dict[str, list[str]], list[str]]:
    """The aliases of a row by type, its own included, and the row keys of the others."""
    linked = [link.key for link in links.aliases if link.state == LINKED] if links else []
    found: dict[str, list[str]] = {}
    for one in [*([] if key.startswith("c:") else [key]), *linked]:
        kind, value = alias_of(one)
        found.setdefault(kind, []).append(value)
    return found, linked


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
    team = alert.team or kind.team
    return Standing(
        alert_id=alert.told_as.hex()
        if alert.told_as is not None
        else alert_id(alert.signal, key, alert.subject, alert.opened_at),
        signal=alert.signal,
        subject=alert.subject,
        severity=SEVERITIES[alert.severity],
        opened_at=rfc3339(alert.opened_at),
        expires_at=None if alert.until == NEVER else rfc3339(alert.until),
        respond_by=None if respond_by is None else rfc3339(respond_by),
        team=team,
        reason=kind.reason(facts),
        clears_if=kind.clears_if,
        value_at_risk=kind.value(facts),
        recommended_action=rulebook.advice(alert.signal, customer.party, customer.brand, team),
        evidence=evidence_out(alert.evidence),
        suppressed_by=alert.suppressed_by,
        held_until=_if_any(alert.held_until),
        acknowledged_at=_if_any(handled.acknowledged_at),
        acknowledged_by=handled.acknowledged_by,
    )


def _if_any(at: int) -> str | None:
    return rfc3339(at) if at else None
