"""The state of a customer in words: a sentence for each thing that stands, runs or counts.

The figures are those of the signals themselves, asked with the thresholds of this customer.
"""

from collections.abc import Iterator

from agents.identity import alias_of
from agents.lifecycle import CLOSED, REFERRED, RENEWED, SUBSCRIBED
from agents.mechanisms.bg_nbd import p_alive
from agents.rulebook import Chapter
from agents.signals.carts import AbandonedCarts
from agents.signals.silence import Silence
from schemas.customer import Cart, Customer, Purchases
from schemas.instant import DAY, HOUR, MINUTE, SECOND, iso_day, spoken
from schemas.links import REFUSED, SEEN, SHARED
from schemas.memory import NEVER

STAGES = {
    "reached": "Has been reached, and has not made contact of their own yet.",
    "acquired": "Has made contact, and not bought yet.",
    "converted": "Has bought or subscribed once.",
    "retained": "Has come back to buy again.",
    "loyal": "Is loyal: buys often, in several categories, and is likely to go on.",
    "abandoning": "Is turning away soon after having come.",
    "losing": "Is being lost.",
    "captured": "Is with a competitor, as far as can be seen.",
    "lost": "Is lost.",
    "won_back": "Was being lost, and has come back.",
}
_FLAGS = ((SUBSCRIBED, "has subscribed"), (RENEWED, "has renewed"),
          (REFERRED, "has recommended the house"), (CLOSED, "has closed the account"))  # fmt: skip
_NOT_THEIRS = {
    SEEN: "was seen together with them, and belongs to nobody yet",
    REFUSED: "is another customer's",
    SHARED: "was seen with too many",
}
_MOST_PIECES = 6


def sentences(customer: Customer, chapter: Chapter, now: int) -> list[str]:
    """What stands with the customer at `now`, the weightiest first."""
    return [
        *_stage(customer),
        *_links(customer),
        *_purchases(customer, chapter, now),
        *_carts(customer, chapter),
        *_contacts(customer),
        *_waits(customer),
        *_habits(customer),
        *_evidence(customer),
        *_cool_downs(customer),
        *_manners(customer, now),
    ]


def _stage(customer: Customer) -> Iterator[str]:
    if customer.stage is not None:
        yield STAGES.get(customer.stage, f"Stage of life: {customer.stage}.")
    flags = customer.life.flags if customer.life is not None else 0
    said = [text for flag, text in _FLAGS if flags & flag]
    if said:
        text = ", ".join(said)
        yield f"{text[0].upper()}{text[1:]}."


def _links(customer: Customer) -> Iterator[str]:
    links = customer.links
    if links is None:
        return
    if links.shared:
        # Not all of them are remembered, and none in rows of an older version.
        known = len(links.claimants)
        seen = f"at least {known} customers, which is too many" if known else "too many customers"
        yield f"Seen with {seen}: it identifies nobody any more."
    for link in links.aliases:
        kind, value = alias_of(link.key)
        if link.state in _NOT_THEIRS:
            yield f"{kind} {value} was said to be theirs: it {_NOT_THEIRS[link.state]}."


