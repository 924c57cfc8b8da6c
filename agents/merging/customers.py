"""Two rows of one person as one: a rule for every field of `Customer`."""

from collections.abc import Callable, Iterable
from typing import Any

import structlog
import xxhash
from msgspec import Struct

from agents.careful import name_of
from agents.lifecycle import WON_BACK
from agents.merging import scope, waits
from agents.merging.carts import CART, CARTS, carts
from agents.merging.contacts import CONTACT, CONTACTS, contacts
from agents.merging.correspondence import CORRESPONDENCE, MATTER, correspondence
from agents.merging.habits import HABITS, WAITING, habits
from agents.merging.journey import JOURNEY, PERK, journey
from agents.merging.manners import MANNERS, SNOOZE, manners
from agents.merging.observed import OBSERVED, VISITING, observed
from agents.merging.observed import WAITING as CONTACT_OBSERVED
from agents.merging.purchases import LIFE, PURCHASES, life, purchases
from agents.merging.rules import Rules, content
from agents.merging.service import ELEMENT, HELD, SERVICE, VISIT, service
from agents.merging.stages import decides_nothing, reckoned, stage, stays, won_back
from schemas import customer as state
from schemas import observed as observations
from schemas.alert import Evidence
from schemas.correspondence import Correspondence, Matter
from schemas.customer import Cart, Carts, Contact, Contacts, Customer, OpenAlert, Purchases
from schemas.habits import Habits, Waiting
from schemas.journey import Journey, Perk
from schemas.links import Link, Links
from schemas.manners import Handled, Manners, Snooze
from schemas.memory import NEVER, Answer, Life, Piece, Timer
from schemas.merged import Merged
from schemas.observed import Observed, Visiting
from schemas.service import Element, Held, Service, Visit

log = structlog.get_logger("heed.signals")

Fold = Callable[[Customer, Customer], Any]
"""The field of two rows, the one last seen earlier first."""

DESCRIBED = frozenset({*scope.FIELDS, "segments", "merged"})
"""Fields that are described together: see `agents.merging.scope`."""
BY_SIDE = frozenset({"extra"})
"""Of third parties: where they do not say how, what the customer's own row has stays."""

FOLDS: dict[str, Fold] = {
    "last_seen": lambda earlier, later: max(earlier.last_seen, later.last_seen),
    "seen": scope.seen,
    "stage": stage,
    "alerts": waits.alerts,
    "carts": carts,
    "contacts": contacts,
    "purchases": purchases,
    "life": life,
    "timers": waits.timers,
    "timers_due": lambda earlier, later: min(earlier.timers_due, later.timers_due),
    "alerts_due": lambda earlier, later: min(earlier.alerts_due, later.alerts_due),
    "answers": waits.answers,
    "told": waits.told,
    "pieces": waits.pieces,
    "correspondence": correspondence,
    "journey": journey,
    "service": service,
    "habits": habits,
    "manners": manners,
    "observed": observed,
    # A row that is given up has none: what it was linked to is asked for anew.
    "links": lambda earlier, later: earlier.links or later.links,
}
"""How each other field of `Customer` is made of two."""

PARTS: dict[type[Struct], Rules] = {
    Carts: CARTS,
    Cart: CART,
    Contacts: CONTACTS,
    Contact: CONTACT,
    Purchases: PURCHASES,
    Life: LIFE,
    Correspondence: CORRESPONDENCE,
    Matter: MATTER,
    Journey: JOURNEY,
    Perk: PERK,
    Service: SERVICE,
    Visit: VISIT,
    Held: HELD,
    Element: ELEMENT,
    Habits: HABITS,
    Waiting: WAITING,
    Manners: MANNERS,
    Snooze: SNOOZE,
    Observed: OBSERVED,
    observations.Waiting: CONTACT_OBSERVED,
    Visiting: VISITING,
}
"""By what rules the fields of each part of it are made of two."""
WHOLE = frozenset({OpenAlert, Handled, Timer, Answer, Piece, Evidence, Merged, Links, Link})
"""Of these both rows' are kept, as they are."""


def merge(
    mine: Customer, theirs: Customer, handed: str | None = None, signals: Iterable[object] = ()
) -> Customer:
    """The facts of both rows in one new state; neither is changed.

    `handed` names the hand-over: one that `mine` has taken already is not taken twice, and `mine`
    comes back as it is. `signals` may know how to merge what third parties keep (`extra`). Waits
    and alerts that both rows have stand twice in it until they are settled.
    """
    taken = b"" if handed is None else digest(handed)
    mine, theirs = _copy(mine), _copy(theirs)
    if taken and has_taken(mine, taken):
        return mine
    earlier, later = sorted((mine, theirs), key=_seen)
    merged = Customer(**{name: fold(earlier, later) for name, fold in FOLDS.items()})
    merged.merged = scope.merged(merged, earlier, later, taken)
    merged.extra = _extra(mine.extra, theirs.extra, signals)
    if won_back(merged) > max(won_back(earlier), won_back(later)):
        merged.stage = WON_BACK
    if decides_nothing(earlier) or decides_nothing(later):
        merged.stage = stays(earlier, later)
    else:
        merged.stage = reckoned(merged, merged.stage)
    return merged


def digest(handed: str) -> bytes:
    """What is remembered of a hand-over."""
    return xxhash.xxh3_64_digest(handed.encode())


def has_taken(customer: Customer, taken: bytes) -> bool:
    """Whether that hand-over was folded into this row before."""
    known = customer.merged.handed if customer.merged is not None else b""
    return any(known[at : at + len(taken)] == taken for at in range(0, len(known), len(taken)))


def _extra(
    mine: dict[str, Any] | None, theirs: dict[str, Any] | None, signals: Iterable[object]
) -> dict[str, Any] | None:
    if not mine or not theirs:
        return mine or theirs
    known = {**theirs, **mine}
    both = mine.keys() & theirs.keys()
    for signal in signals if both else ():
        name, join = name_of(signal), getattr(signal, "merge", None)
        if join is not None and name in both:
            try:
                known[name] = join(mine[name], theirs[name])
            except Exception as why:
                log.error("a signal cannot merge", signal=name, error=str(why), exc_info=why)
    return dict(sorted(known.items()))


def _copy(customer: Customer) -> Customer:
    return state.decode(state.encode(customer, NEVER))


def _seen(customer: Customer) -> tuple[int, bytes]:
    return customer.last_seen, content(customer)
