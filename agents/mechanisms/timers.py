"""The timers of a customer: what wakes signals up, and what ends a wait before it does."""

from typing import Final

from schemas.customer import Customer
from schemas.instant import MINUTE
from schemas.memory import MAX_ANSWERS_KEPT, MAX_TIMERS, NEVER, Answer, Timer

ANY: Final = "*"
"""In place of a subject: every one."""
REMEMBERED: Final = 15 * MINUTE
"""So long an answer is kept, in case that what it answers arrives after it."""


def find(customer: Customer, signal: str, subject: str | None) -> Timer | None:
    """The running timer of that signal and subject."""
    for timer in customer.timers:
        if timer.signal == signal and timer.subject == subject:
            return timer
    return None


def running(customer: Customer, signal: str) -> list[Timer]:
    """The running timers of that signal; they may be stopped while these are looked at."""
    return [timer for timer in customer.timers if timer.signal == signal]


def start(customer: Customer, timer: Timer) -> None:
    """Let it run, in place of another of its signal and subject.

    Of more than 24 the one that has run longest is forgotten.
    """
    timers, signal, subject = customer.timers, timer.signal, timer.subject
    for place, other in enumerate(timers):
        if other.signal == signal and other.subject == subject:
            timers[place] = timer
            settle(customer)
            break
    else:
        timers.append(timer)
        if timer.due < customer.timers_due:
            customer.timers_due = timer.due
    while len(timers) > MAX_TIMERS:
        stop(customer, min(timers, key=_began))


def stop(customer: Customer, timer: Timer) -> None:
    """It will not wake anybody."""
    customer.timers.remove(timer)
    # Looked at anew, always: who stops a timer may have moved its `due` before.
    settle(customer)


def settle(customer: Customer) -> None:
    """Know the earliest again, after timers have changed."""
    due = NEVER
    for timer in customer.timers:
        if timer.due < due:
            due = timer.due
    customer.timers_due = due


def due(customer: Customer, now: int) -> list[Timer]:
    """The timers due by `now`, no longer running, in the order in which they tell."""
    ripe = [timer for timer in customer.timers if timer.due <= now]
    if ripe:
        customer.timers = [timer for timer in customer.timers if timer.due > now]
        settle(customer)
        if len(ripe) > 1:
            ripe.sort(key=_place)
    return ripe


def remember(customer: Customer, answer: Answer) -> None:
    """Keep an answer while what it answers may still be on its way."""
    horizon, answers = customer.last_seen - REMEMBERED, customer.answers
    if answer.at <= horizon or answer in answers:
        return
    for old in answers:
        if old.at <= horizon:
            answers[:] = [old for old in answers if old.at > horizon]
            break
    answers.append(answer)
    if len(answers) > MAX_ANSWERS_KEPT:
        del answers[0]


def answered(customer: Customer, signal: str, subject: str | None, since: int) -> Answer | None:
    """The earliest answer to what began at `since`, where one has been heard already."""
    found = None
    for answer in customer.answers:
        if (
            answer.at >= since
            and answer.signal == signal
            and (answer.subject == subject or answer.subject == ANY)
            and (found is None or answer.at < found.at)
        ):
            found = answer
    return found


def _began(timer: Timer) -> tuple[int, str, str]:
    return timer.since, timer.signal, timer.subject or ""


def _place(timer: Timer) -> tuple[int, str, str]:
    return timer.due, timer.signal, timer.subject or ""
