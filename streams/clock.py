"""Event time of one partition."""

from dataclasses import dataclass

MICROSECONDS = 1_000_000
DEFAULT_LATENESS = 120 * MICROSECONDS


@dataclass(slots=True)
class Clock:
    """`now` is the greatest event time seen, less the lateness, and never goes back.

    A quiet partition's clock moves on by elapsed time (`idle`), never to the wall clock itself:
    a replay of old history would end every life at once.
    """

    lateness: int = DEFAULT_LATENESS
    newest: int = 0
    now: int = 0

    def advance(self, at: int) -> int:
        """Take note of a record of time `at`; the clock's new time."""
        if at > self.newest:
            self.newest = at
            if at - self.lateness > self.now:
                self.now = at - self.lateness
        return self.now

    def idle(self, elapsed: int) -> int:
        """Nothing has come for `elapsed` microseconds since the newest record was appended."""
        if self.newest and self.newest - self.lateness + elapsed > self.now:
            self.now = self.newest - self.lateness + elapsed
        return self.now

    def reach(self, at: int) -> int:
        """Others have come to `at`: so has this clock."""
        if at > self.now:
            self.now = at
        return self.now

    def finish(self, until: int | None = None) -> int:
        """The end of input: the greatest event time seen, or `until`."""
        self.now = max(self.now, self.newest if until is None else until)
        return self.now
