"""The way that a customer and the house have gone, under two rows."""

from bisect import bisect_right

from agents.merging.purchases import purchases
from agents.merging.rules import Rules, either, fold, last, times
from schemas.customer import Customer
from schemas.journey import (
    MOST_CONTACT_DAYS,
    MOST_LOOKS,
    MOST_PERKS,
    MOST_PRAISE,
    Journey,
    Perk,
)

JOURNEY: Rules = {
    "flags": either,
    "order": last,
    "units": last,
    "paid": last,
    "returned": last,
    "left_order": max,
    "revoked_at": max,
    "looks": times(MOST_LOOKS),
    "praise": times(MOST_PRAISE),
    "contacts": times(MOST_CONTACT_DAYS),
    "advocate": max,
    "perks": last,  # See `_perks`.
    "perk_days": last,
}
"""The one with the latest order last."""

PERK: Rules = {"kind": last, "given": either}


def journey(earlier: Customer, later: Customer) -> Journey | None:
    """Both journeys as one."""
    if earlier.journey is None and later.journey is None:
        return None
    one, other = sorted((earlier, later), key=_last_order)
    merged = fold(JOURNEY, one.journey or Journey(), other.journey or Journey())
    merged.looks = [at for at in merged.looks if at > merged.revoked_at]
    history = purchases(earlier, later)
    days = history.days if history is not None else []
    merged.perks = _perks(one, other, days)
    merged.perk_days = history.repeats + 1 if history is not None and merged.perks else 0
    return merged


def _perks(one: Customer, other: Customer, days: list[int]) -> list[Perk]:
    """The benefits of both, each with the orders that it came with among all of them."""
    found: dict[str, Perk] = {}
    for customer in (one, other):
        for perk in customer.journey.perks if customer.journey is not None else ():
            moved = Perk(perk.kind, _moved(perk.given, customer, days))
            known = found.get(perk.kind)
            found[perk.kind] = moved if known is None else fold(PERK, known, moved)
    usual = sorted(found.values(), key=_usual)[-MOST_PERKS:]
    return sorted(usual, key=_kind)


def _moved(given: int, customer: Customer, days: list[int]) -> int:
    """The bits of a benefit, moved from the orders of its row to those of both rows."""
    own = customer.purchases.days if customer.purchases is not None else []
    moved = 0
    for bit in range(given.bit_length()):
        if not given >> bit & 1:
            continue
        if bit == 0:
            moved |= 1  # Of the order to come that stays.
        elif bit <= len(own):
            place = bisect_right(days, own[-bit])
            moved |= 1 << (len(days) - place + 1)
        else:
            moved |= 1 << bit + len(days) - len(own)
    return moved


def _last_order(customer: Customer) -> tuple[int, str, bytes]:
    history, journey = customer.purchases, customer.journey
    order = journey.order if journey is not None else b""
    return (history.last_at, history.last_id, order) if history is not None else (-1, "", order)


def _usual(perk: Perk) -> tuple[int, str]:
    return perk.given.bit_count(), perk.kind


def _kind(perk: Perk) -> str:
    return perk.kind
