"""CDNOW: every purchase of the cohort that first bought in early 1997 (Fader and Hardie, 2001).

Four columns, separated by blanks: customer, date (YYYYMMDD), CDs, dollars. The copy inside the PyPI
package `lifetimes` begins with a line of column names, the original does not.

A row is one `order_completed` at 00:00:00 UTC of its date. Customer ids stay as written ("00001").
Rows repeat: 255 of them equal an earlier one and are purchases all the same, hence ids by line.
Eighty orders cost 0.00; they are purchases too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from heed.formats.source import Counts, Line

COLUMN_NAMES = ["customer_id", "date", "number_of_cds", "dollar_value"]


def events(lines: Iterable[Line], counts: Counts) -> Iterator[dict[str, Any]]:
    """One `order_completed` a row, in the order of the rows."""
    for line in lines:
        cells = line.text().split()
        if not cells or (line.number == 1 and cells == COLUMN_NAMES):
            continue
        counts.rows += 1
        yield _order(line, cells)


def _order(line: Line, cells: list[str]) -> dict[str, Any]:
    try:
        customer, date, discs, dollars = cells
        time = datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC)
        quantity, revenue = int(discs), float(dollars)
    except ValueError:
        raise line.unusable(
            "not a CDNOW row, which has four columns: customer, YYYYMMDD, CDs, dollars"
        ) from None
    return {
        "id": f"cdnow-{line.serial}",
        "type": "order_completed",
        "time": time,
        "channel": "web",
        "customer_id": customer,
        "properties": {
            "revenue": revenue,
            "currency": "USD",
            "products": [{"product_id": "cd", "quantity": quantity}],
        },
    }
