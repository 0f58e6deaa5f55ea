"""What collections are made of: all objects of a type, or those that another one is linked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leaver.sandbox.graph import objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Handler

Find = Callable[[Call], Obj]
"""The object that a call is about; raises GraphError where there is none."""


def finder(kind: str) -> Find:
    """Finds the object of a type by the first ID of the path."""

    def find(call: Call) -> Obj:
        found = objects.find(call.db, call.tid, call.ids[0], kind)
        if found is None:
            raise not_found(call.ids[0])
        return found

    return find


def of_type(call: Call, kind: str, key: str = "") -> pages.Source:
    """All objects of a type; `key` is the property that they are kept by."""

    def rows(after: int, ids: list[str] | None, keys: list[str] | None) -> Iterator[Obj]:
        return objects.listed(call.db, call.tid, kind, after, ids=ids, keys=keys)

    return pages.Source(rows, lambda: objects.count(call.db, call.tid, kind), key)


def linked(find: Find, relation: str) -> Handler:
    """Lists what the object is linked to."""

    def handler(call: Call) -> Answer:
        near = find(call)
        source = pages.Source(
            lambda after, ids, _: objects.targets(call.db, call.tid, relation, near.id, after, ids)
        )
        return pages.answer(call, "directoryObjects", source, typed=True)

    return handler


def unlinking(find: Find, relation: str) -> Handler:
    """Takes the link to the second ID of the path away."""

    def handler(call: Call) -> Answer:
        if not objects.unlink(call.db, call.tid, relation, find(call).id, call.ids[1].lower()):
            raise not_found(call.ids[1])
        return NO_CONTENT

    return handler
