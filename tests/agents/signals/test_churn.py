"""What a customer's habits say, beyond the stories: arithmetic, bounds, and random lives."""

from __future__ import annotations

import random
from collections import Counter
from math import comb
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.alerts import Alerts, Kind
from agents.harness import Harness
from agents.signals.churn import dissatisfactions, signals
from agents.signals.churn.captured import Captured
from agents.signals.churn.captured import days as last_days
from agents.signals.churn.captured import keep as keep_category
from agents.signals.churn.dissatisfied import CustomerDissatisfied
from agents.signals.churn.expectations import gap_of
from agents.signals.churn.scores import stretched
from agents.signals.churn.spending import amounts, counts, keep, median
from agents.signals.churn.usage import week_of, week_start
from agents.signals.protocol import House
from schemas.alert import Alert
from schemas.alert import decode as decode_alert
from schemas.customer import Customer, Purchases, decode
from schemas.habits import (
    KIND,
    MAX_KINDS,
    MAX_ORDERS,
    MAX_USES,
    MAX_WAITING,
    MAX_WEEKS,
    ORDER,
    Habits,
    Waiting,
)
from schemas.instant import DAY as DAY_US
from schemas.instant import instant
from schemas.memory import Piece
from schemas.standards import CustomerDissatisfied as Limits
from schemas.standards import parse
from streams.contract import Decision
from tests.agents.say import DAY, HOUR, START, Record, said, shop

COMPLAINT = {"ticket_id": "t", "kind": "complaint"}
OURS = frozenset(kind.name for signal in signals(House()) for kind in signal.kinds)


def told(harness: Harness, *names: str) -> list[tuple[str, str]]:
    wanted = names or OURS
    return [(a.signal, a.resolution or a.status) for a in harness.alerts if a.signal in wanted]


def nps(score: float, after: float, **more: Any) -> Record:
    return said("survey_answered", after, instrument="nps", score=score, **more)


# -- arithmetic -----------------------------------------------------------------------------------


@given(st.integers(0, 4000))
def test_weeks_begin_on_mondays(week: int) -> None:
    start = week_start(week)
    assert (week_of(start), week_of(start - 1)) == (week, week - 1)
    assert (start // DAY_US + 3) % 7 == 0


@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(1, 1000).map(float)), max_size=40))
def test_the_last_orders_are_kept_in_order_of_day(orders: list[tuple[int, float]]) -> None:
    kept = b""
    for day, paid in orders:
        kept = keep(kept, day, paid)
    days = [day for day, _ in amounts(kept)]
    assert days == sorted(days)
    assert len(days) == min(len(orders), MAX_ORDERS)
    if len(orders) <= MAX_ORDERS:
        assert amounts(kept) == sorted(orders, key=lambda order: order[0])


@given(
    st.lists(st.integers(0, 900), min_size=1, max_size=60, unique=True).map(sorted),
    st.integers(0, 900), st.integers(1, 100), st.integers(1, 400),
)  # fmt: skip
def test_purchase_days_are_counted_as_by_hand(
    bought: list[int], day: int, window: int, baseline: int
) -> None:
    history = Purchases(first=bought[0], days=bought)
    edge = day - window
    begin = max(edge - baseline, bought[0])
    now, base, span = counts(history, day, window, baseline)
    assert now == sum(edge < each <= day for each in bought)
    assert base == sum(begin < each <= edge for each in bought)
    assert span == max(0, edge - begin) <= baseline


@given(st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.integers(0, 99)), max_size=40))
def test_of_categories_the_last_day_is_kept(bought: list[tuple[str, int]]) -> None:
    kept = b""
    for name, day in bought:
        kept = keep_category(kept, name, day)
    assert len(last_days(kept)) <= MAX_KINDS
    assert last_days(kept) == sorted(last_days(kept))
    if len({name for name, _ in bought}) <= MAX_KINDS:
        latest = {name: max(d for n, d in bought if n == name) for name, _ in bought}
        assert last_days(kept) == sorted(latest.values())


@given(st.floats(0, 10), st.sampled_from([(0, 10), (1, 5), (1, 7)]))
def test_stretching_keeps_both_ends_and_the_order(score: float, scale: tuple[int, int]) -> None:
    low, high = scale
    assert stretched(low, 10, low, high) == low
    assert stretched(10, 10, low, high) == pytest.approx(high)
    if score >= low:
        assert low - 1e-9 <= stretched(score, 10, low, high) <= high + 1e-9


