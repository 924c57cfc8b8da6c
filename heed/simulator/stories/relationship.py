"""Stories of what binds people and us: goals, days, praise, referrals, and losing touch."""

from heed.simulator.stories.churn import regular
from heed.simulator.stories.story import Story, Teller


def spends_more(wanda: Teller) -> None:
    """Orders every fortnight as ever, for four times the money since two months."""
    regular(wanda, -14 * 14, -14 * 5, 14, 30.0)
    for day in range(-14 * 4, 1, 14):
        wanda.on(day, "18:00").orders_one(120.0)


def is_out_of_touch(xaver: Teller) -> None:
    """We last talked half a year ago."""
    named = {"thread_id": "mail-xaver", "medium": "email"}
    xaver.on(-181, "09:00").does("message_received", "email", text="Hello!", **named)
    xaver.later(hours=2).does("message_sent", "email", **named)


def stalled_goal(yara: Teller) -> None:
    """Set a goal a month ago; nothing has come of it."""
    yara.on(-31, "18:00").does("goal_set", goal="brew_every_day")


def has_a_birthday(zita: Teller) -> None:
    """In a week."""
    zita.on(-30, "18:00").does("occasion_set", occasion="birthday", date=zita.date(8))


def has_a_first_order(adam: Teller) -> None:
    """The first order is a milestone."""
    adam.on(0, "18:40").orders_one(54.0)


def is_served_wonderfully(bela: Teller) -> None:
    """Answered at the first ring, everything at hand, and ten of ten."""
    named = {"contact_id": "call-bela", "queue": "orders"}
    bela.on(0, "10:00").does("contact_queued", "phone", **named)
    bela.later(seconds=1).does("contact_answered", "phone", **named)
    bela.later(minutes=3).does("contact_ended", "phone", **named)
    bela.later(minutes=2).does(
        "survey_answered", "survey", instrument="servqual", dimension="responsiveness",
        expectation=4, perception=7, scale=7,
    )  # fmt: skip
    bela.later(minutes=1).does("survey_answered", "survey", instrument="nps", score=10)


def brings_a_friend(carl: Teller) -> None:
    """A referral, and the friend becomes a customer."""
    carl.on(-20, "19:00").does("referral_made", "social", referred_id="friend-of-carl")
    carl.on(0, "11:00").does("referral_converted", "system", referred_id="friend-of-carl")


def recommended_us_once(dina: Teller) -> None:
    """Brought a friend in spring, bought every week, and has fallen silent."""
    regular(dina, -32 - 77, -32, 7)
    dina.on(-60, "19:00").does("referral_made", "social", referred_id="friend-of-dina")
    dina.on(-50, "19:00").does("referral_converted", "system", referred_id="friend-of-dina")


RELATIONSHIP: dict[str, tuple[Story, ...]] = {
    "spend_grown": (spends_more,),
    "check_in_due": (is_out_of_touch,),
    "goal_stalled": (stalled_goal,),
    "occasion_due": (has_a_birthday,),
    "milestone_reached": (has_a_first_order,),
    "delighted": (is_served_wonderfully,),
    "advocate": (brings_a_friend,),
    "advocate_silent": (recommended_us_once,),
}
