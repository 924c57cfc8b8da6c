"""Whether the team of an alert is told of it now, later, or not at all.

The order of the reasons: `history`, `snoozed`, then for what is not urgent `superseded`,
`quiet_hours`, `cap`. Who is told of an
alert once is told of all that becomes of it; who is not told that it opened is not told of its end.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from agents.manners.policy import Policy
from schemas.customer import Customer, OpenAlert
from schemas.instant import DAY
from schemas.manners import MAX_TOLD, Handled, Manners
from schemas.memory import NEVER

if TYPE_CHECKING:
    from agents.alerts import Kind

HISTORY, SNOOZED, SUPERSEDED, QUIET_HOURS, CAP, EXCLUDED = (
    "history", "snoozed", "superseded", "quiet_hours", "cap", "excluded",
)  # fmt: skip
CRITICAL = 3
_KEPT = 2 * DAY
"""What is over is remembered so long, for records that come late."""

Tell = Callable[[OpenAlert, int], None]
"""Tell an alert as it has become at an instant."""
TellTeam = Callable[[OpenAlert, int, bool], None]
"""Tell its team alone of an alert, at an instant, and whether that is the first time."""


def role(team: str) -> str:
    """The topic of a team, as outputs name it."""
    return f"alerts.{team}"


class Router:
    """Judges the alerts of one row after the other. Instants are microseconds of event time."""

    def __init__(
        self,
        kinds: "Mapping[str, Kind]",
        policy: Callable[[Customer], Policy],
        teams: Iterable[str],
        warm_up_until: int = 0,
    ) -> None:
        """`teams` have a topic; those of alerts from before `warm_up_until` are never told."""
        self._kinds = kinds
        self._uses_up = _caps(kinds)
        self._policy = policy
        self.roles = {team: role(team) for team in teams}
        self._warm_up_until = warm_up_until

    def judge(self, customer: Customer, alert: OpenAlert, at: int, *, notice: bool = False) -> None:
        """Of an alert that opens at `at` whether its team is told; a notice then, or never."""
        if at < self._warm_up_until:
            alert.suppressed_by = HISTORY
            return
        reason, until = self._why_not(customer, alert, at)
        alert.suppressed_by = reason
        alert.routed = reason is None and self._team(alert) in self.roles
        if until and not notice:
            alert.held_until = until
            manners = of(customer)
            if until < manners.due:
                manners.due = until
            if reason == SNOOZED:
                alert.handled = alert.handled or Handled()
                alert.handled.snoozed_until = until

    def release(self, customer: Customer, at: int, tell: TellTeam) -> None:
        """Judge again those that were held back until `at`: the worst first, then the oldest."""
        manners = customer.manners
        if manners is not None and manners.due <= at:
            ripe = [alert for alert in customer.alerts if 0 < alert.held_until <= at]
            ripe.sort(key=_worst)
            for alert in ripe:
                self._again(customer, alert, at, tell)
            settle(customer)

    def ended(self, customer: Customer, alert: OpenAlert, at: int, tell: TellTeam) -> None:
        """An alert has ended: what it stood for as well is told, where that still stands."""
        if alert.held_until:
            settle(customer)
        parts = self._kinds[alert.signal].parts
        if parts and customer.alerts:
            waiting = [
                other
                for other in customer.alerts
                if other.suppressed_by == SUPERSEDED and other.signal in parts
            ]
            waiting.sort(key=_worst)
            for other in waiting:
                self._again(customer, other, max(at, other.opened_at), tell)
            settle(customer)

    def escalated(self, customer: Customer, alert: OpenAlert, at: int) -> None:
        """An alert is of another severity: one that has become urgent waits no longer."""
        if alert.suppressed_by in (SUPERSEDED, QUIET_HOURS, CAP) and alert.severity == CRITICAL:
            alert.held_until = 0
            self.judge(customer, alert, at)
            settle(customer)

    def snooze(self, customer: Customer, alert: OpenAlert, until: int, at: int, tell: Tell) -> None:
        """An alert that stands is not to be heard of before `until`; its team, if told, is told
        that. One that is never told is none to be silent about."""
        if alert.suppressed_by == HISTORY:
            return
        alert.suppressed_by, alert.held_until = SNOOZED, until
        alert.handled = alert.handled or Handled()
        alert.handled.snoozed_until = until
        tell(alert, at)
        settle(customer)

    def wake(self, customer: Customer, alert: OpenAlert, at: int, tell: Tell) -> None:
        """A snooze was ended before its time."""
        if alert.suppressed_by == SNOOZED:
            self._again(customer, alert, at, lambda *_: None)
            settle(customer)
            tell(alert, at)

    def forget(self, customer: Customer, manners: Manners, at: int) -> None:
        """Drop what makes no difference any more at `at`: so most customers have no manners."""
        told, snoozed, past = manners.told, manners.snoozed, at - _KEPT
        if told and min(told.values()) < past:
            past -= self._policy(customer).cap
            manners.told = told = {name: last for name, last in told.items() if last >= past}
        if snoozed and any(snooze.until < past for snooze in snoozed):
            manners.snoozed = snoozed = [each for each in snoozed if each.until >= past]
        if not told and not snoozed and manners.zone is None and manners.due == NEVER:
            customer.manners = None

    def _again(self, customer: Customer, alert: OpenAlert, at: int, tell: TellTeam) -> None:
        alert.held_until = 0
        if alert.handled is not None:
            alert.handled.snoozed_until = 0
        first = not alert.routed
        if first:
            self.judge(customer, alert, at)
        else:
            alert.suppressed_by = None
        # Held back for another reason from now on: that is no news.
        if alert.routed:
            tell(alert, at, first)

    def _why_not(self, customer: Customer, alert: OpenAlert, at: int) -> tuple[str | None, int]:
        """Why the team is not told at `at`, and until when that holds; 0: no such time."""
        manners, signal = customer.manners, alert.signal
        if manners is not None:
            for snooze in manners.snoozed:
                if snooze.signal == signal and at < snooze.until:
                    return SNOOZED, snooze.until
        policy = self._policy(customer)
        if alert.severity == CRITICAL or signal in policy.urgent:
            return None, 0
        kinds, team = self._kinds, self._team(alert)
        for other in customer.alerts:
            over = kinds.get(other.signal)
            if over is not None and signal in over.parts and self._team(other) == team:
                return SUPERSEDED, 0
        morning = policy.awake.next_open(at)
        if morning != at:
            return QUIET_HOURS, morning
        kind = kinds[signal]
        last = manners.told.get(signal if kind.parts else kind.concern) if manners else None
        # Also what opened before the one last told, and was heard of after it, has to wait.
        if last is not None and at < last + policy.cap:
            return CAP, policy.awake.next_open(last + policy.cap)
        if policy.cap and team in self.roles:
            told = of(customer).told
            for name in self._uses_up[signal]:
                told[name] = max(at, told.get(name, at))
            while len(told) > MAX_TOLD:
                del told[min(told, key=lambda name: (told[name], name))]
        return None, 0

    def _team(self, alert: OpenAlert) -> str:
        return alert.team or self._kinds[alert.signal].team


def _caps(kinds: "Mapping[str, Kind]") -> dict[str, tuple[str, ...]]:
    """Which caps each signal uses up: that of its class, and those of the composites of its class
    that it is no part of. A composite is larger news than its parts, and has a cap of its own."""
    composites = [kind for kind in kinds.values() if kind.parts]
    return {
        name: (
            kind.concern,
            *(
                other.name
                for other in composites
                if other.concern == kind.concern and name not in other.parts
            ),
        )
        for name, kind in kinds.items()
    }


def of(customer: Customer) -> Manners:
    """What is remembered of the customer's manners, from now on."""
    manners = customer.manners
    if manners is None:
        manners = customer.manners = Manners()
    return manners


def settle(customer: Customer) -> None:
    """Know again when the next alert that is held back is to be judged."""
    manners = customer.manners
    if manners is not None or any(alert.held_until for alert in customer.alerts):
        due = NEVER
        for alert in customer.alerts:
            if 0 < alert.held_until < due:
                due = alert.held_until
        of(customer).due = due


def _worst(alert: OpenAlert) -> tuple[int, int, str, str]:
    return -alert.severity, alert.opened_at, alert.signal, alert.subject or ""
