"""How signals speak: alerts of the row at hand are opened, resolved and told here."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from agents import lifecycle
from agents.identity import routing_key, who
from schemas import lifecycle as lifecycle_out
from schemas.alert import (
    Alert,
    Evidence,
    Resolution,
    Rule,
    Severity,
    Status,
    Value,
    alert_id,
    encode,
    evidence_out,
)
from schemas.customer import Customer, OpenAlert
from schemas.instant import rfc3339
from schemas.memory import NEVER
from streams.contract import Decision, Output

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
INFO, WARNING, ERROR, CRITICAL = range(4)
HISTORY = "history"

Facts = list[float | int | str | None]


class Kind(NamedTuple):
    """What is the same in every alert of one signal. Sentences are made from the alert's facts."""

    name: str
    team: str
    clears_if: str
    reason: Callable[[Facts], str]
    parameters: Callable[[Facts], dict[str, Any]]
    value: Callable[[Facts], Value | None] = lambda _: None
    probability: Callable[[Facts], float | None] = lambda _: None
    version: int = 1
    severity: int = WARNING
    opens: str = ""
    """When it opens, in words: docs/signals.md is made from these."""
    default: str = ""
    source: str = ""
    """Where the rule and its default come from."""
    mechanism: str = ""
    notice: bool = False
    """Told once, with no state to clear."""
    respond_by: Callable[[Facts], int | None] = lambda _: None
    """Until when somebody should have answered (microseconds)."""


class Change(NamedTuple):
    """An alert that has opened (`resolution` None) or ended."""

    alert: OpenAlert
    resolution: Resolution | None


