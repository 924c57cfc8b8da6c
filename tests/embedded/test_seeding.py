"""State seeded from files, then live: what history would have told is held back, and no more."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from heed.cdnow_data import cdnow_path
from heed.formats import read
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.live import lived

UNTIL = "1998-07-01T00:00:00Z"


def history() -> list[bytes]:
    """The purchases of every tenth buyer of CDNOW."""
    return [v for v in read([cdnow_path()], "cdnow") if orjson.loads(v)["customer_id"][-1] == "4"]


def live(buyer: str) -> list[bytes]:
    """The day after: somebody new leaves a cart, and a buyer of the history comes back."""
    said: list[dict[str, Any]] = [
        {"id": "l1", "type": "product_added", "time": "1998-07-02T10:00:00Z", "customer_id": "new",
         "properties": {"cart_id": "k", "sku": "cd", "price": 12}},
        {"id": "l2", "type": "order_completed", "time": "1998-07-02T11:00:00Z",
         "customer_id": buyer, "properties": {"revenue": 12.0}},
        {"id": "l3", "type": "page_viewed", "time": "1998-07-02T12:00:00Z", "customer_id": "new"},
    ]  # fmt: skip
    return [orjson.dumps({"channel": "web", **event}) for event in said]


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, Any]]:
    with EmbeddedBroker() as broker:
        settings = Settings(
            bootstrap=broker.address, embedded=True, batch_records=500, web_port=-1,
            idle_clock="off", future_seconds=-1, warm_up_until=UNTIL,
        )  # fmt: skip
        return lived([*history(), *live("00004")], settings).alerts


def test_alerts_of_the_history_are_held_back_and_live_ones_are_not(
    alerts: list[dict[str, Any]],
) -> None:
    for alert in alerts:
        before = alert["opened_at"] < UNTIL
        assert alert.get("suppressed_by") == ("history" if before else None), alert
    told = {alert["signal"] for alert in alerts if "suppressed_by" not in alert}
    assert "cart_abandoned" in told
    assert sum("suppressed_by" in alert for alert in alerts) > 1000


def test_who_was_seeded_is_known_when_they_come_back(alerts: list[dict[str, Any]]) -> None:
    mine = [a for a in alerts if a["customer_id"] == "00004" and a["event_time"] >= UNTIL]
    assert "milestone_reached" in {alert["signal"] for alert in mine}, "the fifth order, not first"
