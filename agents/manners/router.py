"""Whether the team of an alert is told of it now, later, or not at all.

The order of the reasons: `history`, `snoozed`, then for what is not urgent `superseded`,
`quiet_hours`, `cap`. Who is told of an
alert once is told of all that becomes of it; who is not told that it opened is not told of its end.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from agents.manners.policy import Policy
from schemas.customer import Customer, OpenAlert
from schemas.group import Group
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

Bearer: TypeAlias = Customer | Group
"""Of whom alerts stand."""
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
        policy: Callable[[Any], Policy],
        teams: Iterable[str],
        warm_up_until: int = 0,
    ) -> None:
        """`teams` have a topic; those of alerts from before `warm_up_until` are never told."""
        self._kinds = kinds
        self._uses_up = _caps(kinds)
        self._policy = policy
        self.roles = {team: role(team) for team in teams}
        self._warm_up_until = warm_up_until

    def judge(self, bearer: Bearer, alert: OpenAlert, at: int, *, notice: bool = False) -> None:
        """Of an alert that opens at `at` whether its team is told; a notice then, or never."""
        if at < self._warm_up_until:
            alert.suppressed_by = HISTORY
            return
        reason, until = self._why_not(bearer, alert, at)
        alert.suppressed_by = reason
        alert.routed = reason is None and self._team(alert) in self.roles
        if until and not notice:
            alert.held_until = until
            manners = of(bearer)
            if until < manners.due:
                manners.due = until
            if reason == SNOOZED:
                alert.handled = alert.handled or Handled()
                alert.handled.snoozed_until = until

    def release(self, bearer: Bearer, at: int, tell: TellTeam) -> None:
        """Judge again those that were held back until `at`: the worst first, then the oldest."""
        manners = bearer.manners
        if manners is not None and manners.due <= at:
            ripe = [alert for alert in bearer.alerts if 0 < alert.held_until <= at]
            ripe.sort(key=_worst)
            for alert in ripe:
                self._again(bearer, alert, at, tell)
            settle(bearer)

    def ended(self, bearer: Bearer, alert: OpenAlert, at: int, tell: TellTeam) -> None:
        """An alert has ended: what it stood for as well is told, where that still stands."""
        if alert.held_until:
            settle(bearer)
        parts = self._kinds[alert.signal].parts
        if parts and bearer.alerts:
            waiting = [
                other
                for other in bearer.alerts
                if other.suppressed_by == SUPERSEDED and other.signal in parts
            ]
            waiting.sort(key=_worst)
            for other in waiting:
                self._again(bearer, other, max(at, other.opened_at), tell)
            settle(bearer)

    def escalated(self, bearer: Bearer, alert: OpenAlert, at: int) -> None:
        """An alert is of another severity: one that has become urgent waits no longer."""
        if alert.suppressed_by in (SUPERSEDED, QUIET_HOURS, CAP) and alert.severity == CRITICAL:
            alert.held_until = 0
            self.judge(bearer, alert, at)
            settle(bearer)

    def snooze(self, bearer: Bearer, alert: OpenAlert, until: int, at: int, tell: Tell) -> None:
        """An alert that stands is not to be heard of before `until`; its team, if told, is told
        that. One that is never told is none to be silent about."""
        if alert.suppressed_by == HISTORY:
            return
        alert.suppressed_by, alert.held_until = SNOOZED, until
        alert.handled = alert.handled or Handled()
        alert.handled.snoozed_until = until
        tell(alert, at)
        settle(bearer)

    def wake(self, bearer: Bearer, alert: OpenAlert, at: int, tell: Tell) -> None:
        """A snooze was ended before its time."""
        if alert.suppressed_by == SNOOZED:
            self._again(bearer, alert, at, lambda *_: None)
            settle(bearer)
            tell(alert, at)

    def forget(self, bearer: Bearer, manners: Manners, at: int) -> None:
        """Drop what makes no difference any more at `at`: so most have no manners."""
        told, snoozed, past = manners.told, manners.snoozed, at - _KEPT
        if told and min(told.values()) < past:
            past -= self._policy(bearer).cap
            manners.told = told = {name: last for name, last in told.items() if last >= past}
        if snoozed and any(snooze.until < past for snooze in snoozed):
            manners.snoozed = snoozed = [each for each in snoozed if each.until >= past]
        if not told and not snoozed and manners.zone is None and manners.due == NEVER:
            bearer.manners = None

    def _again(self, bearer: Bearer, alert: OpenAlert, at: int, tell: TellTeam) -> None:
        alert.held_until = 0
        if alert.handled is not None:
            alert.handled.snoozed_until = 0
        first = not alert.routed
        if first:
            self.judge(bearer, alert, at)
        else:
            alert.suppressed_by = None
        # Held back for another reason from now on: that is no news.
        if alert.routed:
            tell(alert, at, first)

    def _why_not(self, bearer: Bearer, alert: OpenAlert, at: int) -> tuple[str | None, int]:
        """Why the team is not told at `at`, and until when that holds; 0: no such time."""
        manners, signal = bearer.manners, alert.signal
        if manners is not None:
            for snooze in manners.snoozed:
                if snooze.signal == signal and at < snooze.until:
                    return SNOOZED, snooze.until
        policy = self._policy(bearer)
        if alert.severity == CRITICAL or signal in policy.urgent:
            return None, 0
        kinds, team = self._kinds, self._team(alert)
        for other in bearer.alerts:
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
            told = of(bearer).told
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


def of(bearer: Bearer) -> Manners:
    """What is remembered of the manners towards them, from now on."""
    manners = bearer.manners
    if manners is None:
        manners = bearer.manners = Manners()
    return manners


def settle(bearer: Bearer) -> None:
    """Know again when the next alert that is held back is to be judged."""
    manners = bearer.manners
    if manners is not None or any(alert.held_until for alert in bearer.alerts):
        due = NEVER
        for alert in bearer.alerts:
            if 0 < alert.held_until < due:
                due = alert.held_until
        of(bearer).due = due


def _worst(alert: OpenAlert) -> tuple[int, int, str, str]:
    return -alert.severity, alert.opened_at, alert.signal, alert.subject or ""
