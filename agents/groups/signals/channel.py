"""`channel_closed`: a queue in which nobody is answered, or in which nobody arrives any more."""

from itertools import dropwhile, islice
from typing import Any

from agents.alerts import ERROR, Facts, Kind
from agents.groups.alerts import GroupAlerts, evidence_of
from agents.groups.signals.usual import Usual
from agents.signals.protocol import House
from schemas.alert import MAX_EVIDENCE
from schemas.channel import MAX_ARRIVED, MAX_MINUTES, Channel, Minute
from schemas.group import Group
from schemas.instant import MINUTE, rfc3339
from schemas.observation import Arrival, Observation, Wait
from schemas.standards import written

NAME = "channel_closed"
UNANSWERED, SILENT = "unanswered", "silent"


def _reason(facts: Facts) -> str:
    what, number, within, last = facts
    if what == UNANSWERED:
        return f"{number} arrived in {written(int(within or 0))}, and nobody was answered."
    return (
        f"Nobody has arrived since {str(last)[:16].replace('T', ' ')} UTC, where {number} usually"
        f" do in that time."
    )


CHANNEL_CLOSED = Kind(
    name=NAME,
    team="management",
    severity=ERROR,
    mechanism="baseline",
    opens="in opening hours nobody in a queue is answered, or nobody arrives as usual",
    default="5 arrivals in 15 min and none answered; silence where 20 were expected",
    source="ours",
    clears_if="Somebody is answered, or arrives again.",
    reason=_reason,
    parameters=lambda facts: {
        "what": facts[0],
        ("arrivals" if facts[0] == UNANSWERED else "expected"): facts[1],
        **({"within_seconds": int(facts[2] or 0) / 1_000_000} if facts[0] == UNANSWERED else {}),
        **({"last_arrival": facts[3]} if facts[0] == SILENT else {}),
    },
)


