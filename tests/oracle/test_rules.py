"""The oracle against results worked out by hand from the text of the rules."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings

from .facts import DAY, HOUR, MINUTE, SECOND, Told, instant
from .lives import Record, lives, random_lives, smallest
from .rules import CDNOW, expected
from .silence import crossing_weeks

START = instant("2026-03-02T00:00:00Z")
CART = "cart_abandoned"
CHECKOUT = "checkout_abandoned"
QUEUE = "queue_abandoned"
LONG = 400 * DAY

Line = tuple[int, str, str | None, str]
numbers = itertools.count()


def said(after: int, kind: str, customer: str = "ann", **properties: object) -> Record:
    """An interaction, `after` microseconds from the start."""
    return {
        "id": f"e{next(numbers)}",
        "type": kind,
        "time": (START + after) / SECOND,
        "channel": "web",
        "customer_id": customer,
        "properties": properties,
    }


def add(after: int, cart: str | None = "a", product: str = "tea", quantity: int = 1) -> Record:
    return said(after, "product_added", cart_id=cart, product_id=product, quantity=quantity)


def lines(records: list[Record], until: int | None = None) -> list[Line]:
    """What is told: after how long, which signal, of what, and how (status or resolution)."""
    end = None if until is None else START + until
    return [line(told) for told in expected(records, until=end)]


def line(told: Told) -> Line:
    return told.at - START, told.signal, told.subject, told.resolution or told.status


# -- carts ----------------------------------------------------------------------------------------


def test_an_idle_cart_is_abandoned_after_60_minutes_and_expires_30_days_later() -> None:
    records = [add(0)]
    assert lines(records) == []
    assert lines(records, until=HOUR - 1) == []
    assert lines(records, until=HOUR) == [(HOUR, CART, "a", "open")]
    assert lines(records, until=LONG) == [
        (HOUR, CART, "a", "open"),
        (HOUR + 30 * DAY, CART, "a", "expired"),
    ]


def test_a_touch_at_the_very_deadline_comes_after_it() -> None:
    assert lines([add(0), add(HOUR)]) == [
        (HOUR, CART, "a", "open"),
        (HOUR, CART, "a", "returned"),
    ]
    assert lines([add(0), add(HOUR - 1)]) == []


def test_a_checkout_is_abandoned_after_10_minutes_and_its_cart_is_not() -> None:
    records = [add(0), said(5 * MINUTE, "checkout_started", cart_id="a", checkout_id="k")]
    assert lines(records, until=DAY) == [(15 * MINUTE, CHECKOUT, "a", "open")]


def test_the_cool_down_is_of_the_same_signal() -> None:
    # Opened at 1 h; touched at 2 h: not before 25 h again. Checkout has no cool-down of its own.
    again = [add(0), add(2 * HOUR)]
    assert lines(again, until=2 * DAY) == [
        (HOUR, CART, "a", "open"),
        (2 * HOUR, CART, "a", "returned"),
        (25 * HOUR, CART, "a", "open"),
    ]
    checkout = [*again, said(3 * HOUR, "payment_failed", cart_id="a")]
    assert lines(checkout, until=2 * DAY)[2:] == [(3 * HOUR + 10 * MINUTE, CHECKOUT, "a", "open")]


def test_an_order_recovers_and_forgets_the_cool_down() -> None:
    records = [add(0), said(2 * HOUR, "order_completed", cart_id="a"), add(3 * HOUR)]
    assert lines(records, until=DAY) == [
        (HOUR, CART, "a", "open"),
        (2 * HOUR, CART, "a", "recovered"),
        (4 * HOUR, CART, "a", "open"),
    ]


def test_emptying_keeps_the_cool_down() -> None:
    records = [add(0), said(2 * HOUR, "product_removed", cart_id="a", product_id="tea")]
    emptied = [(HOUR, CART, "a", "open"), (2 * HOUR, CART, "a", "emptied")]
    assert lines(records, until=LONG) == emptied
    assert lines([*records, add(3 * HOUR)], until=2 * DAY) == [
        *emptied,
        (25 * HOUR, CART, "a", "open"),
    ]


def test_orders_close_what_they_name_or_everything() -> None:
    begin = [
        add(0, "a"),
        add(0, "b"),
        said(1, "checkout_started", cart_id="b", checkout_id="k"),
    ]
    a = (HOUR, CART, "a", "open")
    b = (10 * MINUTE + 1, CHECKOUT, "b", "open")
    for names, left in (
        ({"cart_id": "a"}, [b]),
        ({"checkout_id": "k"}, [a]),
        ({}, []),
        ({"cart_id": "unknown"}, []),
        ({"checkout_id": "unknown"}, []),
    ):
        order = said(MINUTE, "order_completed", **names)
        assert lines([*begin, order], until=DAY) == left, names


def test_the_nameless_cart() -> None:
    assert lines([add(0, None)], until=DAY) == [(HOUR, CART, None, "open")]
    # A removal, a mere view and an empty view of a cart that nobody knows do nothing.
    nothing = [
        said(0, "product_removed", product_id="tea"),
        said(1, "cart_viewed"),
        said(2, "cart_viewed", products=[]),
    ]
    assert lines(nothing, until=DAY) == []
    # A checkout begins without a content; a view with products states one.
    assert lines([said(0, "payment_info_entered")], until=DAY) == [
        (10 * MINUTE, CHECKOUT, None, "open")
    ]
    assert lines([said(0, "cart_viewed", products=[{"sku": "tea"}])], until=DAY) == [
        (HOUR, CART, None, "open")
    ]


def test_quantities_never_fall_below_zero() -> None:
    records = [
        add(0, quantity=2),
        said(MINUTE, "product_removed", cart_id="a", product_id="gold"),  # not held: a touch
        said(2 * MINUTE, "product_removed", cart_id="a", product_id="tea", quantity=5),
    ]
    assert lines(records[:2], until=DAY) == [(61 * MINUTE, CART, "a", "open")]
    assert lines(records, until=DAY) == []
    assert lines([*records, add(3 * MINUTE)], until=DAY) == [(63 * MINUTE, CART, "a", "open")]


def test_removing_what_is_not_held_never_empties() -> None:
    records = [
        said(0, "checkout_started", cart_id="a"),
        said(MINUTE, "product_removed", cart_id="a", product_id="tea"),
    ]
    assert lines(records, until=DAY) == [(11 * MINUTE, CHECKOUT, "a", "open")]


def test_the_oldest_of_17_carts_is_forgotten() -> None:
    records = [add(number * SECOND, f"cart-{number}") for number in range(16)]
    records.append(add(2 * HOUR, "one-more"))
    told = lines(records)
    assert told[0] == (HOUR, CART, "cart-0", "open")
    assert told[16:] == [(2 * HOUR, CART, "cart-0", "expired")]


def test_the_oldest_of_65_products_is_forgotten() -> None:
    others = [{"product_id": f"p{number}"} for number in range(64)]
    records = [
        add(0),
        said(MINUTE, "product_added", cart_id="a", products=others),
        said(2 * MINUTE, "product_removed", cart_id="a", products=others),
    ]
    assert lines(records[:2], until=DAY) == [(61 * MINUTE, CART, "a", "open")]
    assert lines(records, until=DAY) == []


# -- late records of carts ------------------------------------------------------------------------


@pytest.fixture
def opened() -> list[Record]:
    """Cart a, touched at 0, is told as abandoned at 1 h; the clock is at 2 h."""
    return [add(0), said(2 * HOUR, "page_viewed")]


def test_a_late_touch_voids_and_leaves_no_cool_down(opened: list[Record]) -> None:
    assert lines([*opened, add(30 * MINUTE)]) == [
        (HOUR, CART, "a", "open"),
        (HOUR, CART, "a", "late_evidence"),
        (90 * MINUTE, CART, "a", "open"),
    ]


def test_a_late_order_voids_and_closes(opened: list[Record]) -> None:
    late = said(30 * MINUTE, "order_completed")
    told = [(HOUR, CART, "a", "open"), (HOUR, CART, "a", "late_evidence")]
    assert lines([*opened, late], until=LONG) == told
    # A touch before that order is in its past.
    assert lines([*opened, late, add(20 * MINUTE)], until=LONG) == told
    # An order before the last touch leaves the cart alone.
    early = said(-MINUTE, "order_completed", cart_id="a")
    assert lines([*opened, early]) == [(HOUR, CART, "a", "open")]


def test_a_late_emptying_voids(opened: list[Record]) -> None:
    late = said(30 * MINUTE, "cart_viewed", cart_id="a", products=[])
    told = [(HOUR, CART, "a", "open"), (HOUR, CART, "a", "late_evidence")]
    assert lines([*opened, late], until=LONG) == told
    # A checkout event before the emptying begins none; one after it does.
    before = said(20 * MINUTE, "checkout_started", cart_id="a")
    after = said(40 * MINUTE, "checkout_started", cart_id="a")
    assert lines([*opened, late, before], until=LONG) == told
    assert lines([*opened, late, after]) == [*told, (50 * MINUTE, CHECKOUT, "a", "open")]


def test_a_late_touch_before_the_last_one_voids_only_by_beginning_checkout(
    opened: list[Record],
) -> None:
    told = [(HOUR, CART, "a", "open")]
    assert lines([*opened, add(-MINUTE)]) == told
    assert lines([*opened, said(-MINUTE, "checkout_started", cart_id="a")]) == [
        *told,
        (HOUR, CART, "a", "late_evidence"),
        (10 * MINUTE, CHECKOUT, "a", "open"),
    ]


def test_a_late_touch_voids_nothing_where_the_cool_down_had_set_the_opening() -> None:
    # Opened at 1 h, touched at 2 h, open again at 25 h: a touch at 3 h leaves that as it is.
    begin = [add(0), add(2 * HOUR), said(26 * HOUR, "page_viewed")]
    told = lines([*begin, add(3 * HOUR)])
    assert told[2:] == [(25 * HOUR, CART, "a", "open")]
    # One at 24 h 30 min moves the deadline to 25 h 30 min.
    assert lines([*begin, add(24 * HOUR + 30 * MINUTE)])[2:] == [
        (25 * HOUR, CART, "a", "open"),
        (25 * HOUR, CART, "a", "late_evidence"),
        (25 * HOUR + 30 * MINUTE, CART, "a", "open"),
    ]


def test_a_late_emptying_voids_even_if_older_than_the_last_touch() -> None:
    begin = [add(0), said(20 * MINUTE, "cart_viewed", cart_id="a"), said(2 * HOUR, "page_viewed")]
    gone = said(10 * MINUTE, "product_removed", cart_id="a", product_id="tea")
    at = 80 * MINUTE
    told = [(at, CART, "a", "open"), (at, CART, "a", "late_evidence")]
    assert lines([*begin, gone], until=LONG) == told
    # Something is left: nothing changes. A checkout that was begun after it stands, too.
    assert lines([add(-MINUTE, product="milk"), *begin, gone]) == told[:1]
    step = said(15 * MINUTE, "checkout_started", cart_id="a")
    assert lines([step, *begin, gone]) == [(30 * MINUTE, CHECKOUT, "a", "open")]


def test_a_view_older_than_a_change_states_nothing() -> None:
    empty = said(-MINUTE, "cart_viewed", cart_id="a", products=[])
    assert lines([add(0), empty], until=DAY) == [(HOUR, CART, "a", "open")]
    # A later look or checkout step is no change of the content.
    step = said(0, "cart_viewed", cart_id="b")
    empty = said(-MINUTE, "cart_viewed", cart_id="b", products=[])
    assert lines([add(-30 * MINUTE, "b"), step, empty], until=DAY) == []


def test_an_order_buries_the_checkouts_of_its_cart() -> None:
    begin = [
        said(0, "checkout_started", cart_id="a", checkout_id="k"),
        said(5 * MINUTE, "order_completed", checkout_id="k"),
    ]
    late = said(4 * MINUTE, "payment_info_entered", checkout_id="k")
    assert lines([*begin, late], until=DAY) == []
    # After the order it is a checkout that nobody knows: of the nameless cart.
    after = said(6 * MINUTE, "payment_info_entered", checkout_id="k")
    assert lines([*begin, after], until=DAY) == [(16 * MINUTE, CHECKOUT, None, "open")]


def test_touches_older_than_an_order_of_their_cart_do_nothing_even_if_it_came_too_late() -> None:
    begin = [add(HOUR), said(0, "order_completed", cart_id="a")]
    assert lines([*begin, said(-1, "checkout_started", cart_id="a")], until=DAY) == [
        (2 * HOUR, CART, "a", "open")
    ]


def test_equal_times_go_by_arrival(opened: list[Record]) -> None:
    void = [(HOUR, CART, "a", "open"), (HOUR, CART, "a", "late_evidence")]
    # An order or an emptying at the time of the last touch comes after it; a touch raises nothing.
    assert lines([*opened, said(0, "order_completed")], until=LONG) == void
    assert lines([*opened, said(0, "cart_viewed", cart_id="a", products=[])], until=LONG) == void
    assert lines([*opened, add(0)]) == void[:1]
    # A touch at the time of an order that has closed its cart begins a new one.
    order = said(MINUTE, "order_completed", cart_id="a")
    assert lines([add(0), order, add(MINUTE)], until=DAY) == [(61 * MINUTE, CART, "a", "open")]
    # An addition at the time of a view adds to it: without the milk, tea remains.
    records = [
        said(0, "cart_viewed", cart_id="a", products=[{"product_id": "milk"}]),
        add(0),
        said(MINUTE, "product_removed", cart_id="a", product_id="milk"),
    ]
    assert lines(records, until=DAY) == [(61 * MINUTE, CART, "a", "open")]


def test_a_view_states_the_content_at_its_time() -> None:
    records = [
        add(0),
        said(MINUTE, "cart_viewed", cart_id="a", products=[{"product_id": "milk"}]),
        add(30 * SECOND, product="salt"),  # late: the view knew better
        said(2 * MINUTE, "product_removed", cart_id="a", product_id="milk"),
    ]
    assert lines(records, until=DAY) == []


# -- queues ---------------------------------------------------------------------------------------


def queued(after: int, contact: str = "1") -> Record:
    return said(after, "contact_queued", contact_id=contact)


def abandoned(after: int, contact: str = "1") -> Record:
    return said(after, "contact_abandoned", contact_id=contact)


def test_abandoning_a_queue_counts_from_5_seconds_on() -> None:
    at = 5 * SECOND
    assert lines([queued(0), abandoned(at - 1)], until=DAY) == []
    assert lines([queued(0), abandoned(at)]) == [(at, QUEUE, "1", "open")]
    assert lines([abandoned(at), queued(0)]) == [(at, QUEUE, "1", "open")]
    assert lines([queued(0), queued(1), abandoned(at)]) == []
    void = [(at, QUEUE, "1", "open"), (at, QUEUE, "1", "late_evidence")]
    assert lines([queued(0), abandoned(at), queued(1)]) == void
    assert lines([queued(0), abandoned(at), queued(at)]) == void
    assert lines([queued(0), abandoned(at), queued(at + 1)]) == void[:1]


def test_the_next_answer_resolves_and_7_days_expire() -> None:
    begin = [queued(0), abandoned(MINUTE)]
    opened = (MINUTE, QUEUE, "1", "open")
    answer = said(HOUR, "contact_answered", contact_id="2")
    early = said(MINUTE - 1, "callback_done")
    assert lines([*begin, early, answer]) == [opened, (HOUR, QUEUE, "1", "recovered")]
    assert lines([answer, *begin]) == [opened, (HOUR, QUEUE, "1", "recovered")]
    later = said(2 * HOUR, "callback_done")
    assert lines([later, answer, *begin]) == [opened, (HOUR, QUEUE, "1", "recovered")]
    expired = (MINUTE + 7 * DAY, QUEUE, "1", "expired")
    assert lines(begin, until=LONG) == [opened, expired]
    too_late = said(MINUTE + 7 * DAY, "callback_done")
    assert lines([*begin, too_late]) == [opened, expired]


@pytest.mark.parametrize("contact", [{"contact_id": "1"}, {}])
def test_a_callback_while_waiting_makes_it_none(contact: dict[str, str]) -> None:
    begin = [queued(0), abandoned(MINUTE)]
    opened = (MINUTE, QUEUE, "1", "open")
    for after, counts in ((-1, False), (0, True), (MINUTE, True), (MINUTE + 1, False)):
        callback = said(after, "callback_requested", **contact)
        assert lines([callback, *begin]) == ([] if counts else [opened])
        void = (MINUTE, QUEUE, "1", "late_evidence")
        assert lines([*begin, callback]) == ([opened, void] if counts else [opened])


def test_a_contact_that_was_answered_while_it_waited_was_not_left() -> None:
    begin = [queued(0), abandoned(MINUTE)]
    answered = said(30 * SECOND, "contact_answered", contact_id="1")
    assert lines([begin[0], answered, begin[1]]) == []
    void = [(MINUTE, QUEUE, "1", "open"), (MINUTE, QUEUE, "1", "late_evidence")]
    assert lines([*begin, answered]) == void
    # Of two abandonments the first one counts.
    assert lines([queued(0), abandoned(SECOND), abandoned(MINUTE)]) == []
    assert lines([*begin, abandoned(SECOND)]) == void


def test_a_contact_is_forgotten_a_week_after_it_was_last_heard_of() -> None:
    week = 7 * DAY
    assert lines([queued(0), queued(week, "2"), abandoned(MINUTE)]) == []
    told = lines([queued(0), queued(week - 1, "2"), abandoned(MINUTE)])
    assert told == [(MINUTE, QUEUE, "1", "open")]
    # An answer after its expiry is none of its own.
    answer = said(week + HOUR, "callback_done")
    assert lines([queued(week, "2"), answer, queued(0), abandoned(MINUTE)], until=LONG) == [
        (MINUTE, QUEUE, "1", "open"),
        (MINUTE + week, QUEUE, "1", "expired"),
    ]


def test_the_contact_heard_of_longest_ago_goes_when_there_are_17() -> None:
    records = [abandoned(number * MINUTE, f"k{number:02}") for number in range(1, 18)]
    waits = [queued(number * MINUTE - 30 * SECOND, f"k{number:02}") for number in range(1, 18)]
    told = lines([record for pair in zip(waits, records, strict=True) for record in pair])
    assert told[-2:] == [
        (17 * MINUTE - 30 * SECOND, QUEUE, "k01", "expired"),
        (17 * MINUTE, QUEUE, "k17", "open"),
    ]


def test_a_second_one_within_24_hours_is_an_error() -> None:
    def severities(second: int, *between: Record) -> list[str]:
        begin = [queued(0), abandoned(MINUTE), *between]
        told = expected([*begin, queued(second - HOUR, "2"), abandoned(second, "2")])
        return [alert.severity for alert in told if alert.status == "open"]

    assert severities(MINUTE + DAY) == ["warning", "error"]
    assert severities(MINUTE + DAY + 1) == ["warning", "warning"]
    void = said(MINUTE, "callback_requested", contact_id="1")
    assert severities(MINUTE + DAY, void) == ["warning", "warning"]


# -- silence --------------------------------------------------------------------------------------


def bought(*days: float) -> list[Record]:
    return [said(round(day * DAY), "order_completed") for day in days]


def p_alive(x: int, t_x: float, age: float) -> float:
    r, alpha, a, b, _ = CDNOW
    return 1 / (1 + a / (b + x - 1) * math.pow((alpha + age) / (alpha + t_x), r + x))


@pytest.mark.parametrize(
    ("x", "t_x", "theta", "weeks"),
    [(2, 30.43, 0.5, 62.4913), (10, 20, 0.3, 29.9954), (1, 5, 0.7, 7.2922)],
)
def test_the_crossing_has_its_published_values(
    x: int, t_x: float, theta: float, weeks: float
) -> None:
    crossing = crossing_weeks(x, t_x, (*CDNOW[:4], theta))
    assert crossing == pytest.approx(weeks, abs=5e-5)
    assert p_alive(x, t_x, crossing) == pytest.approx(theta)


def test_the_published_p_alive() -> None:
    assert p_alive(2, 30.43, 38.86) == pytest.approx(0.726579, abs=1e-6)


def test_a_regular_buyer_goes_silent_and_comes_back() -> None:
    # x = 2, t_x = 2 weeks: 6.414 * (3.426 / 0.793) ** (1 / 2.243) - 4.414 = 7.9018 weeks.
    silent = 7.9018 * 7 * DAY
    assert lines(bought(0.5, 7.2), until=LONG) == []
    told = expected([*bought(0.5, 7.2, 14.9), *bought(70)])
    assert [(t.signal, t.status, t.resolution, t.severity) for t in told] == [
        ("gone_silent", "open", None, "warning"),
        ("gone_silent", "resolved", "recovered", "warning"),
        ("won_back", "notice", None, "info"),
    ]
    assert told[0].at - START == pytest.approx(silent, abs=MINUTE)
    assert told[0].opened_at == told[0].at == told[1].opened_at
    assert [told[1].at, told[2].at, told[2].opened_at] == [START + 70 * DAY] * 3


def test_a_late_purchase_voids_only_if_it_moves_the_crossing_beyond_the_opening() -> None:
    # With day 50: x = 3, t_x = 7.142857: 11.556857 * 1.69927 - 4.414 = 15.224 weeks, day 106.6.
    # With day 1: 6.414 * 1.69927 - 4.414 = 6.485 weeks, day 45.4, before the opening at 55.3.
    begin = [*bought(0, 7, 14), said(60 * DAY, "page_viewed")]
    told = expected([*begin, *bought(50)], until=START + 120 * DAY)
    assert [(t.signal, t.resolution or t.status) for t in told] == [
        ("gone_silent", "open"),
        ("gone_silent", "late_evidence"),
        ("gone_silent", "open"),
    ]
    assert told[1].at == told[1].opened_at == told[0].at
    assert (told[2].at - START) / DAY == pytest.approx(106.57, abs=0.01)
    assert len(expected([*begin, *bought(1)], until=START + 100 * DAY)) == 1


def test_lost_takes_over_from_silence_and_ends_with_a_purchase() -> None:
    # x = 2, t_x = 2 weeks, P(alive) = 0.1: 6.414 * (9 * 3.426 / 0.793) ** (1 / 2.243) - 4.414
    # = 28.3874 weeks, day 198.71.
    begin = bought(0, 7, 14)
    told = lines(begin, until=LONG)
    assert [(signal, how) for _, signal, _, how in told] == [
        ("gone_silent", "open"),
        ("gone_silent", "superseded"),
        ("lost", "open"),
    ]
    assert told[1][0] == told[2][0] == pytest.approx(198.71 * DAY, abs=DAY / 50)
    back = lines([*begin, *bought(300)])
    assert [(at, signal, how) for at, signal, _, how in back[3:]] == [
        (300 * DAY, "lost", "recovered"),
        (300 * DAY, "won_back", "notice"),
    ]
    # One of day 150 that is heard of afterwards would have put it off.
    late = lines([*begin, said(210 * DAY, "page_viewed"), *bought(150)])
    assert [(signal, how) for _, signal, _, how in late[3:]] == [("lost", "late_evidence")]


def test_nobody_is_silent_before_the_last_day_is_over() -> None:
    # x = 6, t_x = 3.857: 8.271 * (7.426 / 0.793) ** (1 / 6.243) - 4.414 = 7.42 weeks: later.
    # With theta = 0.95 the crossing lies before the last purchase: then the end of that day.
    days = bought(0, 2, 4, 10, 20, 26, 27.5)
    strict = (*CDNOW[:4], 0.95)
    told = expected(days, until=START + LONG, crossing=strict)
    silent = [t.at - START for t in told if (t.signal, t.status) == ("gone_silent", "open")]
    assert silent[-1:] == [28 * DAY]


def test_own_rhythm_mode() -> None:
    # Gaps of 2, 4 and 10 days: 90th percentile 4 + 0.8 * 6 = 8.8; day 16 + 13.2 = day 29.2.
    told = expected(bought(0, 2, 6, 16), until=START + LONG, crossing=None)
    silent = [t.at - START for t in told if (t.signal, t.status) == ("gone_silent", "open")]
    assert silent[-1] == pytest.approx(29.2 * DAY, abs=1)
    # 16 + 3 * 8.8 = day 42.4.
    assert (told[-1].signal, told[-1].status) == ("lost", "open")
    assert told[-1].at - START == pytest.approx(42.4 * DAY, abs=1)


# -- clock, order, repeats ------------------------------------------------------------------------


def test_a_deadline_waits_for_the_clock_or_for_the_customers_own_record() -> None:
    other = said(HOUR + 2 * MINUTE - 1, "page_viewed", "bob")
    own = said(HOUR, "order_completed", cart_id="a")
    late = add(30 * MINUTE)
    # The clock is one microsecond short: the late touch is in time.
    assert lines([add(0), other, late]) == []
    passed = said(HOUR + 2 * MINUTE, "page_viewed", "bob")
    assert [how for *_, how in lines([add(0), passed, late])] == ["open", "late_evidence"]
    assert [how for *_, how in lines([add(0), own])] == ["open", "recovered"]


def test_deadlines_fire_in_order_of_time_customer_signal_and_subject() -> None:
    records = [
        said(50 * MINUTE, "payment_failed", "ann", cart_id="z"),
        said(0, "product_added", "cat", cart_id="a", product_id="tea"),
        said(0, "product_added", "ann", cart_id="b", product_id="tea"),
        said(0, "product_added", "ann", product_id="tea"),
        said(-1, "product_added", "zoe", product_id="tea"),
    ]
    told = expected(records, until=START + DAY)
    assert [(t.customer, t.signal, t.subject) for t in told] == [
        ("zoe", CART, None),
        ("ann", CART, None),
        ("ann", CART, "b"),
        ("ann", CHECKOUT, "z"),
        ("cat", CART, "a"),
    ]


@pytest.mark.parametrize(("between", "dropped"), [(0, True), (63, True), (64, False)])
def test_an_id_among_the_last_64_is_dropped(between: int, dropped: bool) -> None:
    removal = said(2, "product_removed", cart_id="a", product_id="tea")
    first = add(1)
    others = [said(3, "page_viewed") for _ in range(between - 1)]
    records = [first, removal, *others, first] if between else [first, first, removal]
    assert lines(records, until=DAY) == ([] if dropped else [(HOUR + 2, CART, "a", "open")])


# -- random lives ---------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(lives(contested=True))
def test_alerts_of_random_lives_are_consistent(records: list[Record]) -> None:
    seen: dict[tuple[str, str, str | None], Told] = {}
    for told in expected(records):
        key = (told.signal, told.customer, told.subject)
        before = seen.get(key)
        was_open = before is not None and before.status == "open"
        if told.status in ("resolved", "expired"):
            assert was_open
            assert before is not None
            assert before.opened_at == told.opened_at <= told.at
        else:
            assert not was_open
            assert told.at == told.opened_at
        if told.signal in (CART, CHECKOUT) and told.status == "open":
            other = seen.get((CHECKOUT if told.signal == CART else CART, *key[1:]))
            assert other is None or other.status != "open"
        seen[key] = told


def test_random_lives_reach_every_way_of_telling() -> None:
    reached = {
        (told.signal, told.resolution or told.status)
        for seed in range(60)
        for told in expected(random_lives(seed))
    }
    carts = ("open", "returned", "emptied", "recovered", "late_evidence", "expired")
    assert reached == {
        *((signal, how) for signal in (CART, CHECKOUT) for how in carts),
        *((QUEUE, how) for how in ("open", "recovered", "late_evidence", "expired")),
        *(("gone_silent", how) for how in ("open", "recovered", "late_evidence", "superseded")),
        *(("lost", how) for how in ("open", "recovered", "late_evidence")),
        ("won_back", "notice"),
    }


def test_smallest_keeps_what_fails() -> None:
    life = random_lives(1)
    rest = smallest(life, lambda records: any(told.signal == CART for told in expected(records)))
    assert len(rest) <= 2
