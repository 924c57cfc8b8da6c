"""Every kind of alert, about customers and about groups."""

from agents.alerts import Kind
from agents.groups.book import GroupBook
from agents.rulebook import Rulebook


def every_kind() -> dict[str, Kind]:
    """All kinds by name, those about customers first."""
    return {**Rulebook().kinds, **GroupBook().kinds}
