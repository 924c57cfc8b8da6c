"""Every type of interaction and what its `properties` may hold.

Names follow the Segment specification in snake_case where it has one. All fields are optional
unless a signal could not work without them; unknown extra fields are allowed and ignored. The
classes of `schemas.interaction` are made from `VOCABULARY`.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from schemas.instant import NotAnInstant, instant

# Identifiers enter state and alerts, so they are bounded; free text is not kept and is not.
Name = Annotated[str, Meta(max_length=256)]
RequiredName = Annotated[str, Meta(min_length=1, max_length=256)]
Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
Quantity = Annotated[int, Meta(ge=0, le=1_000_000_000)]
# Integers in state are of 64 bits.
BoundedInt = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Currency = Annotated[str, Meta(max_length=8)]
Text = str
Dimension = Annotated[str, Meta(max_length=64)]

Medium = Name
GroupKey = Annotated[
    str, Meta(pattern="^(?:queue|branch|product|step|employees|market|brand|wish):", max_length=512)
]
"""The name of a group as alerts state it, see schemas.observation."""


class Instant(int):
    """Microseconds since 1970; on the wire as `time` of the envelope. `stated` reads it, which
    costs nothing where no such field is."""


def stated(_: type[Any], value: object) -> Instant:
    """The instant that a property states. Raises NotAnInstant."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return Instant(instant(value))
    raise NotAnInstant("expected an RFC 3339 time or epoch seconds")


class Properties(Struct, gc=False, kw_only=True):
    """No property that Heed knows."""


class Product(Properties):
    """One line of a cart or an order."""

    product_id: Name | None = None
    sku: Name | None = None
    category: Name | None = None
    name: Text | None = None
    price: Amount | None = None
    quantity: Quantity | None = None
    cost: Amount | None = None


class ProductEvent(Product):
    """One product (Segment's flat fields) or several, in a cart where there is one."""

    cart_id: Name | None = None
    products: list[Product] | None = None
    currency: Currency | None = None


class CartEvent(Properties):
    """A look at a cart or a step of a checkout."""

    cart_id: Name | None = None
    checkout_id: Name | None = None
    order_id: Name | None = None
    step: Quantity | Name | None = None
    products: list[Product] | None = None
    cart_value: Amount | None = None
    value: Amount | None = None
    currency: Currency | None = None


class OrderEvent(Properties):
    """An order and what became of it."""

    order_id: Name | None = None
    cart_id: Name | None = None
    checkout_id: Name | None = None
    products: list[Product] | None = None
    revenue: Amount | None = None
    total: Amount | None = None
    currency: Currency | None = None
    margin: Amount | None = None
    shipping_cost: Amount | None = None
    promised_at: Name | float | None = None


class ReviewEvent(Properties):
    """A product that somebody wrote about."""

    product_id: Name | None = None
    rating: Amount | None = None
    text: Text | None = None


class PresenceEvent(Properties):
    """A visit, to a page, an app or a branch, and what was met there."""

    url: Text | None = None
    path: Text | None = None
    query: Text | None = None
    visit_id: Name | None = None
    elements: list[Name] | None = None


class AccountEvent(Properties):
    """An account or a subscription, and what is known of its holder."""

    traits: dict[str, Any] | None = None
    changed: list[Name] | None = None
    plan: Name | None = None
    subscription_id: Name | None = None
    ends_at: Name | float | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    consent: dict[str, Any] | None = None


class UsageEvent(Properties):
    """Use of a product: a feature, or a quantity of a metric."""

    feature: Name | None = None
    metric: Name | None = None
    quantity: Amount | None = None


class ContactEvent(Properties):
    """A moment of a contact that may belong to no known one (a call back, an answer)."""

    contact_id: Name | None = None
    ticket_id: Name | None = None
    queue: Name | None = None
    medium: Medium | None = None


class QueueEvent(Properties):
    """A moment of one contact in a queue: without its id there is no wait to judge."""

    contact_id: RequiredName
    ticket_id: Name | None = None
    queue: Name | None = None
    medium: Medium | None = None


class AbandonedEvent(QueueEvent):
    """A contact that left its queue, perhaps for the voice mailbox: then it has not given up."""

    voicemail: bool | None = None


class MessageEvent(Properties):
    """A message, in or out; its text is not kept. `contact_id` is of the contact that left it."""

    message_id: Name | None = None
    contact_id: Name | None = None
    thread_id: Name | None = None
    medium: Medium | None = None
    text: Text | None = None
    language: Name | None = None


