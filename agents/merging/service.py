"""Service that a customer has met under two rows."""

from agents.merging.rules import Rules, content, either, entries, first, fold, last, paired, total
from agents.signals.service import order_book
from agents.signals.service.order_book import DELIVERED, RETURNED
from schemas.customer import Customer
from schemas.service import (
    LOOK,
    MAX_ELEMENTS,
    MAX_HOLDS,
    MAX_LOOKS,
    MAX_PLACES,
    MAX_RATINGS,
    MAX_VISITS,
    PLACE,
    RATING,
    Element,
    Held,
    Service,
    Visit,
)


def _visits(one: list[Visit], other: list[Visit]) -> list[Visit]:
    return sorted(paired(one, other, _visit, visit), key=_last)[-2 * MAX_VISITS :]


def _holds(one: list[Held], other: list[Held]) -> list[Held]:
    joined = paired(one, other, lambda held: held.name, lambda a, b: fold(HELD, a, b))
    return sorted(joined, key=lambda held: held.name)[-MAX_HOLDS:]


def _orders(one: bytes, other: bytes) -> bytes:
    """What became of each order under either row, the row that bought last last."""
    known: dict[bytes, tuple[int, int]] = {}
    for orders in (one, other):
        for at, _ in order_book.places(orders):
            name = orders[at : at + 4]
            flags, moment = order_book.find(orders, name)
            before, then = known.get(name, (0, 0))
            known[name] = flags | before, _moment(flags, moment, before, then)
    packed = b""
    for name, (flags, moment) in known.items():
        packed = order_book.put(packed, name, flags, moment)
    return packed


def _moment(flags: int, moment: int, before: int, then: int) -> int:
    """The instant that is kept of an order: of its delivery where one is known."""
    if flags & DELIVERED != before & DELIVERED:
        return moment if flags & DELIVERED else then
    if flags & RETURNED != before & RETURNED:
        return moment if flags & RETURNED else then
    return max(moment, then)


def _elements(one: list[Element], other: list[Element]) -> list[Element]:
    joined = paired(one, other, lambda each: (each.name, each.brand), element)
    return sorted(joined, key=_met)[-MAX_ELEMENTS:]


def _places(one: bytes, other: bytes) -> bytes:
    """Where it was met: the last day, and how often, of each branch."""
    known: dict[bytes, tuple[bytes, int]] = {}
    for entry in (*entries(one, PLACE), *entries(other, PLACE)):
        day, often = known.get(entry[:4], (b"", 0))
        known[entry[:4]] = max(day, entry[4:6]), min(often + entry[6], 255)
    order = sorted((day, branch, often) for branch, (day, often) in known.items())
    return b"".join(branch + day + bytes([often]) for day, branch, often in order[-MAX_PLACES:])


def _ratings(one: bytes, other: bytes) -> bytes:
    """The last rating of each branch; of one day the better."""
    known: dict[bytes, bytes] = {}
    for entry in (*entries(one, RATING), *entries(other, RATING)):
        known[entry[:8]] = max(entry, known.get(entry[:8], entry), key=_rated)
    return b"".join(sorted(known.values(), key=_rated)[-MAX_RATINGS:])


SERVICE: Rules = {
    "visits": _visits,
    "assisted": max,
    "contacted": max,
    "pleased": max,
    "holds": _holds,
    "orders": last,  # See `_orders`.
    "returning": either,
    "elements": _elements,
    "ratings": _ratings,
    "looks": last,  # With looked_since, see `service`.
    "looked_since": last,
    "looked_last": max,
    "taken": max,
}
"""The one with the later session of looks last."""

VISIT: Rules = {"name": last, "arrived": last, "left": last, "id": last}
HELD: Rules = {"name": last, "total": total}
ELEMENT: Rules = {"name": last, "brand": last, "places": _places}


def service(earlier: Customer, later: Customer) -> Service | None:
    """Service met under either row. Looks that overlap are of one session; of two the later one
    is kept."""
    if earlier.service is None or later.service is None:
        return earlier.service or later.service
    one, other = sorted((earlier.service, later.service), key=_session)
    merged = fold(SERVICE, one, other)
    merged.orders = _orders(
        *[
            each.service.orders
            for each in sorted((earlier, later), key=_bought)
            if each.service is not None
        ]
    )
    if one.looks and one.looked_last >= other.looked_since:
        known: dict[bytes, int] = {}
        for look in (*entries(one.looks, LOOK), *entries(other.looks, LOOK)):
            known[look[:4]] = min(known.pop(look[:4], 0) + look[4], 255)
        looks = [name + bytes([often]) for name, often in known.items()]
        merged.looks = b"".join(looks[-MAX_LOOKS:])
        merged.looked_since = first(one.looked_since, other.looked_since)
    return merged


def visit(one: Visit, other: Visit) -> Visit:
    """Two parts of one visit: they arrived the last time, and left the first time since."""
    earlier, later = sorted((one, other), key=_arrived)
    known = fold(VISIT, earlier, later)
    left = [part.left for part in (earlier, later) if part.left]
    after = [at for at in left if at >= known.arrived]
    known.left = min(after) if known.arrived and after else max(left, default=0)
    if known.arrived > known.left:
        known.left = 0  # That was another time.
    return known


def element(one: Element, other: Element) -> Element:
    """What was met under both rows."""
    return fold(ELEMENT, one, other)


def _visit(each: Visit) -> str:
    return each.name


def _arrived(each: Visit) -> tuple[int, bytes]:
    return each.arrived, content(each)


def _last(each: Visit) -> tuple[int, str]:
    return max(each.arrived, each.left), each.name


def _met(each: Element) -> tuple[bytes, str, bytes]:
    days = [entry[4:6] for entry in entries(each.places, PLACE)]
    return max(days, default=b""), each.name, each.brand


def _rated(entry: bytes) -> tuple[bytes, int, bytes]:
    return entry[9:11], entry[8], entry[:8]


def _bought(customer: Customer) -> int:
    return customer.purchases.last_at if customer.purchases is not None else -1


def _session(each: Service) -> tuple[int, bytes]:
    return each.looked_last, content(each)
