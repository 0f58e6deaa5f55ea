"""Application registrations, and who owns them and other objects.

learn.microsoft.com/graph/api/user-list-ownedobjects, /application-post-owners, /group-delete-owners
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from leaver.sandbox.graph import objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.properties import checked, required
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.users import find_user
from leaver.sandbox.graph.views import entity, view

_REL = "owner"
Find = Callable[[Call], Obj]


def check_not_last(call: Call, object_id: str, owner_id: str) -> None:
    """Refuse to take the last person among a group's owners away."""
    people = [each.id for each in objects.targets(call.db, call.tid, _REL, object_id) if each.type == "user"]
    if people == [owner_id]:
        raise bad_request("The group must have at least one owner, hence this owner cannot be removed.")


def _find(kind: str) -> Find:
    def find(call: Call) -> Obj:
        found = objects.find(call.db, call.tid, call.ids[0], kind)
        if found is None:
            raise not_found(call.ids[0])
        return found

    return find


def _create(call: Call) -> Answer:
    fields = call.fields()
    required("application", checked("application", fields), "displayName")
    doc = {
        "appId": str(uuid.uuid4()),
        "createdDateTime": call.stamp,
        "signInAudience": "AzureADMyOrg",
        **fields,
    }
    made = objects.insert(call.db, call.tid, "application", str(uuid.uuid4()), doc, key=doc["appId"])
    return Answer(201, {"@odata.context": call.context("applications/$entity"), **view(call, made, None)})


def _list(call: Call) -> Answer:
    source = pages.Source(
        lambda after, ids, keys: objects.listed(call.db, call.tid, "application", after, ids=ids, keys=keys),
        key="appId",
    )
    return pages.answer(call, "applications", source, kind="application")


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, _find("application")(call)))


def _delete(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find("application")(call).id)
    return NO_CONTENT


def _owners(find: Find) -> Handler:
    def handler(call: Call) -> Answer:
        near = find(call)
        source = pages.Source(
            lambda after, ids, _: objects.targets(call.db, call.tid, _REL, near.id, after, ids)
        )
        return pages.answer(call, "directoryObjects", source, typed=True)

    return handler


def _add(find: Find) -> Handler:
    def handler(call: Call) -> Answer:
        near = find(call)
        if not objects.link(call.db, call.tid, _REL, near.id, referenced(call, call.fields()).id):
            raise bad_request(
                "One or more added object references already exist for the following modified properties:"
                " 'owners'."
            )
        return NO_CONTENT

    return handler


def _remove(find: Find) -> Handler:
    def handler(call: Call) -> Answer:
        if not objects.unlink(call.db, call.tid, _REL, find(call).id, call.ids[1].lower()):
            raise not_found(call.ids[1])
        return NO_CONTENT

    return handler


def _owned(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    source = pages.Source(lambda after, ids, _: objects.sources(call.db, call.tid, _REL, user.id, after, ids))
    return pages.answer(call, "directoryObjects", source, typed=True)


def table() -> Table:
    found: Table = [
        ("POST", "/applications", _create),
        ("GET", "/applications", _list),
        ("GET", "/applications/{}", _read),
        ("DELETE", "/applications/{}", _delete),
        ("GET", "/users/{}/ownedObjects", _owned),
    ]
    for kind in ("application", "servicePrincipal"):
        path, find = f"/{kind}s/{{}}/owners", _find(kind)
        found += [
            ("GET", path, _owners(find)),
            ("POST", f"{path}/$ref", _add(find)),
            ("DELETE", f"{path}/{{}}/$ref", _remove(find)),
        ]
    return found