@pytest.mark.parametrize(("p", "e", "scale"), [(8, 3, 7), (3, 8, 7), (-1, 3, 7), (1, 1, 1)])
def test_what_lies_outside_its_scale_says_nothing(p: float, e: float, scale: float) -> None:
    assert gap_of(p, e, scale, None) is None


def test_the_median_of_an_even_number_lies_between() -> None:
    assert (median([4.0, 1.0]), median([3.0, 1.0, 2.0])) == (2.5, 2.0)


# -- usage ----------------------------------------------------------------------------------------

SHORT = '[usage_declined]\nwindow = "7 d"\nbaseline = "14 d"\nalpha = 0.05'
MONDAY = DAY  # the start is a Sunday


def test_a_report_of_no_usage_is_no_use() -> None:
    harness = shop(SHORT, *(said("usage_reported", day * DAY, quantity=0) for day in range(8)))
    (row,) = harness.rows.values()
    assert decode(row).habits is None


def test_who_has_not_used_anything_for_long_is_forgotten() -> None:
    uses = [said("feature_used", MONDAY + hour * HOUR) for hour in range(8)]
    harness = shop(SHORT, *uses).advance(minutes=60 * 24 * 60)
    (row,) = harness.rows.values()
    habits = decode(row).habits
    assert habits == Habits()
    assert decode(row).timers == []


def test_usage_wakes_nobody_before_the_history_is_whole() -> None:
    (row,) = shop("", said("feature_used", MONDAY)).rows.values()
    (timer,) = decode(row).timers
    assert timer.due == (START + MONDAY + 16 * 7 * DAY) * 1_000_000


def read_literally(uses: list[int], end: int) -> list[tuple[int, str]]:
    """Usage declined by its rule (one week against two, alpha 0.05), week by week; instants in days
    from the start, a Sunday, on which Mondays are 1, 8, 15, ..."""
    told: list[tuple[int, str]] = []
    first = usual = last = 0
    opened = -100
    stands = False
    for monday in range(8, end + 1, 7):
        if stands and opened + 30 <= monday:
            told.append((opened + 30, "expired"))
            stands = False
        known = [day for day in uses if last < day < monday]
        if not first and known:
            first = known[0] - (known[0] - 1) % 7
        if not first or monday < first + 21:
            continue
        now = sum(monday - 7 <= day < monday for day in known)
        base = sum(monday - 21 <= day < monday - 7 for day in known)
        if usual and now * 2 > 0.8 * usual:
            usual = 0
            if stands:
                told.append((monday, "recovered"))
                stands = False
        elif not (usual and monday < opened + 14) and not stands:
            total = now + base
            chance = sum(comb(total, k) * 2 ** (total - k) for k in range(now + 1)) / 3**total
            if base >= 8 and now * 2 <= 0.5 * base and chance < 0.05 and monday >= opened + 28:
                opened, usual, stands = monday, base, True
                told.append((monday, "open"))
        if not now and not base:
            first, last, usual = 0, monday - 1, 0
    if stands and opened + 30 <= end:
        told.append((opened + 30, "expired"))
    return told


def random_uses(seed: int) -> list[int]:
    """Days of use in forty weeks, some busy and some idle."""
    rng = random.Random(seed)
    rates = [rng.choice((0, 0, 1, 4, 8)) for _ in range(40)]
    weeks = [week for week, rate in enumerate(rates) for _ in range(rate)]
    return sorted(1 + 7 * week + rng.randrange(7) for week in weeks)


def test_the_literal_reading_sees_all_endings() -> None:
    ways = Counter(how for seed in range(60) for _, how in read_literally(random_uses(seed), 400))
    assert min(ways[how] for how in ("open", "recovered", "expired")) >= 10, ways


@pytest.mark.parametrize("seed", range(60))
def test_usage_is_judged_as_a_literal_reading_judges_it(seed: int) -> None:
    uses = random_uses(seed)
    events = [said("feature_used", day * DAY + 60 * n) for n, day in enumerate(uses)]
    harness = shop(SHORT, *events).advance(to=START + 400 * DAY)
    mine = [
        (round((instant(a.event_time) / 1e6 - START) / DAY), a.resolution or a.status)
        for a in harness.alerts
        if a.signal == "usage_declined"
    ]
    assert mine == read_literally(uses, 400)


# -- opinions -------------------------------------------------------------------------------------


