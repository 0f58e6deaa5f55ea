"""Users: create, read, update, delete, manager, sessions (learn.microsoft.com/graph/api/resources/user)."""

from __future__ import annotations

import re
import uuid
from typing import Any

from leaver.sandbox.clock import iso
from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.properties import checked, required
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.views import entity, selected, view

_REQUIRED = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName")
_NAME = re.compile(r"^[A-Za-z0-9'.\-_!#^~]+@[A-Za-z0-9.\-]+$")
# What a tenant that is synchronised from an on-premises directory still lets Graph change.
_OWN_WHEN_SYNCED = {"accountEnabled", "usageLocation", "passwordProfile", "employeeLeaveDateTime"}


def find_user(call: Call, name: str) -> Obj:
    """A live user by id or user principal name; raises GraphError 404."""
    if "@" in name:
        found = objects.by_key(call.db, call.tid, "user", name.lower())
    else:
        found = objects.find(call.db, call.tid, name, "user")
    if found is None:
        raise not_found(name)
    return found


def check_password(password: Any) -> None:
    """Entra's default rules: 8 to 256 characters, three of four classes."""
    text = password if isinstance(password, str) else ""
    classes = (str.islower, str.isupper, str.isdigit, lambda each: not each.isalnum())
    met = sum(any(test(each) for each in text) for test in classes)
    if not 8 <= len(text) <= 256 or met < 3:
        raise bad_request(
            "The specified password does not comply with password complexity requirements."
            " Please provide a different password.",
            details=[
                {"code": "InvalidPassword", "target": "password", "message": "Password does not comply."}
            ],
        )


def _check_name(call: Call, name: Any, own_id: str | None) -> None:
    if not isinstance(name, str) or not _NAME.match(name):
        raise bad_request("Property userPrincipalName is invalid.")
    if name.rpartition("@")[2].lower() not in call.tenant.domains:
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified"
            " domain names in your organization."
        )
    other = objects.by_key(call.db, call.tid, "user", name.lower())
    if other is not None and other.id != own_id:
        raise bad_request(
            "Another object with the same value for property userPrincipalName already exists.",
            details=[
                {
                    "code": "ObjectConflict",
                    "target": "userPrincipalName",
                    "message": "Another object with the same value for property userPrincipalName already exists.",
                }
            ],
        )


def _create(call: Call) -> Answer:
    fields = checked("user", call.fields())
    required("user", fields, *_REQUIRED)
    profile = fields.pop("passwordProfile", None)
    if not isinstance(profile, dict) or not profile.get("password"):
        raise bad_request("A password must be specified to create a new user.")
    check_password(profile["password"])
    _check_name(call, fields["userPrincipalName"], None)
    user_id = str(uuid.uuid4())
    doc = {
        **{name: value for name, value in fields.items() if value is not None},
        "createdDateTime": call.stamp,
        "lastPasswordChangeDateTime": call.stamp,
        "signInSessionsValidFromDateTime": call.stamp,
        "refreshTokensValidFromDateTime": call.stamp,
        "userType": fields.get("userType") or "Member",
    }
    user = objects.insert(call.db, call.tid, "user", user_id, doc, key=doc["userPrincipalName"].lower())
    location = f"{call.base}/{call.version}/users/{user_id}"
    return Answer(
        201,
        {"@odata.context": call.context("users/$entity"), **view(call, user, None)},
        {"Location": location},
    )


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, find_user(call, call.ids[0])))


