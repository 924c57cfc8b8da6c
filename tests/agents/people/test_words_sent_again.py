"""What rows say to each other can be sent again from `rejected`, and counts once."""

from __future__ import annotations

from agents.decide import Customers
from agents.harness import Harness
from agents.levels import FIELD, ROW
from agents.rulebook import Rulebook
from agents.seal import Seal
from schemas import rates
from schemas.customer import decode
from schemas.rates import Known, Rate
from schemas.seals import RATES
from streams.contract import Line, Refusal
from streams.murmur2 import partition_of
from streams.rejected import refuse, stays
from tests.agents.people.test_failing_hand_overs import MAIL, all_is_well
from tests.agents.people.test_links import said
from tests.agents.people.town import Town

HOME = partition_of(b"1", 4)


def keyed(key: str) -> Customers:
    return Customers(Rulebook(), future=None, internal_key=key)


def again(refusal: Refusal) -> Line:
    """The record of a refusal as `heed publish --from-rejected` sends it."""
    key, value, headers, _ = refuse(refusal, ("interactions", HOME))
    return Line(value, 0, key, [pair for pair in headers if stays(pair[0])])


def refused_hand_over() -> tuple[Town, Refusal]:
    """A town whose worker of customer 1 had another key when the alias was handed over."""
    made = Town(4, logic=keyed("right")).all(said(None, 0, "order_completed", email=MAIL))
    home = made.partitions[HOME]
    made.send(said("1", 60, email=MAIL))
    made.take(HOME, 1)
    right, home.partition.logic = home.partition.logic, keyed("wrong")
    made.settle()
    home.partition.logic = right
    (refusal,) = home.refusals
    assert refusal.reason == "invalid_field"
    home.refusals.clear()
    return made, refusal


def test_a_hand_over_that_was_refused_for_a_wrong_key_is_taken_once_the_key_is_right() -> None:
    made, refusal = refused_hand_over()
    assert made.linked() == {"c:1": set()}
    made.logs[HOME] += [again(refusal), again(refusal)]
    made.settle()
    all_is_well(made)
    history = made.people()["c:1"].purchases
    assert history is not None
    assert history.orders == 1
    assert made.kinds() == ["merged"]


def test_with_the_wrong_key_it_is_refused_again() -> None:
    _, refusal = refused_hand_over()
    harness = Harness(logic=keyed("wrong")).feed([again(refusal)])
    assert [each.reason for each in harness.refusals] == ["invalid_field"]
    assert not harness.rows


def test_a_rate_is_taken_likewise_and_an_older_one_does_not_go_over_a_newer() -> None:
    told = [rates.encode(Rate(7, level, since)) for since, level in ((20_000, 3), (20_100, 5))]
    lines = [Line(value, headers=[(RATES, Seal("right").of(value))]) for value in told]
    first, last = Harness(logic=keyed("wrong")).feed(lines).refusals
    harness = Harness(logic=keyed("right")).feed([again(first), again(last), again(first)])
    extra = decode(harness.rows[ROW]).extra
    assert extra is not None
    assert rates.unpack(extra[FIELD]) == {7: Known(20_100, 5, 3)}
