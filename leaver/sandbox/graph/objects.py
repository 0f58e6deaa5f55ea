"""Directory objects and their links in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NAMES = ("seq", "type", "id", "key", "owner", "doc", "deleted_at")
COLUMNS = ", ".join(f"o.{name} AS {name}" for name in _NAMES)


@dataclass(frozen=True)
class Obj:
    """A directory object. `seq` gives its place in the list it was read from.

    `key` is what the type is looked up by (users: lower-case user principal name), `owner` the object
    that it belongs to (an assignment's principal, a sign-in method's user).
    """

    seq: int
    type: str
    id: str
    key: str
    owner: str
    doc: dict[str, Any]
    deleted_at: str | None


def _obj(row: sqlite3.Row) -> Obj:
    return Obj(
        row["seq"],
        row["type"],
        row["id"],
        row["key"],
        row["owner"],
        json.loads(row["doc"]),
        row["deleted_at"],
    )


def insert(
    db: sqlite3.Connection,
    tenant: str,
    kind: str,
    object_id: str,
    doc: dict[str, Any],
    key: str = "",
    owner: str = "",
) -> Obj:
    cursor = db.execute(
        "INSERT INTO graph_objects (tenant, type, id, key, owner, doc) VALUES (?,?,?,?,?,?)",
        (tenant, kind, object_id, key, owner, json.dumps(doc)),
    )
    return Obj(cursor.lastrowid or 0, kind, object_id, key, owner, doc, None)


def save(db: sqlite3.Connection, tenant: str, obj: Obj) -> None:
    """Write an object's document and key back."""
    db.execute(
        "UPDATE graph_objects SET doc = ?, key = ? WHERE tenant = ? AND id = ?",
        (json.dumps(obj.doc), obj.key, tenant, obj.id),
    )


def find(db: sqlite3.Connection, tenant: str, object_id: str, *kinds: str) -> Obj | None:
    """A live object by its id, of one of `kinds` when given."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM graph_objects o WHERE o.tenant = ? AND o.id = ? AND o.deleted_at IS NULL",  # noqa: S608
        (tenant, object_id.lower() if len(object_id) == 36 else object_id),
    ).fetchone()
    if row is None or (kinds and row["type"] not in kinds):
        return None
    return _obj(row)


def find_deleted(db: sqlite3.Connection, tenant: str, object_id: str) -> Obj | None:
    row = db.execute(
        f"SELECT {COLUMNS} FROM graph_objects o WHERE o.tenant = ? AND o.id = ? AND o.deleted_at IS NOT NULL",  # noqa: S608
        (tenant, object_id.lower()),
    ).fetchone()
    return None if row is None else _obj(row)


def by_key(db: sqlite3.Connection, tenant: str, kind: str, key: str) -> Obj | None:
    row = db.execute(
        f"SELECT {COLUMNS} FROM graph_objects o WHERE o.tenant = ? AND o.type = ? AND o.key = ?"  # noqa: S608
        " AND o.deleted_at IS NULL ORDER BY o.seq LIMIT 1",
        (tenant, kind, key),
    ).fetchone()
    return None if row is None else _obj(row)


def owned(db: sqlite3.Connection, tenant: str, kind: str, owner: str) -> Iterator[Obj]:
    """Live objects of a type that belong to `owner`."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM graph_objects o WHERE o.tenant = ? AND o.type = ? AND o.owner = ?"  # noqa: S608
        " AND o.deleted_at IS NULL ORDER BY o.seq",
        (tenant, kind, owner),
    )
    return (_obj(row) for row in rows)


def listed(
    db: sqlite3.Connection,
    tenant: str,
    kind: str,
    after: int = 0,
    *,
    ids: list[str] | None = None,
    keys: list[str] | None = None,
    deleted: bool = False,
) -> Iterator[Obj]:
    """Objects of a type after `after`, oldest first; narrowed to some ids or keys when given."""
    state = "IS NOT NULL" if deleted else "IS NULL"
    where = f"o.tenant = ? AND o.type = ? AND o.seq > ? AND o.deleted_at {state}"
    values: list[Any] = [tenant, kind, after]
    for column, wanted in (("o.id", ids), ("o.key", keys)):
        if wanted is not None:
            where += f" AND {column} IN ({','.join('?' * len(wanted))})"
            values.extend(wanted)
    rows = db.execute(f"SELECT {COLUMNS} FROM graph_objects o WHERE {where} ORDER BY o.seq", values)  # noqa: S608
    return (_obj(row) for row in rows)


