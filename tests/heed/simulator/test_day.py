"""The demo's day: a story for every signal of one customer, and each seen where there is a rule."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest

from agents.harness import Harness
from agents.rulebook import Rulebook
from heed.demo import DAY as DEMO_DAY
from heed.simulator.day import busy_day, named, tell
from heed.simulator.stories import NEED_STANDARDS, STORIES, Story
from schemas.instant import DAY, instant, rfc3339
from schemas.interaction import decode

SIGNALS = """
cart_abandoned checkout_abandoned payment_unrecovered browse_abandoned queue_abandoned
visit_abandoned contact_unanswered request_unanswered suggestion_unanswered onboarding_stalled
one_and_gone left_after_purchase trial_lapsing
gone_silent lost usage_declined spend_declined cancellation_intended captured captive_dissatisfied
perk_withdrawn won_back
complaint_unanswered complaint_unresolved complaint_repeated complaint_external
resolution_unconfirmed detractor expectation_gap visit_inconsistent effort_high negative_message
customer_dissatisfied delivery_late after_sale_check_due serial_returner return_late
greeting_late assisted_late hold_too_long answer_late standard_missed
spend_grown check_in_due goal_stalled occasion_due milestone_reached delighted advocate
advocate_silent
"""
"""Every signal of one customer."""

START = instant(DEMO_DAY)
END = instant("1998-06-30")
PAIRS = [(signal, story) for signal, stories in STORIES.items() for story in stories]
SEEN = [pair for pair in PAIRS if pair[0] in Rulebook().kinds and pair[0] not in NEED_STANDARDS]


def test_every_signal_of_one_customer_has_a_story_and_nobody_lives_two() -> None:
    assert set(STORIES) == set(SIGNALS.split())
    lived = Counter(named(story) for _, story in PAIRS)
    assert set(lived.values()) == {1}
    assert all(story.__doc__ for _, story in PAIRS)


@pytest.mark.parametrize(("signal", "story"), SEEN)
def test_the_signal_is_seen_in_its_story_before_the_purchases_end(
    signal: str, story: Story
) -> None:
    told = Harness().feed(event for _, event in tell(story, DEMO_DAY)).finish(rfc3339(END))
    assert not told.refusals
    assert signal in {alert.signal for alert in told.alerts}
    assert {alert.customer_id for alert in told.alerts} == {named(story)}


def test_the_whole_day_is_valid_in_time_order_and_ends_before_the_purchases() -> None:
    events = [decode(orjson.dumps(event)) for event in busy_day(DEMO_DAY)]
    times = [event.time for event in events]
    assert times == sorted(times)
    assert times[0] >= instant("1997-09-01")
    assert times[-1] < END - DAY
    assert 2_000 <= sum(START <= at < START + DAY for at in times) <= 4_000
    assert len({event.id for event in events}) == len(events) < 4_000
    assert not any((event.customer_id or "").isdigit() for event in events), "CDNOW's are numbers"


def test_the_same_arguments_give_the_same_day() -> None:
    assert list(busy_day(DEMO_DAY)) == list(busy_day(DEMO_DAY))
    assert list(busy_day(DEMO_DAY)) != list(busy_day(DEMO_DAY, seed=8))


def test_a_day_begins_at_midnight() -> None:
    with pytest.raises(ValueError, match="midnight"):
        list(busy_day(DEMO_DAY.replace(hour=1)))
