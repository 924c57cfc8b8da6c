"""Stages of life: every row of the transition table, told on `lifecycle` with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from agents.harness import Harness
from schemas.lifecycle import StageChange
from schemas.standards import parse
from tests.agents.say import DAY, HOUR, Record, said

OWN = '[gone_silent]\nmodel = "own_rhythm"'
Change = tuple[str | None, str, str]


def lived(*records: Record, standards: str = "", days: float | None = None) -> Harness:
    harness = Harness(parse(standards)).feed(records)
    return harness if days is None else harness.advance(minutes=days * 24 * 60)


def changes(harness: Harness) -> list[Change]:
    """From, to, and why."""
    return [(change.from_, change.to, change.reason) for change in harness.changes]


def bought(*days: float, **properties: Any) -> list[Record]:
    return [said("order_completed", day * DAY, **properties) for day in days]


def balance(harness: Harness) -> dict[str, float]:
    """How many customers are at each stage, as the gauges say."""
    gauges = harness.gauges.items()
    return {name[1]: n for name, n in gauges if name[0] == "customers" and n}


@pytest.mark.parametrize(
    "kind", ["message_delivered", "page_viewed", "visitor_arrived", "offer_sent"]
)
def test_outreach_and_presence_reach(kind: str) -> None:
    assert changes(lived(said(kind))) == [(None, "reached", kind)]


@pytest.mark.parametrize(
    "kind",
    ["promotion_recalled", "message_clicked", "product_added", "message_received", "signed_up"],
)
def test_a_contact_of_their_own_acquires(kind: str) -> None:
    harness = lived(said("message_delivered"), said(kind, HOUR))
    assert changes(harness) == [
        (None, "reached", "message_delivered"),
        ("reached", "acquired", kind),
    ]
    assert balance(harness) == {"acquired": 1}


@pytest.mark.parametrize("kind", ["order_completed", "subscription_started"])
def test_the_first_order_or_subscription_converts(kind: str) -> None:
    assert changes(lived(said(kind)))[-1] == ("acquired", "converted", kind)


@pytest.mark.parametrize(
    ("first", "second"),
    [("order_completed", "order_completed"), ("subscription_started", "subscription_renewed")],
)
def test_the_second_purchase_day_or_first_renewal_retains(first: str, second: str) -> None:
    harness = lived(said(first), said(second, 30 * DAY))
    assert changes(harness)[-1] == ("converted", "retained", second)


def test_a_second_order_on_one_day_does_not_retain() -> None:
    assert changes(lived(*bought(0, 0.3)))[-1][1] == "converted"


def loyal_life() -> list[Record]:
    kinds = ["tea", "milk", "tea", "bread", "milk"]
    return [
        said("order_completed", 92 * place * DAY, products=[{"sku": kind, "category": kind}])
        for place, kind in enumerate(kinds)
    ]


def test_five_days_two_categories_and_a_year_make_loyal() -> None:
    harness = lived(*loyal_life())
    assert changes(harness)[-1] == ("retained", "loyal", "order_completed")


def test_a_referral_stands_for_the_year() -> None:
    days = [
        said("order_completed", 20 * place * DAY, products=[{"sku": "x", "category": kind}])
        for place, kind in enumerate("ababa")
    ]
    assert changes(lived(*days))[-1][1] == "retained"
    referred = lived(days[0], said("referral_made", DAY), *days[1:])
    assert changes(referred)[-1][1] == "loyal"


def test_one_category_or_four_days_are_not_loyal() -> None:
    one = [said("order_completed", 92 * n * DAY, products=[{"category": "tea"}]) for n in range(5)]
    assert changes(lived(*one))[-1][1] == "retained"
    assert changes(lived(*loyal_life()[:4]))[-1][1] == "retained"


def test_silence_loses_then_the_loss_and_an_order_wins_back() -> None:
    harness = lived(*bought(0, 7, 14), *bought(200, 207), standards=OWN)
    assert changes(harness)[2:] == [
        ("converted", "retained", "order_completed"),
        ("retained", "losing", "gone_silent"),
        ("losing", "lost", "lost"),
        ("lost", "won_back", "order_completed"),
        ("won_back", "retained", "order_completed"),
    ]
    assert balance(harness) == {"retained": 1}


def test_who_is_losing_and_buys_is_won_back() -> None:
    harness = lived(*bought(0, 7, 14, 30), standards=OWN)
    assert changes(harness)[-2:] == [
        ("retained", "losing", "gone_silent"),
        ("losing", "won_back", "order_completed"),
    ]


def test_a_second_order_on_the_day_of_the_return_leaves_them_won_back() -> None:
    harness = lived(*bought(0, 7, 14, 30, 30.2), standards=OWN)
    assert changes(harness)[-1][1] == "won_back"


def few_uses() -> list[Record]:
    return [said("feature_used", day * DAY + HOUR) for day in (1, 2, 3, 4, 8, 9, 10, 11)]


QUIET = "[gone_silent]\nenabled = false\n[lost]\nenabled = false\n"
FEW = QUIET + '[usage_declined]\nwindow = "7 d"\nbaseline = "14 d"\nalpha = 0.05'


def test_usage_declined_is_losing_for_a_retained_customer_and_back_when_it_clears() -> None:
    orders = bought(0, 1)
    again = [said("feature_used", day * DAY + HOUR) for day in (23, 24, 25, 26)]
    harness = lived(*orders, *few_uses(), *again, standards=FEW, days=10)
    assert changes(harness)[-2:] == [
        ("retained", "losing", "usage_declined"),
        ("losing", "retained", "usage_declined"),
    ]


def test_an_order_while_usage_is_low_wins_back_and_the_next_purchase_day_retains() -> None:
    harness = lived(*bought(0, 1), *few_uses(), *bought(23, 23.2, 24), standards=FEW)
    assert changes(harness)[-3:] == [
        ("retained", "losing", "usage_declined"),
        ("losing", "won_back", "order_completed"),
        ("won_back", "retained", "order_completed"),
    ]
    # Uses are no more than they were: the alert stands.
    declined = [alert for alert in harness.alerts if alert.signal == "usage_declined"]
    assert [alert.status for alert in declined] == ["open"]


def test_an_order_from_before_usage_fell_wins_nobody_back() -> None:
    late = [*bought(0, 1), *few_uses(), said("page_viewed", 23 * DAY), *bought(15)]
    assert changes(lived(*late, standards=FEW))[-1] == ("retained", "losing", "usage_declined")


def test_usage_declined_says_nothing_of_who_is_not_retained() -> None:
    harness = lived(*few_uses(), standards=FEW, days=20)
    assert [alert.signal for alert in harness.alerts] == ["usage_declined"]
    assert changes(harness) == [(None, "acquired", "feature_used")]


def test_spend_declined_is_losing_and_expires_back() -> None:
    orders = [
        *(said("order_completed", 30 * n * DAY, revenue=100.0) for n in range(9)),
        *(said("order_completed", (270 + 30 * n) * DAY, revenue=30.0) for n in range(3)),
    ]
    harness = lived(*orders, standards=QUIET, days=31)
    assert changes(harness)[-2:] == [
        ("retained", "losing", "spend_declined"),
        ("losing", "retained", "spend_declined"),
    ]


def paid(amount: float, *days: float) -> list[Record]:
    return [record for day in days for record in bought(day, revenue=amount)]


DEAR = paid(100.0, *range(0, 70, 7))
LESS = paid(20.0, *range(70, 105, 7))


def test_an_order_with_which_spend_goes_on_declining_is_no_return() -> None:
    harness = lived(*DEAR, *LESS, *paid(20.0, 105, 112), standards=QUIET)
    assert changes(harness)[-1] == ("retained", "losing", "spend_declined")


def test_the_order_with_which_spend_is_back_wins_back() -> None:
    harness = lived(*DEAR, *LESS, *paid(200.0, *range(105, 147, 7)), standards=QUIET)
    assert changes(harness)[-3:] == [
        ("retained", "losing", "spend_declined"),
        ("losing", "won_back", "order_completed"),
        ("won_back", "retained", "order_completed"),
    ]


def test_an_order_from_before_the_account_was_closed_reopens_nothing() -> None:
    late = [*bought(0, 7), said("account_deleted", 40 * DAY), *bought(20)]
    assert changes(lived(*late))[-1][1] == "lost"


def test_captured_goes_over_losing_and_an_order_wins_back() -> None:
    records = [*bought(0, 7, 14), said("number_ported_out", 30 * DAY), *bought(33, 33.2, 38)]
    harness = lived(*records, standards=OWN)
    assert changes(harness)[-4:] == [
        ("retained", "losing", "gone_silent"),
        ("losing", "captured", "captured"),
        ("captured", "won_back", "order_completed"),
        ("won_back", "retained", "order_completed"),
    ]
    # One purchase day after a silence is no rhythm: the second is.
    ended = [alert for alert in harness.alerts if alert.signal == "captured"][-1]
    assert (ended.resolution, ended.resolved_at) == ("recovered", "2026-12-30T00:00:00.000000Z")


def test_who_was_captured_without_falling_silent_is_back_with_one_order() -> None:
    records = [*bought(0, 7, 14), said("number_ported_out", 15 * DAY), *bought(20, 27)]
    harness = lived(*records, standards=OWN)
    assert changes(harness)[-3:] == [
        ("retained", "captured", "captured"),
        ("captured", "won_back", "order_completed"),
        ("won_back", "retained", "order_completed"),
    ]
    ended = [alert for alert in harness.alerts if alert.signal == "captured"][-1]
    assert (ended.resolution, ended.resolved_at) == ("recovered", "2026-12-12T00:00:00.000000Z")


def test_who_falls_silent_again_is_not_back_in_their_rhythm() -> None:
    again = bought(31, 56, 57)  # silent from the 53rd day on
    records = [*bought(0, 7, 14), said("number_ported_out", 30 * DAY), *again]
    harness = lived(*records, standards=OWN)
    ended = [alert for alert in harness.alerts if alert.signal == "captured"][-1]
    assert (ended.resolution, ended.resolved_at) == ("recovered", "2027-01-18T00:00:00.000000Z")


def test_lost_goes_over_captured_and_losing_never_over_either() -> None:
    harness = lived(*bought(0, 7, 14), said("number_ported_out", 15 * DAY), standards=OWN, days=100)
    assert changes(harness)[-2:] == [
        ("retained", "captured", "captured"),
        ("captured", "lost", "lost"),
    ]
    # `captured` has expired by then: nobody who is lost is any better for that.
    assert [a.signal for a in harness.alerts if a.status == "expired"] == ["captured"]


def test_captured_for_somebody_who_never_bought() -> None:
    harness = lived(said("number_ported_out"), days=31)
    assert changes(harness) == [
        (None, "acquired", "number_ported_out"),
        ("acquired", "captured", "captured"),
        ("captured", "acquired", "captured"),
    ]


def test_a_closed_account_is_lost_until_they_come_back() -> None:
    harness = lived(*bought(0, 7), said("account_deleted", 8 * DAY), *bought(20))
    assert changes(harness)[-3:] == [
        # Who deletes the account within two weeks of an order has left after the purchase, too.
        ("retained", "abandoning", "left_after_purchase"),
        ("abandoning", "lost", "account_deleted"),
        ("lost", "won_back", "order_completed"),
    ]


def test_late_evidence_of_no_silence_leads_back_without_winning_back() -> None:
    late = [*bought(0, 7, 14), said("page_viewed", 26 * DAY), *bought(22)]
    harness = lived(*late, standards=OWN)
    assert changes(harness)[-2:] == [
        ("retained", "losing", "gone_silent"),
        ("losing", "retained", "gone_silent"),
    ]


def test_every_change_is_counted_and_says_when() -> None:
    harness = lived(*bought(0, 7, 14), standards=OWN, days=12)
    last: StageChange = harness.changes[-1]
    assert (last.customer_id, last.party, last.to) == ("c7", "customer", "losing")
    assert last.event_time == "2026-12-16T12:00:00.000000Z"
    counted = {
        name[1:]: n for name, n in harness.counts.items() if name[0] == "lifecycle_transitions"
    }
    assert counted == {
        ("", "acquired"): 1,
        ("acquired", "converted"): 1,
        ("converted", "retained"): 1,
        ("retained", "losing"): 1,
    }
