"""UCI Online Retail: the invoices of a British gift wholesaler, December 2010 to December 2011.

Comma-separated with a header, one row per line of an invoice; InvoiceDate is ISO 8601 to the
minute, local time read as UTC. What the 541,909 rows hold, and what becomes of it:

- **Orders.** Rows of one InvoiceNo, customer and InvoiceDate are one `order_completed`. Thirty
  invoices were still being written when the minute turned: they give two orders of one `order_id`
  on the same day. Amounts are sums of quantity x price, rounded to pence.
- **Returns.** All rows of negative quantity (Cancellation is 1 on every one that has a customer)
  have neither InvoiceNo nor StockCode: rows of one customer and InvoiceDate are one
  `order_returned`, with positive quantities and a positive `revenue` (what was given back), and
  its products have names only.
- **Refunds.** Where such a group names no goods at all ("Discount", "Manual", "POSTAGE", "CRUK
  Commission"), money went back and nothing was returned: `order_refunded`.
- **Charges.** Postage, carriage and manual entries (StockCode POST, C2, DOT, M, ...) are lines of
  an invoice like any other and count in its revenue; so do 40 gifts at a price of 0.
- **No customer.** 135,080 rows name none, among them all 1,336 write-offs and three bad-debt
  adjustments. They cannot be attributed: counted as `no_customer`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import fsum
from typing import Any, NamedTuple

from heed.formats.source import Counts, Line

COLUMNS = [
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country", "Cancellation",
]  # fmt: skip
NOT_GOODS = frozenset({"Discount", "Manual", "POSTAGE", "CRUK Commission"})


class Document(NamedTuple):
    """What rows must share to be one order or one return."""

    invoice: str
    customer: str
    time: str
    returned: bool


def events(lines: Iterable[Line], counts: Counts) -> Iterator[dict[str, Any]]:
    """One event per document, in the order of their first rows."""
    documents: dict[Document, dict[str, Any]] = {}
    for line, cells in _rows(lines):
        counts.rows += 1
        try:
            invoice, stock_code, name, pieces, at, price, customer, country, cancelled = cells
            quantity, unit_price = int(pieces), float(price)
            time = datetime.fromisoformat(at).replace(tzinfo=UTC)
        except ValueError:
            raise line.unusable("not an Online Retail row, which has nine columns") from None
        if not customer:
            counts.skip("no_customer")
            continue
        document = Document(invoice, customer, at, quantity < 0 or cancelled == "1")
        if document not in documents:
            documents[document] = _event(line, document, time, country)
        product = {"product_id": stock_code} if stock_code else {}
        documents[document]["properties"]["products"].append(
            {**product, "name": name.strip(), "quantity": abs(quantity), "price": unit_price}
        )
    for document, event in documents.items():
        yield _summed(document, event)


def _rows(lines: Iterable[Line]) -> Iterator[tuple[Line, list[str]]]:
    """Cells with the line on which they begin; quoted cells may run over several lines."""
    begun: list[Line] = []

    def texts() -> Iterator[str]:
        for line in lines:
            begun.append(line)
            yield line.text() + "\n"

    reader = csv.reader(texts())
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as why:
            raise begun[0].unusable(f"not comma-separated values ({why})") from None
        line = begun[0]
        begun.clear()
        if line.number == 1:
            if cells != COLUMNS:
                raise line.unusable(f"not Online Retail's header, which is {','.join(COLUMNS)}")
        elif cells:
            yield line, cells


def _event(line: Line, document: Document, time: datetime, country: str) -> dict[str, Any]:
    order = {"order_id": document.invoice} if document.invoice else {}
    return {
        "id": f"online-retail-{line.serial}",
        "type": "order_returned" if document.returned else "order_completed",
        "time": time,
        "channel": "web",
        "customer_id": document.customer,
        "region": country,
        "properties": {**order, "revenue": 0.0, "currency": "GBP", "products": []},
    }


def _summed(document: Document, event: dict[str, Any]) -> dict[str, Any]:
    properties = event["properties"]
    products = properties["products"]
    properties["revenue"] = round(fsum(each["quantity"] * each["price"] for each in products), 2)
    if document.returned and all(each["name"] in NOT_GOODS for each in products):
        event["type"] = "order_refunded"
    return event
