"""How signals about groups speak: alerts of the group at hand are opened, resolved and told here.

As `agents.alerts`, without what only a customer has: stages, caps, watching signals.
"""

from collections.abc import Collection
from typing import Any

from agents.alerts import SEVERITIES, WARNING, Facts, Kind
from agents.manners.router import Router
from agents.mechanisms.standing import cool, expiry_of, remember, severity_of, standing
from agents.seal import Seal
from agents.telling import Telling, detected_at, no_advice, whose_group
from schemas.alert import Evidence, Resolution, Status, alert_id
from schemas.customer import EVENT_ID_BYTES, OpenAlert, bounded
from schemas.group import Group
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
        router: Router,
        telling: Telling | None = None,
        seal: Seal | None = None,
    ) -> None:
        self._seal = seal or Seal()
        self._kinds = kinds
        self._decision = decision
        self._detected = detected_at(wall)
        self._router = router
        self._telling = telling or Telling(no_advice)
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
        severity, until = severity_of(kind, limits, severity), expiry_of(limits, at)
        self.open(kind.name, subject, at, facts, evidence, severity, until=until, team=limits.team)
        remember(self.group.told, kind, at)

    def cool(self, kind: Kind, limits: Any, at: int) -> bool:
        """Whether the cool-down since the last opening of that signal is over at `at`."""
        return cool(self.group, kind, limits, at)

    def standing(self, signal: str, subject: str | None = None) -> OpenAlert | None:
        """The group's open alert of that signal and subject."""
        return standing(self.group, signal, subject)

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
        alert = OpenAlert(signal, subject, at, severity, facts, evidence, None, until, team)
        self._router.judge(self.group, alert, at)
        self.group.alerts.append(alert)
        self._tell(alert, "open", at, None, 1)

    def resolve(self, signal: str, subject: str | None, at: int, resolution: Resolution) -> None:
        """Close the open alert of that signal and subject, at `at` or at its opening if later."""
        alerts = self.group.alerts
        for index, alert in enumerate(alerts):
            if alert.signal == signal and alert.subject == subject:
                del alerts[index]
                status: Status = "expired" if resolution == "expired" else "resolved"
                at = max(at, alert.opened_at)
                self._tell(alert, status, at, resolution, -1)
                self._router.ended(self.group, alert, at, self._tell_team)
                return

    def dismiss(self, alert: OpenAlert, at: int) -> None:
        """Close an alert that is not wanted any more."""
        self.resolve(alert.signal, alert.subject, at, "dismissed")

    def dismiss_all(self, signals: Collection[str], at: int) -> None:
        """Close what stands of those signals."""
        for alert in [alert for alert in self.group.alerts if alert.signal in signals]:
            self.dismiss(alert, at)

    def escalate(self, alert: OpenAlert, at: int, severity: int) -> None:
        """An open alert is of another severity from `at` on: told as `updated`."""
        if alert.severity != severity:
            alert.severity = severity
            self.update(alert, at)

    def update(self, alert: OpenAlert, at: int) -> None:
        """Tell an open alert as it is from `at` on."""
        self._tell(alert, "updated", max(at, alert.opened_at), None, 0)

    def snooze(self, alert: OpenAlert, until: int, at: int) -> None:
        """A team does not want to hear of an open alert before `until`."""
        # Rows that were stored before there were answers do not say so.
        alert.routed = alert.routed or alert.suppressed_by is None
        self._router.snooze(self.group, alert, until, at, self.update)

    def wake(self, alert: OpenAlert, at: int) -> None:
        """A team wants to hear of a snoozed alert again."""
        self._router.wake(self.group, alert, at, self.update)

    def release(self, at: int) -> None:
        """Tell the teams what was held back until `at`."""
        self._router.release(self.group, at, self._tell_team)

    def knows(self, signal: str) -> bool:
        """Whether there is a signal of that name."""
        return signal in self._kinds

    def id_of(self, alert: OpenAlert) -> str:
        """The `alert_id` under which an alert of this group is told."""
        return alert_id(alert.signal, self.key, alert.subject, alert.opened_at)

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
        severity = severity_of(kind, limits)
        told = OpenAlert(kind.name, subject, at, severity, facts, evidence, team=limits.team)
        self._router.judge(self.group, told, at, notice=True)
        remember(self.group.told, kind, at)
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
        self,
        alert: OpenAlert,
        status: Status,
        at: int,
        resolution: Resolution | None,
        by: int,
        *,
        team_only: bool = False,
    ) -> None:
        """Write what an alert is from `at` on; `by` is what that adds to the open ones."""
        kind, decision, group = self._kinds[alert.signal], self._decision, self.group
        form = self._telling.form(kind, status, resolution, SEVERITIES[alert.severity])
        name, roles = self.id_of(alert), self._router.roles
        value, team = kind.value(alert.facts), alert.team or kind.team
        told = self._telling.alert(
            form, name, whose_group(self.key), group, alert, at, value, self._detected
        )
        key = name.encode()
        if not team_only:
            decision.outputs.append(Output("alerts", key, told))
            decision.counts[form.counted] += 1
        if (alert.routed or alert.suppressed_by is None) and team in roles:
            decision.outputs.append(Output(roles[team], key, told))
        if by:
            self.gauge("alerts_open", alert.signal, team, change=by)
            if value is not None:
                self.gauge("value_at_risk", value.currency or "", team, change=by * value.amount)

    def _tell_team(self, alert: OpenAlert, at: int, first: bool) -> None:
        """Tell its team of an alert that was held back: the alert itself is as it was."""
        self._tell(alert, "open" if first else "updated", at, None, 0, team_only=True)


def evidence_of(observation: Observation) -> Evidence:
    """The interaction that an observation rests on, as a piece of evidence."""
    return Evidence(bounded(observation.id, EVENT_ID_BYTES), observation.type, observation.time)


def _by_expiry(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.until, alert.signal, alert.subject or ""