def _update(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    fields = checked("user", call.fields())
    profile = fields.pop("passwordProfile", None)
    if user.doc.get("onPremisesSyncEnabled"):
        changed = {
            name for name, value in fields.items() if user.doc.get(name) != (None if value == [] else value)
        }
        if changed - _OWN_WHEN_SYNCED - {"onPremisesSyncEnabled"}:
            raise bad_request(
                "Unable to update the specified properties for on-premises mastered Directory Sync objects or"
                " objects currently undergoing migration."
            )
    if "userPrincipalName" in fields:
        _check_name(call, fields["userPrincipalName"], user.id)
    for name in ("accountEnabled", "displayName"):
        if name in fields and fields[name] in (None, ""):
            raise bad_request(f"Invalid value specified for property '{name}' of resource 'User'.")
    doc = dict(user.doc)
    for name, value in fields.items():
        if value is None:
            doc.pop(name, None)
        else:
            doc[name] = value
    if isinstance(profile, dict) and profile.get("password"):
        check_password(profile["password"])
        doc["lastPasswordChangeDateTime"] = call.stamp
        # A reset by an administrator ends the sessions as well.
        _end_sessions(call, user.id, doc)
    key = doc["userPrincipalName"].lower()
    objects.save(call.db, call.tid, Obj(user.seq, "user", user.id, key, user.owner, doc, None))
    return NO_CONTENT


def delete_user(call: Call, user: Obj) -> None:
    """Move a user to the deleted items; links stay for a restore, the name becomes free.

    A deleted user's name gets his id as a prefix, as Entra shows it.
    """
    doc = {**user.doc, "userPrincipalName": user.id.replace("-", "") + user.doc["userPrincipalName"]}
    key = doc["userPrincipalName"].lower()
    objects.save(call.db, call.tid, Obj(user.seq, "user", user.id, key, user.owner, doc, None))
    objects.soft_delete(call.db, call.tid, user.id, iso(call.now))


def _delete(call: Call) -> Answer:
    delete_user(call, find_user(call, call.ids[0]))
    return NO_CONTENT


def users_source(call: Call) -> pages.Source:
    return lists.of_type(call, "user", "userPrincipalName")


def _list(call: Call) -> Answer:
    return pages.answer(call, "users", users_source(call), kind="user")


def _count(call: Call) -> Answer:
    return pages.count(call, users_source(call))


def _manager(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    found = next(objects.targets(call.db, call.tid, "manager", user.id), None)
    if found is None:
        raise not_found("manager")
    context = {"@odata.context": call.context("directoryObjects/$entity")}
    return Answer(200, context | view(call, found, selected(call), typed=True))


def _manager_reference(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    found = next(objects.targets(call.db, call.tid, "manager", user.id), None)
    if found is None:
        raise not_found("manager")
    target = f"{call.base}/{call.version}/directoryObjects/{found.id}/Microsoft.DirectoryServices.User"
    return Answer(200, {"@odata.context": call.context("$ref"), "@odata.id": target})


def _set_manager(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    manager = referenced(call, call.fields(), "user")
    call.db.execute(
        "DELETE FROM graph_links WHERE tenant = ? AND rel = 'manager' AND source = ?", (call.tid, user.id)
    )
    objects.link(call.db, call.tid, "manager", user.id, manager.id)
    return NO_CONTENT


def _remove_manager(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    removed = call.db.execute(
        "DELETE FROM graph_links WHERE tenant = ? AND rel = 'manager' AND source = ?", (call.tid, user.id)
    )
    if removed.rowcount == 0:
        raise not_found("manager")
    return NO_CONTENT


def _reports(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    source = pages.Source(
        lambda after, ids, _: objects.sources(call.db, call.tid, "manager", user.id, after, ids)
    )
    return pages.answer(call, "directoryObjects", source, typed=True)


def _end_sessions(call: Call, user_id: str, doc: dict[str, Any]) -> None:
    doc["signInSessionsValidFromDateTime"] = doc["refreshTokensValidFromDateTime"] = call.stamp
    call.db.execute(
        "UPDATE graph_sessions SET revoked = 1 WHERE tenant = ? AND user = ?", (call.tid, user_id)
    )


def _revoke_sessions(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    _end_sessions(call, user.id, user.doc)
    objects.save(call.db, call.tid, user)
    return Answer(200, {"@odata.context": call.context("Edm.Boolean"), "value": True})


def table() -> Table:
    return [
        ("POST", "/users", _create),
        ("GET", "/users", _list),
        ("GET", "/users/$count", _count),
        ("GET", "/users/{}", _read),
        ("PATCH", "/users/{}", _update),
        ("DELETE", "/users/{}", _delete),
        ("GET", "/users/{}/manager", _manager),
        ("GET", "/users/{}/manager/$ref", _manager_reference),
        ("PUT", "/users/{}/manager/$ref", _set_manager),
        ("DELETE", "/users/{}/manager/$ref", _remove_manager),
        ("GET", "/users/{}/directReports", _reports),
        ("POST", "/users/{}/revokeSignInSessions", _revoke_sessions),
        ("POST", "/users/{}/invalidateAllRefreshTokens", _revoke_sessions),
    ]
