"""The request log: every call the sandbox answered, for a test to assert on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from leaver.sandbox.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS request_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    client TEXT,
    directory TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    body TEXT,
    status INTEGER,
    fault TEXT,
    request_id TEXT NOT NULL,
    milliseconds REAL NOT NULL
);
"""

_BATCH = 256
_KEPT = 200_000


@dataclass(frozen=True)
class Entry:
    """One call. `status` is None when the connection was dropped; `body` is parsed and redacted."""

    at: str
    client: str | None
    directory: str | None
    method: str
    path: str
    query: str
    body: Any
    status: int | None
    fault: str | None
    request_id: str
    milliseconds: float


class RequestLog:
    """Entries are written in batches, and whenever somebody asks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._store.write() as db:
            db.executemany(
                "INSERT INTO request_log (at, client, directory, method, path, query, body, status, fault,"
                " request_id, milliseconds) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        each.at,
                        each.client,
                        each.directory,
                        each.method,
                        each.path,
                        each.query,
                        None if each.body is None else json.dumps(each.body),
                        each.status,
                        each.fault,
                        each.request_id,
                        each.milliseconds,
                    )
                    for each in waiting
                ],
            )
            db.execute(
                "DELETE FROM request_log WHERE seq <= (SELECT max(seq) FROM request_log) - ?", (_KEPT,)
            )

    def entries(
        self,
        *,
        since: int = 0,
        client: str | None = None,
        method: str | None = None,
        path: str | None = None,
        limit: int = 1000,
    ) -> list[dict[str, Any]]:
        """Entries after `since` (a `seq`), oldest first; `path` is a GLOB pattern."""
        self.flush()
        where = ["seq > ?"]
        bound: list[Any] = [since]
        conditions: list[tuple[str, str | None]] = [
            ("client = ?", client),
            ("method = ?", method),
            ("path GLOB ?", path),
        ]
        for condition, value in conditions:
            if value is not None:
                where.append(condition)
                bound.append(value)
        with self._store.read() as db:
            rows = db.execute(
                f"SELECT * FROM request_log WHERE {' AND '.join(where)} ORDER BY seq LIMIT ?",  # noqa: S608
                (*bound, limit),
            ).fetchall()
        return [
            dict(row) | {"body": None if row["body"] is None else json.loads(row["body"])} for row in rows
        ]

    def clear(self, client: str | None = None) -> None:
        """Forget all entries, or those of one client."""
        self.flush()
        with self._store.write() as db:
            if client is None:
                db.execute("DELETE FROM request_log")
            else:
                db.execute("DELETE FROM request_log WHERE client = ?", (client,))
