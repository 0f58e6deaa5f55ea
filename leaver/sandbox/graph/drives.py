"""OneDrive: whether somebody has one, and who may open all of it (learn.microsoft.com/graph/api/driveitem-invite)."""

from __future__ import annotations

import uuid
from typing import Any

from leaver.sandbox.graph import objects, plain
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import GraphError
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.users import find_user

_ROLES = ("read", "write")


def _invalid(message: str) -> GraphError:
    return GraphError(400, "invalidRequest", message)


def _drive(call: Call) -> tuple[Obj, Obj]:
    user = find_user(call, call.ids[0])
    found = next(objects.owned(call.db, call.tid, "drive", user.id), None)
    if found is None:
        raise GraphError(404, "ResourceNotFound", "User's mysite not found.")
    return user, found


def _identity(user: Obj) -> dict[str, Any]:
    return {
        "user": {"id": user.id, "displayName": user.doc.get("displayName"), "email": user.doc.get("mail")}
    }


def _read(call: Call) -> Answer:
    user, drive = _drive(call)
    body = {"id": drive.id, "driveType": "business", "name": "OneDrive", "owner": _identity(user)}
    return Answer(200, {"@odata.context": call.context("drives/$entity"), **body})


def _permissions(call: Call) -> Answer:
    user, drive = _drive(call)
    own = {"id": "owner", "roles": ["owner"], "grantedToV2": _identity(user)}
    shared = [
        {"id": each.id, **each.doc} for each in objects.owned(call.db, call.tid, "drivePermission", drive.id)
    ]
    return plain.page(call, f"users('{user.id}')/drive/root/permissions", [own, *shared])


def _recipient(call: Call, recipient: Any) -> Obj:
    if not isinstance(recipient, dict):
        raise _invalid("The recipients are not valid.")
    name = recipient.get("objectId") or recipient.get("email")
    if not isinstance(name, str):
        raise _invalid("A recipient needs an objectId, an alias or an email.")
    return find_user(call, name)


def _invite(call: Call) -> Answer:
    _, drive = _drive(call)
    fields = call.fields()
    roles, recipients = fields.get("roles"), fields.get("recipients")
    if not isinstance(roles, list) or not roles or set(map(str, roles)) - set(_ROLES):
        raise _invalid("The roles are not valid.")
    if not isinstance(recipients, list) or not recipients:
        raise _invalid("There is no recipient.")
    if not fields.get("requireSignIn") and not fields.get("sendInvitation"):
        raise _invalid("Either sendInvitation or requireSignIn must be true.")
    held = {each.key: each for each in objects.owned(call.db, call.tid, "drivePermission", drive.id)}
    made = []
    for user in [_recipient(call, each) for each in recipients]:
        doc = {"roles": roles, "grantedToV2": _identity(user)}
        found = held.get(user.id)
        if found is None:
            found = objects.insert(
                call.db, call.tid, "drivePermission", str(uuid.uuid4()), doc, key=user.id, owner=drive.id
            )
        else:
            found.doc.update(doc)
            objects.save(call.db, call.tid, found)
        made.append({"id": found.id, **doc})
    return Answer(200, {"@odata.context": call.context("Collection(permission)"), "value": made})


def _withdraw(call: Call) -> Answer:
    _, drive = _drive(call)
    for each in objects.owned(call.db, call.tid, "drivePermission", drive.id):
        if each.id == call.ids[1]:
            objects.destroy(call.db, call.tid, each.id)
            return NO_CONTENT
    raise GraphError(404, "itemNotFound", "Item not found")


def table() -> Table:
    return [
        ("GET", "/users/{}/drive", _read),
        ("GET", "/users/{}/drive/root/permissions", _permissions),
        ("DELETE", "/users/{}/drive/root/permissions/{}", _withdraw),
        ("POST", "/users/{}/drive/root/invite", _invite),
    ]
