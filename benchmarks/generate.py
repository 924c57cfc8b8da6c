"""Seeded interactions of a shop with a contact centre, as JSON lines or into Kafka.

    python -m benchmarks.generate --events 1000 --customers 100 > day.jsonl
    python -m benchmarks.generate --events 1000000 --customers 20000 --bootstrap HOST:PORT --topic T
    python -m benchmarks.generate --events 1000 --customers 100 --aliases 0.4
    python -m benchmarks.generate --events 1000 --customers 50 --mix clicks

Customers come in sessions: each session plays one of `SCRIPTS`, interleaved with others. Every
customer is drawn once before any is drawn again, so that `customers` is how many there really are
(as far as the sessions suffice). The same arguments always give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import orjson
from confluent_kafka import Producer

SEED = 1
BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
SPAN_SECONDS = 60 * 86_400  # however many events: 60 days of business
STEP_SECONDS = 180.0  # the usual pause between two events of one session
DISORDER_SHARE = 0.1
DISORDER_SECONDS = 95.0  # inside Heed's default lateness of two minutes
BATCH = 2_000
Sent = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, value and headers."""
PARTITIONS = 4  # an alias lies in another partition than its customer, where there are so many

# Sessions with their weights. In sum 35 % browsing, 20 % carts and checkouts, 6 % orders, 10 %
# contact centre, 29 % messages, tickets, surveys and the like; two events a session on average.
SCRIPTS: list[tuple[str, float]] = [
    ("page_viewed", 10.0),
    ("page_viewed product_viewed", 6.0),
    ("page_viewed search_performed product_viewed", 4.0),
    ("product_viewed", 1.0),
    ("product_added checkout_started order_completed", 5.0),
    ("product_added order_completed", 1.0),
    ("product_added cart_viewed", 1.5),
    ("product_added checkout_started", 1.0),
    ("product_added product_removed", 0.6),
    ("product_added payment_info_entered payment_failed", 0.4),
    ("cart_viewed", 1.5),
    ("contact_queued contact_answered contact_ended", 2.9),
    ("contact_queued contact_abandoned", 0.6),
    ("message_delivered message_opened message_clicked", 1.5),
    ("message_delivered message_opened", 3.0),
    ("message_delivered", 1.5),
    ("app_opened feature_used", 2.0),
    ("app_opened", 1.0),
    ("message_received message_sent", 1.4),
    ("ticket_opened ticket_replied ticket_resolved", 0.9),
    ("ticket_opened", 0.3),
    ("survey_answered", 1.5),
    ("order_delivered", 1.5),
    ("order_refunded", 0.3),
    ("review_posted", 0.4),
    ("signed_up", 0.4),
    ("subscription_renewed", 0.3),
    ("unsubscribed", 0.1),
]

# A shop's tracker. In sum 91 % views, 7 % carts and checkouts, 2 % orders, in visits of five events
# on average. (OTTO's published 216.7 million events: 89.9 % clicks, 7.8 % carts, 2.4 % orders.)
CLICKS: list[tuple[str, float]] = [
    ("page_viewed", 12.0),
    ("page_viewed product_viewed", 15.0),
    ("search_performed product_viewed product_viewed product_viewed", 14.0),
    (f"page_viewed product_viewed search_performed{' product_viewed' * 3}", 24.0),
    (f"search_performed{' product_viewed' * 11}", 13.0),
    ("product_viewed product_viewed product_added product_viewed page_viewed", 10.0),
    ("search_performed product_viewed product_viewed product_added cart_viewed page_viewed", 3.5),
    ("product_viewed product_added checkout_started order_completed", 8.5),
    ("cart_viewed order_completed", 2.0),
]
MIXES = {"mixed": SCRIPTS, "clicks": CLICKS}
SHOWN = 4
"""So many products are looked at in one visit of a tracked shop, again and again."""

CATEGORIES = ("shoes", "books", "garden", "kitchen", "toys", "audio", "sports")
REGIONS = ("north", "south", "east", "west")
QUEUES = ("sales", "orders", "complaints", "technical")
KINDS = ("complaint", "request", "question", "suggestion")
INSTRUMENTS = (("nps", 10), ("csat", 5), ("ces", 7))


@dataclass(slots=True)
class Session:
    """One visit, call or campaign of one customer; `number` names its cart, contact or ticket."""

    customer: str
    region: str
    script: tuple[str, ...]
    number: int
    channel: str
    products: list[dict[str, object]]
    looked_at: list[dict[str, object]]
    """Besides the first of the products."""
    step: int = 0


