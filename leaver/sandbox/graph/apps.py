"""Service principals, app role assignments and delegated permission grants."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator

from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.groups import find_group
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.properties import checked
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.users import find_user
from leaver.sandbox.graph.views import entity, view

_KIND = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}
_CONFLICT = "Permission being assigned already exists on the object"
Find = Callable[[Call, str], Obj]


def _short_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes).rstrip(b"=").decode()


def find_service_principal(call: Call, object_id: str) -> Obj:
    found = objects.find(call.db, call.tid, object_id, "servicePrincipal")
    if found is None:
        raise not_found(object_id)
    return found


def _create(call: Call) -> Answer:
    fields = checked("servicePrincipal", call.fields())
    app_id = (fields.get("appId") or str(uuid.uuid4())).lower()
    if objects.by_key(call.db, call.tid, "servicePrincipal", app_id) is not None:
        raise bad_request(
            "The service principal cannot be created because it already exists with the same appId."
        )
    doc = {"accountEnabled": True, "servicePrincipalType": "Application", **fields, "appId": app_id}
    doc.setdefault("displayName", app_id)
    made = objects.insert(call.db, call.tid, "servicePrincipal", str(uuid.uuid4()), doc, key=app_id)
    return Answer(
        201, {"@odata.context": call.context("servicePrincipals/$entity"), **view(call, made, None)}
    )


def _list(call: Call) -> Answer:
    source = lists.of_type(call, "servicePrincipal", "appId")
    return pages.answer(call, "servicePrincipals", source, kind="servicePrincipal")


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, find_service_principal(call, call.ids[0])))


def _update(call: Call) -> Answer:
    found = find_service_principal(call, call.ids[0])
    found.doc.update(checked("servicePrincipal", call.fields()))
    objects.save(call.db, call.tid, found)
    return NO_CONTENT


def _delete(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, find_service_principal(call, call.ids[0]).id)
    return NO_CONTENT


def _assignments(call: Call, holder: Obj) -> Iterator[Obj]:
    """Assignments to a principal (`owner`), or to an application (`key`)."""
    return objects.owned(call.db, call.tid, "appRoleAssignment", holder.id)


def _list_of(find: Find, *, to_resource: bool) -> Handler:
    def handler(call: Call) -> Answer:
        near = find(call, call.ids[0])

        def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
            if to_resource:
                return objects.listed(call.db, call.tid, "appRoleAssignment", after, ids=ids, keys=[near.id])
            return (each for each in _assignments(call, near) if each.seq > after)

        return pages.answer(call, "appRoleAssignments", pages.Source(rows), kind="appRoleAssignment")

    return handler


def _assign(find: Find) -> Handler:
    def handler(call: Call) -> Answer:
        find(call, call.ids[0])
        fields = call.fields()
        principal = objects.find(call.db, call.tid, str(fields.get("principalId")), *_KIND)
        resource = objects.find(call.db, call.tid, str(fields.get("resourceId")), "servicePrincipal")
        if principal is None or resource is None:
            raise not_found(str(fields.get("principalId") if principal is None else fields.get("resourceId")))
        role = fields.get("appRoleId")
        held = _assignments(call, principal)
        if any(each.key == resource.id and each.doc["appRoleId"] == role for each in held):
            raise bad_request(_CONFLICT)
        doc = {
            "appRoleId": role,
            "createdDateTime": call.stamp,
            "principalDisplayName": principal.doc.get("displayName"),
            "principalId": principal.id,
            "principalType": _KIND[principal.type],
            "resourceDisplayName": resource.doc.get("displayName"),
            "resourceId": resource.id,
        }
        made = objects.insert(
            call.db, call.tid, "appRoleAssignment", _short_id(), doc, key=resource.id, owner=principal.id
        )
        return Answer(
            201, {"@odata.context": call.context("appRoleAssignments/$entity"), **view(call, made, None)}
        )

    return handler


def _find_assignment(call: Call, find: Find) -> Obj:
    near = find(call, call.ids[0])
    found = objects.find(call.db, call.tid, call.ids[1], "appRoleAssignment")
    if found is None or near.id not in (found.owner, found.key):
        raise not_found(call.ids[1])
    return found


def _read_assignment(find: Find) -> Handler:
    return lambda call: Answer(200, entity(call, _find_assignment(call, find)))


def _remove_assignment(find: Find) -> Handler:
    def handler(call: Call) -> Answer:
        objects.destroy(call.db, call.tid, _find_assignment(call, find).id)
        return NO_CONTENT

    return handler


def _list_grants(call: Call) -> Answer:
    source = lists.of_type(call, "oauth2PermissionGrant")
    return pages.answer(call, "oauth2PermissionGrants", source, kind="oauth2PermissionGrant")


def _grants_of_user(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    source = pages.Source(
        lambda after, _ids, _keys: (
            each
            for each in objects.owned(call.db, call.tid, "oauth2PermissionGrant", user.id)
            if each.seq > after
        )
    )
    return pages.answer(call, "oauth2PermissionGrants", source, kind="oauth2PermissionGrant")


def _create_grant(call: Call) -> Answer:
    fields = call.fields()
    for name in ("clientId", "consentType", "resourceId", "scope"):
        if not fields.get(name):
            raise bad_request(
                f"A value is required for property '{name}' of resource 'OAuth2PermissionGrant'."
            )
    principal = fields.get("principalId") or ""
    made = objects.insert(
        call.db,
        call.tid,
        "oauth2PermissionGrant",
        _short_id(),
        fields,
        key=fields["clientId"],
        owner=principal,
    )
    context = call.context("oauth2PermissionGrants/$entity")
    return Answer(201, {"@odata.context": context, **view(call, made, None)})


def _find_grant(call: Call) -> Obj:
    found = objects.find(call.db, call.tid, call.ids[0], "oauth2PermissionGrant")
    if found is None:
        raise not_found(call.ids[0])
    return found


def _read_grant(call: Call) -> Answer:
    return Answer(200, entity(call, _find_grant(call)))


def _delete_grant(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find_grant(call).id)
    return NO_CONTENT


def table() -> Table:
    found: Table = [
        ("POST", "/servicePrincipals", _create),
        ("GET", "/servicePrincipals", _list),
        ("GET", "/servicePrincipals/{}", _read),
        ("PATCH", "/servicePrincipals/{}", _update),
        ("DELETE", "/servicePrincipals/{}", _delete),
        ("GET", "/oauth2PermissionGrants", _list_grants),
        ("POST", "/oauth2PermissionGrants", _create_grant),
        ("GET", "/oauth2PermissionGrants/{}", _read_grant),
        ("DELETE", "/oauth2PermissionGrants/{}", _delete_grant),
        ("GET", "/users/{}/oauth2PermissionGrants", _grants_of_user),
    ]
    paths: list[tuple[str, Find, bool]] = [
        ("/servicePrincipals/{}/appRoleAssignedTo", find_service_principal, True),
        ("/servicePrincipals/{}/appRoleAssignments", find_service_principal, False),
        ("/users/{}/appRoleAssignments", find_user, False),
        ("/groups/{}/appRoleAssignments", find_group, False),
    ]
    for path, find, to_resource in paths:
        found += [
            ("GET", path, _list_of(find, to_resource=to_resource)),
            ("POST", path, _assign(find)),
            ("GET", f"{path}/{{}}", _read_assignment(find)),
            ("DELETE", f"{path}/{{}}", _remove_assignment(find)),
        ]
    return found