class TicketEvent(Properties):
    """A complaint, request, question or suggestion, and how it went."""

    ticket_id: Name | None = None
    kind: Literal["complaint", "request", "question", "suggestion"] | None = None
    category: Name | None = None
    priority: Name | None = None
    forum: Literal["own", "regulator", "consumer_body", "court", "press", "review_site"] | None = (
        None
    )
    caused_by: Name | None = None
    product_id: Name | None = None
    dimension: Dimension | None = None
    text: Text | None = None


class SurveyEvent(Properties):
    """An answer to one question of a survey, on the scale that it states."""

    instrument: Literal["nps", "csat", "ces", "servqual"] | None = None
    score: Amount | None = None
    scale: Amount | None = None
    dimension: Dimension | None = None
    expectation: Amount | None = None
    perception: Amount | None = None
    importance: Amount | None = None
    text: Text | None = None


class OpinionEvent(Properties):
    """A review or feedback that nobody asked for."""

    rating: Amount | None = None
    text: Text | None = None
    product_id: Name | None = None
    dimension: Dimension | None = None


class OutreachEvent(Properties):
    """What the house did to reach somebody, and what came of it."""

    message_id: Name | None = None
    campaign: Name | None = None
    medium: Medium | None = None
    households: Amount | None = None
    offer_id: Name | None = None
    kind: Name | None = None
    referred_id: Name | None = None


class PersonEvent(Properties):
    """What matters to a person: occasions, goals, reasons for leaving."""

    occasion: Name | None = None
    date: Name | None = None
    goal: Name | None = None
    reason: Text | None = None
    dimension: Dimension | None = None


class MarketEvent(Properties):
    """What happened in a market or in the house."""

    region: Name | None = None
    segment: Name | None = None
    competitor: Name | None = None
    description: Text | None = None


class AlertFeedback(Properties):
    """What became of an alert, as a team says it; a snooze may name a signal instead. With the
    `group` of an alert it is about that group, and needs to name no customer."""

    alert_id: Name | None = None
    signal: Name | None = None
    outcome: Name | None = None
    amount: Amount | None = None
    cost: Amount | None = None
    until: Instant | None = None
    group: GroupKey | None = None


def _each(properties: type[Properties], names: str) -> dict[str, type[Properties]]:
    return dict.fromkeys(names.split(), properties)


VOCABULARY: dict[str, type[Properties]] = {
    # Shop
    **_each(ProductEvent, "product_viewed product_added product_removed"),
    **_each(
        CartEvent,
        "cart_viewed checkout_started checkout_step_completed payment_info_entered payment_failed",
    ),
    **_each(
        OrderEvent,
        "order_completed order_updated order_cancelled order_refunded order_returned"
        " order_delivered",
    ),
    **_each(ReviewEvent, "product_reviewed"),
    # Presence
    **_each(
        PresenceEvent,
        "page_viewed app_opened search_performed visitor_arrived visitor_greeted visitor_assisted"
        " visitor_left service_delivered application_uninstalled",
    ),
    # Account
    **_each(
        AccountEvent,
        "signed_up identified profile_updated account_deleted trial_started trial_ended"
        " subscription_started subscription_renewed auto_renew_disabled subscription_downgraded"
        " subscription_cancelled data_exported number_ported_out consent_changed",
    ),
    # Usage
    **_each(UsageEvent, "feature_used usage_reported value_reached"),
    # Contact centre
    **_each(QueueEvent, "contact_queued"),
    **_each(AbandonedEvent, "contact_abandoned"),
    **_each(
        ContactEvent,
        "contact_answered contact_held contact_resumed contact_ended contact_missed"
        " contact_transferred callback_requested callback_done",
    ),
    # Messages and tickets
    **_each(MessageEvent, "message_received message_sent"),
    **_each(
        TicketEvent,
        "ticket_opened ticket_replied ticket_customer_replied ticket_resolved ticket_reopened",
    ),
    # Opinion
    **_each(SurveyEvent, "survey_answered"),
    **_each(OpinionEvent, "review_posted feedback_given"),
    # Outreach
    **_each(
        OutreachEvent,
        "message_delivered message_opened message_clicked message_bounced unsubscribed offer_sent"
        " offer_accepted benefit_given promotion_recalled reach_reported referral_made"
        " referral_converted meeting_held visit_made interview_held",
    ),
    # Person and leaving
    **_each(PersonEvent, "occasion_set goal_set goal_reached exit_reason_given"),
    # Market and house
    **_each(
        MarketEvent,
        "competitor_entered correction_recorded training_completed inspection_recorded"
        " change_declared",
    ),
    # Our own loop
    **_each(AlertFeedback, "alert_acknowledged alert_snoozed alert_dismissed alert_outcome"),
    # Control
    **_each(Properties, "erasure_requested alias_unlinked"),
}
