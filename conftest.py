"""Two lanes for `pytest -n 2`: what needs a broker in one, one test at a time; the rest beside it.

Tests that share a broker, or watch clocks while processes run, do not gain from company.
"""

from typing import Any

import pytest

from streams.contract import Codec
from streams.rows import Row

BROKER_LANE = ("tests/broker/", "tests/faults/", "tests/embedded/", "tests/dashboards/")


@pytest.fixture(autouse=True, scope="session")
def what_is_kept_packed_is_what_is_true() -> None:
    """In every test: a row that is stored as it was packed before has not changed since."""
    stored = Row.stored

    def checked(row: Row[Any], codec: Codec[Any]) -> bytes:
        value = stored(row, codec)
        assert value == codec.encode(row.state, row.deadline), row.key
        return value

    Row.stored = checked  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest lane begins first."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROKER_LANE))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of the broker lane are one piece of work, each other test is one of its own."""
    from xdist.scheduler import LoadScopeScheduling

    class Lanes(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "broker" if nodeid.startswith(BROKER_LANE) else nodeid

    return Lanes(config, log)
