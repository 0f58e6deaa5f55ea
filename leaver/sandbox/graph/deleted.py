"""Deleted items: users and Microsoft 365 groups, kept for 30 days.

See learn.microsoft.com/graph/api/directory-deleteditems-list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leaver.sandbox.clock import iso
from leaver.sandbox.graph import objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.types import TYPES
from leaver.sandbox.graph.views import entity

KEPT = timedelta(days=30)


def _kept(call: Call, obj: Obj) -> bool:
    return obj.deleted_at is not None and obj.deleted_at > iso(call.now - KEPT)


def _find(call: Call) -> Obj:
    found = objects.find_deleted(call.db, call.tid, call.ids[0])
    if found is None or not _kept(call, found):
        raise not_found(call.ids[0])
    return found


def _list(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
            found = objects.listed(call.db, call.tid, kind, after, ids=ids, deleted=True)
            return (obj for obj in found if _kept(call, obj))

        return pages.answer(call, TYPES[kind].collection, pages.Source(rows), kind=kind)

    return handler


def _read(call: Call) -> Answer:
    found = _find(call)
    return Answer(200, {"@odata.type": TYPES[found.type].odata, **entity(call, found)})


def _restore(call: Call) -> Answer:
    found = _find(call)
    key = found.key
    if found.type == "user":
        prefix = found.id.replace("-", "")
        found.doc["userPrincipalName"] = found.doc["userPrincipalName"].removeprefix(prefix)
        key = found.doc["userPrincipalName"].lower()
        if objects.by_key(call.db, call.tid, "user", key) is not None:
            raise bad_request(
                "Another object with the same value for property userPrincipalName already exists.",
                details=[{"code": "ObjectConflict", "target": "userPrincipalName", "message": "Conflict."}],
            )
    restored = Obj(found.seq, found.type, found.id, key, found.owner, found.doc, None)
    objects.save(call.db, call.tid, restored)
    objects.restore(call.db, call.tid, found.id)
    return Answer(200, {"@odata.type": TYPES[found.type].odata, **entity(call, restored)})


def _purge(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find(call).id)
    return NO_CONTENT


def table() -> Table:
    return [
        ("GET", "/directory/deletedItems/microsoft.graph.user", _list("user")),
        ("GET", "/directory/deletedItems/microsoft.graph.group", _list("group")),
        ("GET", "/directory/deletedItems/{}", _read),
        ("POST", "/directory/deletedItems/{}/restore", _restore),
        ("DELETE", "/directory/deletedItems/{}", _purge),
    ]