def _purchases(customer: Customer, chapter: Chapter, now: int) -> Iterator[str]:
    history = customer.purchases
    if history is None or not history.days:
        return
    yield _bought(history)
    silence = next((s for s in chapter.signals if isinstance(s, Silence)), None)
    if silence is None or history.lost_at or history.repeats < 1:
        return
    model = silence.thresholds
    alive = ""
    if model.model == "bg_nbd":
        seen = max(now / DAY - history.first, history.days[-1] - history.first)
        odds = p_alive(
            history.repeats, (history.days[-1] - history.first) / 7, seen / 7,
            r=model.r, alpha=model.alpha, a=model.a, b=model.b,
        )  # fmt: skip
        alive = f"P(alive), the probability that they will buy again, is {odds:.2f}"
    crossings = [
        (silence.lost_due(history), "lost", silence.lost.alive),
        *([] if history.opened_at else [(silence.due(history), "gone_silent", model.alive)]),
    ]
    due, signal, threshold = min(crossings)
    if due == NEVER:
        regular = "" if history.repeats > 1 else "; two purchase days are no rhythm yet"
        if alive:
            yield f"{alive}{regular}."
        return
    when = iso_day(due // DAY)
    if alive:
        falls = "falls" if due > now else "fell"
        yield f"{alive}; it {falls} under {threshold:g} on {when} ({signal})."
    else:
        yield f"By their own rhythm they are silent too long on {when} ({signal})."


def _bought(history: Purchases) -> str:
    days = history.repeats + 1
    orders = f"{history.orders} orders" if history.orders != 1 else "1 order"
    worth = f", {history.revenue:,.2f} {history.currency or ''}".rstrip() if history.revenue else ""
    last = iso_day(history.days[-1])
    if days == 1:
        return f"Bought on one day, {last}: {orders}{worth}."
    first = iso_day(history.first)
    return f"Bought on {days} days between {first} and {last}: {orders}{worth}."


def _carts(customer: Customer, chapter: Chapter) -> Iterator[str]:
    if customer.carts is None:
        return
    carts = next((s for s in chapter.signals if isinstance(s, AbandonedCarts)), None)
    for cart in sorted(customer.carts.carts, key=lambda cart: -cart.touched):
        if cart.units or cart.checkout_at:
            yield _cart(cart, carts)


def _cart(cart: Cart, carts: AbandonedCarts | None) -> str:
    """`Cart 7 (3 items, 54.00 EUR) untouched since 14:02: cart_abandoned at 15:02 unless ...`"""
    name = f"Cart {cart.name}" if cart.name else "A cart"
    holds = "1 item" if cart.units == 1 else f"{cart.units} items"
    worth = f", {cart.value:,.2f} {cart.currency or ''}".rstrip() if cart.value > 0 else ""
    begun = ", checkout begun" if cart.checkout_at else ""
    said = f"{name} ({holds}{worth}{begun}) untouched since {spoken(cart.touched)}"
    signal = "checkout_abandoned" if cart.checkout_at else "cart_abandoned"
    if cart.opened_at:
        signal = "checkout_abandoned" if cart.as_checkout else "cart_abandoned"
        return f"{said}: {signal} since {spoken(cart.opened_at)}."
    if carts is None or not (carts.checkout if cart.checkout_at else carts.cart).enabled:
        return f"{said}."
    return f"{said}: {signal} at {spoken(carts.due(cart))} unless bought, emptied or touched."


def _contacts(customer: Customer) -> Iterator[str]:
    if customer.contacts is None:
        return
    for contact in customer.contacts.contacts:
        queue = f" in the queue {contact.queue}" if contact.queue else ""
        if contact.is_open:
            yield f"Contact {contact.name} was left unanswered at {spoken(contact.opened_at)}."
        elif contact.queued_at and not contact.abandoned_at:
            yield f"Contact {contact.name} waits{queue} since {spoken(contact.queued_at)}."


def _waits(customer: Customer) -> Iterator[str]:
    """Timers: which signal, about what, since when, and when it will look."""
    for timer in sorted(customer.timers, key=lambda timer: (timer.due, timer.signal)):
        about = f" about {timer.subject}" if timer.subject else ""
        begun = f", as it does since {spoken(timer.since)}" if timer.since > 0 else ""
        yield f"{timer.signal}{about} looks again at {spoken(timer.due)}{begun}."


def _habits(customer: Customer) -> Iterator[str]:
    habits, said = customer.habits, customer.correspondence
    if habits is not None and habits.waits:
        wait = habits.mean_wait / SECOND
        yield f"Waits {wait:,.0f} s in the mean of {habits.waits} contacts."
    if habits is not None and any(habits.uses):
        weeks = ", ".join(str(count) for count in habits.uses[-8:])
        yield f"Uses by week, the last one to the right: {weeks}."
    for matter in said.matters if said is not None else ():
        cost = _cost(matter.spent, len(matter.contacts) // 8, matter.transfers)
        if cost:
            name = "Matters without a ticket" if matter.name is None else f"Matter {matter.name}"
            yield f"{name} so far: {cost}."


def _cost(spent: int, contacts: int, transfers: int) -> str:
    parts = []
    if contacts:
        parts.append("1 contact" if contacts == 1 else f"{contacts} contacts")
    if spent:
        parts.append(f"{lasting(spent)} of waiting and hold")
    if transfers:
        parts.append("1 transfer" if transfers == 1 else f"{transfers} transfers")
    return ", ".join(parts)


def _evidence(customer: Customer) -> Iterator[str]:
    pieces = customer.pieces
    if not pieces:
        return
    named = ", ".join(f"{piece.kind} on {iso_day(piece.at // DAY)}"
                      for piece in pieces[-_MOST_PIECES:])  # fmt: skip
    more = f", and {len(pieces) - _MOST_PIECES} older" if len(pieces) > _MOST_PIECES else ""
    yield f"What counts for signals that weigh several things: {named}{more}."


def _cool_downs(customer: Customer) -> Iterator[str]:
    if customer.told:
        named = ", ".join(
            f"{signal} on {iso_day(at // DAY)}"
            for signal, at in sorted(customer.told.items(), key=lambda item: (-item[1], item[0]))
        )
        yield f"Last told: {named}."


def _manners(customer: Customer, now: int) -> Iterator[str]:
    manners = customer.manners
    if manners is None:
        return
    for snooze in manners.snoozed:
        if snooze.until > now:
            yield f"{snooze.signal} is not to be told before {spoken(snooze.until)}, by its team."
    if manners.told:
        classes = [f"{concern} at {spoken(at)}" for concern, at in sorted(manners.told.items())]
        yield f"Teams were last told, by class of alert: {', '.join(classes)}."
    if manners.zone:
        yield f"Lives by the clock of {manners.zone}."


def lasting(span: int) -> str:
    """A span (microseconds) in the largest unit that it fills.

    >>> lasting(90 * SECOND), lasting(3 * HOUR), lasting(50 * HOUR)
    ('2 min', '3 h', '2 d')
    """
    for unit, name in ((2 * DAY, "d"), (2 * HOUR, "h"), (MINUTE, "min")):
        if span >= unit:
            whole = {"d": DAY, "h": HOUR, "min": MINUTE}[name]
            return f"{span / whole:.0f} {name}"
    return f"{span / SECOND:.0f} s"
