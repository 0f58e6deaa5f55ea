"""Groups: create, read, update, delete (learn.microsoft.com/graph/api/resources/group)."""

from __future__ import annotations

import uuid
from typing import Any

from leaver.sandbox.clock import iso
from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.properties import checked, required
from leaver.sandbox.graph.references import by_url
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.views import entity, view

_REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
_FIXED = ("isAssignableToRole",)
# Graph takes at most 20 members and owners with a new group.
_BIND_LIMIT = 20


def find_group(call: Call, group_id: str) -> Obj:
    """A live group by id; raises GraphError 404."""
    found = objects.find(call.db, call.tid, group_id, "group")
    if found is None:
        raise not_found(group_id)
    return found


def _bound(call: Call, fields: dict[str, Any], relation: str) -> list[Obj]:
    urls = fields.pop(f"{relation}@odata.bind", None) or []
    if not isinstance(urls, list):
        raise bad_request(
            f"Invalid value specified for property '{relation}@odata.bind' of resource 'Group'."
        )
    if len(urls) > _BIND_LIMIT:
        raise bad_request(
            f"The number of items in '{relation}@odata.bind' exceeds the limit of {_BIND_LIMIT}."
        )
    return [by_url(call, url) for url in urls]


def _create(call: Call) -> Answer:
    fields = call.fields()
    owners, members = _bound(call, fields, "owners"), _bound(call, fields, "members")
    required("group", checked("group", fields), *_REQUIRED)
    group_id = str(uuid.uuid4())
    words = [str(int(part, 16)) for part in group_id.split("-")[:4]]
    doc = {
        **{name: value for name, value in fields.items() if value is not None and value is not False},
        **{name: fields[name] for name in ("mailEnabled", "securityEnabled")},
        "createdDateTime": call.stamp,
        "renewedDateTime": call.stamp,
        "securityIdentifier": f"S-1-12-1-{'-'.join(words)}",
    }
    if "Unified" in doc.get("groupTypes", []):
        doc.setdefault("mail", f"{doc['mailNickname']}@{call.tenant.domains[0]}")
        doc.setdefault("visibility", "Public")
    group = objects.insert(call.db, call.tid, "group", group_id, doc, key=doc["displayName"].lower())
    for owner in owners:
        objects.link(call.db, call.tid, "owner", group_id, owner.id)
    for member in members:
        objects.link(call.db, call.tid, "member", group_id, member.id)
    location = f"{call.base}/{call.version}/groups/{group_id}"
    body = {"@odata.context": call.context("groups/$entity"), **view(call, group, None)}
    return Answer(201, body, {"Location": location})


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, find_group(call, call.ids[0])))


def _update(call: Call) -> Answer:
    group = find_group(call, call.ids[0])
    fields = call.fields()
    added = _bound(call, fields, "members")
    for name, value in checked("group", fields).items():
        if name in _FIXED and bool(value) != bool(group.doc.get(name)):
            raise bad_request(f"Property '{name}' cannot be changed after the group was created.")
        if name == "displayName" and not value:
            raise bad_request("Invalid value specified for property 'displayName' of resource 'Group'.")
        if value is None:
            group.doc.pop(name, None)
        else:
            group.doc[name] = value
    key = group.doc["displayName"].lower()
    objects.save(call.db, call.tid, Obj(group.seq, "group", group.id, key, "", group.doc, None))
    for member in added:
        objects.link(call.db, call.tid, "member", group.id, member.id)
    return NO_CONTENT


def delete_group(call: Call, group: Obj) -> None:
    """Microsoft 365 groups go to the deleted items, security groups for good."""
    if "Unified" in group.doc.get("groupTypes", []):
        objects.soft_delete(call.db, call.tid, group.id, iso(call.now))
    else:
        objects.destroy(call.db, call.tid, group.id)


def _delete(call: Call) -> Answer:
    delete_group(call, find_group(call, call.ids[0]))
    return NO_CONTENT


def groups_source(call: Call) -> pages.Source:
    return lists.of_type(call, "group", "displayName")


def _list(call: Call) -> Answer:
    return pages.answer(call, "groups", groups_source(call), kind="group")


def _count(call: Call) -> Answer:
    return pages.count(call, groups_source(call))


def table() -> Table:
    return [
        ("POST", "/groups", _create),
        ("GET", "/groups", _list),
        ("GET", "/groups/$count", _count),
        ("GET", "/groups/{}", _read),
        ("PATCH", "/groups/{}", _update),
        ("DELETE", "/groups/{}", _delete),
    ]
