"""What is waited for, what stands, and what was heard, of two rows: all of both, each once.

A wait that began under both rows stands twice here. Which of the two goes on is for its signal to
say, once it has asked whether either is over (`agents.merging.settling`).
"""

from typing import TypeVar

from agents.mechanisms.joint import _place as _piece
from agents.mechanisms.timers import REMEMBERED
from agents.merging.rules import content
from schemas.customer import Customer, OpenAlert
from schemas.memory import MAX_ANSWERS_KEPT, MAX_PIECES, Answer, Piece, Timer

S = TypeVar("S", OpenAlert, Timer, Answer, Piece)


def timers(earlier: Customer, later: Customer) -> list[Timer]:
    """The timers of both."""
    return sorted(_each_once([*earlier.timers, *later.timers]), key=_since)


def alerts(earlier: Customer, later: Customer) -> list[OpenAlert]:
    """The open alerts of both, in the order in which they opened."""
    return sorted(_each_once([*earlier.alerts, *later.alerts]), key=opened)


def answers(earlier: Customer, later: Customer) -> list[Answer]:
    """The answers whose beginning may still be on its way."""
    horizon = max(earlier.last_seen, later.last_seen) - REMEMBERED
    every = _each_once([*earlier.answers, *later.answers])
    kept = [answer for answer in every if answer.at > horizon]
    return sorted(kept, key=_heard)[-MAX_ANSWERS_KEPT:]


def pieces(earlier: Customer, later: Customer) -> list[Piece]:
    """The pieces of evidence of both, the newest 16."""
    every = _each_once([*earlier.pieces, *later.pieces])
    return sorted(every, key=_weighed)[-MAX_PIECES:]


def told(earlier: Customer, later: Customer) -> dict[str, int]:
    """When each signal last opened under either."""
    every = {**earlier.told}
    for name, at in later.told.items():
        every[name] = max(at, every.get(name, at))
    return dict(sorted(every.items()))


def opened(alert: OpenAlert) -> tuple[int, str, str, bytes]:
    """The order of alerts: of two that say the same, the first one stands."""
    return alert.opened_at, alert.signal, alert.subject or "", content(alert)


def _each_once(every: list[S]) -> list[S]:
    return list({content(each): each for each in every}.values())


def _since(timer: Timer) -> tuple[int, str, str, int, bytes]:
    return timer.since, timer.signal, timer.subject or "", timer.due, content(timer)


def _heard(answer: Answer) -> tuple[int, str, str]:
    return answer.at, answer.signal, answer.subject or ""


def _weighed(piece: Piece) -> tuple[int, str, str, float]:
    return (*_piece(piece), piece.weight)
