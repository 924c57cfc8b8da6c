"""What a partition of customers knows of products that come back often.

Kept in a row of its own, which no customer's can be; the rates come as records among the
interactions, so that they are part of what the partition has read.
"""

from agents.seal import Seal
from schemas import rates
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.rates import Known, level_at
from schemas.seals import RATES
from streams.contract import Record
from streams.rows import Row, View

ROW = "\x00rates"
FIELD = "rates"


class ProductLevels:
    """Read when an order first asks for them in a batch, and not before."""

    def __init__(self, view: View[Customer] | None = None, seal: Seal | None = None) -> None:
        self._view = view
        self._seal = seal or Seal()
        self._table: dict[int, Known] | None = None

    def of(self, order: Interaction) -> int:
        """The level of that product of an order which comes back most often."""
        table = self._table
        if table is None:
            row = None if self._view is None else self._view.get(ROW)
            table = self._table = _table(row)
        if not table or not order.properties.products:
            return 0
        level = 0
        for product in order.properties.products:
            name = product.product_id or product.sku
            known = table.get(rates.hashed(name)) if name else None
            if known is not None:
                level = max(level, level_at(known, order.time))
        return level

    def hear(self, record: Record) -> bool:
        """Whether the record tells a rate; it is taken note of. Raises Rejected for a forged."""
        value = self._seal.opened(record, RATES)
        rate = None if value is None else rates.decode(value)
        if rate is None or self._view is None:
            return False
        row = self._view.get(ROW) or self._view.add(ROW, Customer())
        table = _table(row)
        rates.put(table, rate)
        row.state.extra = {FIELD: rates.pack(table)}
        self._view.touch(row)
        self._table = table
        return True


def _table(row: Row[Customer] | None) -> dict[int, Known]:
    extra = None if row is None else row.state.extra
    return rates.unpack(extra[FIELD]) if extra else {}
