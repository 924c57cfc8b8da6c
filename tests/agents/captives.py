"""Customers who stay as ever though they are dissatisfied, and competitors that come."""

from __future__ import annotations

from typing import Any

from tests.agents.say import DAY, said

MONTH = 30 * DAY
CAME = 7 * MONTH + 20 * DAY


def steady(customer: str, **where: str) -> list[dict[str, Any]]:
    """Buys every month, and is dissatisfied twice after the eighth time."""
    whom = {"customer_id": customer, **where}
    bad = 7 * MONTH + 10 * DAY
    return [
        *(said("order_completed", month * MONTH, whom) for month in range(8)),
        said("survey_answered", bad, whom, instrument="csat", score=1),
        said("ticket_opened", bad + DAY, whom, ticket_id=f"t-{customer}", kind="complaint"),
    ]


def declared(at: float = CAME, region: str = "north", **more: str) -> dict[str, Any]:
    """By the house, of nobody in particular."""
    event = said("competitor_entered", at, region=region, **more)
    del event["customer_id"]
    return event


def town(*lives: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((event for life in lives for event in life), key=lambda event: event["time"])
