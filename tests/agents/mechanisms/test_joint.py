"""Joint: pieces in order of time whatever the order of arrival, within their bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.mechanisms import joint
from schemas.customer import Customer
from schemas.instant import DAY
from schemas.interaction import Interaction, decode
from schemas.memory import MAX_PIECES, PIECE_ID_BYTES

KEEP = 180 * DAY


def heard(at: int, name: str = "e") -> Interaction:
    line = f'{{"id": "{name}", "type": "data_exported", "channel": "web", "customer_id": "c"}}'
    return decode(line.encode(), at)


moments = st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 400)), max_size=40)


def noted(life: list[tuple[str, int]]) -> Customer:
    customer = Customer()
    for kind, day in life:
        joint.note(customer, kind, heard(day * DAY, f"{kind}{day}"), keep=KEEP)
    return customer


@given(moments)
def test_pieces_are_in_order_of_time_and_bounded(life: list[tuple[str, int]]) -> None:
    pieces = noted(life).pieces
    assert [p.at for p in pieces] == sorted(p.at for p in pieces)
    assert len(pieces) <= MAX_PIECES
    assert all(p.at >= pieces[-1].at - KEEP for p in pieces)


@given(moments)
def test_what_is_kept_is_the_latest(life: list[tuple[str, int]]) -> None:
    newest = max((day for _, day in life), default=0)
    recent = sorted((day, kind) for kind, day in life if day >= newest - 180)[-MAX_PIECES:]
    kept = [(p.at // DAY, p.kind) for p in noted(life).pieces]
    # While nothing was dropped for the cap, order of arrival does not matter at all.
    if len(life) <= MAX_PIECES:
        assert kept == recent
    else:
        assert set(kept) <= {(day, kind) for kind, day in life}


@given(moments.filter(lambda life: len(life) <= MAX_PIECES), st.randoms())
def test_the_order_of_arrival_does_not_matter(life: list[tuple[str, int]], rng: object) -> None:
    mixed = list(life)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert noted(mixed).pieces == noted(life).pieces


@given(moments, st.integers(0, 400), st.integers(0, 200))
def test_within_takes_both_ends_of_the_window(
    life: list[tuple[str, int]], end: int, window: int
) -> None:
    customer = noted(life)
    found = joint.within(customer, {"a"}, window * DAY, end * DAY)
    expected = [
        p for p in customer.pieces if p.kind == "a" and (end - window) * DAY <= p.at <= end * DAY
    ]
    assert found == expected


@given(st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0, 16.0]), max_size=12), st.randoms())
def test_likelihood_ratios_multiply_in_any_order(terms: list[float], rng: object) -> None:
    mixed = list(terms)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert joint.likelihood_ratio(mixed) == joint.likelihood_ratio(terms)
    assert joint.likelihood_ratio([]) == 1


def test_a_long_id_is_kept_short() -> None:
    customer = Customer()
    joint.note(customer, "a", heard(DAY, "e" * 128), keep=KEEP)
    assert len(customer.pieces[0].id) <= PIECE_ID_BYTES
