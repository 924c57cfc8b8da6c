"""Alerts and changes of stage as they leave: JSON, joined from what was rendered before.

Of the thirty fields of an alert most are the same in every one of its signal, or in every one of
its customer's brand and branch. Those are rendered once and kept; what comes of it are the very
bytes that the encoder makes of `schemas.alert.Alert` and `schemas.lifecycle.StageChange`.
"""

from collections.abc import Callable
from json.encoder import encode_basestring as quoted  # It escapes as msgspec does.
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from agents.identity import known_as, who
from schemas.alert import (
    MAX_EVIDENCE,
    Action,
    Evidence,
    Handling,
    Resolution,
    Severity,
    Status,
    Value,
)
from schemas.alert import encode as json
from schemas.customer import Customer, OpenAlert
from schemas.instant import rfc3339
from schemas.manners import Handled

if TYPE_CHECKING:
    from agents.alerts import Facts, Kind

Advice = Callable[[str, str | None, str | None, str], Action | None]
"""What to do about a signal, by party and brand, and the team that does it."""


def no_advice(signal: str, party: str | None, brand: str | None, team: str) -> Action | None:
    """Nothing is recommended."""
    return None


class Described(Protocol):
    """Of whom something is told: a customer, or a group."""

    @property
    def party(self) -> str | None: ...
    @property
    def brand(self) -> str | None: ...
    @property
    def branch(self) -> str | None: ...
    @property
    def segment(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def stage(self) -> str | None: ...


def nothing(facts: "Facts") -> None:
    """What a kind tells that has no value, no probability, or no time to answer by."""


# Platforms name brands and branches freely: beyond so many, all are rendered anew.
_MOST: Final = 10_000


class Form(NamedTuple):
    """What the alerts of one signal, status, resolution and severity have in common."""

    kind: "Kind"
    head: str
    rule: str
    counted: tuple[str, ...]
    """The metric and labels by which they are counted."""
    has_ended: bool


class Move(NamedTuple):
    """What the changes from one stage to another have in common."""

    text: str
    counted: tuple[str, ...]
    left: tuple[str, ...]
    entered: tuple[str, ...]


class Telling:
    """What has been rendered so far. It outlives decisions, and goes with the standards."""

    def __init__(self, advice: Advice) -> None:
        self._advice = advice
        self._forms: dict[tuple[str | None, ...], Form] = {}
        self._scopes: dict[tuple[str | None, ...], str] = {}
        self._duties: dict[tuple[str | None, ...], str] = {}
        self._moves: dict[tuple[str | None, str], Move] = {}

    def form(
        self,
        kind: "Kind",
        status: Status,
        resolution: Resolution | None,
        severity: Severity,
    ) -> Form:
        """What such alerts have in common."""
        asked = (kind.name, status, resolution, severity)
        found = self._forms.get(asked)
        if found is None:
            ended = "" if resolution is None else f'"resolution":{quoted(resolution)},'
            found = self._forms[asked] = Form(
                kind,
                f'"signal":{quoted(kind.name)},"status":"{status}",{ended}"severity":"{severity}",',
                f',"clears_if":{quoted(kind.clears_if)},"rule":{{"name":{quoted(kind.name)}'
                f',"version":{kind.version},"parameters":',
                ("alerts", kind.name, severity, status),
                resolution is not None,
            )
        return found

    def alert(
        self,
        form: Form,
        name: str,
        who: str,
        about: Described,
        alert: OpenAlert,
        at: int,
        value: Value | None,
        detected: str,
    ) -> bytes:
        """The alert as it is from `at` on. `name` is its id, `who` says whom it is of (`whose`),
        `value` is the value at risk; `detected` is of `detected_at`."""
        kind, facts, opened_at, suppressed = form.kind, alert.facts, alert.opened_at, ""
        became_true = rfc3339(at)
        opened = became_true if at == opened_at else rfc3339(opened_at)
        scope = self.scope(about)
        if alert.subject is not None:
            scope += f',"subject":{quoted(alert.subject)}'
        if about.stage is not None:
            scope += f',"lifecycle_stage":{quoted(about.stage)}'
        figures = f',"resolved_at":"{became_true}"{detected}' if form.has_ended else detected
        if kind.probability is not nothing:
            probability = kind.probability(facts)
            if probability is not None:
                figures += f',"probability":{json(probability).decode()}'
        if value is not None:
            figures += f',"value_at_risk":{json(value).decode()}'
        asked = (
            kind.name, alert.team, None if form.has_ended else "", about.party, about.brand,
        )  # fmt: skip
        duty = self._duties.get(asked) or self._duty(form, asked)
        if kind.respond_by is not nothing:
            answer_by = kind.respond_by(facts)
            if answer_by is not None:
                duty += f',"respond_by":"{rfc3339(answer_by)}"'
        if alert.suppressed_by is not None:
            suppressed = f',"suppressed_by":{quoted(alert.suppressed_by)}'
        if alert.handled is not None:
            suppressed += _handling(alert.handled)
        return (
            f'{{"alert_id":"{name}",{form.head}{who}{scope}'
            f',"event_time":"{became_true}","opened_at":"{opened}"{figures}{duty}'
            f',"evidence":[{_evidence(alert.evidence)}]'
            f',"reason":{json(kind.reason(facts)).decode()}{form.rule}'
            f"{json(kind.parameters(facts)).decode()}}}{suppressed}}}"
        ).encode()

    def move(self, before: str | None, stage: str) -> Move:
        """What such changes of stage have in common."""
        asked = (before, stage)
        found = self._moves.get(asked)
        if found is None:
            was = "" if before is None else f',"from":{quoted(before)}'
            found = self._moves[asked] = Move(
                f'{was},"to":{quoted(stage)},"reason":',
                ("lifecycle_transitions", before or "", stage),
                ("customers", before or ""),
                ("customers", stage),
            )
        return found

    def change(
        self, move: Move, row: str, customer: Customer, at: int, reason: str, detected: str
    ) -> bytes:
        """The change of stage at `at`; `reason` is what led there."""
        return (
            f"{{{whose(row, customer)}{self.scope(customer)}{move.text}{quoted(reason)}"
            f',"event_time":"{rfc3339(at)}"{detected}}}'
        ).encode()

    def scope(self, about: Described) -> str:
        """Who they are in the eyes of the house: party, brand, branch, segment, region."""
        asked = (
            about.party, about.brand, about.branch, about.segment, about.region,
        )  # fmt: skip
        return self._scopes.get(asked) or self._new_scope(asked)

    def _new_scope(self, asked: tuple[str | None, ...]) -> str:
        if len(self._scopes) >= _MOST:
            self._scopes.clear()
        party, *others = asked
        text = f',"party":{quoted(party or "customer")}'
        for name, value in zip(("brand", "branch", "segment", "region"), others, strict=True):
            if value is not None:
                text += f',"{name}":{quoted(value)}'
        self._scopes[asked] = text
        return text

    def _duty(self, form: Form, asked: tuple[str | None, ...]) -> str:
        """Whose the alert is, and while it stands what they may do about it."""
        if len(self._duties) >= _MOST:
            self._duties.clear()
        _, other, _, party, brand = asked
        team = other or form.kind.team
        text = f',"team":{quoted(team)}'
        action = None if form.has_ended else self._advice(form.kind.name, party, brand, team)
        if action is not None:
            text += f',"recommended_action":{json(action).decode()}'
        self._duties[asked] = text
        return text


def detected_at(wall: int | None) -> str:
    """Of an alert, when it was found: the wall clock in microseconds, None in replays."""
    return "" if wall is None else f',"detected_at":"{rfc3339(wall)}"'


def whose(row: str, customer: Customer) -> str:
    """`customer_id`, or the alias that a row key stands for, and the aliases that are linked.

    >>> whose("c:123", Customer()), whose("%63:123", Customer())
    ('"customer_id":"123"', '"aliases":{"c":"123"}')
    """
    if customer.links is None and row.startswith("c:"):  # by far the most
        return f'"customer_id":{quoted(row[2:])}'
    customer_id, aliases = who(row)
    if customer.links is not None:
        aliases = known_as(aliases, customer.links)
    if customer_id is None:
        return f'"aliases":{json(aliases).decode()}'
    if aliases is None:
        return f'"customer_id":{quoted(customer_id)}'
    return f'"customer_id":{quoted(customer_id)},"aliases":{json(aliases).decode()}'


def _handling(handled: Handled) -> str:
    """What its team has said about an alert."""
    at, until = handled.acknowledged_at, handled.snoozed_until
    said = Handling(
        rfc3339(at) if at else None, handled.acknowledged_by, rfc3339(until) if until else None,
        handled.outcome, handled.amount, handled.cost, handled.by,
    )  # fmt: skip
    return f',"handling":{json(said).decode()}' if said != Handling() else ""


def whose_group(key: str) -> str:
    """The group of that key."""
    return f'"group":{quoted(key)}'


def _evidence(evidence: list[Evidence]) -> str:
    """The newest ten at most."""
    if len(evidence) == 1:  # by far the most
        one = evidence[0]
        return f'{{"id":{quoted(one.id)},"type":{quoted(one.type)},"time":"{rfc3339(one.time)}"}}'
    return ",".join(
        f'{{"id":{quoted(one.id)},"type":{quoted(one.type)},"time":"{rfc3339(one.time)}"}}'
        for one in evidence[-MAX_EVIDENCE:]
    )
