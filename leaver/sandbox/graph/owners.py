"""Application registrations, and who owns them and other objects.

learn.microsoft.com/graph/api/user-list-ownedobjects, /application-post-owners, /group-delete-owners
"""

from __future__ import annotations

import uuid

from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.graph.lists import Find, finder
from leaver.sandbox.graph.properties import checked, required
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.users import find_user
from leaver.sandbox.graph.views import entity, view

_REL = "owner"
_find = finder("application")


def check_not_last(call: Call, object_id: str, owner_id: str) -> None:
    """Refuse to take the last person among a group's owners away."""
    people = [each.id for each in objects.targets(call.db, call.tid, _REL, object_id) if each.type == "user"]
    if people == [owner_id]:
        raise bad_request("The group must have at least one owner, hence this owner cannot be removed.")


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
    source = lists.of_type(call, "application", "appId")
    return pages.answer(call, "applications", source, kind="application")


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, _find(call)))


def _delete(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find(call).id)
    return NO_CONTENT


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
        path, find = f"/{kind}s/{{}}/owners", finder(kind)
        found += [
            ("GET", path, lists.linked(find, _REL)),
            ("POST", f"{path}/$ref", _add(find)),
            ("DELETE", f"{path}/{{}}/$ref", lists.unlinking(find, _REL)),
        ]
    return found