def interactions(
    events: int, customers: int, seed: int = SEED, mix: str = "mixed"
) -> Iterator[tuple[bytes, dict[str, object]]]:
    """`events` pairs of key and interaction, in the order in which they are sent."""
    random = Random(seed)
    pause = SPAN_SECONDS / events
    sessions = _sessions(random, customers, MIXES[mix], SHOWN if mix == "clicks" else 1)
    live = [next(sessions) for _ in range(max(2, round(STEP_SECONDS / pause)))]
    for n in range(events):
        at = (n + 1) * pause
        if random.random() < DISORDER_SHARE:
            at -= random.uniform(0, DISORDER_SECONDS)
        place = int(random.random() * len(live))
        session = live[place]
        kind = session.script[session.step]
        session.step += 1
        if session.step == len(session.script):
            live[place] = next(sessions)
        moment = BEGIN + timedelta(seconds=at)
        digits = f"{random.getrandbits(128):032x}"
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        yield (
            session.customer.encode(),
            {
                "id": "-".join(parts),
                "type": kind,
                "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
                "channel": session.channel,
                "customer_id": session.customer,
                "brand": "aurora",
                "region": session.region,
                "properties": _properties(kind, session, random),
                "context": {"library": "tracker-4.2"},  # as trackers add; no field of Heed's
            },
        )


def under_aliases(
    pairs: Iterator[tuple[bytes, dict[str, object]]], share: float, customers: int, events: int
) -> Iterator[Sent]:
    """The same interactions, `share` of them under an alias alone, in the partition of the alias.

    The first interaction of each customer links the two. What Heed would write to the end of the
    topic because of it, behind all that is there already, stands beside it: the aliases are linked
    when they are met, as in a topic that is read while it is written.
    """
    # Not before `benchmarks.compiled` has been asked which build of the rooms is wanted.
    from agents.people import Message, Sealer
    from agents.seal import Seal

    linked: dict[bytes, str] = {}
    random, sealer = Random(SEED), Sealer(Seal())
    share = min(1.0, share / max(1e-9, 1 - customers / events))
    for key, event in pairs:
        alias = linked.get(key)
        if alias is None:
            alias = linked[key] = _elsewhere(key)
            event["aliases"] = {"email": alias}
            point = Message(kind="point", alias=f"email:{alias}", customer=key.decode(), at=0)
            record, routing = sealer.sealed(point, 0)
            yield routing, record.value or b"", list(record.headers)
        elif random.random() < share:
            event["aliases"] = {"email": alias}
            del event["customer_id"]
            key = alias.encode()
        yield key, orjson.dumps(event), []


def _elsewhere(customer: bytes) -> str:
    from streams.murmur2 import partition_of

    home = partition_of(customer, PARTITIONS)
    names = (f"{customer.decode()}@mail{number}.example" for number in range(100))
    return next(name for name in names if partition_of(name.encode(), PARTITIONS) != home)