def count(db: sqlite3.Connection, tenant: str, kind: str, *, deleted: bool = False) -> int:
    state = "IS NOT NULL" if deleted else "IS NULL"
    row = db.execute(
        f"SELECT count(*) FROM graph_objects WHERE tenant = ? AND type = ? AND deleted_at {state}",  # noqa: S608
        (tenant, kind),
    ).fetchone()
    return int(row[0])


def soft_delete(db: sqlite3.Connection, tenant: str, object_id: str, at: str) -> None:
    db.execute("UPDATE graph_objects SET deleted_at = ? WHERE tenant = ? AND id = ?", (at, tenant, object_id))


def restore(db: sqlite3.Connection, tenant: str, object_id: str) -> None:
    db.execute("UPDATE graph_objects SET deleted_at = NULL WHERE tenant = ? AND id = ?", (tenant, object_id))


def destroy(db: sqlite3.Connection, tenant: str, object_id: str) -> None:
    """Delete for good, with all links and everything that it owns."""
    db.execute(
        "DELETE FROM graph_objects WHERE tenant = ? AND (id = ? OR owner = ?)", (tenant, object_id, object_id)
    )
    db.execute(
        "DELETE FROM graph_links WHERE tenant = ? AND (source = ? OR target = ?)",
        (tenant, object_id, object_id),
    )


def link(db: sqlite3.Connection, tenant: str, rel: str, source: str, target: str) -> bool:
    """Add a link; False when it was there."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO graph_links (tenant, rel, source, target) VALUES (?,?,?,?)",
        (tenant, rel, source, target),
    )
    return cursor.rowcount == 1


def unlink(db: sqlite3.Connection, tenant: str, rel: str, source: str, target: str) -> bool:
    """Remove a link; False when there was none."""
    cursor = db.execute(
        "DELETE FROM graph_links WHERE tenant = ? AND rel = ? AND source = ? AND target = ?",
        (tenant, rel, source, target),
    )
    return cursor.rowcount == 1


def targets(
    db: sqlite3.Connection, tenant: str, rel: str, source: str, after: int = 0, ids: list[str] | None = None
) -> Iterator[Obj]:
    """Live objects that `source` links to, in the order they were linked."""
    return _linked(db, tenant, rel, "source", "target", source, after, ids)


def sources(
    db: sqlite3.Connection, tenant: str, rel: str, target: str, after: int = 0, ids: list[str] | None = None
) -> Iterator[Obj]:
    """Live objects that link to `target`, in the order they were linked."""
    return _linked(db, tenant, rel, "target", "source", target, after, ids)


def _linked(
    db: sqlite3.Connection,
    tenant: str,
    rel: str,
    near: str,
    far: str,
    object_id: str,
    after: int,
    ids: list[str] | None,
) -> Iterator[Obj]:
    where = f"l.tenant = ? AND l.rel = ? AND l.{near} = ? AND l.seq > ? AND o.deleted_at IS NULL"
    values: list[Any] = [tenant, rel, object_id, after]
    if ids is not None:
        where += f" AND l.{far} IN ({','.join('?' * len(ids))})"
        values.extend(ids)
    columns = COLUMNS.replace("o.seq AS seq", "l.seq AS seq")
    rows = db.execute(
        f"SELECT {columns} FROM graph_links l JOIN graph_objects o ON o.tenant = l.tenant AND o.id = l.{far}"  # noqa: S608
        f" WHERE {where} ORDER BY l.seq",
        values,
    )
    return (_obj(row) for row in rows)


def ancestors(db: sqlite3.Connection, tenant: str, member: str) -> list[str]:
    """The ids of all groups that `member` is in, directly or through groups."""
    rows = db.execute(
        "WITH RECURSIVE up(id) AS ("
        " SELECT source FROM graph_links WHERE tenant = :t AND rel = 'member' AND target = :m"
        " UNION SELECT l.source FROM graph_links l JOIN up ON l.target = up.id"
        " WHERE l.tenant = :t AND l.rel = 'member'"
        ") SELECT id FROM up",
        {"t": tenant, "m": member},
    )
    return [row["id"] for row in rows]


def descendants(db: sqlite3.Connection, tenant: str, group: str) -> list[str]:
    """The ids of everything in `group`, directly or through groups."""
    rows = db.execute(
        "WITH RECURSIVE down(id) AS ("
        " SELECT target FROM graph_links WHERE tenant = :t AND rel = 'member' AND source = :g"
        " UNION SELECT l.target FROM graph_links l JOIN down ON l.source = down.id"
        " WHERE l.tenant = :t AND l.rel = 'member'"
        ") SELECT id FROM down",
        {"t": tenant, "g": group},
    )
    return [row["id"] for row in rows]