class ChannelClosed:
    """Looks at whole minutes, once the clock has passed them.

    >>> from schemas.standards import Thresholds
    >>> ChannelClosed(House(Thresholds())).within == 15 * MINUTE
    True
    """

    kinds = (CHANNEL_CLOSED,)
    groups = frozenset({"queue"})
    reacts_to = frozenset({"arrival", "wait"})

    def __init__(self, house: House) -> None:
        self.limits = house.limits.channel_closed
        self.hours = house.hours
        self.usual = Usual(house.hours)
        self.within = max(MINUTE, int(self.limits.within))

    def on_observation(self, group: Group, seen: Any, alerts: GroupAlerts) -> None:
        channel = group.channel
        if channel is None:
            channel = group.channel = Channel()
        if isinstance(seen, Arrival):
            self._arrived(channel, seen, alerts)
        elif seen.outcome == "answered" and not seen.corrects:
            self._answered(channel, seen)
        else:
            return
        end = seen.time - seen.time % MINUTE + MINUTE
        due = group.dues.get(NAME)
        if end > channel.judged and (due is None or end < due):
            group.wake(NAME, end)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        channel = group.channel
        if channel is None:
            return
        for minute in channel.minutes:
            if minute.start + MINUTE > now:
                break
            if minute.start + MINUTE > channel.judged:
                self._clear(minute, alerts)
                if minute.arrivals:
                    channel.last_arrival = max(channel.last_arrival, minute.last_arrival)
                    self.usual.count(channel, minute.start, minute.arrivals)
        channel.judged = max(channel.judged, now)
        run = self._run(channel, now)
        silent = None
        if alerts.standing(NAME, SILENT) is None:
            silent = self.usual.silent_at(channel, self.limits.expected)
        if self.limits.enabled:
            self._judge_run(channel, run, now, alerts)
            self._judge_silence(channel, silent, now, alerts)
        self._forget(channel, run, now)
        group.wake(NAME, self._next(channel, run, silent, now))

    def _arrived(self, channel: Channel, seen: Arrival, alerts: GroupAlerts) -> None:
        alert = alerts.standing(NAME, SILENT)
        if alert is not None and channel.last_arrival < seen.time <= alert.opened_at:
            alerts.resolve(NAME, SILENT, alert.opened_at, "late_evidence")
        minute = _minute(channel, seen)
        if minute is not None:
            minute.arrivals += 1
            minute.first_arrival = min(seen.time, minute.first_arrival or seen.time)
            minute.last_arrival = max(seen.time, minute.last_arrival)
            arrived = [*minute.arrived, evidence_of(seen)]
            minute.arrived = sorted(arrived, key=lambda one: (one.time, one.id))[:MAX_ARRIVED]

    def _answered(self, channel: Channel, seen: Wait) -> None:
        minute = _minute(channel, seen)
        if minute is not None:
            minute.answers += 1
            minute.first_answer = min(seen.time, minute.first_answer or seen.time)

    def _clear(self, minute: Minute, alerts: GroupAlerts) -> None:
        """What this minute ends."""
        for subject, first in ((UNANSWERED, minute.first_answer), (SILENT, minute.first_arrival)):
            alert = alerts.standing(NAME, subject)
            if alert is not None and first > alert.opened_at:
                alerts.resolve(NAME, subject, first, "recovered")

    def _run(self, channel: Channel, now: int) -> list[Minute]:
        """The minutes with arrivals in opening hours since somebody was answered, up to `now`."""
        found: list[Minute] = []
        for minute in channel.minutes:
            if minute.start >= now:
                break
            if minute.answers:
                found.clear()
            elif minute.arrivals and self.hours.is_open(minute.start):
                found.append(minute)
        return found

    def _judge_run(
        self, channel: Channel, run: list[Minute], now: int, alerts: GroupAlerts
    ) -> None:
        if not run or now < self._patience(run[0].start):
            return
        number = sum(minute.arrivals for minute in run if minute.start >= now - self.within)
        if number < self.limits.arrivals or alerts.standing(NAME, UNANSWERED) is not None:
            return
        facts: Facts = [UNANSWERED, number, self.within, None]
        evidence = [one for minute in run for one in minute.arrived][-MAX_EVIDENCE:]
        alerts.stand(CHANNEL_CLOSED, self.limits, UNANSWERED, now, facts, evidence)

    def _judge_silence(
        self, channel: Channel, silent: int | None, now: int, alerts: GroupAlerts
    ) -> None:
        if silent is not None and silent <= now:
            facts: Facts = [SILENT, self.limits.expected, None, rfc3339(channel.last_arrival)]
            alerts.stand(CHANNEL_CLOSED, self.limits, SILENT, now, facts, [])

    def _forget(self, channel: Channel, run: list[Minute], now: int) -> None:
        """Minutes of long ago; but the wait of a run goes on from its first."""
        horizon, minutes = now - 2 * self.within, channel.minutes
        old = 0
        while old < len(minutes) and minutes[old].start < horizon:
            old += 1
        if old:
            kept = run[:1] if run and run[0].start < horizon else []
            minutes[:old] = kept

    def _next(
        self, channel: Channel, run: list[Minute], silent: int | None, now: int
    ) -> int | None:
        """When to look again; at `silent` it has been silent for too long."""
        ends = (minute.start + MINUTE for minute in channel.minutes)
        coming = list(islice(dropwhile(now.__ge__, ends), 1))
        if run and (due := self._patience(run[0].start)) > now:
            coming.append(due)
        if silent is not None and silent > now:
            coming.append(silent)
        return min(coming, default=None)

    def _patience(self, start: int) -> int:
        """When those who arrived in that minute have waited too long, as a whole minute."""
        due = self.hours.add(start, self.within)
        return due + -due % MINUTE


def _minute(channel: Channel, seen: Observation) -> Minute | None:
    """The minute of an observation; None for one that has been forgotten."""
    start, minutes = seen.time - seen.time % MINUTE, channel.minutes
    at = len(minutes)
    while at and minutes[at - 1].start > start:
        at -= 1
    if at and minutes[at - 1].start == start:
        return minutes[at - 1]
    if start + MINUTE <= channel.judged:
        return None  # Too late.
    made = Minute(start)
    minutes.insert(at, made)
    if len(minutes) > MAX_MINUTES:
        del minutes[0]
    return made