def _sessions(
    random: Random, customers: int, mix: list[tuple[str, float]], shown: int
) -> Iterator[Session]:
    scripts = [tuple(script.split()) for script, _ in mix]
    weights = [weight for _, weight in mix]
    order = list(range(customers))
    random.shuffle(order)
    number = 0
    while True:
        for customer in order:
            number += 1
            (script,) = random.choices(scripts, weights)
            channel = _channel(script[0], random)
            basket = [_product(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]
            region = REGIONS[customer % len(REGIONS)]
            more = [_product(random) for _ in range(shown - 1)]
            yield Session(f"c{customer:07d}", region, script, number, channel, basket, more)


def _channel(first: str, random: Random) -> str:
    if first.startswith("contact"):
        return random.choice(("phone", "phone", "phone", "chat"))
    if first.startswith(("message_delivered", "unsubscribed")):
        return random.choice(("email", "email", "sms", "inapp"))
    if first.startswith(("message", "ticket")):
        return random.choice(("email", "chat", "messenger", "social", "web"))
    if first.startswith("survey"):
        return "survey"
    if first.startswith("app"):
        return "app"
    if first.startswith(("order", "subscription")):
        return random.choice(("system", "store", "partner"))
    return random.choice(("web", "web", "app"))


def _product(random: Random) -> dict[str, object]:
    number = random.randrange(5_000)
    category = CATEGORIES[number % len(CATEGORIES)]
    price = round(5 + random.random() * 90, 2)
    return {"product_id": f"p{number}", "category": category, "price": price, "quantity": 1}


def _properties(kind: str, session: Session, random: Random) -> dict[str, object]:
    """What an interaction of this type says, in the vocabulary's fields."""
    number = session.number
    match kind.split("_")[0]:
        case "page":
            place = f"/{CATEGORIES[number % 7]}/page-{random.randrange(200)}"
            referrer = f"https://search.example/?q={CATEGORIES[number % 5]}"
            return {"path": place, "title": f"Page {place}", "referrer": referrer}
        case "search":
            return {"query": f"{CATEGORIES[number % 7]} size {random.randrange(30, 50)}"}
        case "product":
            if kind == "product_viewed":
                seen = [session.products[0], *session.looked_at]
                return {**seen[session.step % len(seen)], "currency": "EUR"}
            return {**session.products[0], "cart_id": f"cart-{number}", "currency": "EUR"}
        case "cart" | "checkout" | "payment":
            return {"cart_id": f"cart-{number}", "products": session.products, "currency": "EUR"}
        case "order":
            total = round(sum(float(str(each["price"])) for each in session.products), 2)
            order = {"order_id": f"order-{number}", "total": total, "currency": "EUR"}
            if kind == "order_completed":
                order |= {"cart_id": f"cart-{number}", "products": session.products}
            return order
        case "contact":
            queue = QUEUES[number % len(QUEUES)]
            return {"contact_id": f"contact-{number}", "queue": queue, "medium": session.channel}
        case "ticket":
            ticket = {"ticket_id": f"ticket-{number}", "priority": "normal"}
            return {**ticket, "kind": KINDS[number % 4], "category": CATEGORIES[number % 7]}
        case "survey":
            instrument, scale = INSTRUMENTS[number % 3]
            score = random.randint(scale // 2, scale)  # most customers are content
            return {"instrument": instrument, "score": score, "scale": scale}
        case "review":
            return {"rating": random.randint(1, 5), "product_id": f"p{random.randrange(5_000)}"}
        case "message" | "unsubscribed":
            medium, campaign = session.channel, f"campaign-{number % 40}"
            return {"message_id": f"message-{number}", "campaign": campaign, "medium": medium}
        case "feature":
            return {"feature": f"feature-{random.randrange(20)}", "version": "7.4.1"}
        case "subscription":
            return {"subscription_id": f"subscription-{number}", "plan": "plus"}
        case _:
            return {"version": "7.4.1", "locale": "de-DE"}


def records(
    events: int, customers: int, seed: int = SEED, aliases: float = 0.0, mix: str = "mixed"
) -> Iterator[Sent]:
    """The interactions as they are sent, that share of them under aliases."""
    pairs = interactions(events, customers, seed, mix)
    if aliases:
        return under_aliases(pairs, aliases, customers, events)
    return ((key, orjson.dumps(event), []) for key, event in pairs)


def publish(
    bootstrap: str,
    topic: str,
    events: int,
    customers: int,
    seed: int = SEED,
    aliases: float = 0.0,
    mix: str = "mixed",
) -> None:
    """Send the interactions to a topic: key = customer, Java's murmur2 partitioner, lz4."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "partitioner": "murmur2_random",
            "compression.type": "lz4",
            "linger.ms": 50,
            "queue.buffering.max.messages": 100_000,
            "enable.idempotence": True,
            "log_level": 3,  # errors: a coordinator that is still loading is not one
        }
    )
    for n, (key, value, headers) in enumerate(records(events, customers, seed, aliases, mix)):
        while True:
            try:
                producer.produce(topic, value, key, headers=headers)
                break
            except BufferError:
                producer.poll(0.1)
        if n % BATCH == 0:
            producer.poll(0)
    if left := producer.flush(60):
        raise RuntimeError(f"{left} of {events} events were not taken by the broker")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.generate", description=__doc__)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--aliases", type=float, default=0.0, help="share of events under an alias")
    parser.add_argument("--mix", choices=MIXES, default="mixed", help="what sessions consist of")
    parser.add_argument("--bootstrap", help="without it: JSON lines on stdout")
    parser.add_argument("--topic", default="interactions")
    args = parser.parse_args()
    what = (args.events, args.customers, args.seed, args.aliases, args.mix)
    if args.bootstrap:
        publish(args.bootstrap, args.topic, *what)
        return
    for _, value, headers in records(*what):
        if not headers:
            sys.stdout.buffer.write(value + b"\n")


if __name__ == "__main__":
    main()