def test_the_outcome_of_the_follow_up_ends_a_detractor() -> None:
    harness = shop("", nps(2, 0))
    (alert,) = [a for a in harness.alerts if a.signal == "detractor"]
    assert alert.reason == (
        "Said 2 of 10 whether they would recommend us; to be answered by 2026-11-24 00:00 UTC."
    )
    assert alert.respond_by == "2026-11-24T00:00:00.000000Z"
    other = said("alert_outcome", HOUR, alert_id="another", outcome="called")
    assert told(harness.feed([other]), "detractor") == [("detractor", "open")]
    mine = said("alert_outcome", 2 * HOUR, alert_id=alert.alert_id, outcome="called")
    assert told(harness.feed([mine]), "detractor")[-1] == ("detractor", "actioned")


@pytest.mark.parametrize(
    "answer",
    [
        {"instrument": "nps", "score": 11}, {"instrument": "csat", "score": -1},
        {"instrument": "csat", "score": 1, "scale": 1}, {"instrument": "nps"}, {"score": 1},
        {"instrument": "servqual", "score": 1},
    ],
)  # fmt: skip
def test_an_answer_on_no_scale_is_none(answer: Record) -> None:
    assert told(shop("", said("survey_answered", 0, **answer))) == []


def test_a_house_sets_its_own_limits() -> None:
    strict = '[detractor]\nnps = 8\nteam = "care"\nseverity = "critical"\nwithin = "1 h"'
    (alert,) = shop(strict, nps(8, 0)).alerts
    assert (alert.team, alert.severity) == ("care", "critical")
    assert alert.respond_by == "2026-11-22T01:00:00.000000Z"
    assert told(shop("[detractor]\nenabled = false", nps(0, 0))) == []


def test_a_contact_that_was_never_answered_is_forgotten() -> None:
    queued = [said("contact_queued", n * HOUR, contact_id=f"k{n}") for n in range(9)]
    (row,) = shop("", *queued).rows.values()
    habits = decode(row).habits
    assert habits is not None
    assert len(habits.waiting) == MAX_WAITING


def test_an_answer_that_is_heard_of_before_its_queueing_makes_the_same_wait() -> None:
    def waits(swap: bool) -> list[tuple[str, str]]:
        records = []
        for number, seconds in enumerate((30, 30, 30, 30, 30, 100)):
            name, at = f"k{number}", number * DAY
            both = [
                said("contact_queued", at, contact_id=name),
                said("contact_answered", at + seconds, contact_id=name),
            ]
            records += both[::-1] if swap else both
        # Of several waits that were too long others tell more.
        return [each for each in told(shop("", *records)) if each[0] == "expectation_gap"]

    assert waits(True) == waits(False) == [("expectation_gap", "open")]


# -- capture --------------------------------------------------------------------------------------


def test_fewer_kinds_of_things_are_a_sign_with_others() -> None:
    def order(day: int, *kinds: str) -> Record:
        products = [{"sku": kind, "category": kind} for kind in kinds]
        return said("order_completed", day * DAY, products=products)

    narrow = [
        order(0, "tea"),
        order(10, "milk", "bread"),
        *(order(d, "tea") for d in (200, 220, 240)),
    ]
    signs = [said("profile_updated", 250 * DAY, changed=["city"]), said("data_exported", 251 * DAY)]
    (alert,) = [a for a in shop("", *narrow, *signs).alerts if a.signal == "captured"]
    assert alert.rule.parameters == {
        "likelihood_ratio": 24.0,
        "data_exported": 4.0,
        "profile_changed": 2.0,
        "categories_narrowed": 3.0,
    }
    assert alert.reason == (
        "Probably with a competitor: exported the data (x4), changed the address (x2), buys fewer"
        " kinds of things (x3); together 24 times as likely of somebody who has gone over as of"
        " somebody who has not."
    )
    wide = [*narrow, order(245, "milk")]
    assert told(shop("", *wide, *signs), "captured") == []


@pytest.mark.parametrize("changed", [["E-Mail"], ["traits.address"], ["address.street"], ["phone"]])
def test_an_address_by_any_name_is_a_sign(changed: list[str]) -> None:
    (row,) = shop("", said("profile_updated", 0, changed=changed)).rows.values()
    assert [piece.kind for piece in decode(row).pieces] == ["profile_changed"]


@pytest.mark.parametrize("changed", [["newsletter"], [], ["birthday", "name"]])
def test_other_changes_are_none(changed: list[str]) -> None:
    (row,) = shop("", said("profile_updated", 0, changed=changed)).rows.values()
    assert decode(row).pieces == []


def test_a_sign_that_is_heard_of_after_a_later_order_is_over() -> None:
    late = [said("order_completed", 2 * DAY), said("number_ported_out", DAY)]
    assert told(shop("", *late), "captured") == []


# -- dissatisfaction ------------------------------------------------------------------------------


