"""The shop: needs arise, carts are filled, and people buy, sleep over it, or walk away."""

from collections.abc import Iterator
from random import Random
from typing import Any

from heed.simulator.catalogue import CATEGORIES, CURRENCY, PRODUCTS
from heed.simulator.departure import Stay
from heed.simulator.dice import dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from heed.simulator.trouble import NO_TROUBLE, Troubles
from schemas.instant import DAY, HOUR, MINUTE

MAY_NARROW = 120 * DAY
BREAKS = 0.35
"""The share of checkouts that a broken step stops."""
LEAVES_CART, LEAVES_CHECKOUT, SLEEPS = 0.4, 0.2, 0.3


def sessions(
    seed: int, person: Person, stay: Stay, troubles: Troubles = NO_TROUBLE
) -> Iterator[Episode]:
    """All sessions of a person: those with a need, and those without.

    Episodes are named `cart-N` where a cart is filled; an order is made in them at most once. A
    broken step among the `troubles` stops some of the checkouts.
    """
    rng = dice(seed, "shop", person.number)
    favourite = rng.choice(CATEGORIES)
    broken = troubles.of("broken-step")
    for span, (begin, end) in enumerate(stay.spans):
        for number, at in enumerate(moments(rng, person.buys * 1.25, begin, end)):
            own = dice(seed, "shop", person.number, at)
            if person.turn == "spend_fell" and at > person.turns_at and own.random() < 0.5:
                continue
            at = max(within_hours(own, at, 7, 22, 19), begin + 10 * MINUTE)
            visit = Episode(person, f"cart-{span}-{number}", at, own)
            turns = max(end - MAY_NARROW, stay.shows_from)
            narrowed = stay.why == "competitor" and at > turns
            _need(visit, favourite if narrowed else None)
            if broken:
                _break_off(visit, broken, dice(seed, "broken", person.number, at))
            if visit.said[-1].at < end:
                yield visit
        for number, at in enumerate(moments(rng, person.buys * 1.5, begin, end)):
            own = dice(seed, "browse", person.number, at)
            browse = Episode(
                person, f"browse-{span}-{number}", within_hours(own, at, 7, 22, 20), own
            )
            _browse(browse)
            if begin < browse.begins and browse.said[-1].at < end:
                yield browse


def _channel(episode: Episode) -> str:
    return "app" if episode.person.mobile else "web"


def _browse(visit: Episode) -> None:
    """Looking around without buying; at times at one thing again and again."""
    rng, channel = visit.rng, _channel(visit)
    if channel == "app":
        visit.tell("app_opened", channel)
    else:
        visit.tell("page_viewed", channel, path="/new")
    if rng.random() < 0.3:
        visit.wait(5, 60)
        visit.tell("search_performed", channel, query=rng.choice(CATEGORIES))
    looks = rng.randint(1, 5)
    if rng.random() < 0.12:
        product = rng.choice(PRODUCTS)
        for _ in range(rng.randint(3, 5)):
            visit.wait(30, 240)
            visit.tell("product_viewed", channel, **product)
        if rng.random() < 0.6:
            visit.know("left_product", subject=product["product_id"])
        return
    for product in rng.sample(PRODUCTS, looks):
        visit.wait(8, 120)
        visit.tell("product_viewed", channel, **product)


def _need(visit: Episode, only: str | None) -> None:
    rng, person, channel = visit.rng, visit.person, _channel(visit)
    cart = _fill(visit, channel, only)
    roll = rng.random()
    if rng.random() < 0.06:
        visit.know("never_meant_to_buy", visit.said[-1].at, subject=visit.subject)
        return
    if roll < person.decisive:
        if rng.random() < 0.08:
            order(visit, cart, rng.choice(("phone", "store", "partner")))
        else:
            _check_out(visit, cart, channel)
        return
    share = (roll - person.decisive) / (1 - person.decisive)
    if share < LEAVES_CART:
        visit.know("left_cart", visit.said[-1].at, subject=visit.subject)
    elif share < LEAVES_CART + LEAVES_CHECKOUT:
        _steps(visit, cart, channel, rng.randint(1, 2))
        visit.know("left_checkout", visit.said[-1].at, subject=visit.subject)
    elif share < LEAVES_CART + LEAVES_CHECKOUT + SLEEPS:
        visit.know("thought_it_over", visit.said[-1].at, subject=visit.subject)
        visit.wait(10 * 3600, 30 * 3600)
        visit.tell("cart_viewed", channel, cart_id=visit.subject, products=cart)
        visit.wait(20, 300)
        _check_out(visit, cart, channel)
    else:
        visit.wait(30, 600)
        visit.tell("cart_viewed", channel, cart_id=visit.subject, products=[])


