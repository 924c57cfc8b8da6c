"""Stories of service standards that were missed for one person."""

from heed.simulator.stories.story import Story, Teller


def is_not_greeted(pia: Teller) -> None:
    """A minute and a half at the door until somebody says hello."""
    pia.is_(branch="market").on(0, "10:05").does("visitor_arrived", "store", visit_id="visit-pia")
    pia.later(seconds=95).does("visitor_greeted", "store", visit_id="visit-pia")
    pia.later(seconds=30).does("visitor_assisted", "store", visit_id="visit-pia")
    pia.later(minutes=6).does("visitor_left", "store", visit_id="visit-pia")


def is_greeted_and_forgotten(rolf: Teller) -> None:
    """A quick hello, and then three minutes of nothing."""
    rolf.is_(branch="market").on(0, "17:40")
    rolf.does("visitor_arrived", "store", visit_id="visit-rolf")
    rolf.later(seconds=15).does("visitor_greeted", "store", visit_id="visit-rolf")
    rolf.later(minutes=3).does("visitor_assisted", "store", visit_id="visit-rolf")
    rolf.later(minutes=6).does("visitor_left", "store", visit_id="visit-rolf")


def is_put_on_hold(sina: Teller) -> None:
    """Answered at once, then seventy-five seconds of hold."""
    named = {"contact_id": "call-sina", "queue": "orders"}
    sina.on(0, "10:20").does("contact_queued", "phone", **named)
    sina.later(seconds=6).does("contact_answered", "phone", **named)
    sina.later(minutes=1).does("contact_held", "phone", **named)
    sina.later(seconds=75).does("contact_resumed", "phone", **named)
    sina.later(minutes=2).does("contact_ended", "phone", **named)


def waits_in_the_queue(tara: Teller) -> None:
    """Answered after ninety-five seconds."""
    named = {"contact_id": "call-tara", "queue": "support"}
    tara.on(0, "11:10").does("contact_queued", "phone", **named)
    tara.later(seconds=95).does("contact_answered", "phone", **named)
    tara.later(minutes=3).does("contact_ended", "phone", **named)


def is_called_back_late(udo: Teller) -> None:
    """Asked for a call back in the morning, called in the afternoon: a house's own standard."""
    named = {"contact_id": "call-udo", "queue": "support"}
    udo.on(0, "09:00").does("contact_queued", "phone", **named)
    udo.later(minutes=1).does("callback_requested", "phone", **named)
    udo.later(hours=6).does("callback_done", "phone", **named)


SERVICE: dict[str, tuple[Story, ...]] = {
    "greeting_late": (is_not_greeted,),
    "assisted_late": (is_greeted_and_forgotten,),
    "hold_too_long": (is_put_on_hold,),
    "answer_late": (waits_in_the_queue,),
    "standard_missed": (is_called_back_late,),
}