def test_a_piece_and_its_alert_are_one_dissatisfaction() -> None:
    (row,) = shop("", nps(1, 0)).rows.values()
    customer = decode(row)
    assert len(customer.alerts) == len(customer.pieces) == 1
    assert len(dissatisfactions.found(customer, 0, 2**62)) == 1
    customer.pieces = []
    assert len(dissatisfactions.found(customer, 0, 2**62)) == 1


def test_several_tellings_of_one_matter_are_one_kind() -> None:
    customer = Customer(
        pieces=[
            Piece("complaint", 5, "e"),
            Piece("complaint_external", 5, "e"),
            Piece("answer_late", 6),
        ]
    )
    every = dissatisfactions.found(customer, 0, 9)
    assert dissatisfactions.sorts(every) == ["complaint", "wait"]
    assert len(dissatisfactions.matters(every)) == 2


def test_a_dissatisfaction_that_proves_wrong_voids_what_was_built_on_it() -> None:
    names = ("detractor", "effort_high", "customer_dissatisfied")
    plain = {
        name: Kind(name, "support", "", reason=lambda _: "", parameters=lambda _: {})
        for name in names
    }
    rule, customer, decision = CustomerDissatisfied(Limits()), Customer(), Decision()
    alerts = Alerts(plain, decision, None)
    alerts.about("c:c7", customer)

    def settle(at: int) -> None:
        changes, alerts.changes = alerts.changes, []
        rule.on_alerts(customer, changes, at, alerts)

    at = 20_000 * DAY_US
    alerts.open("detractor", None, at, [], [])
    customer.pieces.append(Piece("effort_high", at + 1, "e"))
    alerts.open("effort_high", "k", at + 1, [], [])
    settle(at + 1)
    assert [alert.signal for alert in customer.alerts] == list(names)
    assert customer.alerts[-1].opened_at == at + 1
    alerts.resolve("effort_high", "k", at + 2, "late_evidence")
    settle(at + 2)
    assert [alert.signal for alert in customer.alerts] == ["detractor"]
    assert customer.pieces == []
    last = decode_alert(decision.outputs[-1].value)
    assert (last.signal, last.resolution) == ("customer_dissatisfied", "late_evidence")


# -- any life -------------------------------------------------------------------------------------

TYPES: list[tuple[str, list[Record]]] = [
    ("order_completed", [{"revenue": 100.0}, {"revenue": 30.0}, {}, {"products": [{"sku": "a"}]}]),
    ("feature_used", [{}]),
    ("usage_reported", [{"quantity": 3.5}, {"quantity": 0}]),
    ("survey_answered", [
        {"instrument": "nps", "score": 2}, {"instrument": "nps", "score": 9},
        {"instrument": "csat", "score": 1}, {"instrument": "ces", "score": 5, "scale": 5},
        {"instrument": "servqual", "perception": 2, "expectation": 6, "dimension": "ease"},
        {"instrument": "servqual", "perception": 6, "expectation": 5, "dimension": "ease"},
    ]),
    ("review_posted", [{"rating": 1}, {"rating": 5}]),
    ("contact_queued", [{"contact_id": "a"}, {"contact_id": "b"}]),
    ("contact_answered", [{"contact_id": "a"}, {"contact_id": "b"}]),
    ("ticket_opened", [{"kind": "complaint"}, {"kind": "question"}]),
    ("number_ported_out", [{}]),
    ("data_exported", [{}]),
    ("profile_updated", [{"changed": ["address"]}, {"changed": ["hat"]}]),
    ("competitor_entered", [{"region": "north"}]),
    ("alert_outcome", [{"alert_id": "x"}]),
]  # fmt: skip
EASY = (
    '[usage_declined]\nwindow = "7 d"\nbaseline = "14 d"\nalpha = 0.2\nleast = 3\n'
    '[spend_declined]\nwindow = "14 d"\nbaseline = "60 d"\nalpha = 0.3\nleast = 3\n'
    '[spend_grown]\nwindow = "14 d"\nbaseline = "60 d"\nalpha = 0.3\nleast = 3\n'
    "[captured]\nratio = 4.0"
)


