"""What is observed of groups, made up: so many of this and that, spread evenly over a span."""

from __future__ import annotations

from collections.abc import Iterator

from agents.groups.harness import Said
from schemas.instant import DAY, instant
from schemas.observation import (
    Churn,
    Complaint,
    Observation,
    Order,
    Return,
    Score,
    Step,
    Visit,
    Wait,
    Wish,
    branch_key,
    group_key,
    market_key,
    step_key,
)

MONDAY = instant("2026-01-05T00:00:00Z")
SECOND = 1_000_000


def days(number: float) -> int:
    """The instant so many days after the first Monday."""
    return MONDAY + round(number * DAY)


def spread(first: float, last: float, many: int) -> Iterator[tuple[int, int]]:
    """The numbers and instants of so many things between two days, the same distance apart."""
    for number in range(many):
        yield number, days(first + (last - first) * (number + 0.5) / many)


def steps(first: float, last: float, many: int, given_up: int, step: str = "payment") -> list[Said]:
    """Checkouts at a step, of which so many are given up there, evenly among the others."""
    return [
        (
            step_key("Acme", step),
            Step(at, f"s{at}", "checkout_abandoned", number, "Acme", None,
                 passed=not among(number, many, given_up)),
        )
        for number, at in spread(first, last, many)
    ]  # fmt: skip


def orders(first: float, last: float, many: int, product: str = "kettle") -> list[Said]:
    """Orders of a product."""
    return [
        (
            group_key("product", product),
            Order(at, f"o{at}", "order_completed", number, "A", None, 1),
        )
        for number, at in spread(first, last, many)
    ]


def troubles(first: float, last: float, many: int, who: int = 10_000) -> list[Said]:
    """Returns, complaints and bad reviews of a product in turn, each by another customer."""
    out: list[Said] = []
    for number, at in spread(first, last, many):
        said = (at, f"t{at}", "order_returned", who + number, "A", None)
        kinds: tuple[Observation, ...] = (
            Return(*said, 1), Complaint(*said, None), Score(*said, "review", 0.0, False, True),
        )  # fmt: skip
        out.append((group_key("product", "kettle"), kinds[number % 3]))
    return out


def visits(
    first: float, last: float, branch: str, many: int, late: int, *, of_brand: bool = True
) -> list[Said]:
    """Visits to a branch, of which so many were not assisted in time."""
    out = []
    for number, at in spread(first, last, many):
        took = (200 if among(number, many, late) else 30) * SECOND
        key = group_key("brand", "Acme") if of_brand else branch_key("Acme", branch)
        seen = Visit(at, f"v{at}", "visitor_assisted", number, "Acme", branch, 10 * SECOND, took, 0)
        out.append((key, seen))
    return out


def waits(first: float, last: float, many: int, late: int) -> list[Said]:
    """Calls in the queue `sales`, of which so many waited a minute."""
    return [
        (
            "queue:sales",
            Wait(at, f"w{at}", "contact_answered", number, "Acme", None, "answered",
                 (60 if among(number, many, late) else 5) * SECOND, False, "sales"),
        )
        for number, at in spread(first, last, many)
    ]  # fmt: skip


def scores(
    first: float, last: float, many: int, bad: int, key: str = "queue:sales",
    branch: str | None = None, instrument: str = "csat",
) -> list[Said]:  # fmt: skip
    """Answers to a survey, so many of them 1 of 5, the others 4 or 5 in turn."""
    out = []
    for number, at in spread(first, last, many):
        wrong = among(number, many, bad)
        score = 0.0 if wrong else (0.75, 1.0)[number % 2]
        seen = Score(at, f"a{at}", "survey_answered", number, "Acme", branch, instrument, score,
                     not wrong, wrong)  # fmt: skip
        out.append((key, seen))
    return out


def leaving(
    week: int, many: int, region: str = "north", signal: str = "captured", who: int | None = None
) -> list[Said]:
    """Customers of a region with signs of leaving in that week, each another."""
    first = 1000 * week if who is None else who
    return [
        (
            market_key("region", region),
            Churn(at, f"c{at}", signal, first + number, "Acme", None, signal, False),
        )
        for number, at in spread(7 * week, 7 * week + 7, many)
    ]


def wishes(*said: tuple[float, int], topic: str = "express") -> list[Said]:
    """Who wishes for something on which day."""
    return [
        (group_key("wish", topic), Wish(days(day), f"w{day}", "ticket_opened", who, "A", None))
        for day, who in said
    ]


def among(number: int, many: int, some: int) -> bool:
    """Whether the one of that number is one of `some` of `many`, spread evenly."""
    return number * some // many != (number + 1) * some // many


def in_order(*parts: list[Said]) -> list[Said]:
    """All of them by time."""
    return sorted((each for part in parts for each in part), key=lambda each: each[1].time)
