"""Stories of people who leave something behind: a cart, a queue, a branch, a trial."""

from heed.simulator.stories.story import Story, Teller

LAMP = {"product_id": "lamp", "category": "home", "price": 129.0}


def fills_a_cart_and_goes(ann: Teller) -> None:
    """Two things in the cart before lunch, then nothing more."""
    ann.on(0, "11:40").does("product_viewed", **LAMP)
    ann.later(minutes=1).does("product_added", cart_id="cart-ann", **LAMP)


def stops_at_the_address(ben: Teller) -> None:
    """The form asks for a telephone number, and Ben closes it."""
    ben.on(0, "20:05").does("product_added", "app", cart_id="cart-ben", **LAMP)
    ben.later(minutes=2).does("checkout_started", "app", cart_id="cart-ben", cart_value=129.0)


def card_is_refused(eva: Teller) -> None:
    """The card is refused twice; in the evening it works."""
    eva.on(0, "09:10").does("product_added", cart_id="cart-eva", **LAMP)
    eva.later(minutes=2).does("checkout_started", cart_id="cart-eva", checkout_id="checkout-eva")
    for _ in range(2):
        eva.later(minutes=1).does("payment_info_entered", checkout_id="checkout-eva")
        eva.later(minutes=1).does("payment_failed", checkout_id="checkout-eva")
    eva.on(0, "19:30").orders_one(129.0, cart_id="cart-eva")


def circles_around_the_lamp(jan: Teller) -> None:
    """Looks at one lamp four times in a session, and does not dare."""
    jan.on(0, "13:00")
    for _ in range(4):
        jan.later(minutes=4).does("product_viewed", **LAMP)


def hangs_up(tom: Teller) -> None:
    """Four minutes of music are enough."""
    named = {"contact_id": "call-tom", "queue": "support"}
    tom.on(0, "11:05").does("contact_queued", "phone", **named)
    tom.later(minutes=4).does("contact_abandoned", "phone", **named)


def leaves_the_branch(ida: Teller) -> None:
    """Six minutes at the counter, and nobody comes."""
    ida.is_(branch="harbour").on(0, "12:20").does("visitor_arrived", "store", visit_id="ida-1")
    ida.later(minutes=6).does("visitor_left", "store", visit_id="ida-1")
    ida.on(2, "10:00").does("visitor_arrived", "store", visit_id="ida-2")
    ida.later(seconds=20).does("visitor_greeted", "store", visit_id="ida-2")
    ida.later(seconds=25).does("visitor_assisted", "store", visit_id="ida-2")


def chats_with_nobody(leo: Teller) -> None:
    """Asks in the chat at eleven; the answer comes two hours later."""
    named = {"thread_id": "chat-leo", "medium": "chat"}
    leo.on(0, "11:00").does("message_received", "chat", text="Is anybody there?", **named)
    leo.later(hours=2).does("message_sent", "chat", **named)


def asks_for_an_invoice(mia: Teller) -> None:
    """A request on Monday, and no answer all week."""
    mia.on(-4, "09:00").does("ticket_opened", "email", ticket_id="ticket-mia", kind="request")


def colleague_waits(desk: Teller) -> None:
    """A department asks another one for what Mia waits for; that too is a request unanswered."""
    desk.is_(party="department").on(-4, "09:30").does(
        "ticket_opened", "system",
        ticket_id="ticket-desk", kind="request", caused_by="asks-for-an-invoice",
    )  # fmt: skip


def has_an_idea(kim: Teller) -> None:
    """A suggestion, seven weeks ago: nobody said thank you."""
    kim.on(-49, "17:00").does("ticket_opened", "web", ticket_id="ticket-kim", kind="suggestion")


def signs_up_and_stops(sam: Teller) -> None:
    """Signed up eight days ago and never came to use it."""
    sam.on(-8, "18:00").does("signed_up", plan="home")
    sam.later(minutes=1).does("subscription_started", subscription_id="sub-sam", plan="home")


def buys_once(uwe: Teller) -> None:
    """One order sixty days ago, and none since."""
    uwe.on(-60, "15:00").orders_one()


def leaves_after_the_order(zoe: Teller) -> None:
    """Orders, and two days later wants no more letters and no account."""
    zoe.on(-2, "19:00").orders_one(64.9)
    zoe.on(0, "08:15").does("unsubscribed", "email")
    zoe.later(minutes=3).does("account_deleted")


def forgets_the_trial(ole: Teller) -> None:
    """A trial of fourteen days, eleven of them gone, not used once."""
    ole.on(-11, "10:00").does("signed_up")
    ole.does("trial_started", ends_at=ole.moment(3), plan="studio")


ABANDONMENT: dict[str, tuple[Story, ...]] = {
    "cart_abandoned": (fills_a_cart_and_goes,),
    "checkout_abandoned": (stops_at_the_address,),
    "payment_unrecovered": (card_is_refused,),
    "browse_abandoned": (circles_around_the_lamp,),
    "queue_abandoned": (hangs_up,),
    "visit_abandoned": (leaves_the_branch,),
    "contact_unanswered": (chats_with_nobody,),
    "request_unanswered": (asks_for_an_invoice, colleague_waits),
    "suggestion_unanswered": (has_an_idea,),
    "onboarding_stalled": (signs_up_and_stops,),
    "one_and_gone": (buys_once,),
    "left_after_purchase": (leaves_after_the_order,),
    "trial_lapsing": (forgets_the_trial,),
}