def random_life(seed: int, records: int = 250) -> list[Record]:
    """Interactions of three customers in order of arrival, a tenth of them late."""
    rng = random.Random(seed)
    now, arrived = 0.0, []
    moods = [[rng.choice((0, 1, 3)) for _ in TYPES] for _ in range(3)]
    for number in range(records):
        now += rng.choice((0, 20, HOUR, DAY, DAY, 2 * DAY))
        if rng.random() < 0.03:
            now += 40 * DAY
        who = rng.randrange(3)
        kind, choices = rng.choices(TYPES, [mood or 0.1 for mood in moods[who]])[0]
        late = rng.choice((60, HOUR, 5 * DAY, 20 * DAY)) if rng.random() < 0.1 else 0
        envelope: Record = {"customer_id": f"c{who}", "id": f"{seed}-{number}"}
        envelope["properties"] = rng.choice(choices)
        arrived.append(said(kind, max(0, now - late), envelope))
    return arrived


def as_told(harness: Harness) -> list[Alert]:
    return harness.finish().alerts


@pytest.mark.parametrize("seed", range(40))
def test_any_life_keeps_the_rules_however_it_is_cut(seed: int) -> None:
    life = random_life(seed)
    whole = as_told(Harness(parse(EASY)).feed(life))
    for sizes in ([1], [7, 2, 30]):
        assert as_told(Harness(parse(EASY)).batches(sizes).feed(life)) == whole
    standing: set[tuple[str | None, str, str | None]] = set()
    for alert in whole:
        name = (alert.customer_id, alert.signal, alert.subject)
        if alert.status == "open":
            assert name not in standing
            standing.add(name)
        elif alert.status in ("resolved", "expired"):
            standing.remove(name)
        elif alert.status == "updated":
            assert name in standing


def test_random_lives_reach_every_signal_and_most_endings() -> None:
    ways: Counter[tuple[str, str]] = Counter()
    for seed in range(60):
        harness = Harness(parse(EASY)).feed(random_life(seed)).finish()
        assert harness.refusals == []
        assert harness.counts.keys() & {("signal_errors",)} == set()
        ways.update(told(harness))
    assert {signal for signal, _ in ways} == OURS
    for signal in ("usage_declined", "spend_declined", "captured"):
        assert {how for name, how in ways if name == signal} >= {
            "open", "recovered", "expired",
        }, ways  # fmt: skip
    assert {how for name, how in ways if name == "captive_dissatisfied"} >= {"open", "recovered"}


@pytest.mark.parametrize("seed", range(10))
def test_habits_stay_small_whatever_is_sent(seed: int) -> None:
    harness = Harness(parse(EASY))
    biggest = 0
    for record in random_life(seed, 400):
        harness.feed([record])
    for row in harness.rows.values():
        habits = decode(row).habits
        biggest = max(biggest, len(msgspec.msgpack.encode(habits)))
    assert biggest <= 420


def test_habits_at_their_very_most_stay_below_their_bound() -> None:
    at = 2**62
    most = Habits(
        week=9000, uses=[MAX_USES] * MAX_WEEKS, usual_uses=MAX_USES * 12,
        orders=b"x" * ORDER * MAX_ORDERS, categories=b"x" * KIND * MAX_KINDS, measure=2,
        usual_spend=0.1, grown=True, waiting=[Waiting(at, at, at)] * MAX_WAITING, waits=20,
        mean_wait=at, good_at=at, praised_at=at, surprised_at=at, content_at=at,
        captured_over=at, competitor_at=at,
    )  # fmt: skip
    assert len(msgspec.msgpack.encode(most)) <= 410


# -- watching -------------------------------------------------------------------------------------


def test_a_watching_signal_that_fails_does_not_keep_others_from_telling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("out of order")

    monkeypatch.setattr(Captured, "on_alerts", fail)
    orders = [said("order_completed", day * DAY) for day in (0, 7, 14)]
    harness = shop("", *orders).advance(minutes=100 * 24 * 60)
    assert told(harness, "gone_silent", "captured") == [("gone_silent", "open")]
    assert harness.counts["signal_errors", "captured"] == 1
    # At an interaction the record is refused, and the customer stays as before it.
    back = said("order_completed", 90 * DAY)
    harness.feed([back])
    assert [refusal.reason for refusal in harness.refusals] == ["signal_error"]
    assert told(harness, "gone_silent", "won_back") == [("gone_silent", "open")]


def test_what_a_watching_signal_tells_is_watched_in_turn() -> None:
    steady = [said("order_completed", 30 * n * DAY) for n in range(8)]
    unhappy = [nps(1, 215 * DAY), said("ticket_opened", 216 * DAY, {"properties": COMPLAINT})]
    gone = said("number_ported_out", 217 * DAY)
    harness = shop("", *steady, *unhappy, gone)
    assert told(harness, "captive_dissatisfied", "captured") == [
        ("captive_dissatisfied", "open"),
        ("captured", "open"),
        ("captive_dissatisfied", "superseded"),
    ]
