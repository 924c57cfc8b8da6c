"""What follows orders: delivery, returns, perks, milestones; and what they say of the buyer."""

from collections.abc import Sequence
from typing import Any

from heed.simulator.departure import Stay
from heed.simulator.dice import dice, seconds
from heed.simulator.episode import Episode, Said
from heed.simulator.people import Person
from heed.simulator.trouble import NO_TROUBLE, Troubles
from schemas.instant import DAY, HOUR, SECOND

MILESTONES = (1, 5, 10, 50)
USUAL = 3
"""Orders with a perk after which it has become usual."""
SERIAL = 3


def aftermath(
    seed: int,
    person: Person,
    stay: Stay,
    orders: Sequence[Said],
    troubles: Troubles = NO_TROUBLE,
) -> list[Episode]:
    """Everything after each order, `orders` in time order."""
    bad = troubles.of("bad-product")
    rng = dice(seed, "aftermath", person.number)
    told = []
    perk_ends = person.turns_at if person.perk else 0
    perks = returns = 0
    for number, (at, event) in enumerate(orders, 1):
        own = dice(seed, "aftermath", person.number, at)
        after = Episode(person, f"after-{number}", at, own)
        if number in MILESTONES:
            after.know("milestone", number=str(number))
        if perk_ends and at < perk_ends:
            perks += 1
            named = {"order_id": event["properties"]["order_id"], "kind": "free_delivery"}
            after.tell("benefit_given", "system", at + SECOND, **named)
        elif perks >= USUAL:
            if own.random() < 0.7:
                after.know("missed_the_perk")
            perks = 0
        returned = _follow(after, event["properties"])
        products = [product["product_id"] for product in event["properties"]["products"]]
        if bad and not returned and bad.befall(products, at):
            trouble = Episode(person, f"bad-{number}", at, dice(seed, "bad", person.number, at))
            returned = _disappoint(trouble, after.said, event["properties"], bad)
            told.append(trouble)
        returns += returned
        if person.returner and returns == SERIAL:
            after.know("serial_returner", after.at)
            returns += 1  # known once
        told.append(after)
    if orders:
        told.append(_life(person, stay, orders, Episode(person, "life", orders[-1].at, rng)))
    return told


def _follow(after: Episode, order: dict[str, Any]) -> bool:
    """Delivery and what becomes of it; whether the order was returned."""
    rng, ordered = after.rng, after.at
    named = {"order_id": order["order_id"]}
    if rng.random() < 0.02:
        after.wait(600, 20_000)
        after.tell("order_cancelled", "web", **named)
        after.tell("order_refunded", "system", after.at + DAY, revenue=order["revenue"], **named)
        return False
    after.at += seconds(rng, 4 * 3600, 30 * 3600)
    after.tell("order_updated", "system", status="sent", **named)
    promised = round(order["promised_at"]) * SECOND
    late = rng.random() < 0.08
    after.at = promised + (
        seconds(rng, 20 * 3600, 130 * 3600) if late else -seconds(rng, 3600, 30 * 3600)
    )
    after.at = max(after.at, ordered + 2 * HOUR)
    if late:
        after.know("waited_for_delivery", promised, after.at, subject=order["order_id"])
        after.hurt(0.4, "delivery", promised)
    after.tell("order_delivered", "system", **named)
    if rng.random() < (0.6 if after.person.returner else 0.05):
        after.wait(86_400, 12 * 86_400)
        _return(after, order)
        return True
    if rng.random() < 0.012:
        after.at += DAY * rng.randint(95, 150)
        after.know("returned_late", subject=order["order_id"])
        _return(after, order)
        return False
    if rng.random() < 0.08:
        after.know("puzzled_after_delivery", subject=order["order_id"])
    elif rng.random() < 0.12:
        after.wait(86_400, 9 * 86_400)
        product = rng.choice(order["products"])["product_id"]
        rating = min(5, max(1, round(rng.gauss(1 + 4 * after.person.content, 0.8))))
        after.tell("product_reviewed", "web", product_id=product, rating=rating)
    return False


def _disappoint(
    trouble: Episode, known: Sequence[Said], order: dict[str, Any], bad: Troubles
) -> bool:
    """What came is bad: some send it back, some complain, some tell others. Whether returned."""
    rng, kinds = trouble.rng, {said.event["type"]: said.at for said in known}
    if "order_delivered" not in kinds or "order_returned" in kinds:
        return False
    product = next(
        each for each in order["products"] if bad.befall((each["product_id"],), trouble.begins)
    )
    named = {"product_id": product["product_id"]}
    trouble.at = kinds["order_delivered"]
    trouble.wait(7200, 6 * 86_400)
    complains, tells, returns = (rng.random() for _ in range(3))
    if complains < 0.25:
        matter = {"ticket_id": trouble.subject, "kind": "complaint"}
        trouble.tell(
            "ticket_opened", "email", category="product", forum="own", dimension="tangibles",
            order_id=order["order_id"], **named, **matter,
        )  # fmt: skip
        trouble.hurt(0.5, "product")
        trouble.wait(1800, 30_000)
        trouble.tell("ticket_replied", "email", handled_by="agent-01", **matter)
        trouble.wait(3600, 2 * 86_400)
        trouble.tell("ticket_resolved", "email", handled_by="agent-01", **matter)
    if tells < 0.2:
        trouble.wait(600, 86_400)
        trouble.tell("product_reviewed", "web", rating=rng.choice((1, 1, 2)), **named)
    if returns >= 0.35:
        return False
    trouble.wait(3600, 5 * 86_400)
    paid = product["price"] * product["quantity"]
    _return(trouble, {**order, "products": [product], "revenue": round(paid, 2)})
    return True


def _return(after: Episode, order: dict[str, Any]) -> None:
    named = {"order_id": order["order_id"], "revenue": order["revenue"]}
    channel = after.rng.choice(("post", "store", "partner"))
    after.tell("order_returned", channel, products=order["products"], **named)
    after.tell("order_refunded", "system", after.at + 2 * DAY, **named)


def _life(person: Person, stay: Stay, orders: Sequence[Said], life: Episode) -> Episode:
    """What all the orders together say."""
    last = orders[-1].at
    before = [said.at for said in orders if stay.left is None or said.at <= stay.left]
    after = [said.at for said in orders if stay.left is not None and said.at > stay.left]
    if stay.why == "once":
        life.know("bought_once", last)
        if life.rng.random() < 0.4:
            _turn_away(life, orders[-1])
    elif stay.left is not None and len(before) == 1:
        life.know("bought_once", stay.left, stay.back)
    elif stay.left is not None and before:
        life.know("left_for_good" if stay.back is None else "left_for_a_while", stay.left,
                  after[0] if after else stay.back, why=stay.why)  # fmt: skip
    if before and after:
        life.know("came_back", after[0])
    if person.is_slow and stay.left is None:
        life.know("slow_buyer", stay.joined)
    turned = [said.at for said in orders if said.at > person.turns_at]
    if person.turn in ("spend_fell", "spend_rose") and len(orders) - len(turned) >= 2 and turned:
        life.know(person.turn, person.turns_at)
    return life


def _turn_away(life: Episode, order: Said) -> None:
    """They want nothing more to do with us."""
    rng = life.rng
    life.know("turned_away_after_order", order.at)
    life.at = order.at + seconds(rng, 86_400, 11 * 86_400)
    kind = rng.choice(
        ("unsubscribed", "account_deleted", "application_uninstalled", "consent_changed")
    )
    said = {"consent": {"marketing": False}} if kind == "consent_changed" else {}
    life.tell(kind, "email" if kind == "unsubscribed" else "app", **said)
