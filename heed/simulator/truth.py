"""What really happened to a person, which no interaction says; and which signal ought to notice it.

A truth is decided before the interactions that follow from it, from people's temper and chance and
never from a threshold of Heed's: so precision and recall against it mean something.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.instant import DAY, HOUR, rfc3339


@dataclass(frozen=True, slots=True)
class Truth:
    """`what` became true of a customer at an instant (microseconds), and until when if it ended.

    `detail` says which cart, contact, ticket or order it was (`subject`), and why.
    """

    customer_id: str
    what: str
    at: int
    until: int | None = None
    detail: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As it is written to a file: one JSON object, times as RFC 3339."""
        until = None if self.until is None else rfc3339(self.until)
        return {
            "customer_id": self.customer_id, "what": self.what, "at": rfc3339(self.at),
            "until": until, "detail": self.detail,
        }  # fmt: skip


class Meaning(NamedTuple):
    """What a truth means, and the signals that ought to notice it.

    An alert notices it that opens between `lead` before `at` and `within` after it (both
    microseconds). With `by_subject` it must also be of the same cart or contact.
    """

    means: str
    signals: tuple[str, ...]
    within: int
    lead: int = 0
    by_subject: bool = False
    also: tuple[str, ...] = ()
    """Signals whose alerts it makes right as well, although they need not notice it."""


def _is(
    means: str,
    signals: str = "",
    days: float = 0,
    lead: float = 0,
    by_subject: bool = False,
    also: str = "",
) -> Meaning:
    spans = round(days * DAY), round(lead * DAY)
    return Meaning(means, tuple(signals.split()), *spans, by_subject, tuple(also.split()))


_HOUR = HOUR / DAY

