"""What a signal about groups is."""

from typing import Any, Protocol

from agents.alerts import Kind
from agents.groups.alerts import GroupAlerts
from schemas.group import Group


class GroupSignal(Protocol):
    """A small class with its thresholds as fields.

    It keeps what it remembers in a field of its own of `Group`. One that wants to be asked again
    says so with `group.wake(name, at)`, where `name` is that of its first kind of alert.

    Observations of one group come from several partitions of customers, so their times run back,
    by hours where one partition has more to catch up with: put each into the window of its own
    time, and judge only at a deadline. Then all observations of before `now` are there, but for
    late ones; of those at or after `now` some are and some are not, so they must make no
    difference. So nothing depends on the order in which partitions came, nor on batches.
    """

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The alerts that it tells; at least one."""

    @property
    def groups(self) -> frozenset[str]:
        """The kinds of group that it is about: `queue`, `branch` ..."""

    @property
    def reacts_to(self) -> frozenset[str]:
        """The kinds of observation that can matter: no other costs anything."""

    def on_observation(self, group: Group, observation: Any, alerts: GroupAlerts) -> None:
        """An observation of this group; not necessarily later than the last one."""

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        """The instant `now` asked for with `wake` has come; the wish is no longer kept.

        Re-check the state first, and wake again where a next window follows.
        """
