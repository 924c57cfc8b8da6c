"""A customer of many long names stays as small as any other."""

from __future__ import annotations

from agents.harness import Harness
from schemas.customer import MAX_BYTES, decode
from schemas.links import LINK_BYTES, MAX_ALIASES
from schemas.standards import parse
from tests.agents.hostile import hostile


def test_the_worst_customer_with_the_longest_names_stays_within_8_kib() -> None:
    harness, worst = Harness(), 0
    for number, record in enumerate(hostile(1)[::4]):
        name = {f"kind-{number}": f"{number}" * 50}
        rows = harness.feed([{**record, "aliases": name}]).rows
        worst = max(worst, *(len(row) for key, row in rows.items() if key.startswith("c:")))
    (row,) = (decode(row) for key, row in rows.items() if key.startswith("c:"))
    assert row.links is not None
    assert 3 < len(row.links.aliases) <= MAX_ALIASES
    assert row.links.weight <= LINK_BYTES + 32
    assert worst <= MAX_BYTES


def test_an_alias_beyond_the_longest_is_not_linked() -> None:
    event = {"id": "e", "type": "x_seen", "time": 1_795_305_600, "channel": "web"}
    linked = {**event, "customer_id": "7", "aliases": {"k" * 64: "\u00e9" * 256}}
    assert list(Harness().feed([linked]).rows) == ["c:7"]


def test_a_pointer_holds_no_more_than_its_customers() -> None:
    event = {"id": "e", "type": "x_seen", "time": 1_795_305_600, "channel": "web"}
    names = [f"{number}" + "\U0001f600" * 255 for number in range(6)]
    events = [
        {**event, "id": name[0], "customer_id": name, "aliases": {"device_id": "d"}}
        for name in names
    ]
    shop = Harness(parse("[identity]\ncustomers = { device_id = 6 }")).feed(events)
    assert 6000 < len(shop.rows["device_id:d"]) < MAX_BYTES


def test_a_shared_alias_whose_own_row_is_full_stays_within_8_kib() -> None:
    event = {"id": "e", "type": "x_seen", "time": 1_795_305_600, "channel": "web"}
    device = {"aliases": {"device_id": "d"}}
    events = [
        {**event, "id": f"e{number}", "customer_id": f"{number}" * 200, **device}
        for number in range(1, 9)
    ]
    harness, sizes = Harness().feed(events), []
    for record in hostile(1)[::4]:
        own = {name: said for name, said in record.items() if name != "customer_id"}
        sizes.append(len(harness.feed([{**own, **device}]).rows["device_id:d"]))
    assert 7000 < max(sizes) <= MAX_BYTES
    links = decode(harness.rows["device_id:d"]).links
    assert links is not None
    assert len(links.claimants) == 5
