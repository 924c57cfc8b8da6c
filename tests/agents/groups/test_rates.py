"""What everybody returns makes nobody a serial returner."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.groups.harness import GroupHarness, Said
from agents.harness import Harness
from agents.seal import Seal
from schemas import rates
from schemas.instant import DAY
from schemas.observation import Order, Return
from schemas.rates import Known, Rate, level_at, level_of, put
from schemas.seals import RATES
from streams.contract import Line
from tests.agents.say import said as say

DAY_0 = 20_779
START = DAY_0 * DAY


def order(day: float, *, back: bool = False) -> Said:
    at = START + round(day * DAY)
    of = Return if back else Order
    return "product:shoe", of(at, f"o{at}", "order_completed", 7, None, None, 1)


def told(harness: GroupHarness) -> list[Rate]:
    found = [rates.decode(each.value) for each in harness.broadcasts]
    assert all(each.topic == "interactions" for each in harness.broadcasts)
    return [rate for rate in found if rate is not None]


def test_a_rate_is_told_a_day_ahead_once_there_are_twenty_orders() -> None:
    shop = GroupHarness().feed([order(hour / 24) for hour in range(19)])
    shop.feed([order(0.8, back=True) for _ in range(9)]).advance(to=DAY_0 * 86400.0 + 86400)
    assert told(shop) == []
    shop.feed([order(1.5)]).advance(minutes=24 * 60)
    assert told(shop) == [Rate(rates.hashed("shoe"), level_of(20, 9), DAY_0 + 3)]


def test_a_year_later_it_is_forgotten() -> None:
    shop = GroupHarness().feed([order(0) for _ in range(20)] + [order(1, back=True)] * 10)
    shop.feed([order(400) for _ in range(20)]).advance(minutes=24 * 60)
    assert [rate.level for rate in told(shop)] == [5, 0]


SEASON = [order(day / 3, back=day % 4 == 0) for day in range(60)]


@settings(max_examples=40, deadline=None)
@given(st.permutations(SEASON))
def test_the_order_in_which_a_days_returns_come_does_not_matter(said: list[Said]) -> None:
    # All of them within the lateness of the clock.
    in_order = GroupHarness(lateness=30 * DAY).feed(sorted(said, key=lambda each: each[1].time))
    shuffled = GroupHarness(lateness=30 * DAY).feed(said)
    for shop in (in_order, shuffled):
        shop.advance(to=(START + 40 * DAY) / 1e6)
    assert told(in_order) == told(shuffled) != []


def test_a_level_holds_from_its_day_on_and_the_one_before_until_then() -> None:
    table: dict[int, Known] = {}
    put(table, Rate(7, 5, DAY_0))
    put(table, Rate(7, 2, DAY_0 + 3))
    assert [level_at(table[7], (DAY_0 + day) * DAY) for day in (0, 2, 3)] == [5, 5, 2]
    put(table, Rate(7, 0, DAY_0 + 1))
    assert table[7].level == 2, "an older word changes nothing"
    assert rates.unpack(rates.pack(table)) == table


def orders_and_returns(harness: Harness) -> list[str]:
    for number in range(5):
        at = (5 + number) * 86_400
        named: dict[str, Any] = {"order_id": f"o{number}", "products": [{"product_id": "shoe"}]}
        harness.feed([say("order_completed", at, **named)])
        if number < 3:
            harness.feed([say("order_returned", at + 3600, order_id=f"o{number}")])
    return [alert.signal for alert in harness.alerts if alert.status == "open"]


def test_who_returns_what_everybody_returns_is_no_serial_returner() -> None:
    rate = rates.encode(Rate(rates.hashed("shoe"), level_of(10, 5), DAY_0 + 2))
    heard = Line(rate, 0, None, [(RATES, Seal().of(rate))])
    assert "serial_returner" in orders_and_returns(Harness())
    assert "serial_returner" not in orders_and_returns(Harness().feed([heard]))


def test_what_is_no_rate_is_refused_whatever_its_header_says() -> None:
    rate, other = rates.encode(Rate(1, 1, 1)), b"\xff\xff"
    forged = Line(rate, 0, None, [(RATES, Seal("another key").of(rate))])
    sealed = Line(other, 0, None, [(RATES, Seal().of(other))])
    refused = Harness().feed([forged, sealed, Line(rate)]).refusals
    assert [each.reason for each in refused] == ["invalid_field", "not_json", "not_json"]
