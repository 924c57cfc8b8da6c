"""`bottleneck` and `product_trouble`: a share above its own past."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.groups.harness import GroupHarness, Said
from agents.groups.signals.products import product_trouble
from agents.groups.signals.steps import bottleneck
from schemas.alert import Alert
from schemas.instant import DAY, instant
from schemas.standards import Bottleneck, ProductTrouble, parse
from tests.agents.groups.observing import MONDAY, days, in_order, orders, steps, troubles

STEP = "step:Acme/payment"


def told(harness: GroupHarness, signal: str) -> list[tuple[float, str]]:
    """On which day what was told."""
    return [
        (round((instant(alert.event_time) - MONDAY) / DAY, 3), alert.resolution or alert.status)
        for alert in harness.alerts
        if alert.signal == signal
    ]


def last(harness: GroupHarness, signal: str) -> Alert:
    return [alert for alert in harness.alerts if alert.signal == signal][-1]


def test_a_broken_step_is_found_with_the_fiftieth_checkout_after_it() -> None:
    # 20 a day are given up of 100; then 60.
    shop = GroupHarness().feed(in_order(steps(0, 14, 1400, 280), steps(14, 15, 100, 60)))
    shop.advance(to=days(15) / 1e6)
    ((day, status),) = told(shop, "bottleneck")
    assert (status, 14.3 < day <= 14.542) == ("open", True)
    alert = last(shop, "bottleneck")
    assert (alert.group, alert.brand, alert.team) == (STEP, "Acme", "product")
    assert alert.reason == (
        "27 of 50 checkouts were given up at this step since 2026-01-18 22:00 UTC (54 %), where"
        " 20 % were usual. By chance: less than 1 in 1,000,000."
    )
    assert len(alert.evidence) == 3
    figures = alert.rule.parameters
    assert figures["usual_abandoned"] * 5 == figures["usual_checkouts"]
    assert figures["abandoned"] / figures["checkouts"] > 0.3


def test_nothing_is_said_within_the_first_week() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 6, 600, 120), steps(6, 7, 100, 90)))
    assert told(shop.advance(minutes=60), "bottleneck") == []


def test_fewer_than_fifty_say_nothing() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 14, 280, 56), steps(22, 23, 49, 49)))
    assert told(shop.advance(minutes=180), "bottleneck") == []


def test_a_rise_that_may_be_chance_does_not_open() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 14, 1400, 280), steps(14, 15, 100, 32)))
    assert told(shop.advance(minutes=180), "bottleneck") == []


def test_a_rise_too_small_to_matter_does_not_open() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 14, 140_00, 2800), steps(14, 17, 30_00, 720)))
    assert told(shop.advance(minutes=180), "bottleneck") == []


def test_a_repaired_step_clears() -> None:
    broken = [steps(0, 14, 1400, 280), steps(14, 16, 200, 120)]
    shop = GroupHarness().feed(in_order(*broken, steps(16, 19, 300, 60)))
    shop.advance(minutes=180)
    (_, opened), (day, cleared) = told(shop, "bottleneck")
    assert (opened, cleared) == ("open", "recovered")
    assert 16.4 < day < 18.5


def test_it_is_told_once_however_long_it_lasts_and_expires() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 14, 1400, 280), steps(14, 100, 8600, 5160)))
    (opened, _), (expired, how) = told(shop.advance(minutes=180), "bottleneck")
    assert (how, round(expired - opened, 3)) == ("expired", 30.0)


def test_broken_again_within_the_cool_down_is_told_after_it() -> None:
    twice = [steps(0, 14, 1400, 280), steps(14, 15, 100, 60), steps(15, 17, 200, 36)]
    shop = GroupHarness().feed(in_order(*twice, steps(17, 24, 700, 420)))
    opened, cleared, again = told(shop.advance(minutes=180), "bottleneck")
    assert (opened[1], cleared[1], again[1]) == ("open", "recovered", "open")
    assert cleared[0] < 17 < opened[0] + 7 <= again[0] < opened[0] + 7.1


def test_a_house_turns_it_off_and_changes_its_figures() -> None:
    said = in_order(steps(0, 14, 1400, 280), steps(14, 15, 100, 60))
    off = parse("[bottleneck]\nenabled = false")
    assert told(GroupHarness(off).feed(said).advance(minutes=180), "bottleneck") == []
    later = parse("[bottleneck]\nlearns = '15 d'\nteam = 'shop'")
    assert told(GroupHarness(later).feed(said).advance(minutes=180), "bottleneck") == []
    ours = parse("[[override]]\nbrand = 'Acme'\n[override.bottleneck]\nteam = 'shop'")
    shop = GroupHarness(ours).feed(said).advance(minutes=180)
    assert last(shop, "bottleneck").team == "shop"


def test_a_bad_product_is_found() -> None:
    good = [orders(0, 56, 560), troubles(0, 56, 56)]
    shop = GroupHarness().feed(in_order(*good, orders(56, 70, 140), troubles(56, 70, 56, 50_000)))
    shop.advance(minutes=1500)
    ((day, status),) = told(shop, "product_trouble")
    assert (status, day) == ("open", 60)
    alert = last(shop, "product_trouble")
    assert (alert.group, alert.team) == ("product:kettle", "product")
    assert "on 100 orders, where 10.0 were usual." in alert.reason


def test_a_product_that_is_good_again_clears() -> None:
    bad = [orders(56, 63, 70), troubles(56, 63, 40, 50_000)]
    again = [orders(63, 90, 270), troubles(63, 90, 27, 60_000)]
    shop = GroupHarness().feed(in_order(orders(0, 56, 560), troubles(0, 56, 56), *bad, *again))
    assert [what for _, what in told(shop, "product_trouble")] == ["open", "recovered"]


def test_nineteen_orders_say_nothing_of_a_product() -> None:
    good = [orders(0, 56, 560), troubles(0, 56, 56)]
    shop = GroupHarness().feed(in_order(*good, orders(84, 85, 19), troubles(84, 85, 19, 50_000)))
    assert told(shop.advance(minutes=3000), "product_trouble") == []


def test_one_angry_customer_is_no_trouble_with_a_product() -> None:
    one = [(key, type(seen)(*[7 if name == "who" else getattr(seen, name)
                              for name in seen.__struct_fields__]))
           for key, seen in troubles(56, 58, 40)]  # fmt: skip
    said = in_order(orders(0, 56, 560), troubles(0, 56, 56), orders(56, 58, 20), one)
    assert told(GroupHarness().feed(said).advance(minutes=3000), "product_trouble") == []


@pytest.mark.parametrize("signal", ["bottleneck", "product_trouble"])
def test_nothing_is_said_of_what_stays_as_it_is(signal: str) -> None:
    said = in_order(steps(0, 70, 3500, 900), orders(0, 70, 1400), troubles(0, 70, 200))
    assert told(GroupHarness().feed(said).advance(minutes=3000), signal) == []


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_batches_and_small_disorder_do_not_matter(sizes: list[int], rng) -> None:  # type: ignore[no-untyped-def]
    said = in_order(steps(0, 10, 400, 80), steps(10, 11, 60, 45), steps(11, 14, 300, 60))
    whole = GroupHarness().feed(said).finish()
    assert [what for _, what in told(whole, "bottleneck")] == ["open", "recovered"]
    cut = GroupHarness().batches(sizes).feed(said).finish()
    assert (whole.outputs, whole.rows) == (cut.outputs, cut.rows)
    shuffled: list[Said] = sorted(said, key=lambda one: one[1].time + rng.randrange(100_000_000))
    late = GroupHarness().feed(shuffled).finish()
    assert [out.key for out in late.outputs] == [out.key for out in whole.outputs]


def test_windows_are_bounded_whatever_the_house_wishes() -> None:
    step = bottleneck(Bottleneck(window=90_000 * DAY, baseline=90_000 * DAY))  # type: ignore[arg-type]
    product = product_trouble(ProductTrouble(window=90_000 * DAY, baseline=90_000 * DAY))  # type: ignore[arg-type]
    assert step.window == 168
    assert step.kept <= 121
    assert product.window == 112
    assert product.kept <= 74


def test_the_largest_state_is_within_eight_kib() -> None:
    wide = parse("[bottleneck]\nwindow = '900 d'\nbaseline = '900 d'")
    many = 2**31
    shop = GroupHarness(wide).feed(steps(0, 1, 10, 9))
    group = shop.group(STEP)
    rise = group.rise
    assert rise is not None
    for tally, kept in ((rise.recent, 169), (rise.past, 121)):
        tally.trials, tally.hits = [many] * kept, [many] * kept
    rise.who = [2**63 - 1] * 64
    assert len(shop.logic.codec().encode(group, 0)) < 8192


def test_evidence_is_in_order() -> None:
    shop = GroupHarness().feed(in_order(steps(0, 14, 1400, 280), steps(14, 15, 100, 60)))
    times = [one.time for one in last(shop.advance(minutes=60), "bottleneck").evidence]
    assert all(one <= other for one, other in pairwise(times))
