"""Stories of people whom we disappoint: complaints, gaps, effort, deliveries, returns."""

from heed.simulator.stories.story import Story, Teller


def complains(person: Teller, days: float, clock: str, number: int = 1, forum: str = "own") -> str:
    """A complaint; its ticket_id."""
    ticket = f"ticket-{person.name}-{number}"
    person.on(days, clock).does(
        "ticket_opened", ticket_id=ticket, kind="complaint", category="delivery", forum=forum
    )
    return ticket


def waits_for_a_reply(anna: Teller) -> None:
    """A complaint on Tuesday morning; somebody answers on Friday."""
    ticket = complains(anna, -3, "09:00")
    anna.on(0, "15:00").does("ticket_replied", "email", ticket_id=ticket)


def waits_for_a_solution(bert: Teller) -> None:
    """Answered within the hour, five weeks ago, and still not settled."""
    ticket = complains(bert, -35, "09:00")
    bert.later(hours=1).does("ticket_replied", "email", ticket_id=ticket)


def complains_again(cleo: Teller) -> None:
    """A complaint last week, settled; another one today."""
    ticket = complains(cleo, -7, "09:00")
    cleo.later(hours=2).does("ticket_replied", "email", ticket_id=ticket)
    cleo.later(hours=20).does("ticket_resolved", "email", ticket_id=ticket)
    again = complains(cleo, 0, "10:00", 2)
    cleo.later(hours=1).does("ticket_replied", "email", ticket_id=again)


def goes_to_the_regulator(dora: Teller) -> None:
    """Not to us any more."""
    complains(dora, 0, "10:30", forum="regulator")


def says_nothing_more(emil: Teller) -> None:
    """Told that it is settled nine days ago, and never said that it is."""
    ticket = complains(emil, -10, "09:00")
    emil.later(hours=3).does("ticket_replied", "email", ticket_id=ticket)
    emil.on(-9, "09:00").does("ticket_resolved", "email", ticket_id=ticket)


def would_not_recommend(fritz: Teller) -> None:
    """Two of ten."""
    fritz.on(0, "16:00").does("survey_answered", "survey", instrument="nps", score=2)


def expected_more(gerd: Teller) -> None:
    """Hoped for seven, found three, in how fast we are."""
    gerd.on(0, "16:10").does(
        "survey_answered", "survey", instrument="servqual", dimension="responsiveness",
        expectation=7, perception=3, scale=7, importance=40,
    )  # fmt: skip


def misses_the_drink(hanna: Teller) -> None:
    """Welcomed with a drink at the station; at the harbour not even a word."""
    for day, branch, elements in ((-14, "station", ["welcome", "drink"]), (0, "harbour", [])):
        named = {"visit_id": f"hanna{day}"}
        hanna.is_(branch=branch).on(day, "10:00").does("visitor_arrived", "store", **named)
        hanna.later(seconds=20).does("visitor_greeted", "store", **named)
        hanna.later(seconds=20).does("visitor_assisted", "store", **named)
        hanna.later(minutes=9).does("service_delivered", "store", elements=elements, **named)
        hanna.later(minutes=1).does("visitor_left", "store", **named)


def calls_four_times(igor: Teller) -> None:
    """One matter, four calls in four days, long waits, and passed on twice."""
    for day in (-3, -2, -1, 0):
        named = {"contact_id": f"call-igor{day}", "queue": "support"}
        igor.on(day, "11:00").does("contact_queued", "phone", **named)
        igor.later(minutes=6).does("contact_answered", "phone", **named)
        if day > -2:
            igor.later(minutes=2).does("contact_transferred", "phone", **named)
        igor.later(minutes=5).does("contact_ended", "phone", **named)


def writes_in_anger(jutta: Teller) -> None:
    """Every word of it."""
    jutta.on(0, "22:00").does(
        "message_received", "email", thread_id="mail-jutta", medium="email", language="en",
        text="Terrible, rude and useless service. I am furious and I want my money back.",
    )  # fmt: skip


def is_let_down_twice(karl: Teller) -> None:
    """One of ten in the survey, and on the same day a letter to the press."""
    karl.on(-1, "12:00").does("survey_answered", "survey", instrument="nps", score=1)
    complains(karl, 0, "12:00", forum="press")


def waits_for_the_parcel(lena: Teller) -> None:
    """Promised for yesterday, and it comes tomorrow."""
    lena.on(-5, "10:00").orders_one(89.0, promised_at=lena.moment(-1))
    lena.on(1, "14:00").does("order_delivered", "system", order_id=lena.order_id)


def is_not_asked(mats: Teller) -> None:
    """Delivered eight days ago; nobody asked whether it works."""
    mats.on(-12, "10:00").orders_one(89.0)
    mats.on(-8, "14:00").does("order_delivered", "system", order_id=mats.order_id)


def sends_it_back(nora: Teller) -> None:
    """Six orders, and five of them went back, the last one today."""
    for day in (-60, -50, -40, -30, -20, -10):
        nora.on(day, "19:00").orders_one(98.0, product=f"dress{day}", category="fashion")
        nora.on(day + 3, "11:00").does("order_delivered", "system", order_id=nora.order_id)
        if day > -60:
            nora.on(day + 10, "12:00").does("order_returned", "post", order_id=nora.order_id)


def sends_it_back_late(otto: Teller) -> None:
    """Returned a hundred days after it came."""
    otto.on(-103, "10:00").orders_one(149.0)
    otto.on(-100, "10:00").does("order_delivered", "system", order_id=otto.order_id)
    otto.on(0, "13:30").does("order_returned", "store", order_id=otto.order_id)


DISSATISFACTION: dict[str, tuple[Story, ...]] = {
    "complaint_unanswered": (waits_for_a_reply,),
    "complaint_unresolved": (waits_for_a_solution,),
    "complaint_repeated": (complains_again,),
    "complaint_external": (goes_to_the_regulator,),
    "resolution_unconfirmed": (says_nothing_more,),
    "detractor": (would_not_recommend,),
    "expectation_gap": (expected_more,),
    "visit_inconsistent": (misses_the_drink,),
    "effort_high": (calls_four_times,),
    "negative_message": (writes_in_anger,),
    "customer_dissatisfied": (is_let_down_twice,),
    "delivery_late": (waits_for_the_parcel,),
    "after_sale_check_due": (is_not_asked,),
    "serial_returner": (sends_it_back,),
    "return_late": (sends_it_back_late,),
}
