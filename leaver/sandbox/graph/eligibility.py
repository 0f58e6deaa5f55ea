"""Roles and groups that somebody may activate.

learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule,
/privilegedaccessgroupeligibilityschedule
"""

from __future__ import annotations

import uuid
from typing import Any

from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import GraphError, bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.role_templates import TEMPLATES
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.types import TYPES
from leaver.sandbox.graph.views import entity

KIND = "roleEligibilitySchedule"
GROUP_KIND = "groupEligibilitySchedule"
_ACCESS = ("member", "owner")
_ACTIONS = {"adminAssign": "Provisioned", "adminRemove": "Revoked"}


def _list(call: Call) -> Answer:
    source = lists.of_type(call, KIND, "roleDefinitionId")
    return pages.answer(call, TYPES[KIND].collection, source, kind=KIND)


def _read(call: Call) -> Answer:
    found = objects.find(call.db, call.tid, call.ids[0], KIND)
    if found is None:
        raise not_found(call.ids[0])
    return Answer(200, entity(call, found))


def _held(call: Call, principal_id: str, template_id: str, scope: str) -> Obj | None:
    for each in objects.owned(call.db, call.tid, KIND, principal_id):
        if each.key == template_id and each.doc["directoryScopeId"] == scope:
            return each
    return None


def _request(call: Call) -> Answer:
    fields = call.fields()
    action = str(fields.get("action"))
    if action not in _ACTIONS:
        raise GraphError(
            400, "InvalidAction", f"The action '{action}' is not supported for this application."
        )
    principal_id, template_id = (
        str(fields.get(name)).lower() for name in ("principalId", "roleDefinitionId")
    )
    scope = fields.get("directoryScopeId") or "/"
    if template_id not in TEMPLATES:
        raise bad_request("The role definition is not found.")
    if objects.find(call.db, call.tid, principal_id, "user", "group") is None:
        raise GraphError(404, "SubjectNotFound", "The subject is not found.")
    held = _held(call, principal_id, template_id, scope)
    if action == "adminAssign":
        if held is not None:
            raise GraphError(400, "RoleAssignmentExists", "The Role assignment already exists.")
        insert(call, principal_id, template_id, scope, fields.get("scheduleInfo"))
    elif held is None:
        raise GraphError(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
    else:
        objects.destroy(call.db, call.tid, held.id)
    body = {
        "id": str(uuid.uuid4()),
        "status": _ACTIONS[action],
        "createdDateTime": call.stamp,
        "action": action,
        "principalId": principal_id,
        "roleDefinitionId": template_id,
        "directoryScopeId": scope,
        "justification": fields.get("justification"),
    }
    context = call.context("roleManagement/directory/roleEligibilityScheduleRequests/$entity")
    return Answer(201, {"@odata.context": context, **body})


def insert(call: Call, principal_id: str, template_id: str, scope: str, schedule: Any) -> Obj:
    """Make somebody eligible."""
    doc = {
        "principalId": principal_id,
        "roleDefinitionId": template_id,
        "directoryScopeId": scope,
        "createdDateTime": call.stamp,
        "status": "Provisioned",
        "memberType": "Direct",
        "scheduleInfo": schedule,
    }
    return objects.insert(
        call.db, call.tid, KIND, str(uuid.uuid4()), doc, key=template_id, owner=principal_id
    )


def _list_groups(call: Call) -> Answer:
    asked = call.option("$filter") or ""
    if "principalId" not in asked and "groupId" not in asked:
        raise GraphError(400, "MissingProvider", "The request must be scoped to a principalId or a groupId.")
    source = lists.of_type(call, GROUP_KIND, "groupId")
    return pages.answer(call, TYPES[GROUP_KIND].collection, source, kind=GROUP_KIND)


def _request_group(call: Call) -> Answer:
    fields = call.fields()
    action, access = str(fields.get("action")), str(fields.get("accessId"))
    principal_id, group_id = (str(fields.get(name)).lower() for name in ("principalId", "groupId"))
    if action not in _ACTIONS or access not in _ACCESS:
        raise GraphError(
            400, "InvalidAction", f"The action '{action}' is not supported for this application."
        )
    if objects.find(call.db, call.tid, group_id, "group") is None:
        raise GraphError(404, "ResourceNotFound", "The resource is not found.")
    if objects.find(call.db, call.tid, principal_id, "user", "group") is None:
        raise GraphError(404, "SubjectNotFound", "The subject is not found.")
    held = [
        each
        for each in objects.owned(call.db, call.tid, GROUP_KIND, principal_id)
        if each.key == group_id and each.doc["accessId"] == access
    ]
    if action == "adminAssign":
        if held:
            raise GraphError(400, "RoleAssignmentExists", "The Role assignment already exists.")
        doc = group_schedule(principal_id, group_id, access, call.stamp)
        made = f"{group_id}_{access}_{uuid.uuid4()}"
        objects.insert(call.db, call.tid, GROUP_KIND, made, doc, key=group_id, owner=principal_id)
    elif not held:
        raise GraphError(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
    for each in held:
        objects.destroy(call.db, call.tid, each.id)
    body = {
        "id": str(uuid.uuid4()),
        "status": _ACTIONS[action],
        "createdDateTime": call.stamp,
        "action": action,
    }
    context = call.context("identityGovernance/privilegedAccess/group/eligibilityScheduleRequests/$entity")
    shown = {"principalId": principal_id, "groupId": group_id, "accessId": access}
    return Answer(201, {"@odata.context": context, **body, **shown})


def group_schedule(principal_id: str, group_id: str, access: str, stamp: str) -> dict[str, Any]:
    """The document of an eligibility for a group."""
    return {
        "principalId": principal_id,
        "groupId": group_id,
        "accessId": access,
        "createdDateTime": stamp,
        "status": "Provisioned",
        "memberType": "direct",
    }


def table() -> Table:
    schedules = "/roleManagement/directory/roleEligibilitySchedules"
    groups = "/identityGovernance/privilegedAccess/group"
    return [
        ("GET", schedules, _list),
        ("GET", f"{schedules}/{{}}", _read),
        ("POST", "/roleManagement/directory/roleEligibilityScheduleRequests", _request),
        ("GET", f"{groups}/eligibilitySchedules", _list_groups),
        ("POST", f"{groups}/eligibilityScheduleRequests", _request_group),
    ]