def _fill(visit: Episode, channel: str, only: str | None) -> list[dict[str, Any]]:
    rng, cart = visit.rng, []
    shelf = [product for product in PRODUCTS if only in (None, product["category"])]
    items = 1 + (rng.random() < 0.4) + (rng.random() < 0.2)
    for product in rng.sample(shelf, min(items, len(shelf))):
        visit.tell("product_viewed", channel, **product)
        visit.wait(10, 120)
        added = {**product, "quantity": _quantity(rng, visit)}
        visit.tell("product_added", channel, cart_id=visit.subject, **added)
        visit.wait(10, 90)
        cart.append(added)
    if len(cart) > 1 and rng.random() < 0.1:
        gone = cart.pop()
        visit.tell("product_removed", channel, cart_id=visit.subject, **gone)
        visit.wait(5, 60)
    return cart


def _break_off(visit: Episode, broken: Troubles, rng: Random) -> None:
    """A step fails: it is tried, told nobody, and given up; what would have followed is not."""
    for place, (at, event) in enumerate(visit.said):
        kind = event["type"]
        step = "payment" if kind == "payment_info_entered" else event["properties"].get("step", "")
        if step and broken.befall((step,), at):
            if rng.random() < BREAKS:
                del visit.said[place:]
                visit.at = visit.said[-1].at
                visit.truths.clear()
                visit.know("left_checkout", subject=visit.subject, why="broken")
            return


def _quantity(rng: Random, visit: Episode) -> int:
    """How many; who spends more from now on takes about three times as many."""
    person, roll = visit.person, rng.random()
    usual = 1 + (roll < 0.25)
    return usual * 3 if person.turn == "spend_rose" and visit.at > person.turns_at else usual


def _steps(visit: Episode, cart: list[dict[str, Any]], channel: str, steps: int) -> None:
    named = {"cart_id": visit.subject, "checkout_id": f"checkout-{visit.subject}"}
    value = worth(cart)
    visit.tell("checkout_started", channel, cart_value=value, currency=CURRENCY, **named)
    for step in ("address", "shipping")[: steps - 1]:
        visit.wait(15, 150)
        visit.tell("checkout_step_completed", channel, step=step, **named)
    visit.wait(10, 100)


def _check_out(visit: Episode, cart: list[dict[str, Any]], channel: str) -> None:
    rng = visit.rng
    _steps(visit, cart, channel, 2)
    named = {"cart_id": visit.subject, "checkout_id": f"checkout-{visit.subject}"}
    visit.tell("payment_info_entered", channel, **named)
    visit.wait(10, 60)
    if rng.random() < 0.05:
        visit.tell("payment_failed", channel, **named)
        if rng.random() < 0.5:
            visit.know("payment_gave_up", subject=visit.subject)
            return
        visit.wait(40, rng.choice((300, 5 * 3600, 40 * 3600)))
        visit.tell("payment_info_entered", channel, **named)
        visit.wait(10, 60)
    order(visit, cart, channel)


def order(visit: Episode, cart: list[dict[str, Any]], channel: str) -> None:
    """The order at the end of an episode; delivery and what follows are of `aftermath`."""
    paid = worth(cart)
    visit.tell(
        "order_completed", channel, order_id=f"order-{visit.subject}", cart_id=visit.subject,
        products=cart, revenue=paid, total=paid, currency=CURRENCY, margin=round(0.35 * paid, 2),
        shipping_cost=0.0 if visit.person.perk else 4.9,
        promised_at=_promise(visit.at),
        segments=visit.person.segments,
    )  # fmt: skip


def _promise(at: int) -> float:
    """Noon of the third day after, in epoch seconds."""
    return (at - at % DAY + 3 * DAY + 12 * HOUR) / 1_000_000


def worth(cart: list[dict[str, Any]]) -> float:
    """What lies in a cart, in euros."""
    total: float = sum(item["price"] * item["quantity"] for item in cart)
    return round(total, 2)
