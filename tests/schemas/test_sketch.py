"""The sketch of durations: merging is the union, and quantiles are as near as promised."""

from __future__ import annotations

import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.sketch import LONGEST, MILLISECOND, RELATIVE_ERROR, Sketch, bucket, middle

SPANS = st.lists(st.integers(0, LONGEST * MILLISECOND), max_size=60)


def sketch(spans: list[int]) -> Sketch:
    made = Sketch()
    for span in spans:
        made.add(span)
    return made


def stored(one: Sketch) -> bytes:
    return msgspec.msgpack.encode(one)


@given(SPANS, SPANS, SPANS)
def test_merging_gives_the_sketch_of_all_in_any_order(
    one: list[int], two: list[int], three: list[int]
) -> None:
    whole = stored(sketch([*one, *two, *three]))
    forth, back = sketch(one), sketch(three)
    for other in (two, three):
        forth.merge(sketch(other))
    for other in (two, one):
        back.merge(sketch(other))
    assert stored(forth) == stored(back) == whole


@given(SPANS.filter(len), st.integers(1, 1000))
def test_quantiles_are_off_by_no_more_than_is_stated(spans: list[int], mille: int) -> None:
    found = sketch(spans).quantile(mille / 1000)
    exact = sorted(spans)[math.ceil(mille * len(spans) / 1000) - 1]
    assert found is not None
    assert abs(found - exact) <= exact * RELATIVE_ERROR + MILLISECOND


@given(SPANS, st.integers(0, LONGEST * MILLISECOND))
def test_what_was_added_can_be_taken_out_again(spans: list[int], span: int) -> None:
    made = sketch(spans)
    made.add(span)
    made.add(span, -1)
    assert stored(made) == stored(sketch(spans))


@given(st.integers(0, LONGEST))
def test_a_bucket_lies_around_its_values(value: int) -> None:
    assert abs(middle(bucket(value)) - value) <= value * RELATIVE_ERROR
    assert bucket(value) < 1700


def test_an_empty_sketch_has_no_quantiles() -> None:
    assert Sketch().quantile(0.5) is Sketch().mean is None
