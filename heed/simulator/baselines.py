"""Rules of thumb, as houses without Heed use them: what each signal is measured beside."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from heed.simulator.episode import Said
from heed.simulator.measure import Alarm
from schemas.instant import DAY, HOUR, MINUTE, SECOND, instant

Properties = dict[str, Any]
Test = Callable[[Properties], bool]
Figure = Callable[[Properties], float | None]


class Heard:
    """Interactions in time order, from which those of some types can be had quickly."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._of: dict[str, list[tuple[int, Said]]] = defaultdict(list)
        for place, each in enumerate(said):
            self._of[each.event["type"]].append((place, each))

    def of(self, kinds: str) -> list[Said]:
        """Those of the types named, in time order."""
        found = [each for kind in set(kinds.split()) for each in self._of.get(kind, ())]
        return [said for _, said in sorted(found, key=itemgetter(0))]


class Thumb(Protocol):
    """A rule of thumb for one signal, in a few words."""

    @property
    def signal(self) -> str: ...
    @property
    def rule(self) -> str: ...
    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        """What it tells of them."""


def _any(_: Properties) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class After:
    """After A, no B within a fixed time: of one customer, and of one thing named by `per`.

    A repeated A begins anew, or with `once` is a B. With `at_end` only a B that comes too late is
    told, when it comes.
    """

    signal: str
    rule: str
    starts: str
    ends: str
    within: int
    per: str = ""
    test: Test = _any
    once: bool = False
    at_end: bool = False

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        starts, ends = set(self.starts.split()), set(self.ends.split())
        since: dict[tuple[str, str | None], int | None] = {}
        for at, event in heard.of(f"{self.starts} {self.ends}"):
            kind, properties = event["type"], event["properties"]
            key = (event["customer_id"], properties.get(self.per) if self.per else None)
            begun, again = since.get(key), self.once and key in since
            if begun is not None and at - begun >= self.within:
                if not self.at_end:
                    yield self._alarm(key, begun + self.within)
                elif kind in ends:
                    yield self._alarm(key, at)
            if kind in starts and not again and self.test(properties):
                since[key] = at
            elif begun is not None and (kind in ends or again):
                since[key] = None
        for key, begun in since.items():
            if begun is not None and begun + self.within <= end and not self.at_end:
                yield self._alarm(key, begun + self.within)

    def _alarm(self, key: tuple[str, str | None], at: int) -> Alarm:
        return Alarm(self.signal, key[0], at, key[1])


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th of its kind within a time (the first: each one)."""

    signal: str
    rule: str
    kinds: str
    test: Test = _any
    n: int = 1
    within: int = 3650 * DAY
    per: str = ""

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        lately: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=self.n))
        for at, event in heard.of(self.kinds):
            if self.test(event["properties"]):
                customer = event["customer_id"]
                times = lately[customer]
                times.append(at)
                if len(times) == self.n and at - times[0] <= self.within:
                    subject = event["properties"].get(self.per) if self.per else None
                    yield Alarm(self.signal, customer, at, subject)
                    times.clear()


@dataclass(frozen=True, slots=True)
class Than:
    """A figure that is far from the one before it; what states no figure is passed over."""

    signal: str
    rule: str
    kinds: str
    figure: Figure
    test: Callable[[float, float], bool]
    """Of the figure before and the one now."""

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        last: dict[str, float] = {}
        for at, event in heard.of(self.kinds):
            customer, now = event["customer_id"], self.figure(event["properties"])
            if now is None:
                continue
            before = last.get(customer)
            last[customer] = now
            if before is not None and self.test(before, now):
                yield Alarm(self.signal, customer, at)


@dataclass(frozen=True, slots=True)
class Without:
    """An order that came without a benefit for a day, after one with it."""

    signal: str
    rule: str
    benefit: str

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        given = {_ordered(event) for _, event in heard.of(self.benefit)}
        had: dict[str, bool] = {}
        for at, event in heard.of("order_completed"):
            customer, has = event["customer_id"], _ordered(event) in given
            if had.get(customer) and not has and at + DAY <= end:
                yield Alarm(self.signal, customer, at + DAY)
            had[customer] = has


@dataclass(frozen=True, slots=True)
class Reminder:
    """So long before a day that was stated."""

    signal: str
    rule: str
    kinds: str
    ahead: int

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        for at, event in heard.of(self.kinds):
            due = instant(event["properties"]["date"]) - self.ahead
            if at <= due <= end:
                yield Alarm(self.signal, event["customer_id"], due)


@dataclass(frozen=True, slots=True)
class Among:
    """What another rule tells of those who had done one of `kinds` by then."""

    kinds: str
    thumb: Thumb

    @property
    def signal(self) -> str:
        return self.thumb.signal

    @property
    def rule(self) -> str:
        return self.thumb.rule

    def alarms(self, heard: Heard, end: int) -> Iterator[Alarm]:
        first: dict[str, int] = {}
        for at, event in heard.of(self.kinds):
            first.setdefault(event["customer_id"], at)
        for alarm in self.thumb.alarms(heard, end):
            if first.get(alarm.customer_id, end) < alarm.at:
                yield alarm


def _is(name: str, *values: object) -> Test:
    return lambda properties: properties.get(name) in values


def _angry(properties: Properties) -> bool:
    text = properties.get("text", "").lower()
    return any(word in text for word in ("terrible", "furious", "worst", "never again"))


def _nps(least: int, most: int) -> Test:
    return lambda said: said["instrument"] == "nps" and least <= said["score"] <= most


def _rating(said: Properties) -> float | None:
    """Of five; None for an instrument with another scale."""
    rating: float | None = said.get("score" if said.get("instrument") == "csat" else "rating")
    return rating


def _ordered(event: dict[str, Any]) -> tuple[str, str]:
    return event["customer_id"], event["properties"]["order_id"]


_USE = "feature_used usage_reported value_reached"
_complaint = _is("kind", "complaint")

THUMBS: tuple[Thumb, ...] = (
    After("cart_abandoned", "cart older than a day", "product_added cart_viewed",
          "order_completed", DAY, "cart_id"),
    After("checkout_abandoned", "checkout older than a day", "checkout_started",
          "order_completed", DAY, "cart_id"),
    After("payment_unrecovered", "not paid a day later", "payment_failed", "order_completed",
          DAY, "cart_id"),
    After("browse_abandoned", "viewed, nothing in the cart a day later", "product_viewed",
          "product_added", DAY),
    Nth("queue_abandoned", "every caller who hangs up", "contact_abandoned", per="contact_id"),
    After("visit_abandoned", "not assisted in 10 min", "visitor_arrived", "visitor_assisted",
          10 * MINUTE, "visit_id"),
    After("contact_unanswered", "message older than a day", "message_received", "message_sent",
          DAY, "thread_id"),
    After("request_unanswered", "request older than 3 days", "ticket_opened", "ticket_replied",
          3 * DAY, "ticket_id", _is("kind", "request")),
    After("suggestion_unanswered", "suggestion older than 14 days", "ticket_opened",
          "ticket_replied", 14 * DAY, "ticket_id", _is("kind", "suggestion")),
    After("onboarding_stalled", "not used 14 days after signing up", "signed_up", _USE, 14 * DAY),
    After("one_and_gone", "60 days without a second order", "order_completed", "", 60 * DAY,
          once=True),
    Nth("left_after_purchase", "account deleted, or unsubscribed", "unsubscribed account_deleted"),
    After("trial_lapsing", "trial over, and not subscribed", "trial_started",
          "subscription_started", 14 * DAY),
    After("gone_silent", "60 days without an order", "order_completed", "", 60 * DAY),
    After("lost", "90 days without an order", "order_completed", "", 90 * DAY),
    After("usage_declined", "30 days without use", _USE, "", 30 * DAY),
    Than("spend_declined", "an order of under half the last one", "order_completed",
         itemgetter("revenue"), lambda before, now: now < before / 2),
    Than("spend_grown", "an order of over twice the last one", "order_completed",
         itemgetter("revenue"), lambda before, now: now > before * 2),
    Nth("cancellation_intended", "cancelled", "subscription_cancelled"),
    Nth("captured", "number ported out", "number_ported_out"),
    Nth("captive_dissatisfied", "two complaints in 180 days", "ticket_opened", _complaint, 2,
        180 * DAY),
    Without("perk_withdrawn", "an order without what came with the last one", "benefit_given"),
    After("won_back", "an order after 90 days", "order_completed", "order_completed", 90 * DAY,
          at_end=True),
    After("complaint_unanswered", "complaint older than 3 days", "ticket_opened",
          "ticket_replied", 3 * DAY, "ticket_id", _complaint),
    After("complaint_unresolved", "complaint older than 7 days", "ticket_opened",
          "ticket_resolved", 7 * DAY, "ticket_id", _complaint),
    Nth("complaint_repeated", "two complaints in a year", "ticket_opened", _complaint, 2,
        365 * DAY),
    Nth("complaint_external", "a complaint elsewhere", "ticket_opened",
        lambda said: said.get("forum", "own") != "own"),
    After("resolution_unconfirmed", "resolved, and no word on it for 14 days", "ticket_resolved",
          "ticket_customer_replied ticket_reopened", 14 * DAY, "ticket_id"),
    Nth("detractor", "NPS 0-6", "survey_answered", _nps(0, 6)),
    Nth("expectation_gap", "less than expected", "survey_answered",
        lambda said: "perception" in said and said["perception"] < said["expectation"]),
    Than("visit_inconsistent", "rated two lower than the time before",
         "survey_answered review_posted feedback_given", _rating,
         lambda before, now: now <= before - 2),
    Nth("effort_high", "three calls in 7 days", "contact_queued", n=3, within=7 * DAY),
    Nth("negative_message", "four angry words", "message_received", _angry),
    Nth("customer_dissatisfied", "three tickets in 30 days", "ticket_opened", n=3,
        within=30 * DAY),
    After("delivery_late", "not delivered 7 days after the order", "order_completed",
          "order_delivered", 7 * DAY, "order_id"),
    After("after_sale_check_due", "every order, a week after its delivery", "order_delivered", "",
          7 * DAY, "order_id"),
    Nth("serial_returner", "three returns", "order_returned", n=3),
    After("return_late", "returned 30 days after the order", "order_completed", "order_returned",
          30 * DAY, "order_id", at_end=True),
    After("greeting_late", "not greeted in 2 min", "visitor_arrived", "visitor_greeted",
          2 * MINUTE, "visit_id"),
    After("assisted_late", "not assisted in 5 min", "visitor_arrived", "visitor_assisted",
          5 * MINUTE, "visit_id"),
    After("hold_too_long", "on hold for over a minute", "contact_held", "contact_resumed",
          60 * SECOND, "contact_id"),
    After("answer_late", "not answered in a minute", "contact_queued",
          "contact_answered contact_abandoned", 60 * SECOND, "contact_id"),
    After("standard_missed", "not called back in 4 hours", "callback_requested", "callback_done",
          4 * HOUR, "contact_id"),
    After("check_in_due", "90 days without contact",
          "contact_answered message_sent survey_answered visitor_assisted", "", 90 * DAY),
    After("goal_stalled", "not reached in 60 days", "goal_set", "goal_reached", 60 * DAY, "goal"),
    Reminder("occasion_due", "a reminder a week before", "occasion_set", 7 * DAY),
    Nth("milestone_reached", "every tenth order", "order_completed", n=10),
    Nth("delighted", "NPS 10", "survey_answered", _nps(10, 10)),
    Nth("advocate", "made a referral", "referral_made"),
    Among("referral_made", After("advocate_silent", "referred once, 90 days without an order",
                                 "order_completed", "", 90 * DAY)),
)  # fmt: skip
"""One for every signal that is measured."""
