"""How signals about groups speak: alerts of the group at hand are opened, resolved and told here.

As `agents.alerts`, without what only a customer has: stages, caps, watching signals.
"""

from collections.abc import Collection
from typing import Any

from agents.alerts import SEVERITIES, WARNING, Facts, Kind
from agents.manners.router import HISTORY, role
from agents.mechanisms.standing import LONGEST_COOL_DOWN
from agents.seal import Seal
from agents.telling import Advice
from schemas.alert import (
    Alert,
    Evidence,
    Resolution,
    Rule,
    Status,
    Value,
    alert_id,
    encode,
    evidence_out,
)
from schemas.customer import EVENT_ID_BYTES, OpenAlert, bounded
from schemas.group import Group
from schemas.instant import rfc3339
from schemas.memory import NEVER
from schemas.observation import Observation
from streams.contract import Broadcast, Decision, Output


class GroupAlerts:
    """Writes the alerts of one batch into its decision; `about` sets the group they are of."""

    def __init__(
        self,
        kinds: dict[str, Kind],
        decision: Decision,
        wall: int | None,
        warm_up_until: int = 0,
        advice: Advice | None = None,
        roles: Collection[str] = (),
        seal: Seal | None = None,
    ) -> None:
        """`roles` are the topics of teams: a group has no night, and is told of at once."""
        self._seal = seal or Seal()
        self._kinds = kinds
        self._decision = decision
        self._detected = None if wall is None else rfc3339(wall)
        self._warm_up_until = warm_up_until
        self._advice = advice
        self._roles = frozenset(roles)
        self.key = ""
        """Of the group at hand."""
        self.group = Group()

    def about(self, key: str, group: Group) -> None:
        """From here on alerts are of this group."""
        self.key = key
        self.group = group

    def stand(
        self,
        kind: Kind,
        limits: Any,
        subject: str | None,
        at: int,
        facts: Facts,
        evidence: list[Evidence],
        *,
        severity: int | None = None,
    ) -> None:
        """Open an alert at `at`, with the severity, team and expiry of the house's `limits`.

        `severity` is this case's own; the house's wish goes over it. The opening counts for the
        cool-down.
        """
        wished = limits.severity
        if wished is not None:
            severity = SEVERITIES.index(wished)
        elif severity is None:
            severity = kind.severity
        expires = int(getattr(limits, "expires", 0))
        until = at + expires if expires else NEVER
        self.open(kind.name, subject, at, facts, evidence, severity, until=until, team=limits.team)
        told = self.group.told
        told[kind.name] = max(at, told.get(kind.name, 0))
        for name in [name for name, last in told.items() if last <= at - LONGEST_COOL_DOWN]:
            del told[name]

    def cool(self, kind: Kind, limits: Any, at: int) -> bool:
        """Whether the cool-down since the last opening of that signal is over at `at`."""
        last = self.group.told.get(kind.name)
        return last is None or not (last <= at < last + limits.cool_down)

    def standing(self, signal: str, subject: str | None = None) -> OpenAlert | None:
        """The group's open alert of that signal and subject."""
        for alert in self.group.alerts:
            if alert.signal == signal and alert.subject == subject:
                return alert
        return None

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
        alert = OpenAlert(signal, subject, at, severity, facts, evidence, suppressed, until, team)
        self.group.alerts.append(alert)
        self._tell(alert, "open", at, None, 1)

    def resolve(self, signal: str, subject: str | None, at: int, resolution: Resolution) -> None:
        """Close the open alert of that signal and subject, at `at` or at its opening if later."""
        alerts = self.group.alerts
        for index, alert in enumerate(alerts):
            if alert.signal == signal and alert.subject == subject:
                del alerts[index]
                status: Status = "expired" if resolution == "expired" else "resolved"
                self._tell(alert, status, max(at, alert.opened_at), resolution, -1)
                return

    def escalate(self, alert: OpenAlert, at: int, severity: int) -> None:
        """An open alert is of another severity from `at` on: told as `updated`."""
        if alert.severity != severity:
            alert.severity = severity
            self._tell(alert, "updated", max(at, alert.opened_at), None, 0)

    def notice(
        self,
        kind: Kind,
        limits: Any,
        subject: str | None,
        at: int,
        facts: Facts,
        evidence: list[Evidence],
    ) -> None:
        """Tell something once that has no state to clear; it counts for the cool-down."""
        wished = limits.severity
        severity = kind.severity if wished is None else SEVERITIES.index(wished)
        suppressed = HISTORY if at < self._warm_up_until else None
        told = OpenAlert(
            kind.name, subject, at, severity, facts, evidence, suppressed, team=limits.team
        )
        self.group.told[kind.name] = max(at, self.group.told.get(kind.name, 0))
        self._tell(told, "notice", at, None, 0)

    def expire(self, now: int) -> None:
        """Close what expires by itself by `now`, in the order of its expiry."""
        ripe = [alert for alert in self.group.alerts if alert.until <= now]
        for alert in sorted(ripe, key=_by_expiry):
            self.resolve(alert.signal, alert.subject, alert.until, "expired")

    def count(self, name: str, *labels: str) -> None:
        """Count one of those."""
        self._decision.counts[(name, *labels)] += 1

    def sample(self, name: str, *labels: str, value: float) -> None:
        """Let a histogram see a value."""
        self._decision.samples.append(((name, *labels), value))

    def broadcast(self, topic: str, value: bytes, header: str) -> None:
        """Tell every partition of a topic, with the workers' seal in that header."""
        sealed = [(header, self._seal.of(value))]
        self._decision.broadcasts.append(Broadcast(topic, None, value, sealed))

    def write(self, output: Output) -> None:
        """Tell something that is no alert."""
        self._decision.outputs.append(output)

    def gauge(self, name: str, *labels: str, change: float) -> None:
        """A gauge of the partition changes by so much."""
        gauges = self._decision.gauges
        gauges[(name, *labels)] = gauges.get((name, *labels), 0) + change

    def _tell(
        self, alert: OpenAlert, status: Status, at: int, resolution: Resolution | None, by: int
    ) -> None:
        """Write what an alert is from `at` on; `by` is what that adds to the open ones."""
        group, facts, kind = self.group, alert.facts, self._kinds[alert.signal]
        became_true = rfc3339(at)
        respond_by, team = kind.respond_by(facts), alert.team or kind.team
        value: Value | None = kind.value(facts)
        advice = self._advice if resolution is None else None
        told = Alert(
            alert_id=alert_id(alert.signal, self.key, alert.subject, alert.opened_at),
            signal=alert.signal,
            status=status,
            resolution=resolution,
            severity=SEVERITIES[alert.severity],
            group=self.key,
            party="customer",
            brand=group.brand,
            branch=group.branch,
            segment=group.segment,
            region=group.region,
            subject=alert.subject,
            event_time=became_true,
            opened_at=rfc3339(alert.opened_at),
            resolved_at=became_true if resolution is not None else None,
            detected_at=self._detected,
            probability=kind.probability(facts),
            value_at_risk=value,
            team=team,
            recommended_action=advice(alert.signal, None, group.brand, team) if advice else None,
            respond_by=None if respond_by is None else rfc3339(respond_by),
            evidence=evidence_out(alert.evidence),
            reason=kind.reason(facts),
            clears_if=kind.clears_if,
            rule=Rule(kind.name, kind.version, kind.parameters(facts)),
            suppressed_by=alert.suppressed_by,
        )
        key, said = told.alert_id.encode(), encode(told)
        self._decision.outputs.append(Output("alerts", key, said))
        if alert.suppressed_by is None and role(team) in self._roles:
            self._decision.outputs.append(Output(role(team), key, said))
        self._decision.counts["alerts", alert.signal, told.severity, status] += 1
        if by:
            self.gauge("alerts_open", alert.signal, team, change=by)
            if value is not None:
                self.gauge("value_at_risk", value.currency or "", team, change=by * value.amount)


def evidence_of(observation: Observation) -> Evidence:
    """The interaction that an observation rests on, as a piece of evidence."""
    return Evidence(bounded(observation.id, EVENT_ID_BYTES), observation.type, observation.time)


def _by_expiry(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.until, alert.signal, alert.subject or ""