class Alerts:
    """Writes the alerts of one batch into its decision; `about` sets the row they are of."""

    def __init__(
        self, kinds: dict[str, Kind], decision: Decision, wall: int | None, warm_up_until: int = 0
    ) -> None:
        self._kinds = kinds
        self._decision = decision
        self._detected = None if wall is None else rfc3339(wall)
        self._warm_up_until = warm_up_until
        self._key = ""
        self._customer = Customer()
        self.resolved = ""
        """The signal last resolved that leads to a stage of life."""
        self.changes: list[Change] = []
        """What has opened and ended of the row at hand, for the signals that weigh others."""

    def about(self, key: str, customer: Customer) -> None:
        """From here on alerts are of this row."""
        self._key = key
        self._customer = customer

    def open(
        self,
        signal: str,
        subject: str | None,
        at: int,
        facts: Facts,
        evidence: list[Evidence],
        severity: int = WARNING,
        *,
        until: int = NEVER,
        team: str | None = None,
    ) -> None:
        """Open an alert at the instant `at`; at `until` it expires by itself."""
        suppressed = HISTORY if at < self._warm_up_until else None
        customer = self._customer
        alert = OpenAlert(signal, subject, at, severity, facts, evidence, suppressed, until, team)
        customer.alerts.append(alert)
        self.changes.append(Change(alert, None))
        stage = lifecycle.entered(customer, signal)
        if stage is not None:
            self.stage(stage, at, signal)
        if until < customer.alerts_due:
            customer.alerts_due = until
        self._count_open(alert, 1)
        self._tell(alert, "open", at)

    def resolve(self, signal: str, subject: str | None, at: int, resolution: Resolution) -> None:
        """Close the open alert of that signal and subject, at `at` or at its opening if later."""
        alerts = self._customer.alerts
        for index, alert in enumerate(alerts):
            if alert.signal == signal and alert.subject == subject:
                del alerts[index]
                self.changes.append(Change(alert, resolution))
                if signal in lifecycle.LEADS_TO:
                    self.resolved = signal
                if alert.until == self._customer.alerts_due:
                    self._customer.alerts_due = min((a.until for a in alerts), default=NEVER)
                self._count_open(alert, -1)
                status: Status = "expired" if resolution == "expired" else "resolved"
                self._tell(alert, status, max(at, alert.opened_at), resolution)
                return

    def escalate(self, alert: OpenAlert, at: int, severity: int) -> None:
        """An open alert is of another severity from `at` on: told as `updated`."""
        if alert.severity != severity:
            alert.severity = severity
            self._tell(alert, "updated", max(at, alert.opened_at))

    def id_of(self, alert: OpenAlert) -> str:
        """The `alert_id` under which an open alert of this row was told."""
        return alert_id(alert.signal, self._key, alert.subject, alert.opened_at)

    def expire(self, now: int) -> None:
        """Close what expires by itself by `now`, in the order of its expiry."""
        ripe = [alert for alert in self._customer.alerts if alert.until <= now]
        ripe.sort(key=_by_expiry)
        for alert in ripe:
            self.resolve(alert.signal, alert.subject, alert.until, "expired")

    def notice(
        self,
        signal: str,
        at: int,
        facts: Facts,
        evidence: list[Evidence],
        *,
        subject: str | None = None,
        severity: int = INFO,
        team: str | None = None,
    ) -> None:
        """Tell something once that has no state to clear."""
        suppressed = HISTORY if at < self._warm_up_until else None
        told = OpenAlert(signal, subject, at, severity, facts, evidence, suppressed, team=team)
        self._tell(told, "notice", at)

    def count(self, name: str) -> None:
        """Count one of those."""
        self._decision.counts[(name,)] += 1

    def stage(self, stage: str, at: int, reason: str) -> None:
        """The customer's stage of life is `stage` from `at` on; `reason` is what led there."""
        customer, decision = self._customer, self._decision
        before = customer.stage
        if before == stage:
            return
        gauges = decision.gauges
        if before is not None:
            was = ("customers", before)
            gauges[was] = gauges.get(was, 0) - 1
        entered = ("customers", stage)
        gauges[entered] = gauges.get(entered, 0) + 1
        customer.stage = stage
        decision.counts["lifecycle_transitions", before or "", stage] += 1
        customer_id, aliases = who(self._key)
        change = lifecycle_out.StageChange(
            customer_id=customer_id,
            aliases=aliases,
            party=customer.party or "customer",
            brand=customer.brand,
            branch=customer.branch,
            segment=customer.segment,
            region=customer.region,
            from_=cast("lifecycle_out.Stage | None", before),
            to=cast("lifecycle_out.Stage", stage),
            reason=reason,
            event_time=rfc3339(at),
            detected_at=self._detected,
        )
        key = routing_key(self._key)
        decision.outputs.append(Output("lifecycle", key, lifecycle_out.encode(change)))

    def settle_stage(self, at: int) -> None:
        """Where it leaves the customer that alerts which lead to a stage were resolved."""
        reason, self.resolved = self.resolved, ""
        stage = lifecycle.left(self._customer)
        if stage is not None:
            self.stage(stage, at, reason)

    def _count_open(self, alert: OpenAlert, by: int) -> None:
        kind, gauges = self._kinds[alert.signal], self._decision.gauges
        team = alert.team or kind.team
        name = ("alerts_open", alert.signal, team)
        gauges[name] = gauges.get(name, 0) + by
        value = kind.value(alert.facts)
        if value is not None:
            name = ("value_at_risk", value.currency or "", team)
            gauges[name] = gauges.get(name, 0) + by * value.amount

    def _tell(
        self, alert: OpenAlert, status: Status, at: int, resolution: Resolution | None = None
    ) -> None:
        kind, customer, facts = self._kinds[alert.signal], self._customer, alert.facts
        severity = SEVERITIES[alert.severity]
        customer_id, aliases = who(self._key)
        name = alert_id(alert.signal, self._key, alert.subject, alert.opened_at)
        respond_by = kind.respond_by(facts)
        became_true = rfc3339(at)
        opened = became_true if at == alert.opened_at else rfc3339(alert.opened_at)
        told = Alert(
            alert_id=name,
            signal=alert.signal,
            status=status,
            resolution=resolution,
            severity=severity,
            customer_id=customer_id,
            aliases=aliases,
            party=customer.party or "customer",
            brand=customer.brand,
            branch=customer.branch,
            segment=customer.segment,
            region=customer.region,
            subject=alert.subject,
            lifecycle_stage=customer.stage,
            event_time=became_true,
            opened_at=opened,
            resolved_at=became_true if status in ("resolved", "expired") else None,
            detected_at=self._detected,
            probability=kind.probability(facts),
            value_at_risk=kind.value(facts),
            team=alert.team or kind.team,
            respond_by=None if respond_by is None else rfc3339(respond_by),
            evidence=evidence_out(alert.evidence),
            reason=kind.reason(facts),
            clears_if=kind.clears_if,
            rule=Rule(kind.name, kind.version, kind.parameters(facts)),
            suppressed_by=alert.suppressed_by,
        )
        self._decision.outputs.append(Output("alerts", name.encode(), encode(told)))
        self._decision.counts["alerts", alert.signal, severity, status] += 1


def _by_expiry(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.until, alert.signal, alert.subject or ""
