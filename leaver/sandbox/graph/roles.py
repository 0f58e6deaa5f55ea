"""Directory roles: templates, activation, and assignments, which directoryRoles/members also shows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from leaver.sandbox.graph import objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.role_templates import TEMPLATES
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.types import TYPES
from leaver.sandbox.graph.views import entity, view


def _template(template_id: str, seq: int = 0) -> Obj:
    name, description = TEMPLATES[template_id]
    doc = {
        "displayName": name,
        "description": description,
        "isBuiltIn": True,
        "isEnabled": True,
        "templateId": template_id,
        "version": "1",
    }
    return Obj(seq, "directoryRoleTemplate", template_id, name.lower(), "", doc, None)


def _typed_templates(kind: str) -> list[Obj]:
    made = [_template(each, seq) for seq, each in enumerate(TEMPLATES, 1)]
    return [Obj(t.seq, kind, t.id, t.key, "", t.doc, None) for t in made]


def _list_templates(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
            return (each for each in _typed_templates(kind)[after:] if ids is None or each.id in ids)

        return pages.answer(call, TYPES[kind].collection, pages.Source(rows), kind=kind)

    return handler


def _read_template(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        for each in _typed_templates(kind):
            if each.id == call.ids[0].lower():
                return Answer(200, entity(call, each))
        raise not_found(call.ids[0])

    return handler


def activate(call: Call, template_id: str) -> Obj:
    """The directoryRole of a template, made when it is not active yet."""
    found = objects.by_key(call.db, call.tid, "directoryRole", template_id)
    if found is not None:
        return found
    name, description = TEMPLATES[template_id]
    doc = {"displayName": name, "description": description, "roleTemplateId": template_id}
    return objects.insert(call.db, call.tid, "directoryRole", str(uuid.uuid4()), doc, key=template_id)


def _activate(call: Call) -> Answer:
    template_id = str(call.fields().get("roleTemplateId", "")).lower()
    if template_id not in TEMPLATES:
        raise not_found(template_id)
    if objects.by_key(call.db, call.tid, "directoryRole", template_id) is not None:
        raise bad_request(
            "A conflicting object with one or more of the specified property values is present in the directory."
        )
    role = activate(call, template_id)
    return Answer(201, {"@odata.context": call.context("directoryRoles/$entity"), **view(call, role, None)})


def _roles_source(call: Call) -> pages.Source:
    return pages.Source(
        lambda after, ids, keys: objects.listed(
            call.db, call.tid, "directoryRole", after, ids=ids, keys=keys
        ),
        key="roleTemplateId",
    )


def _list_roles(call: Call) -> Answer:
    return pages.answer(call, "directoryRoles", _roles_source(call), kind="directoryRole")


def _find_role(call: Call) -> Obj:
    """By its own id or by that of its template."""
    role_id = call.ids[0].lower()
    found = objects.find(call.db, call.tid, role_id, "directoryRole") or objects.by_key(
        call.db, call.tid, "directoryRole", role_id
    )
    if found is None:
        raise not_found(call.ids[0])
    return found


def _read_role(call: Call) -> Answer:
    return Answer(200, entity(call, _find_role(call)))


def _list_role_members(call: Call) -> Answer:
    role = _find_role(call)

    def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
        for assignment in objects.listed(call.db, call.tid, "roleAssignment", after, keys=[role.key]):
            holder = objects.find(call.db, call.tid, assignment.owner)
            if (
                holder is not None
                and (ids is None or holder.id in ids)
                and assignment.doc["directoryScopeId"] == "/"
            ):
                yield Obj(assignment.seq, holder.type, holder.id, holder.key, "", holder.doc, None)

    return pages.answer(call, "directoryObjects", pages.Source(rows), typed=True)


def _assigned(call: Call, principal_id: str, template_id: str, scope: str = "/") -> Obj | None:
    held = objects.owned(call.db, call.tid, "roleAssignment", principal_id)
    return next(
        (each for each in held if each.key == template_id and each.doc["directoryScopeId"] == scope), None
    )


def _assign(call: Call, principal_id: str, template_id: str, scope: str = "/") -> Obj:
    activate(call, template_id)
    doc = {"principalId": principal_id, "roleDefinitionId": template_id, "directoryScopeId": scope}
    return objects.insert(
        call.db, call.tid, "roleAssignment", str(uuid.uuid4()), doc, key=template_id, owner=principal_id
    )


def _add_role_member(call: Call) -> Answer:
    role = _find_role(call)
    holder = referenced(call, call.fields())
    if _assigned(call, holder.id, role.key):
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'members'."
        )
    _assign(call, holder.id, role.key)
    return NO_CONTENT


def _remove_role_member(call: Call) -> Answer:
    role = _find_role(call)
    found = _assigned(call, call.ids[1].lower(), role.key)
    if found is None:
        raise not_found(call.ids[1])
    objects.destroy(call.db, call.tid, found.id)
    return NO_CONTENT


def active_roles_of(call: Call, principal_id: str) -> list[str]:
    """The ids of the directory roles that somebody holds for the whole directory."""
    held = objects.owned(call.db, call.tid, "roleAssignment", principal_id)
    keys = [each.key for each in held if each.doc["directoryScopeId"] == "/"]
    found = [objects.by_key(call.db, call.tid, "directoryRole", key) for key in keys]
    return [role.id for role in found if role is not None]


def _create_assignment(call: Call) -> Answer:
    fields = call.fields()
    principal_id, template_id = (
        str(fields.get("principalId")).lower(),
        str(fields.get("roleDefinitionId")).lower(),
    )
    scope = fields.get("directoryScopeId") or "/"
    if template_id not in TEMPLATES:
        raise not_found(template_id)
    holder = objects.find(call.db, call.tid, principal_id, "user", "group", "servicePrincipal")
    if holder is None:
        raise not_found(principal_id)
    if holder.type == "group" and not holder.doc.get("isAssignableToRole"):
        raise bad_request(
            "The group is not role-assignable: isAssignableToRole must be true to assign a role to it."
        )
    if _assigned(call, principal_id, template_id, scope):
        raise bad_request(
            "A conflicting object with one or more of the specified property values is present in the directory."
        )
    made = _assign(call, principal_id, template_id, scope)
    context = call.context("roleManagement/directory/roleAssignments/$entity")
    return Answer(201, {"@odata.context": context, **view(call, made, None)})


def _list_assignments(call: Call) -> Answer:
    source = pages.Source(
        lambda after, ids, keys: objects.listed(
            call.db, call.tid, "roleAssignment", after, ids=ids, keys=keys
        ),
        key="roleDefinitionId",
    )
    return pages.answer(call, TYPES["roleAssignment"].collection, source, kind="roleAssignment")


def _find_assignment(call: Call) -> Obj:
    found = objects.find(call.db, call.tid, call.ids[0], "roleAssignment")
    if found is None:
        raise not_found(call.ids[0])
    return found


def _read_assignment(call: Call) -> Answer:
    return Answer(200, entity(call, _find_assignment(call)))


def _delete_assignment(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find_assignment(call).id)
    return NO_CONTENT


def table() -> Table:
    assignments = "/roleManagement/directory/roleAssignments"
    return [
        ("GET", "/directoryRoleTemplates", _list_templates("directoryRoleTemplate")),
        ("GET", "/directoryRoleTemplates/{}", _read_template("directoryRoleTemplate")),
        ("GET", "/roleManagement/directory/roleDefinitions", _list_templates("roleDefinition")),
        ("GET", "/roleManagement/directory/roleDefinitions/{}", _read_template("roleDefinition")),
        ("GET", "/directoryRoles", _list_roles),
        ("POST", "/directoryRoles", _activate),
        ("GET", "/directoryRoles/{}", _read_role),
        ("GET", "/directoryRoles/{}/members", _list_role_members),
        ("POST", "/directoryRoles/{}/members/$ref", _add_role_member),
        ("DELETE", "/directoryRoles/{}/members/{}/$ref", _remove_role_member),
        ("GET", assignments, _list_assignments),
        ("POST", assignments, _create_assignment),
        ("GET", f"{assignments}/{{}}", _read_assignment),
        ("DELETE", f"{assignments}/{{}}", _delete_assignment),
    ]
