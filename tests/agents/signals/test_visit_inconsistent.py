"""`visit_inconsistent`: what is known of other branches, and how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Harness
from agents.signals.service.consistency import rating_of
from schemas.customer import decode
from schemas.interaction import decode as read
from schemas.service import MAX_ELEMENTS, MAX_RATINGS
from tests.agents.say import DAY, Record, said, shop


def visit(at: float, branch: str | None, *elements: str, brand: str = "inn") -> Record:
    return said(
        "service_delivered", at * DAY, {"branch": branch, "brand": brand}, elements=list(elements)
    )


def of(harness: Harness) -> list[str]:
    return [a.resolution or a.status for a in harness.alerts if a.signal == "visit_inconsistent"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(["graz", "linz", "wien"]),
            st.sets(st.sampled_from(["a", "b", "c"])),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_lacking_is_what_was_met_elsewhere(
    visits: list[tuple[int, str, set[str]]],
) -> None:
    visits.sort(key=lambda each: each[0])
    records = [visit(at * 10, branch, *elements) for at, branch, elements in visits]
    told = of(shop('[visit_inconsistent]\nexpires = "9999 d"\n', *records))
    expected: list[str] = []
    for number, (at, branch, elements) in enumerate(visits):
        seen: dict[str, dict[str, int]] = {}
        for before, where, met in visits[:number]:
            for each in met:
                places = seen.setdefault(each, {})
                places.pop(where, None)
                places[where] = before
        lacking = {
            name
            for name, places in seen.items()
            if name not in elements
            and any(
                where != branch and (at - day) * 10 <= 365
                for where, day in list(places.items())[-2:]
            )
        }
        standing = bool(expected) and expected[-1] == "open"
        if lacking and not standing:
            expected.append("open")
        elif not lacking and standing:
            expected.append("recovered")
    assert told == expected


def test_it_says_what_where_and_is_a_piece_of_evidence() -> None:
    harness = shop("", visit(0, "graz", "drink", "greeting"), visit(9, "linz"))
    (alert,) = harness.alerts
    assert alert.rule.parameters == {
        "lacking": ["drink", "greeting"], "branch": "linz", "rating": None, "best_rating": None,
    }  # fmt: skip
    (row,) = harness.rows.values()
    assert [piece.kind for piece in decode(row).pieces] == ["visit_inconsistent"]


def test_what_nobody_said_is_not_lacking() -> None:
    silent = said("service_delivered", 9 * DAY, {"branch": "linz", "brand": "inn"})
    assert of(shop("", visit(0, "graz", "drink"), silent, visit(10, None))) == []


def test_a_house_may_ask_for_two_times() -> None:
    twice = "[visit_inconsistent]\nleast = 2\n"
    assert of(shop(twice, visit(0, "graz", "drink"), visit(9, "linz", "x"))) == []
    often = [visit(0, "graz", "drink"), visit(1, "graz", "drink"), visit(9, "linz", "x")]
    assert of(shop(twice, *often)) == ["open"]


def test_an_older_visit_heard_of_late_is_known_from_then_on() -> None:
    harness = shop(
        "", visit(9, "linz", "x"), visit(10, "graz", "x", "drink"), visit(8, "linz", "x")
    )
    assert of(harness) == []
    assert of(harness.feed([visit(11, "linz", "x")])) == ["open"]


@pytest.mark.parametrize(
    ("kind", "properties", "rating"),
    [
        ("review_posted", {"rating": 4}, 4.0),
        ("review_posted", {"rating": 9}, None),
        ("review_posted", {}, None),
        ("survey_answered", {"instrument": "csat", "score": 2}, 2.0),
        ("survey_answered", {"instrument": "csat", "score": 7, "scale": 7}, 5.0),
        ("survey_answered", {"instrument": "csat", "score": 1, "scale": 1}, None),
        ("survey_answered", {"instrument": "csat", "score": 5.5, "scale": 10}, 3.0),
        ("survey_answered", {"instrument": "nps", "score": 5}, None),
        ("feedback_given", {"rating": 1}, 1.0),
    ],
)
def test_ratings_are_of_five(kind: str, properties: Record, rating: float | None) -> None:
    import msgspec

    assert rating_of(read(msgspec.json.encode(said(kind, 0, **properties)))) == rating


def test_memory_of_elements_and_ratings_is_bounded() -> None:
    visits = [visit(n, f"b{n}", *[f"e{n}{each}" for each in range(9)]) for n in range(9)]
    rates = [
        said("review_posted", (20 + n) * DAY, {"branch": f"b{n}", "brand": "inn"}, rating=3)
        for n in range(9)
    ]
    (row,) = shop("", *visits, *rates).rows.values()
    service = decode(row).service
    assert service is not None
    assert len(service.elements) == MAX_ELEMENTS
    assert len(service.ratings) == 11 * MAX_RATINGS
