"""Rows in RocksDB: more customers than memory holds, and a quick restart.

A random read costs about 3.5 us, so recently used rows stay in memory as bytes, up to a bound.
"""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch, WriteOptions

OWN = b"\x00partition"
_OFFSET = b"\x00offset"
DEFAULT_CACHE = 64 << 20
_OVERHEAD = 160  # what a dict entry and two bytes objects cost besides their content


class RocksStore:
    """One RocksDB per partition."""

    def __init__(self, folder: Path, *, cache_bytes: int = DEFAULT_CACHE) -> None:
        self.folder = folder
        self._limit = cache_bytes // 2
        self._db = self._open()
        self._recent: dict[bytes, bytes] = {}
        self._older: dict[bytes, bytes] = {}
        self._held = 0
        self.own: bytes | None = self._db.get(OWN)
        said = self._db.get(_OFFSET)
        self.offset = int.from_bytes(said, "big") if said else 0

    def _open(self) -> Rdict:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(32 << 20)
        options.set_max_background_jobs(2)
        table = BlockBasedOptions()
        table.set_block_cache(Cache(32 << 20))
        table.set_bloom_filter(10, block_based=False)
        options.set_block_based_table_factory(table)
        options.set_keep_log_file_num(2)
        db = Rdict(str(self.folder), options)
        # No write-ahead log: what a crash loses is read again from the changelog, from the
        # offset that was written together with the rows.
        unlogged = WriteOptions()
        unlogged.disable_wal = True
        db.set_write_options(unlogged)
        return db

    def get(self, key: bytes) -> bytes | None:
        value = self._recent.get(key)
        if value is None:
            value = self._older.get(key)
            if value is None:
                value = self._db.get(key)
            if value is not None:
                self._keep(key, value)
        return value

    def write(self, items: Iterable[tuple[bytes, bytes]], own: bytes | None, offset: int) -> None:
        batch = WriteBatch(raw_mode=True)
        for key, value in items:
            batch.put(key, value)
            self._keep(key, value)
        if own is not None:
            batch.put(OWN, own)
            self.own = own
        batch.put(_OFFSET, offset.to_bytes(8, "big"))
        self._db.write(batch)
        self.offset = offset

    def _keep(self, key: bytes, value: bytes) -> None:
        self._recent[key] = value
        self._held += len(key) + len(value) + _OVERHEAD
        if self._held > self._limit:
            self._older, self._recent, self._held = self._recent, {}, 0

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        for key, value in self._db.items():
            if key != OWN and key != _OFFSET:
                yield key, value

    def size(self) -> int:
        name = "rocksdb.estimate-live-data-size"
        return int(self._db.property_int_value(name) or 0)

    def clear(self) -> None:
        self._db.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._db = self._open()
        self._recent, self._older, self._held = {}, {}, 0
        self.own, self.offset = None, 0

    def close(self) -> None:
        self._db.close()
