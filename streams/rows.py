"""The rows of one partition as logic sees them: decoded, cached, noted when touched."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from streams.clock import Clock
from streams.deadlines import NEVER, Deadlines

if TYPE_CHECKING:
    from streams.contract import Codec

S = TypeVar("S")


class Row(Generic[S]):
    """One row's state in memory.

    `scheduled` is the time of its entry in the index of deadlines; `sure` says that the entry is
    known to be there (a row that was dropped from the cache and read again cannot know). `spare`
    is the time of a later entry that is there as well, left by a deadline that moved nearer.
    `packed` is the state as the codec packs it, where that is known and nothing has changed since.
    """

    __slots__ = ("deadline", "key", "packed", "scheduled", "spare", "state", "sure", "touched")

    def __init__(self, key: str, state: S, deadline: int) -> None:
        self.key = key
        self.state = state
        self.deadline = deadline
        self.scheduled = deadline
        self.spare = NEVER
        self.sure = False
        self.touched = False
        self.packed: bytes | None = None

    def stored(self, codec: "Codec[S]") -> bytes:
        """The value that is stored of this row."""
        if self.packed is None:
            return codec.encode(self.state, self.deadline)
        return self.deadline.to_bytes(8, "big") + codec.mark + self.packed


class View(Generic[S]):
    """Read-your-writes view of one partition: rows, clock and deadlines.

    What logic changes here stands only once the partition has committed; after a failed commit
    the whole view is thrown away.
    """

    __slots__ = (
        "_cached", "_old", "clock", "deadlines", "fetch", "partition",
        "partitions", "recent", "told", "touched",
    )  # fmt: skip

    def __init__(
        self,
        fetch: "Callable[[str], Row[S] | None]",
        clock: Clock,
        *,
        partition: int = 0,
        partitions: int = 1,
        cached: int = 0,
    ) -> None:
        """`fetch` reads a row from the store; at most about `cached` rows stay decoded."""
        self.fetch = fetch
        self.recent: dict[str, Row[S]] = {}
        self._old: dict[str, Row[S]] = {}
        self._cached = cached
        self.clock = clock
        self.deadlines = Deadlines()
        self.partition = partition
        self.partitions = partitions
        self.touched: list[Row[S]] = []
        self.told = -1
        """How far the clock had come when others were last told; not kept over a restart."""

    def get(self, key: str) -> Row[S] | None:
        """The row of that key, or None where there is none yet."""
        row = self.recent.get(key)
        if row is None:
            row = self._old.get(key) or self.fetch(key)
            if row is not None:
                self.recent[key] = row
        return row

    def rows(self) -> list[Row[S]]:
        """Every row that is decoded now: all there are, where nothing is ever stored."""
        return list({**self._old, **self.recent}.values())

    def add(self, key: str, state: S) -> Row[S]:
        """A new row; it is touched."""
        row = self.recent[key] = Row(key, state, NEVER)
        row.sure = True
        self.touch(row)
        return row

    def touch(self, row: Row[S]) -> None:
        """Note that the row's state changes in this batch: to be called before it does."""
        row.packed = None
        if not row.touched:
            row.touched = True
            self.touched.append(row)

    def schedule(self, row: Row[S], deadline: int) -> None:
        """The row's deadline is now `deadline`."""
        row.deadline = deadline
        if deadline < row.scheduled:
            if row.sure and row.scheduled != NEVER:
                row.spare = row.scheduled
            row.scheduled = deadline
            row.sure = True
            self.deadlines.push(deadline, row.key)

    def due(self, now: int) -> Row[S] | None:
        """The next row whose deadline has come by `now`; its entry is taken out of the index."""
        deadlines = self.deadlines
        while deadlines.next <= now:
            at, key = deadlines.pop()
            row = self.get(key)
            if row is None or (row.sure and row.scheduled != at):
                continue
            row.scheduled, row.spare, row.sure = row.spare, NEVER, True
            if row.deadline <= at:
                return row
            self.schedule(row, row.deadline)
        return None

    def mark(self) -> tuple[int, int]:
        """A moment to roll back to, before anything is touched: the clock's."""
        return self.clock.newest, self.clock.now

    def rollback(self, mark: tuple[int, int]) -> None:
        """Undo what was touched since `mark`: those rows are read again where they lie."""
        self.clock.newest, self.clock.now = mark
        for row in self.touched:
            self._forget(row)
        self.touched.clear()

    def forsake(self, row: Row[S]) -> None:
        """Undo what has become of this row alone."""
        self._forget(row)
        if row.touched:
            self.touched.remove(row)

    def _forget(self, row: Row[S]) -> None:
        self.recent.pop(row.key, None)
        self._old.pop(row.key, None)
        before = self.fetch(row.key)
        if before is not None and before.deadline != NEVER:
            # Its entry may have been taken out; one too many does no harm.
            self.deadlines.push(before.deadline, row.key)

    def settle(self) -> None:
        """The batch has committed: forget what was touched, and rows beyond the cache's size."""
        for row in self.touched:
            row.touched = False
            row.packed = None
        self.touched.clear()
        if len(self.recent) > self._cached // 2:
            # Two generations: what has not been used since the last turn goes.
            self._old = self.recent if self._cached else {}
            self.recent = {}
