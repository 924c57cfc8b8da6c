"""A signal that raises on one group does not stop the others: as agents.careful, for groups.

The observation goes to `rejected`, its group stays as before. A deadline that fails is not asked
for again until an observation does; the alerts of that signal and group end as `dismissed`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.careful import Careful, SignalFailed, name_of
from schemas.group import Group
from streams.contract import Decision, Record
from streams.rows import View

if TYPE_CHECKING:
    from agents.groups.decide import Groups


def carefully(
    logic: "Groups", view: View[Group], records: Sequence[Record], wall: int | None
) -> Decision:
    """The decision on `records`, without those on which a signal fails."""
    return _CarefulOfGroups(logic, view, wall).decide(records)


def carefully_due(logic: "Groups", view: View[Group], wall: int | None, limit: int) -> Decision:
    """The decision on what is due, without the deadlines that fail."""
    return _CarefulOfGroups(logic, view, wall).tick(limit)


class _CarefulOfGroups(Careful[Group]):
    logic: Any

    def drop(self, why: SignalFailed) -> None:
        view, part = self.view, Decision()
        row = view.get(why.key)
        assert row is not None, why.key
        group, names = row.state, {kind.name for kind in why.failed.kinds}
        alerts = self.logic.alerts(part, self.wall)
        alerts.about(row.key, group)
        group.dues.pop(name_of(why.failed), None)
        for alert in [alert for alert in group.alerts if alert.signal in names]:
            alerts.resolve(alert.signal, alert.subject, view.clock.now, "dismissed")
        view.touch(row)
        view.schedule(row, group.deadline)
        self._keep(part)
