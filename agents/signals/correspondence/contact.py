"""`contact_unanswered`: a call missed, or a message that nobody has answered.

How long a customer bears it depends on the medium: who calls wants somebody now, who sends a letter
counts in days.
"""

from agents.alerts import Alerts, Facts, Kind
from agents.mechanisms import timers
from agents.mechanisms.expected import ANY, Begin, End, Expected
from agents.signals.correspondence.ticket import KEPT, in_working_time, waited
from agents.working_time import ALWAYS, Hours
from schemas import standards
from schemas.alert import Evidence
from schemas.customer import EVENT_ID_BYTES, Customer, bounded
from schemas.instant import rfc3339, spoken
from schemas.interaction import Interaction
from schemas.memory import Timer

NAME = "contact_unanswered"
_MISSED = "contact_missed"
_SPOKEN = End(ANY)
_MEDIA = frozenset(
    {"phone", "chat", "social", "sms", "messenger", "inapp", "email", "board", "fax", "post"}
)


def _reason(facts: Facts) -> str:
    since, within, medium, missed = facts
    if missed:
        return f"A contact by {medium} was missed on {spoken(since)}, and nobody called back."
    return (
        f"A message by {medium} of {spoken(since)} has had no answer within"
        f" {in_working_time(within)}."
    )


def _parameters(facts: Facts) -> dict[str, object]:
    since, within, medium, _ = facts
    return {"since": rfc3339(int(since or 0)), "within": waited(within), "medium": medium}


CONTACT_UNANSWERED = Kind(
    name=NAME,
    team="support",
    concern="abandonment",
    clears_if="They are answered in that medium, called back, or their next call is answered.",
    reason=_reason,
    parameters=_parameters,
    mechanism="expected",
    opens="a missed call, or the oldest unanswered message older than its medium's standard, in"
    " opening hours",
    default="phone 0, chat 60 s, social/SMS/messenger/in-app 60 min, e-mail/board/fax 24 h, post 5"
    " working days",
    source="named by the sources of the mission; the defaults are ours",
)


def medium(event: Interaction) -> str | None:
    """The medium that has a standard: that of the properties, else the channel; None for others."""
    said: str | None = event.properties.medium
    if said is not None and said.lower() in _MEDIA:
        return said.lower()
    channel: str = event.channel
    return channel if channel in _MEDIA else None


class ContactUnanswered(Expected):
    """A missed call, or the oldest unanswered message, one wait a medium.

    >>> ContactUnanswered(standards.ContactUnanswered()).within["chat"] == 60_000_000
    True
    """

    def __init__(self, limits: standards.ContactUnanswered, hours: Hours = ALWAYS) -> None:
        self.within: dict[str, int] = {name: int(getattr(limits, name)) for name in _MEDIA}
        super().__init__(
            CONTACT_UNANSWERED,
            limits,
            begins={"message_received": self._asked, _MISSED: self._asked},
            ends={"message_sent": _written, "contact_answered": _spoken, "callback_done": _spoken},
            hours=hours,
            keeps=KEPT,
        )

    def begin(
        self, customer: Customer, begin: Begin, event: Interaction, alerts: Alerts
    ) -> Timer | None:
        # The newest is kept too: where an answer to the oldest is heard late, it waits on.
        running = timers.find(customer, NAME, begin.subject)
        timer = super().begin(customer, begin, event, alerts)
        if running is None or not running.evidence:
            return timer
        if timer is not None:
            timer.evidence.append(running.evidence[-1])
        elif event.time > running.evidence[-1].time:
            running.evidence = [running.evidence[0], _evidence(event)]
        return timer

    def end(self, customer: Customer, end: End, at: int, alerts: Alerts) -> None:
        waits = [
            timer
            for timer in timers.running(customer, NAME)
            if timer.evidence
            and timer.since <= at < timer.evidence[-1].time
            and end.subject in (ANY, timer.subject)
        ]
        super().end(customer, end, at, alerts)
        for timer in waits:
            self._wait_on(customer, timer)

    def over(self, customer: Customer, timer: Timer, end: int) -> None:
        timers.stop(customer, timer)
        if timer.evidence and end < timer.evidence[-1].time:
            self._wait_on(customer, timer)

    def _wait_on(self, customer: Customer, timer: Timer) -> None:
        """The oldest has its answer, the newest has not."""
        newest = timer.evidence[-1]
        severity, _, within, name, _ = timer.facts
        missed = int(newest.type == _MISSED)
        begin = Begin(timer.subject, int(within or 0), [name, missed])
        timer.due = self.due(customer, newest.time, begin)
        timer.since, timer.evidence = newest.time, [newest]
        timer.facts = [severity, newest.time, within, name, missed]
        timers.start(customer, timer)

    def allowed(self, customer: Customer, timer: Timer) -> int | None:
        return self.within.get(str(timer.facts[3]))

    def due(self, customer: Customer, since: int, begin: Begin) -> int:
        # What is to be answered at once is to be answered at the opening, if the house is closed.
        if begin.within <= 0:
            return self.hours.next_open(since)
        return self.hours.add(since, begin.within)

    def _asked(self, customer: Customer, event: Interaction) -> Begin | None:
        name = medium(event)
        if name is None:
            return None
        return Begin(name, self.within[name], [name, int(event.kind == _MISSED)])


def _written(customer: Customer, event: Interaction) -> End | None:
    name = medium(event)
    return None if name is None else End(name)


def _spoken(customer: Customer, event: Interaction) -> End | None:
    return _SPOKEN


def _evidence(event: Interaction) -> Evidence:
    return Evidence(bounded(event.id, EVENT_ID_BYTES), event.kind, event.time)
