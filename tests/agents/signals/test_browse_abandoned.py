"""`browse_abandoned`, against a direct reading of sessions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Harness
from tests.agents.say import MINUTE, said, shop

GAP, LEAST, COOL_DOWN = 30 * MINUTE, 3, 24 * 60 * MINUTE
KINDS = st.sampled_from(
    ["product_viewed", "product_viewed", "product_viewed", "page_viewed", "product_added"]
)
MOMENTS = st.lists(
    st.tuples(
        st.sampled_from([1, 60, 600, GAP - 1, GAP, GAP + 1, COOL_DOWN]),
        KINDS,
        st.sampled_from(["tent", "pan"]),
        st.sampled_from([None, "camping"]),
    ),
    max_size=25,
)


def record(at: int, kind: str, product: str, category: str | None) -> dict[str, Any]:
    return said(kind, at, product_id=product, category=category)


def sessions(records: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Runs of looks and what goes on with them: they begin with a look, or with what is taken
    within a gap before one."""
    out: list[list[dict[str, Any]]] = []
    for each in records:
        if out and each["time"] < out[-1][-1]["time"] + GAP:
            out[-1].append(each)
        elif each["type"] == "product_viewed":
            before = [r for r in records if r["type"] == "product_added"]
            before = [r for r in before if each["time"] - GAP < r["time"] < each["time"]]
            out.append([*before[-1:], each])
    return out


def openings(records: list[dict[str, Any]]) -> list[float]:
    """When it opens, by the rule as it stands in the docs."""
    opened: list[float] = []
    takes = [each["time"] for each in records if each["type"] == "product_added"]
    for session in sessions(records):
        if any(each["type"] == "product_added" for each in session):
            continue
        counts: dict[str, int] = {}
        for each in session:
            if each["type"] == "product_viewed":
                for what in {each["properties"]["product_id"], each["properties"]["category"]}:
                    if what is not None:
                        counts[what] = counts.get(what, 0) + 1
        due = session[-1]["time"] + GAP
        if max(counts.values()) < LEAST:
            continue
        stands = opened and not any(opened[-1] <= at <= due for at in takes)
        if not stands and (not opened or due >= opened[-1] + COOL_DOWN):
            opened.append(due)
    return opened


@given(MOMENTS)
def test_it_opens_when_a_direct_reading_says_so(moments: list[tuple[Any, ...]]) -> None:
    at, records = 0, []
    for step, *rest in moments:
        at += step
        records.append(record(at, *rest))
    harness = shop('[browse_abandoned]\nexpires = "3650 d"\n', *records).advance(minutes=31)
    assert opened(harness) == openings(records)


def opened(harness: Harness) -> list[float]:
    from schemas.instant import instant

    return [
        instant(alert.opened_at) / 1_000_000
        for alert in harness.alerts
        if alert.signal == "browse_abandoned" and alert.status == "open"
    ]


@given(st.permutations([0, 300, 600, 900]))
def test_the_order_of_arrival_within_a_session_does_not_matter(order: list[int]) -> None:
    looks = [record(at, "product_viewed", "tent", None) for at in order]
    (alert,) = shop("", *looks).advance(minutes=60).alerts
    assert alert.rule.parameters["views"] == 4
    assert alert.rule.parameters["of"] == "the product tent"


def test_a_late_page_prolongs_the_session_and_voids_the_alert() -> None:
    looks = [record(at, "product_viewed", "tent", None) for at in (0, 60, 120)]
    harness = shop("", *looks).advance(minutes=40)
    harness.feed([said("page_viewed", 600)]).advance(minutes=60)
    ends = [alert.resolution or alert.status for alert in harness.alerts]
    assert ends == ["open", "late_evidence", "open"]
    assert opened(harness)[-1] - opened(harness)[0] == 480


@pytest.mark.parametrize("who", [{"anonymous_id": "a1"}, {"email": "a@example.com"}])
def test_nobody_in_particular_is_not_told(who: dict[str, str]) -> None:
    looks = [record(at, "product_viewed", "tent", None) for at in (0, 60, 120)]
    for look in looks:
        del look["customer_id"]
        look["aliases"] = who
    harness = shop("", *looks).advance(minutes=60)
    assert harness.alerts == []
