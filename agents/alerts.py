"""How signals speak: alerts of the row at hand are opened, resolved and told here."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agents import lifecycle
from agents.competitors import Competitors
from agents.identity import routing_key
from agents.levels import ProductLevels
from agents.manners.router import EXCLUDED, Router
from agents.telling import Telling, detected_at, no_advice, nothing, whose
from schemas.alert import MAX_EVIDENCE, Evidence, Resolution, Severity, Status, Value, alert_id
from schemas.customer import Customer, OpenAlert
from schemas.memory import NEVER
from schemas.observation import Observation, pseudonym
from schemas.observation import encode as encode_observation
from streams.contract import Decision, Output

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
INFO, WARNING, ERROR, CRITICAL = range(4)

Facts = list[float | int | str | None]


class Kind(NamedTuple):
    """What is the same in every alert of one signal. Sentences are made from the alert's facts."""

    name: str
    team: str
    clears_if: str
    reason: Callable[[Facts], str]
    parameters: Callable[[Facts], dict[str, Any]]
    value: Callable[[Facts], Value | None] = nothing
    probability: Callable[[Facts], float | None] = nothing
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
    respond_by: Callable[[Facts], int | None] = nothing
    """Until when somebody should have answered (microseconds)."""
    concern: str = ""
    """Its class: of one class a team is told once within the cap of the house."""
    parts: frozenset[str] = frozenset()
    """The signals that this one adds up, or says more than: while it stands its team need not hear
    of them too, and that one of them was told just now does not keep this one waiting."""


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
        router: Router | None = None,
        telling: Telling | None = None,
    ) -> None:
        """Without a `router` no team has a topic of its own, and nothing is held back. `telling`
        renders alerts, and remembers what it has rendered for the next decision."""
        self._kinds = kinds
        self._decision = decision
        self.wall = wall
        """The wall clock of this decision (microseconds), None in replays."""
        self._detected = detected_at(wall)
        self._router = router
        self._roles: Mapping[str, str] = {} if router is None else router.roles
        self._telling = telling or Telling(no_advice)
        self._key = ""
        self._customer = Customer()
        self.levels = ProductLevels()
        """How often products come back."""
        self.competitors = Competitors()
        """Where competitors have come."""
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
        """Open an alert at the instant `at`; at `until` it expires by itself.

        Where one of that signal and subject stands, that one goes on.
        """
        customer = self._customer
        for other in customer.alerts:
            if other.signal == signal and other.subject == subject:
                return
        alert = OpenAlert(signal, subject, at, severity, facts, evidence, None, until, team)
        if self._router is not None:
            self._router.judge(customer, alert, at)
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
                self._close(index, at, resolution)
                return

    def end(self, alert: OpenAlert, at: int, resolution: Resolution) -> None:
        """The same for this very one, where several of its signal and subject stand."""
        for index, other in enumerate(self._customer.alerts):
            if other is alert:
                self._close(index, at, resolution)
                return

    def _close(self, index: int, at: int, resolution: Resolution) -> None:
        alerts = self._customer.alerts
        alert = alerts[index]
        del alerts[index]
        self.changes.append(Change(alert, resolution))
        if alert.signal in lifecycle.LEADS_TO:
            self.resolved = alert.signal
        if alert.until == self._customer.alerts_due:
            self._customer.alerts_due = min((a.until for a in alerts), default=NEVER)
        status: Status = "expired" if resolution == "expired" else "resolved"
        at = max(at, alert.opened_at)
        self._tell(alert, status, at, resolution, -1)
        if self._router is not None:
            self._router.ended(self._customer, alert, at, self._tell_team)

    def escalate(self, alert: OpenAlert, at: int, severity: int) -> None:
        """An open alert is of another severity from `at` on: told as `updated`."""
        if alert.severity != severity:
            alert.severity = severity
            if self._router is not None:
                self._router.escalated(self._customer, alert, max(at, alert.opened_at))
            self.update(alert, at)

    def grow(self, alert: OpenAlert, at: int, facts: Facts, evidence: list[Evidence]) -> None:
        """An open alert stands on one more kind of thing from `at` on: told as `updated`, with the
        facts of now, which must come to the same value at risk. `evidence` is what has joined."""
        alert.facts = facts
        alert.evidence = sorted([*alert.evidence, *evidence], key=_by_time)[-MAX_EVIDENCE:]
        self.update(alert, at)

    def update(self, alert: OpenAlert, at: int) -> None:
        """Tell an open alert as it is from `at` on: of another severity, with other evidence, held
        back or no longer so, or with what its team has said of it."""
        self._tell(alert, "updated", max(at, alert.opened_at), None, 0)

    def release(self, at: int) -> None:
        """Tell the teams what was held back until `at`."""
        if self._router is not None:
            self._router.release(self._customer, at, self._tell_team)

    def snooze(self, alert: OpenAlert, until: int, at: int) -> None:
        """A team does not want to hear of an open alert before `until`."""
        if self._router is not None:
            self._router.snooze(self._customer, alert, until, at, self.update)

    def wake(self, alert: OpenAlert, at: int) -> None:
        """A team wants to hear of a snoozed alert again."""
        if self._router is not None:
            self._router.wake(self._customer, alert, at, self.update)

    def knows(self, signal: str) -> bool:
        """Whether there is a signal of that name."""
        return signal in self._kinds

    def dismiss(self, alert: OpenAlert, at: int, *, excluded: bool = False) -> None:
        """Close an alert that the house does not want any more."""
        if excluded:
            alert.suppressed_by = EXCLUDED
        self.resolve(alert.signal, alert.subject, at, "dismissed")

    def id_of(self, alert: OpenAlert) -> str:
        """The `alert_id` under which an open alert of this row was told."""
        if alert.told_as is not None:
            return alert.told_as.hex()
        return alert_id(alert.signal, self._key, alert.subject, alert.opened_at)

    def reckon(self, alert: OpenAlert, by: int) -> None:
        """An open alert comes to this row (1) or leaves it (-1): so do its gauges."""
        team, value = alert.team, None
        kind = self._kinds.get(alert.signal)
        if kind is not None:
            team, value = team or kind.team, kind.value(alert.facts)
        self._count_open(alert.signal, team or "", value, by)

    def leave(self) -> None:
        """The row at hand is given up: its customer is counted, and its alerts stand, elsewhere."""
        customer, gauges = self._customer, self._decision.gauges
        for alert in customer.alerts:
            alert.told_as = bytes.fromhex(self.id_of(alert))
            self.reckon(alert, -1)
        if customer.stage is not None:
            name = ("customers", customer.stage)
            gauges[name] = gauges.get(name, 0) - 1

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
        told = OpenAlert(signal, subject, at, severity, facts, evidence, team=team)
        if self._router is not None:
            self._router.judge(self._customer, told, at, notice=True)
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

    def count(self, *name: str) -> None:
        """Count one of those: the name of a counter, and the values of its labels."""
        self._decision.counts[name] += 1

    def stage(self, stage: str, at: int, reason: str) -> None:
        """The customer's stage of life is `stage` from `at` on; `reason` is what led there."""
        customer, decision = self._customer, self._decision
        before = customer.stage
        if before == stage:
            return
        gauges, telling = decision.gauges, self._telling
        move = telling.move(before, stage)
        if before is not None:
            gauges[move.left] = gauges.get(move.left, 0) - 1
        gauges[move.entered] = gauges.get(move.entered, 0) + 1
        decision.counts[move.counted] += 1
        customer.stage = stage
        value = telling.change(move, self._key, customer, at, reason, self._detected)
        decision.outputs.append(Output("lifecycle", routing_key(self._key), value))

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
        kind, decision = self._kinds[alert.signal], self._decision
        form = self._telling.form(kind, status, resolution, SEVERITIES[alert.severity])
        name, value = self.id_of(alert), kind.value(alert.facts)
        who = whose(self._key, self._customer)
        told = self._telling.alert(
            form, name, who, self._customer, alert, at, value, self._detected
        )
        key, team = name.encode(), alert.team or kind.team
        if not team_only:
            decision.outputs.append(Output("alerts", key, told))
            decision.counts[form.counted] += 1
            if by:
                self._count_open(kind.name, team, value, by)
        if alert.routed and team in self._roles:
            decision.outputs.append(Output(self._roles[team], key, told))

    def _tell_team(self, alert: OpenAlert, at: int, first: bool) -> None:
        """Tell its team of an alert that was held back: the alert itself is as it was."""
        self._tell(alert, "open" if first else "updated", at, None, 0, team_only=True)


def _by_time(evidence: Evidence) -> tuple[int, str]:
    return evidence.time, evidence.id


def _by_expiry(alert: OpenAlert) -> tuple[int, str, str]:
    return alert.until, alert.signal, alert.subject or ""
