"""The one stage of life of a customer, and what moves it.

Orders and subscriptions carry a customer from `reached` to `loyal`; alerts that open carry them
away from there, those that clear bring them back, and an order after `losing`, `captured` or `lost`
makes them `won_back` until their next purchase day.
"""

from agents.mechanisms.bg_nbd import p_alive
from schemas.customer import Customer, Purchases
from schemas.instant import DAY
from schemas.memory import Life
from schemas.standards import GoneSilent

REACHED, ACQUIRED, CONVERTED, RETAINED, LOYAL = (
    "reached", "acquired", "converted", "retained", "loyal",
)  # fmt: skip
ABANDONING, LOSING, CAPTURED, LOST, WON_BACK = (
    "abandoning", "losing", "captured", "lost", "won_back",
)  # fmt: skip

OUTREACH = frozenset({
    "message_delivered", "message_opened", "message_bounced", "offer_sent", "benefit_given",
    "reach_reported", "page_viewed", "app_opened", "search_performed", "visitor_arrived",
    "visitor_left", "product_viewed", "message_sent", "competitor_entered", "change_declared",
    "correction_recorded", "training_completed", "inspection_recorded", "occasion_set",
    "alert_acknowledged", "alert_snoozed", "alert_dismissed", "alert_outcome",
})  # fmt: skip
"""What the house does, and mere presence: no contact of the customer's own."""

LEADS_TO = {
    "left_after_purchase": ABANDONING,
    "one_and_gone": ABANDONING,
    "gone_silent": LOSING,
    "usage_declined": LOSING,
    "spend_declined": LOSING,
    "captured": CAPTURED,
    "lost": LOST,
}
"""The stage that an open alert of a signal leads to."""
_RANK = {ABANDONING: 1, LOSING: 2, CAPTURED: 3, LOST: 4}
AWAY = frozenset({LOSING, CAPTURED, LOST})
OF_ORDERS = frozenset({"spend_declined"})
"""What is said of the orders themselves: an order that does not end it is a part of it, and no
return."""

SUBSCRIBED, RENEWED, REFERRED, CLOSED, HAS_BEEN_LOYAL = 1, 2, 4, 8, 16
LOYAL_DAYS, LOYAL_CATEGORIES, LOYAL_ALIVE, LOYAL_SPAN = 5, 2, 0.8, 365


def arrival(kind: str) -> str:
    """The stage of somebody first heard of by an interaction of that type.

    >>> arrival("message_delivered"), arrival("product_added")
    ('reached', 'acquired')
    """
    return REACHED if kind in OUTREACH else ACQUIRED


def entered(customer: Customer, signal: str) -> str | None:
    """The stage that an alert of `signal` leads this customer to as it opens; None: no other."""
    to = LEADS_TO.get(signal)
    if to is None or _RANK[to] <= _RANK.get(customer.stage or "", 0):
        return None
    return None if to == LOSING and not is_retained(customer) else to


def left(customer: Customer) -> str | None:
    """The stage after alerts were resolved; None: no other."""
    if customer.stage not in _RANK or (customer.life and customer.life.flags & CLOSED):
        return None
    found = None
    for alert in customer.alerts:
        to = LEADS_TO.get(alert.signal)
        if (
            to is not None
            and not (to == LOSING and not is_retained(customer))
            and (found is None or _RANK[to] > _RANK[found])
        ):
            found = to
    found = found or base(customer)
    return None if found == customer.stage else found


def base(customer: Customer) -> str:
    """The stage that orders and subscriptions alone give."""
    life = customer.life or Life()
    if life.flags & HAS_BEEN_LOYAL:
        return LOYAL
    if is_retained(customer):
        return RETAINED
    if customer.purchases is not None or life.flags & SUBSCRIBED:
        return CONVERTED
    return ACQUIRED


def is_loyal(history: Purchases | None, life: Life, at: int, model: GoneSilent) -> bool:
    """Whether an order at `at` shows somebody loyal: five purchase days, two categories, likely to
    buy again, and a referral or a year."""
    if history is None or history.repeats + 1 < LOYAL_DAYS:
        return False
    if len(life.categories) < 4 * LOYAL_CATEGORIES:
        return False
    last, first = history.days[-1], history.first
    if not (life.flags & REFERRED or last - first >= LOYAL_SPAN):
        return False
    if model.model != "bg_nbd":
        return True
    alive = p_alive(
        history.repeats, (last - first) / 7, max(at / DAY - first, last - first) / 7,
        r=model.r, alpha=model.alpha, a=model.a, b=model.b,
    )  # fmt: skip
    return alive >= LOYAL_ALIVE


def is_retained(customer: Customer) -> bool:
    history, life = customer.purchases, customer.life
    if history is not None and history.repeats >= 1:
        return True
    return life is not None and bool(life.flags & RENEWED)
