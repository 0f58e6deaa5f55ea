"""The sandbox's state: one SQLite file, one writer, many readers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_pinned: ContextVar[sqlite3.Connection | None] = ContextVar("pinned", default=None)

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # A power cut may lose example data; a crash of the process loses nothing. Worth the speed here.
    "PRAGMA synchronous = OFF",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA foreign_keys = ON",
)


class Store:
    """Connections to one SQLite file in WAL mode.

    `write()` gives one transaction at a time (BEGIN IMMEDIATE; rolled back when the block raises).
    `read()` gives a connection that sees what is committed, or the pinned past inside `Snapshot.reading`.
    Neither block may contain an `await`: requests share the event loop's thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=512)
        db.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            db.execute(pragma)
        self._opened.append(db)
        return db

    def ensure(self, schema: str) -> None:
        """Run a script of CREATE ... IF NOT EXISTS statements."""
        with self._lock:
            self._writer.executescript(schema)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; commits at the end of the block, rolls back when it raises."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries; what it sees is committed."""
        pinned = _pinned.get()
        if pinned is not None:
            yield pinned
            return
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = self._connect()
        yield db

    def pin(self) -> Snapshot:
        """Hold on to what is committed now, for stale reads later."""
        db = self._connect()
        db.execute("BEGIN")
        # A deferred transaction fixes what it sees at its first query.
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return Snapshot(self, db)

    def forget(self, db: sqlite3.Connection) -> None:
        db.close()
        self._opened.remove(db)

    def close(self) -> None:
        """Close every connection; the store must not be used afterwards."""
        for db in self._opened:
            db.close()
        self._opened.clear()


class Snapshot:
    """The store as it was at one moment."""

    def __init__(self, store: Store, db: sqlite3.Connection) -> None:
        self._store = store
        self._db = db

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within the block `Store.read` answers from this past."""
        token = _pinned.set(self._db)
        try:
            yield
        finally:
            _pinned.reset(token)

    def release(self) -> None:
        self._store.forget(self._db)
