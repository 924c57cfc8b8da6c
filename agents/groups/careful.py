"""A signal that raises on one group does not stop the others: as agents.careful, for groups.

The observation goes to `rejected`, its group stays as before. A deadline that fails is not asked
for again until an observation does; the alerts of that signal and group end as `dismissed`.
"""

from agents.careful import Careful, SignalFailed, name_of
from schemas.group import Group
from streams.contract import Decision


class CarefulOfGroups(Careful[Group]):
    """The groups of one batch."""

    def drop(self, why: SignalFailed) -> None:
        view, part = self.view, Decision()
        row = view.get(why.key)
        assert row is not None, why.key
        group, names = row.state, {kind.name for kind in why.failed.kinds}
        alerts = self.logic.alerts(part, self.wall)
        alerts.about(row.key, group)
        group.dues.pop(name_of(why.failed), None)
        alerts.dismiss_all(names, view.clock.now)
        view.touch(row)
        view.schedule(row, group.deadline)
        self._keep(part)
