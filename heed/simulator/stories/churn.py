"""Stories of people who go, or are about to: histories of months, that end around the day."""

from heed.simulator.stories.story import Story, Teller

CATEGORIES = ("kitchen", "home", "desk")


def regular(person: Teller, first: int, last: int, every: int, revenue: float = 45.0) -> None:
    """An order every so many days, through all categories."""
    for number, days in enumerate(range(first, last + 1, every)):
        person.on(days, "18:00").orders_one(revenue, category=CATEGORIES[number % 3])


def bought_every_week(rita: Teller) -> None:
    """Twelve weekly orders, then a month of silence: P(alive) falls under 0.5 after 30 days."""
    regular(rita, -32 - 77, -32, 7)


def has_long_been_silent(paul: Teller) -> None:
    """The same, and two months of silence: under 0.1 after 60 days."""
    regular(paul, -62 - 77, -62, 7)


def comes_back(nina: Teller) -> None:
    """Was silent for seven weeks, and orders on the day."""
    regular(nina, -49 - 77, -49, 7)
    nina.on(0, "17:00").orders_one()


def uses_it_less(olaf: Teller) -> None:
    """Five times a week for twelve weeks, once a week in the last four."""
    olaf.on(-113).does("subscription_started", subscription_id="sub-olaf", plan="home")
    for day in range(-112, 3):
        if day % 7 < (5 if day < -28 else 1):
            olaf.on(day, "07:30").does("feature_used", "app", feature="planner")


def spends_less(vera: Teller) -> None:
    """Orders every fortnight as ever, but for a quarter of the money since two months."""
    regular(vera, -14 * 14, -14 * 5, 14, 120.0)
    for day in range(-14 * 4, 1, 14):
        vera.on(day, "18:00").orders_one(28.0)


def turns_off_the_renewal(hugo: Teller) -> None:
    """Half a year of a subscription, and then the renewal is turned off."""
    named = {"subscription_id": "sub-hugo", "plan": "studio"}
    hugo.on(-180).does("subscription_started", **named)
    for day in range(-150, 0, 30):
        hugo.on(day, "03:00").does("subscription_renewed", "system", **named)
    hugo.on(0, "21:10").does("page_viewed", path="/account/cancel")
    hugo.later(minutes=1).does("auto_renew_disabled", **named)


def goes_to_a_competitor(ines: Teller) -> None:
    """A complaint without an answer, one category only, then data and number are taken along."""
    regular(ines, -210, -70, 14)
    ines.on(-50, "09:00").does("ticket_opened", ticket_id="ticket-ines", kind="complaint")
    ines.on(-42, "18:00").orders_one(12.0, category="desk")
    ines.on(-3, "20:00").does("profile_updated", changed=["address", "email"])
    ines.on(-1, "20:30").does("data_exported")
    ines.on(0, "10:00").does("number_ported_out", "system")


def has_no_choice(egon: Teller) -> None:
    """Twice hurt within weeks on an island without another shop; uses everything as ever."""
    egon.is_(region="islands")
    for day in range(-120, 3, 3):
        egon.on(day, "07:00").does("feature_used", "app", feature="planner")
    egon.on(-20, "10:00").does("survey_answered", "survey", instrument="csat", score=1, scale=5)
    egon.on(0, "10:00").does("ticket_opened", ticket_id="ticket-egon", kind="complaint")
    egon.later(minutes=5).does("survey_answered", "survey", instrument="nps", score=2)


def misses_free_delivery(lola: Teller) -> None:
    """Free delivery with four orders, and with the fifth it is gone."""
    for day in (-40, -30, -20, -10):
        lola.on(day, "18:00").orders_one(60.0)
        lola.does("benefit_given", "system", kind="free_delivery", order_id=lola.order_id)
    lola.on(0, "18:00").orders_one(60.0, shipping_cost=4.9)


CHURN: dict[str, tuple[Story, ...]] = {
    "gone_silent": (bought_every_week,),
    "lost": (has_long_been_silent,),
    "usage_declined": (uses_it_less,),
    "spend_declined": (spends_less,),
    "cancellation_intended": (turns_off_the_renewal,),
    "captured": (goes_to_a_competitor,),
    "captive_dissatisfied": (has_no_choice,),
    "perk_withdrawn": (misses_free_delivery,),
    "won_back": (comes_back,),
}
