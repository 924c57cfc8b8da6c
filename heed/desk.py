"""A support team's terminal: what stands, the weightiest first, and by when to answer."""

import time
from collections import deque
from collections.abc import Callable, Iterable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agents.explain.remembered import lasting
from heed.inbox import COLOURS, Inbox, clean, is_for, line, name_of_plain, worklist
from schemas.alert import Alert
from schemas.instant import SECOND, NotAnInstant, instant

NEW_SECONDS = 60.0
"""So long an alert is marked as new."""
REFRESH_SECONDS = 0.5
_LAST = 2
"""So many that came last stand below the list, whatever their place in it."""
_HEAD = 3 + _LAST
_LINES = 3
"""Of one alert on the screen."""


class Desk:
    """What one team sees; `wall` is the clock on the wall, in seconds."""

    def __init__(self, inbox: Inbox, team: str | None, wall: Callable[[], float] = time.time):
        self._inbox = inbox
        self._team = team
        self._wall = wall
        self._came: dict[str, float] = {}
        self._last: deque[Alert] = deque(maxlen=_LAST)
        self._newest = 0
        self._newest_at = 0.0
        self.cleared = 0
        """Alerts that have ended while this desk was watched."""

    def hear(self, told: Iterable[Alert], *, fresh: bool = True) -> None:
        """Take note of what has been read; `fresh`: since the desk was opened."""
        now = self._wall()
        for alert in told:
            self._set_clock(alert, now)
            if not is_for(alert, self._team):
                continue
            if fresh:
                self._last.append(alert)
            if alert.alert_id in self._inbox.open:
                if fresh and alert.status == "open":
                    self._came[alert.alert_id] = now
            elif self._came.pop(alert.alert_id, None) is not None or fresh:
                self.cleared += alert.status != "notice"

    def _set_clock(self, alert: Alert, now: float) -> None:
        try:
            at = instant(alert.event_time)
            found = now if alert.detected_at is None else instant(alert.detected_at) / SECOND
        except NotAnInstant:
            return
        if at > self._newest:
            self._newest, self._newest_at = at, found

    @property
    def now(self) -> int:
        """Event time (microseconds): the newest that was told of, and what has passed since.

        Live that is the wall clock, in a replay of last year it is last year.
        """
        if not self._newest:
            return round(self._wall() * SECOND)
        return self._newest + round((self._wall() - self._newest_at) * SECOND)

    def screen(self, height: int) -> RenderableType:
        """What stands, as much of it as a screen of so many lines holds."""
        standing = worklist(self._inbox.open.values(), self._team)
        room = max(1, (height - _HEAD) // _LINES)
        parts: list[RenderableType] = [self._head(standing, room)]
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=3)
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for alert in standing[:room]:
            grid.add_row(self._mark(alert), entry(alert, self.now))
        parts.append(grid)
        parts.extend(
            Text.from_markup(line(alert), style="dim", overflow="ellipsis") for alert in self._last
        )
        return Group(*parts)

    def _head(self, standing: list[Alert], room: int) -> Text:
        worst = sum(alert.severity == "critical" for alert in standing)
        text = Text.assemble(
            (f"{len(standing):,} open", "bold"), f" for {self._team}" if self._team else ""
        )
        if worst:
            text.append(f", {worst:,} critical", COLOURS["critical"])
        if self.cleared:
            text.append(f", {self.cleared:,} cleared meanwhile")
        if len(standing) > room:
            text.append(f"; the first {room:,} are shown")
        text.append("; ctrl-C ends it\n", "dim")
        return text

    def _mark(self, alert: Alert) -> Text:
        came = self._came.get(alert.alert_id)
        is_new = came is not None and self._wall() - came < NEW_SECONDS
        return Text("new", "bold green") if is_new else Text("")


def entry(alert: Alert, now: int) -> Text:
    """One alert on three lines: what it is, why, and what to do by when."""
    colour = COLOURS.get(alert.severity, "")
    value = alert.value_at_risk
    text = Text()
    text.append(f"{alert.severity:8} ", colour)
    text.append(alert.signal, f"bold {colour}".strip())
    text.append(f"  {name_of_plain(alert)}")
    if value is not None:
        text.append(f"  {value.amount:,.2f} {value.currency or ''}".rstrip(), "bold")
    if alert.status == "updated":
        text.append("  updated", "dim")
    text.append(f"  since {alert.opened_at[:16].replace('T', ' ')}", "dim")
    text.append(f"\n  {clean(alert.reason)}\n  ")
    due = respond_by(alert, now)
    if due:
        text.append(f"{due}  ", "bold red" if due.startswith("overdue") else "cyan")
    if alert.recommended_action is not None:
        text.append(clean(alert.recommended_action.text), "dim")
    return text


def respond_by(alert: Alert, now: int) -> str:
    """By when an answer helps: `answer in 35 min`, `overdue by 2 h`; empty where none is known."""
    if alert.respond_by is None:
        return ""
    try:
        left = instant(alert.respond_by) - now
    except NotAnInstant:
        return ""
    return f"answer in {lasting(left)}" if left >= 0 else f"overdue by {lasting(-left)}"


def watch(inbox: Inbox, team: str | None, console: Console) -> None:
    """Show the desk until ctrl-C. Raises Unusable."""
    desk = Desk(inbox, team)
    desk.hear(inbox.present(), fresh=False)
    with Live(console=console, auto_refresh=False, screen=True) as live:
        shown = 0.0
        while True:
            told = inbox.read(0.2)
            desk.hear(told)
            if told or time.monotonic() - shown > REFRESH_SECONDS:
                live.update(desk.screen(console.size.height), refresh=True)
                shown = time.monotonic()
