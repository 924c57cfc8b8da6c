"""What is told of an alert is the whole of it, whatever was told before from the same form."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.alerts import SEVERITIES, Alerts, Facts, Kind
from agents.identity import who
from schemas import lifecycle
from schemas.alert import Alert, Evidence, Rule, Value, alert_id, encode, evidence_out
from schemas.customer import Customer, OpenAlert
from schemas.instant import EARLIEST, LATEST, rfc3339
from streams.contract import Decision

KINDS = {
    kind.name: kind
    for kind in (
        Kind("plain", "sales", "Never.", lambda facts: f"{facts}", lambda facts: {}),
        Kind(
            "rich", "retention", "Soon.", lambda facts: f"It is {facts[0]}.",
            lambda facts: {"first": facts[0]},
            value=lambda facts: Value(2.5, "EUR") if facts[0] else None,
            probability=lambda facts: 0.25 if facts[0] else None,
            version=3,
        ),
    )
}  # fmt: skip
WALL = EARLIEST + 7

instants = st.integers(EARLIEST, LATEST)
names = st.none() | st.text(max_size=8)
facts = st.lists(st.none() | st.integers(0, 9) | st.text(max_size=5), min_size=1, max_size=3)
evidence = st.lists(st.builds(Evidence, st.text(max_size=5), st.text(max_size=5), instants))
customers = st.builds(
    Customer, party=names, brand=names, branch=names, region=names, segment=names,
    stage=st.sampled_from([None, "acquired", "loyal"]),
)  # fmt: skip
keys = st.sampled_from(["c:7", "c:\u00e9:1", "email:ann@example.com", "%63:1"])
statements = st.tuples(
    keys, customers, st.sampled_from(sorted(KINDS)), names, instants, facts, evidence,
    st.integers(0, 3), st.sampled_from([None, "care"]), instants,
)  # fmt: skip


def whole(key: str, customer: Customer, alert: OpenAlert, at: int, **state: Any) -> bytes:
    """The alert with each of its fields said."""
    kind, own = KINDS[alert.signal], alert.facts
    customer_id, aliases = who(key)
    return encode(
        Alert(
            alert_id=alert_id(alert.signal, key, alert.subject, alert.opened_at),
            signal=alert.signal, severity=SEVERITIES[alert.severity],
            customer_id=customer_id, aliases=aliases, party=customer.party or "customer",
            brand=customer.brand, branch=customer.branch, segment=customer.segment,
            region=customer.region, subject=alert.subject, lifecycle_stage=customer.stage,
            event_time=rfc3339(at), opened_at=rfc3339(alert.opened_at), detected_at=rfc3339(WALL),
            probability=kind.probability(own), value_at_risk=kind.value(own),
            team=alert.team or kind.team, evidence=evidence_out(alert.evidence),
            reason=kind.reason(own), clears_if=kind.clears_if,
            rule=Rule(kind.name, kind.version, kind.parameters(own)),
            suppressed_by=alert.suppressed_by, **state,
        )
    )  # fmt: skip


@given(st.lists(statements, min_size=1, max_size=6))
def test_every_alert_is_told_as_if_it_were_the_first(said: list[Any]) -> None:
    decision = Decision()
    alerts = Alerts(KINDS, decision, WALL)
    expected = []
    for key, customer, signal, subject, at, why, rests_on, severity, team, later in said:
        alerts.about(key, customer)
        alerts.open(signal, subject, at, why, rests_on, severity, team=team)
        alert = OpenAlert(signal, subject, at, severity, why, rests_on, team=team)
        expected.append(whole(key, customer, alert, at, status="open"))
        alerts.resolve(signal, subject, later, "recovered")
        ended = max(at, later)
        end = {"status": "resolved", "resolution": "recovered", "resolved_at": rfc3339(ended)}
        expected.append(whole(key, customer, alert, ended, **end))
    assert [output.value for output in decision.outputs] == expected


@given(st.lists(st.tuples(keys, customers, instants), min_size=1, max_size=6))
def test_every_change_of_stage_is_told_as_if_it_were_the_first(said: list[Any]) -> None:
    decision = Decision()
    alerts = Alerts(KINDS, decision, WALL)
    expected = []
    for key, customer, at in said:
        before = customer.stage
        alerts.about(key, customer)
        alerts.stage("won_back", at, "order_completed")
        customer_id, aliases = who(key)
        change = lifecycle.StageChange(
            customer_id=customer_id, aliases=aliases, party=customer.party or "customer",
            brand=customer.brand, branch=customer.branch, segment=customer.segment,
            region=customer.region, from_=before, to="won_back", reason="order_completed",
            event_time=rfc3339(at), detected_at=rfc3339(WALL),
        )  # fmt: skip
        expected.append(lifecycle.encode(change))
    assert [output.value for output in decision.outputs] == expected


def test_what_opens_and_closes_leaves_nothing_open() -> None:
    decision = Decision()
    alerts = Alerts(KINDS, decision, None)
    customer = Customer()
    alerts.about("c:7", customer)
    why: Facts = [1]
    alerts.open("rich", None, WALL, why, [])
    assert decision.gauges == {
        ("alerts_open", "rich", "retention"): 1,
        ("value_at_risk", "EUR", "retention"): 2.5,
    }
    alerts.resolve("rich", None, WALL, "expired")
    alerts.notice("rich", WALL, why, [])
    assert not customer.alerts
    assert set(decision.gauges.values()) == {0}
