"""The view of a partition's rows: what was touched is never lost, and deadlines fire in order.

Random lives of a few rows, with caches so small that rows are dropped and read again all the time,
against a model that remembers everything.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streams.clock import Clock
from streams.deadlines import NEVER
from streams.rows import Row, View

KEYS = [f"row-{number}" for number in range(12)]
keys = st.sampled_from(KEYS)
deadlines = st.one_of(st.integers(0, 60), st.just(NEVER))
State = list[int]


class Rows:
    """A view over a store, as a partition has it."""

    def __init__(self, cached: int) -> None:
        self.stored: dict[str, tuple[State, int]] = {}
        self.cached = cached
        self.view = self._open()

    def _open(self) -> View[State]:
        return View(self._fetch, Clock(), cached=self.cached)

    def _fetch(self, key: str) -> Row[State] | None:
        if key not in self.stored:
            return None
        state, deadline = self.stored[key]
        return Row(key, [*state], deadline)

    def commit(self) -> None:
        for row in self.view.touched:
            self.stored[row.key] = ([*row.state], row.deadline)
        self.view.settle()

    def reopen(self) -> None:
        """As after a failed commit, or a restart."""
        self.view = self._open()
        self.view.deadlines.fill(
            [(deadline, key) for key, (_, deadline) in self.stored.items() if deadline != NEVER]
        )


class Lives(RuleBasedStateMachine):
    """`said` is what was committed, `pending` what is to be seen before the next commit too."""

    @initialize(cached=st.sampled_from([0, 2, 4, 8, 1 << 60]))
    def begin(self, cached: int) -> None:
        self.rows = Rows(cached)
        self.said: dict[str, tuple[State, int]] = {}
        self.pending: dict[str, tuple[State, int]] = {}
        self.counter = 0
        self.now = 0

    def known(self) -> dict[str, tuple[State, int]]:
        return self.said | self.pending

    @rule(key=keys, deadline=deadlines)
    def change(self, key: str, deadline: int) -> None:
        """A record of that row comes: state and deadline change, maybe to the past."""
        view = self.rows.view
        row = view.get(key) or view.add(key, [])
        self.counter += 1
        view.touch(row)
        row.state.append(self.counter)
        view.schedule(row, max(deadline, self.now))
        before, _ = self.known().get(key, ([], NEVER))
        self.pending[key] = ([*before, self.counter], max(deadline, self.now))

    @rule(key=keys)
    def look(self, key: str) -> None:
        row, known = self.rows.view.get(key), self.known().get(key)
        assert (row is None) == (known is None)
        if row is not None:
            assert (row.state, row.deadline) == known

    @rule(by=st.integers(0, 12), repeat=deadlines)
    def fire(self, by: int, repeat: int) -> None:
        """Time passes: what is due fires, the earliest first, and may ask to be fired again."""
        self.now += by
        view, fired = self.rows.view, []
        due = sorted((at, key) for key, (_, at) in self.known().items() if at <= self.now)
        while (row := view.due(self.now)) is not None:
            fired.append((row.deadline, row.key))
            self.counter += 1
            view.touch(row)
            row.state.append(self.counter)
            again = max(repeat, self.now + 1)
            view.schedule(row, again)
            before, _ = self.known()[row.key]
            self.pending[row.key] = ([*before, self.counter], again)
        assert fired == due

    @rule()
    def commit(self) -> None:
        self.rows.commit()
        self.said |= self.pending
        self.pending = {}

    @rule()
    def fail(self) -> None:
        """The commit fails: the view is thrown away and read again."""
        self.pending = {}
        self.rows.reopen()

    @invariant()
    def every_deadline_has_an_entry_at_or_before_it(self) -> None:
        earliest: dict[str, int] = {}
        for at, key in self.rows.view.deadlines._heap:
            earliest[key] = min(at, earliest.get(key, NEVER))
        for key, (_, deadline) in self.known().items():
            assert deadline == NEVER or earliest.get(key, NEVER) <= deadline

    @invariant()
    def what_was_touched_is_what_will_be_committed(self) -> None:
        assert {row.key for row in self.rows.view.touched} == self.pending.keys()
        for row in self.rows.view.touched:
            assert (row.state, row.deadline) == self.pending[row.key]


Lives.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestLives = Lives.TestCase


@given(st.lists(st.tuples(keys, st.integers(0, 30)), max_size=60), st.sampled_from([0, 3, 1 << 60]))
def test_due_order_is_that_of_a_sorted_list(schedule: list[tuple[str, int]], cached: int) -> None:
    rows = Rows(cached)
    for number, (key, deadline) in enumerate(schedule):
        row = rows.view.get(key) or rows.view.add(key, [])
        rows.view.touch(row)
        rows.view.schedule(row, deadline)
        if number % 3 == 2:
            rows.commit()
    rows.commit()
    fired = []
    while (due := rows.view.due(NEVER - 1)) is not None:
        fired.append((due.deadline, due.key))
        rows.view.touch(due)
        rows.view.schedule(due, NEVER)
        rows.commit()
    assert fired == sorted((deadline, key) for key, deadline in dict(schedule).items())
    assert len(rows.view.deadlines) == 0


def test_at_most_about_the_cache_size_stays_decoded() -> None:
    rows = Rows(cached=10)
    for number in range(100):
        rows.view.add(f"row-{number}", [number])
        rows.commit()
        assert len(rows.view.recent) + len(rows.view._old) <= 12
    assert all(rows.view.get(f"row-{number}") is not None for number in range(100))


def test_a_row_that_is_used_all_the_time_stays_decoded() -> None:
    rows = Rows(cached=8)
    favourite = rows.view.add("favourite", [])
    rows.commit()
    for number in range(100):
        rows.view.add(f"row-{number}", [])
        assert rows.view.get("favourite") is favourite
        rows.commit()


def test_a_deadline_that_moves_later_costs_no_entry() -> None:
    rows = Rows(cached=8)
    row = rows.view.add("row", [])
    for deadline in range(10, 1000):
        rows.view.schedule(row, deadline)
    assert len(rows.view.deadlines) == 1
    assert rows.view.due(998) is None
    assert rows.view.due(999) is row


def test_an_entry_that_was_overtaken_is_gone_once_it_has_come_up() -> None:
    rows = Rows(cached=8)
    row = rows.view.add("row", [])
    for deadline in (10, 5, 10):
        rows.view.schedule(row, deadline)
    assert rows.view.due(10) is row
    rows.view.schedule(row, 20)
    assert rows.view.due(15) is None
    assert len(rows.view.deadlines) == 1
