"""The timeline of a customer: from interactions themselves, or from what the state remembers."""

from collections.abc import Iterator
from typing import Any

from agents.explain.explanation import Moment
from schemas import alert as alert_out
from schemas import lifecycle
from schemas.customer import Customer, OpenAlert
from schemas.instant import DAY, iso_day, rfc3339
from schemas.interaction import Interaction
from schemas.memory import Timer
from streams.contract import Output

_NAMES = (
    "order_id", "cart_id", "contact_id", "ticket_id", "subscription_id", "visit_id", "alert_id",
    "kind", "queue", "plan", "product_id", "sku", "category", "feature", "metric", "instrument",
    "dimension", "campaign", "offer_id", "occasion", "goal", "outcome", "competitor", "forum",
)  # fmt: skip
"""Properties that say in one word what an interaction is about. Texts are left out: they are long,
and often more personal than whoever asks needs to know."""
_AMOUNTS = ("revenue", "total", "cart_value", "value", "amount", "price")
_FIGURES = ("quantity", "score", "rating")
_MOST_SAID = 4


def moment(event: Interaction) -> Moment:
    """An interaction as a line of the timeline."""
    return Moment(
        time=rfc3339(event.time),
        type=event.kind,
        channel=event.channel,
        what=about(event),
        id=event.id,
    )


def about(event: Interaction) -> str:
    """What it is about, in a few words: `order o7, 120.00 EUR`."""
    said = event.properties
    if said is None or isinstance(said, dict):  # A house's own type: its names are its own.
        return ""
    parts = list(_parts(said))[:_MOST_SAID]
    where = [place for place in (event.branch,) if place]
    return ", ".join([*parts, *where])


def _parts(said: Any) -> Iterator[str]:
    for name in _NAMES:
        value = getattr(said, name, None)
        if value is not None and value != "":
            yield f"{name.removesuffix('_id').replace('_', ' ')} {value}"
    products = getattr(said, "products", None)
    if products:
        units = sum(1 if each.quantity is None else each.quantity for each in products)
        yield "1 item" if units == 1 else f"{units} items"
    for name in _AMOUNTS:
        value = getattr(said, name, None)
        if value is not None:
            currency = getattr(said, "currency", None)
            yield f"{value:,.2f} {currency or ''}".rstrip()
            break
    for name in _FIGURES:
        value = getattr(said, name, None)
        if value is not None:
            yield f"{name} {value:g}"


def told(output: Output) -> Moment | None:
    """An alert's state or a change of stage as a line of the timeline."""
    if output.topic == "alerts":
        state = alert_out.decode(output.value)
        what = state.reason if state.resolution is None else str(state.resolution)
        return Moment(time=state.event_time, type=f"{state.signal} {state.status}", what=what)
    if output.topic == "lifecycle":
        change = lifecycle.decode(output.value)
        before = f"{change.from_} to " if change.from_ else ""
        return Moment(time=change.event_time, type="stage", what=f"{before}{change.to}")
    return None


def remembered(customer: Customer) -> list[Moment]:
    """What the state still knows of the past, in order of time."""
    found: dict[tuple[int, str], Moment] = {}

    def note(at: int, kind: str, what: str = "", name: str | None = None) -> None:
        if at > 0:
            known = found.get((at, kind))
            if known is None or (what and not known.what):
                found[at, kind] = Moment(time=rfc3339(at), type=kind, what=what, id=name or None)

    explained: list[OpenAlert | Timer] = [*customer.alerts, *customer.timers]
    for one in explained:
        for proof in one.evidence:
            note(proof.time, proof.type, "", proof.id)
    for alert in customer.alerts:
        note(alert.opened_at, f"{alert.signal} open", alert.subject or "")
    if customer.carts is not None:
        for cart in customer.carts.carts:
            note(cart.touched, cart.last_type or "cart touched", f"cart {cart.name or ''}".strip(),
                 cart.last_id)  # fmt: skip
    if customer.contacts is not None:
        for contact in customer.contacts.contacts:
            note(contact.queued_at, "contact_queued", f"contact {contact.name}", contact.queued_id)
            note(contact.abandoned_at, "contact_abandoned", f"contact {contact.name}",
                 contact.abandoned_id)  # fmt: skip
            # Answered, called back, or left a message: which of them is not kept.
            note(contact.callback_at, "wait ended well", f"contact {contact.name}")
        for at in customer.contacts.answers:
            note(at, "contact_answered")
    history = customer.purchases
    if history is not None:
        exact = {at // DAY for at, kind in found if kind == "order_completed"}
        for day in history.days:
            if history.last_at // DAY != day and day not in exact:
                note(day * DAY, "order_completed", f"a purchase day ({iso_day(day)})")
        note(history.last_at, "order_completed", "the last order", history.last_id)
    for piece in customer.pieces:
        note(piece.at, piece.kind, "counts as evidence", piece.id)
    for signal, at in customer.told.items():
        note(at, f"{signal} open")
    return [found[place] for place in sorted(found)]
