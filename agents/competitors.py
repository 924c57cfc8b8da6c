"""Where competitors have come: declared once for a region, and known in every partition.

Kept in a row of its own, which no customer's can be. The partition that reads the declaration
takes note of it at once, and tells the others by a record among the interactions.
"""

import msgspec
from msgspec import Struct

from agents.seal import Seal
from schemas.customer import Customer, bounded
from schemas.interaction import CLASSES, Interaction, Rejected
from schemas.seals import COMPETITORS as HEADER
from streams.contract import Broadcast, Record
from streams.rows import View

ROW = "\x00competitors"
FIELD = "competitors"
EVERYBODY = "all"
"""In place of a segment: the same as none."""
MOST = 1_000
"""So many declarations are remembered, the newest."""

COMPETITOR = CLASSES["competitor_entered"]

Where = tuple[str, str | None]
"""A region, and the segment that the competitor is after; None: all of them."""


class Entered(Struct, array_like=True, gc=False):
    """A competitor has come to a region at that instant (microseconds)."""

    region: str
    segment: str | None
    at: int


def is_regional(event: Interaction) -> bool:
    """Whether the interaction declares something of a region: then it need not name anybody."""
    return event.__class__ is COMPETITOR and bool(event.properties.region or event.region)


class Competitors:
    """Read when a customer may be concerned, and not before."""

    def __init__(self, view: View[Customer] | None = None, seal: Seal | None = None) -> None:
        self._view = view
        self._seal = seal or Seal()
        self._table: dict[Where, int] | None = None

    def since(self, customer: Customer) -> int:
        """When the first competitor came to the customer's region (microseconds); 0: none has."""
        if customer.region is None:
            return 0
        known = self._known()
        found = (known.get((customer.region, segment)) for segment in {None, customer.segment})
        return min((at for at in found if at is not None), default=0)

    def declare(self, event: Interaction) -> Broadcast | None:
        """Take note of a declaration; what tells the other partitions, None where no region is
        named or nothing is new."""
        said = event.properties
        region = said.region or event.region
        if region is None or not is_regional(event):
            return None
        segment = said.segment if said.segment != EVERYBODY else None
        entered = Entered(bounded(region), bounded(segment) if segment else None, event.time)
        if not self._note(entered):
            return None
        value = _encode(entered)
        return Broadcast("interactions", None, value, [(HEADER, self._seal.of(value))])

    def hear(self, record: Record) -> bool | None:
        """Whether a record that tells a declaration is news; None for any other record.

        Raises Rejected for a forged one.
        """
        value = self._seal.opened(record, HEADER)
        if value is None:
            return None
        try:
            entered = _decode(value)
        except msgspec.MsgspecError:
            raise Rejected("invalid_field", "an internal record of another version") from None
        return self._note(entered)

    def _note(self, entered: Entered) -> bool:
        """Whether it is news: the first to come there counts."""
        view, known = self._view, self._known()
        where = entered.region, entered.segment
        before = known.get(where)
        if view is None or (before is not None and before <= entered.at):
            return False
        row = view.get(ROW) or view.add(ROW, Customer())
        view.touch(row)
        known[where] = entered.at
        while len(known) > MOST:
            del known[min(known, key=lambda each: known[each])]
        row.state.extra = {FIELD: [[*where, at] for where, at in known.items()]}
        return True

    def _known(self) -> dict[Where, int]:
        if self._table is None:
            row = None if self._view is None else self._view.get(ROW)
            extra = None if row is None else row.state.extra
            said = extra[FIELD] if extra else []
            self._table = {(region, segment): at for region, segment, at in said}
        return self._table


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entered).decode