MEANINGS: dict[str, Meaning] = {
    # Abandonment
    "left_cart": _is("walked away from a filled cart for good", "cart_abandoned", 3,
                     by_subject=True),
    "left_checkout": _is("broke off a checkout for good", "checkout_abandoned", 3,
                         by_subject=True),
    "thought_it_over": _is("slept over a cart and bought it later: nothing was lost"),
    "never_meant_to_buy": _is("used the cart as a note: nothing was lost"),
    "payment_gave_up": _is("wanted to pay, could not, and gave up", "payment_unrecovered", 3),
    "left_product": _is("wanted a product and did not dare", "browse_abandoned", 1),
    "gave_up_in_queue": _is("gave up waiting with a matter that mattered", "queue_abandoned",
                            _HOUR, by_subject=True),
    "only_looked": _is("came to a branch to look around: nothing was lost"),
    "called_in_error": _is("hung up because the matter was none: nothing was lost"),
    "left_branch_unhelped": _is("left a branch because nobody came", "visit_abandoned", 2 * _HOUR),
    "left_unanswered": _is("waited for an answer longer than they would", "contact_unanswered",
                           14),
    "request_ignored": _is("a request was left lying longer than they would wait",
                           "request_unanswered", 14),
    "suggestion_ignored": _is("took the trouble of a suggestion and heard nothing",
                              "suggestion_unanswered", 30),
    "never_started": _is("signed up and never came to use it", "onboarding_stalled", 21),
    "trial_unused": _is("lost interest in the trial", "trial_lapsing", 21,
                        also="onboarding_stalled"),
    "bought_once": _is("will not buy a second time", "one_and_gone", 120,
                       also="onboarding_stalled"),
    "turned_away_after_order": _is("turned away right after an order", "left_after_purchase", 14),
    "took_leave_after_order": _is(
        "gave a whole order back within two weeks, or left the list, the app or the account",
        "left_after_purchase", _HOUR),
    # Churn
    "left_for_good": _is("bought more than once, and will not again", "gone_silent lost", 150,
                         also="spend_declined"),
    "left_for_a_while": _is("stopped, and came back later", "gone_silent lost", 150,
                            also="spend_declined"),
    "slow_buyer": _is("buys seldom, and has not left: nothing is lost"),
    "life_changed": _is("stopped because of their life, not because of us"),
    "left_over_service": _is("left because of how they were served"),
    "went_to_competitor": _is("went to a competitor", "captured", 120, 30),
    "usage_fell": _is("lost the use for what they subscribe to", "usage_declined", 56),
    "spend_fell": _is("spends less with us from now on", "spend_declined", 150),
    "spend_rose": _is("spends more with us from now on", "spend_grown", 150),
    "meant_to_cancel": _is("made up their mind to cancel", "cancellation_intended", 30, 2),
    "trapped_unhappy": _is("hurt again within half a year, and stays for want of another",
                           "captive_dissatisfied", 180),
    "missed_the_perk": _is("misses a perk that had become usual", "perk_withdrawn", 30),
    "came_back": _is("came back after having left", "won_back", 1),
    # Dissatisfaction
    "hurt_by_wait": _is("was hurt by waiting on the phone", "answer_late", 1),
    "hurt_by_hold": _is("was hurt by being put on hold", "hold_too_long", 1),
    "worn_out": _is("one matter cost more trouble than they would bear", "effort_high", 7),
    "complaint_ignored": _is("a complaint got no answer in the time they would wait",
                             "complaint_unanswered", 10),
    "complaint_dragged": _is("a complaint was not settled in the time they would wait",
                             "complaint_unresolved", 21),
    "complained_again": _is("had to complain a second time", "complaint_repeated", 7),
    "complained_outside": _is("took it to others than us", "complaint_external", 1),
    "not_convinced": _is("was told that it is settled, and does not think so",
                         "resolution_unconfirmed", 30),
    "unhappy": _is("thinks badly of us", "customer_dissatisfied", 60, 2),
    "unhappy_when_asked": _is("was asked for an opinion, and had no good one", "detractor", _HOUR),
    "disappointed": _is("got clearly less than they expected", "expectation_gap", 30),
    "uneven_welcome": _is("minded that one branch gives less than another",
                          "visit_inconsistent", 1),
    "angry_words": _is("wrote in anger", "negative_message", 1),
    "waited_for_delivery": _is("waited for a promised delivery", "delivery_late", 5),
    "puzzled_after_delivery": _is("could not get on with what came, and said nothing",
                                  "after_sale_check_due", 14),
    "serial_returner": _is("orders in order to return (from the third return on)",
                           "serial_returner", 120),
    "returned_late": _is("returned something long after it came", "return_late", 1),
    # Service standards
    "hurt_by_greeting": _is("was hurt by not being greeted", "greeting_late", 1),
    "hurt_at_counter": _is("was hurt by waiting for assistance", "assisted_late", 1),
    "called_back_late": _is("was called back later than they would wait", "standard_missed", 1),
    # Value and relationship
    "drifted_apart": _is("lost touch with us, while still buying", "check_in_due", 150),
    "out_of_touch": _is("nobody has had a word with them for a quarter of a year", "check_in_due",
                        30, 83),
    "lost_sight_of_goal": _is("gave up a goal they had set", "goal_stalled", 60),
    "occasion_ahead": _is("a day that matters to them comes", "occasion_due", 1, 1),
    "milestone": _is("reached a number of orders that is worth a word", "milestone_reached", 1),
    "delighted": _is("got clearly more than they expected", "delighted", 14),
    "recommends": _is("brought us another customer", "advocate", 14, 21),
    "advocate_cooled": _is("recommended us, and left", "advocate_silent", 150),
    # The house
    "trouble_planted": _is("a trouble was planted (`detail` says which and where)"),
    # Identity
    "known_as": _is("goes by another name too (`detail` gives it)"),
    "linked_wrongly": _is("signed in on the browser of somebody else (`detail` gives its name)"),
}  # fmt: skip

SIGNALS: tuple[str, ...] = tuple(
    dict.fromkeys(signal for meaning in MEANINGS.values() for signal in meaning.signals)
)
"""Every signal that has a truth to notice."""
OFF_BY_DEFAULT = ("resolution_unconfirmed", "standard_missed")
"""Signals that are silent until a house's standards switch them on or declare them."""
CHURN = ("one_and_gone", "gone_silent", "lost", "usage_declined", "captured",
         "cancellation_intended", "won_back", "cart_abandoned", "contact_unanswered")  # fmt: skip
"""Signals that need to know a customer over time or over channels."""
LEAVING = ("left_for_good", "left_for_a_while", "bought_once")
"""What it is to leave."""
LEAVES_WITHIN = 120 * DAY
FORETELLING = ("left_after_purchase", "onboarding_stalled", "captive_dissatisfied", "check_in_due",
               "customer_dissatisfied", "detractor", "complaint_unanswered")  # fmt: skip
"""Signals of which one wants to know whether those customers leave."""
SILENCE = ("gone_silent", "lost", "won_back")
"""Signals of somebody who buys no more, or again."""
SPENDING = ("gone_silent", "lost", "spend_declined", "spend_grown")
"""Signals that need many orders."""


def truths_of(signal: str) -> list[str]:
    """The truths that a signal ought to notice; those that only make it right are not among them.

    >>> truths_of("detractor")
    ['unhappy_when_asked']
    """
    return [what for what, meaning in MEANINGS.items() if signal in meaning.signals]
