"""One suite for every store, and what only one on disk must promise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.rocks import RocksStore
from streams.store import MemoryStore, Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["memory", "rocks", "rocks without a cache"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore()
    else:
        made = RocksStore(tmp_path / "rows", cache_bytes=0 if "without" in request.param else 4096)
    yield made
    made.close()


def test_a_new_store_is_empty(store: Store) -> None:
    assert (store.offset, store.own, dict(store.items())) == (0, None, {})
    assert store.get(b"row") is None


def test_what_was_written_is_read(store: Store) -> None:
    store.write([(b"a", b"1"), (b"b", b"2")], b"own", 7)
    assert (store.get(b"a"), store.get(b"b"), store.get(b"c")) == (b"1", b"2", None)
    assert (store.own, store.offset) == (b"own", 7)


def test_a_later_write_replaces_an_earlier_one(store: Store) -> None:
    store.write([(b"a", b"1"), (b"b", b"2")], b"own", 2)
    store.write([(b"a", b"longer than before")], b"newer", 5)
    assert dict(store.items()) == {b"a": b"longer than before", b"b": b"2"}
    assert (store.own, store.offset) == (b"newer", 5)


def test_a_write_without_own_record_keeps_the_one_before(store: Store) -> None:
    store.write([], b"own", 2)
    store.write([], None, 9)
    assert (store.own, store.offset) == (b"own", 9)


def test_items_are_the_rows_alone(store: Store) -> None:
    store.write([(b"c:1", b"1"), (b"email:a@b", b"")], b"own", 3)
    assert dict(store.items()) == {b"c:1": b"1", b"email:a@b": b""}


def test_keys_and_values_may_hold_any_byte(store: Store) -> None:
    rows = {bytes([1, number]): bytes(range(256)) for number in range(256)}
    store.write(rows.items(), None, 1)
    assert dict(store.items()) == rows


def test_clearing_forgets_everything_and_leaves_it_usable(store: Store) -> None:
    store.write([(b"a", b"1")], b"own", 7)
    store.clear()
    assert (store.offset, store.own, dict(store.items())) == (0, None, {})
    assert store.get(b"a") is None
    store.write([(b"b", b"2")], b"own", 1)
    assert dict(store.items()) == {b"b": b"2"}


def test_size_grows_with_what_is_held(store: Store) -> None:
    before = store.size()
    store.write([(b"%d" % number, bytes(1000)) for number in range(1000)], b"own", 1)
    assert store.size() - before >= 0
    if isinstance(store, MemoryStore):
        assert store.size() == sum(len(b"%d" % number) + 1000 for number in range(1000))


writes = st.lists(
    st.tuples(st.dictionaries(st.binary(min_size=1, max_size=3), st.binary(max_size=90)),
              st.none() | st.binary(min_size=1, max_size=9)),
    max_size=25,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(writes)
def test_every_store_agrees_with_a_dict(
    store: Store, written: list[tuple[dict[bytes, bytes], bytes | None]]
) -> None:
    store.clear()
    rows: dict[bytes, bytes] = {}
    own = None
    for offset, (some, said) in enumerate(written, 1):
        some = {key: value for key, value in some.items() if not key.startswith(b"\x00")}
        store.write(some.items(), said, offset)
        rows |= some
        own = said if said is not None else own
        assert (store.offset, store.own) == (offset, own)
        assert all(store.get(key) == value for key, value in rows.items())
    assert dict(store.items()) == rows


# What only a store on disk must promise.


def test_what_was_written_is_there_again_after_closing(tmp_path: Path) -> None:
    store = RocksStore(tmp_path)
    store.write([(b"a", b"1"), (b"b", b"2")], b"own", 7)
    store.close()
    again = RocksStore(tmp_path)
    assert (dict(again.items()), again.own, again.offset) == ({b"a": b"1", b"b": b"2"}, b"own", 7)
    assert again.get(b"a") == b"1"
    again.close()


def test_a_cleared_store_is_empty_after_closing_too(tmp_path: Path) -> None:
    store = RocksStore(tmp_path)
    store.write([(b"a", b"1")], b"own", 7)
    store.clear()
    store.close()
    again = RocksStore(tmp_path)
    assert (dict(again.items()), again.own, again.offset) == ({}, None, 0)
    again.close()


def test_rows_beyond_the_cache_are_read_from_disk(tmp_path: Path) -> None:
    store = RocksStore(tmp_path, cache_bytes=10_000)
    store.write([(b"%d" % number, b"%d" % (number * 7)) for number in range(5000)], None, 1)
    assert len(store._recent) + len(store._older) < 200
    assert all(store.get(b"%d" % number) == b"%d" % (number * 7) for number in range(5000))
    store.close()


WRITER = """
import sys
from pathlib import Path
from streams.rocks import RocksStore
from tests.streams.commits import commit

store = RocksStore(Path(sys.argv[1]))
for offset in range(store.offset + 1, 100_000):
    store.write(commit(offset), b"%d" % offset, offset)
    print(offset, flush=True)
"""


def test_rows_and_offset_agree_after_every_kill(tmp_path: Path) -> None:
    from tests.streams.commits import rows_after

    reached = 0
    for commits in (5, 90, 150):  # before the first flush to disk, and after some
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert writer.stdout is not None
        for _ in range(commits):
            assert writer.stdout.readline()
        writer.kill()
        writer.communicate()
        store = RocksStore(tmp_path)
        assert store.own == (b"%d" % store.offset if store.offset else None)
        assert dict(store.items()) == rows_after(store.offset)
        assert store.offset >= reached
        reached = store.offset
        store.close()
    assert reached > 0, "nothing was flushed: the test shows nothing"


def test_an_unusable_folder_is_not_taken_for_an_empty_store(tmp_path: Path) -> None:
    (tmp_path / "rows").write_text("not a folder")
    make: Callable[[], RocksStore] = lambda: RocksStore(tmp_path / "rows")  # noqa: E731
    with pytest.raises(OSError, match="rows"):
        make()
