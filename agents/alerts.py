"""How signals speak: alerts of the row at hand are opened, resolved and told here."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from agents import lifecycle
from agents.identity import routing_key, who
from agents.levels import ProductLevels
from schemas import lifecycle as lifecycle_out
from schemas.alert import (
    Action,
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
from schemas.observation import Observation, pseudonym
from schemas.observation import encode as encode_observation
from streams.contract import Decision, Output

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
INFO, WARNING, ERROR, CRITICAL = range(4)
HISTORY = "history"

Facts = list[float | int | str | None]
Advice = Callable[[str, str | None, str | None], Action | None]
"""What to do about a signal, by party and brand."""


def _none(signal: str, party: str | None, brand: str | None) -> Action | None:
    return None


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
        self,
        kinds: dict[str, Kind],
        decision: Decision,
        wall: int | None,
        warm_up_until: int = 0,
        advice: Advice = _none,
    ) -> None:
        self._kinds = kinds
        self._advice = advice
        self._decision = decision
        self._detected = None if wall is None else rfc3339(wall)
        self._warm_up_until = warm_up_until
        # Making the 29 fields of an alert anew costs more than filling in those that change.
        self._forms: dict[str, Alert] = {}
        self._change = lifecycle_out.StageChange(
            party="", to="acquired", reason="", event_time="", detected_at=self._detected
        )
        self._key = ""
        self._customer = Customer()
        self.levels = ProductLevels()
        """How often products come back."""
        self.resolved = ""
        """The signal last resolved that leads to a stage of life."""
        self.changes: list[Change] = []
        """What has opened and ended of the row at hand, for the signals that weigh others."""

    def about(self, key: str, customer: Customer) -> None:
        """From here on alerts are of this row."""
        self._key = key
        self._customer = customer

    @property
    def identified(self) -> bool:
        """Whether the row at hand is of a customer id, and not of an alias alone."""
        return self._key.startswith("c:")

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
        self._tell(alert, "open", at, None, 1)

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
                status: Status = "expired" if resolution == "expired" else "resolved"
                self._tell(alert, status, max(at, alert.opened_at), resolution, -1)
                return

    def escalate(self, alert: OpenAlert, at: int, severity: int) -> None:
        """An open alert is of another severity from `at` on: told as `updated`."""
        if alert.severity != severity:
            alert.severity = severity
            self._tell(alert, "updated", max(at, alert.opened_at), None, 0)

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
        self._tell(told, "notice", at, None, 0)

    @property
    def who(self) -> int:
        """The row at hand, so that nobody can tell whom."""
        return pseudonym(self._key)

    def observe(self, group: str, observation: Observation) -> None:
        """Tell the groups agent something about a group."""
        told = Output("observations", group.encode(), encode_observation(observation))
        self._decision.outputs.append(told)
        self._decision.counts[("observations_told",)] += 1

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
        change = self._change
        change.customer_id, change.aliases = who(self._key)
        change.party = customer.party or "customer"
        change.brand = customer.brand
        change.branch = customer.branch
        change.segment = customer.segment
        change.region = customer.region
        change.from_ = cast("lifecycle_out.Stage | None", before)
        change.to = cast("lifecycle_out.Stage", stage)
        change.reason = reason
        change.event_time = rfc3339(at)
        key = routing_key(self._key)
        decision.outputs.append(Output("lifecycle", key, lifecycle_out.encode(change)))

    def settle_stage(self, at: int) -> None:
        """Where it leaves the customer that alerts which lead to a stage were resolved."""
        reason, self.resolved = self.resolved, ""
        stage = lifecycle.left(self._customer)
        if stage is not None:
            self.stage(stage, at, reason)

    def _count_open(self, signal: str, team: str, value: Value | None, by: int) -> None:
        gauges = self._decision.gauges
        name = ("alerts_open", signal, team)
        gauges[name] = gauges.get(name, 0) + by
        if value is not None:
            name = ("value_at_risk", value.currency or "", team)
            gauges[name] = gauges.get(name, 0) + by * value.amount

    def _tell(
        self, alert: OpenAlert, status: Status, at: int, resolution: Resolution | None, by: int
    ) -> None:
        """Write what an alert is from `at` on; `by` is what that adds to the open ones."""
        signal, facts, customer = alert.signal, alert.facts, self._customer
        kind, opened_at = self._kinds[signal], alert.opened_at
        told = self._forms.get(signal) or self._form(kind)
        told.alert_id = name = alert_id(signal, self._key, alert.subject, opened_at)
        told.status = status
        told.resolution = resolution
        told.severity = severity = SEVERITIES[alert.severity]
        told.customer_id, told.aliases = who(self._key)
        told.party = customer.party or "customer"
        told.brand = customer.brand
        told.branch = customer.branch
        told.segment = customer.segment
        told.region = customer.region
        told.subject = alert.subject
        told.lifecycle_stage = customer.stage
        told.event_time = became_true = rfc3339(at)
        told.opened_at = became_true if at == opened_at else rfc3339(opened_at)
        told.resolved_at = became_true if resolution is not None else None
        told.probability = kind.probability(facts)
        told.value_at_risk = value = kind.value(facts)
        told.team = team = alert.team or kind.team
        told.evidence = evidence_out(alert.evidence)
        told.reason = kind.reason(facts)
        told.rule.parameters = kind.parameters(facts)
        told.suppressed_by = alert.suppressed_by
        respond_by = kind.respond_by(facts)
        told.respond_by = None if respond_by is None else rfc3339(respond_by)
        told.recommended_action = (
            self._advice(signal, customer.party, customer.brand) if resolution is None else None
        )
        self._decision.outputs.append(Output("alerts", name.encode(), encode(told)))
        self._decision.counts["alerts", signal, severity, status] += 1
        if by:
            self._count_open(signal, team, value, by)

    def _form(self, kind: Kind) -> Alert:
        """The alert of a signal with all that is the same each time, filled in by `_tell`."""
        form = self._forms[kind.name] = Alert(
            alert_id="",
            signal=kind.name,
            status="open",
            severity="warning",
            party="",
            event_time="",
            opened_at="",
            detected_at=self._detected,
            team=kind.team,
            evidence=[],
            reason="",
            clears_if=kind.clears_if,
            rule=Rule(kind.name, kind.version, {}),
        )
        return form


def _by_expiry(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.until, alert.signal, alert.subject or ""
