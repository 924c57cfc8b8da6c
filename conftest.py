"""Two lanes for `pytest -n 2`: what needs a broker in one, one test at a time; the rest beside it.

Tests that share a broker, or watch clocks while processes run, do not gain from company.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent
BROKER_LANE = tuple(
    ROOT / "tests" / room for room in ("broker", "faults", "embedded", "dashboards")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    with_broker = [item for item in items if _needs_broker(item)]
    for item in with_broker:
        item.add_marker(pytest.mark.xdist_group("broker"))
    # The longest lane begins first.
    items[:] = with_broker + [item for item in items if not _needs_broker(item)]


def _needs_broker(item: pytest.Item) -> bool:
    return any(room in item.path.parents for room in BROKER_LANE)
