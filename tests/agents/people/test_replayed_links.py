"""`heed replay` follows links as a worker does, in its one partition."""

from __future__ import annotations

import json

from heed.replay import Replay
from schemas.alert import decode
from tests.agents.say import HOUR, START


def test_a_history_under_several_names_is_one_customer_s() -> None:
    def said(name: str, kind: str, at: float, **envelope: object) -> bytes:
        cart = {"cart_id": "k", "sku": "tea"}
        event = {"id": name, "type": kind, "time": START + at, "channel": "web"}
        return json.dumps({**event, "properties": cart, **envelope}).encode()

    email = {"email": "ann@example.com"}
    replay = Replay()
    told = [
        decode(output.value)
        for output in replay.run([
            said("1", "product_added", 0, aliases=email),
            said("2", "x_seen", 2 * HOUR, customer_id="7", aliases=email),
            said("3", "order_completed", 3 * HOUR, aliases={"email": "Ann@Example.com"}),
        ])
    ]  # fmt: skip
    carts = [alert for alert in told if alert.signal == "cart_abandoned"]
    assert [(alert.status, alert.customer_id) for alert in carts] == [
        ("open", None), ("resolved", "7")
    ]  # fmt: skip
    assert len({alert.alert_id for alert in carts}) == 1
    assert carts[-1].aliases == email
    assert replay.summary(0)["customers"] == 1
