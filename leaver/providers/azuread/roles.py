"""azuread:index/directoryRole:DirectoryRole and DirectoryRoleAssignment, in Graph v1.0."""

from __future__ import annotations

from collections.abc import Iterable

from leaver.providers.azuread import checks
from leaver.providers.azuread.graph import Graph, still_there
from leaver.providers.base.errors import Failure, ProviderError
from leaver.providers.base.planning import is_empty
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag, has_unknown

_ASSIGNMENTS = "v1.0/roleManagement/directory/roleAssignments"
_TIMEOUTS = dict.fromkeys(("create", "read", "delete"), 5 * MINUTE)


def create_role(call: Call, planned: Bag) -> tuple[str, Bag]:
    """Find the template, activate its role where nobody has yet, read the role."""
    graph: Graph = call.session
    template = _template(call, planned)
    found = graph.list(
        call,
        "v1.0/directoryRoles",
        f'retrieving directory role with template ID "{template}"',
        {"$filter": f"roleTemplateId eq '{template}'"},
    )
    if found:
        role = found[0]
    else:
        role = graph.send(
            call,
            "POST",
            "v1.0/directoryRoles",
            f'activating directory role for template ID "{template}"',
            {"@odata.type": "#microsoft.graph.directoryRole", "roleTemplateId": template},
        )
    if not role.get("id"):
        raise ProviderError(f'retrieving directory role for template ID "{template}": ID was nil (API error)')
    resource_id = f"/directoryRoles/{role['id']}"
    values = read_role(call, resource_id, {})
    return resource_id, still_there(values, f"retrieving {resource_id}")


def read_role(call: Call, resource_id: str, _olds: Bag) -> Bag | None:
    """One GET."""
    graph: Graph = call.session
    role = graph.find(call, f"v1.0{resource_id}", f"retrieving {resource_id}")
    if role is None:
        return None
    return {
        "description": role.get("description") or "",
        "displayName": role.get("displayName") or "",
        "objectId": role.get("id") or "",
        "templateId": role.get("roleTemplateId") or "",
    }


def delete_role(_call: Call, _resource_id: str, _olds: Bag) -> None:
    """Nothing: an activated role cannot be taken back."""


def create_assignment(call: Call, planned: Bag) -> tuple[str, Bag]:
    """POST, three looks, read. Without a scope the whole directory is meant."""
    graph: Graph = call.session
    role, principal = str(planned["roleId"]), str(planned["principalObjectId"])
    body: Bag = {
        "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        "principalId": principal,
        "roleDefinitionId": role,
    }
    for name in ("appScopeId", "directoryScopeId"):
        if not is_empty(planned.get(name)) and not has_unknown(planned.get(name)):
            body[name] = planned[name]
    if "appScopeId" not in body:
        body.setdefault("directoryScopeId", "/")
    what = f'Assigning directory role "{role}" to directory principal "{principal}"'
    answer = graph.send(call, "POST", _ASSIGNMENTS, what, body)
    if not answer.get("id"):
        raise ProviderError("API Error: returned role assignment ID was nil")
    resource_id = f"/roleManagement/directory/roleAssignments/{answer['id']}"
    call.created(resource_id, {key: None if has_unknown(item) else item for key, item in planned.items()})
    graph.wait(
        call,
        f'Waiting for role assignment for "{principal}" to reflect in directory role "{role}"',
        lambda: graph.find(call, f"v1.0{resource_id}", f"retrieving {resource_id}") is not None,
        times=3,
    )
    values = read_assignment(call, resource_id, {})
    return resource_id, still_there(values, f"retrieving {resource_id}")


def read_assignment(call: Call, resource_id: str, _olds: Bag) -> Bag | None:
    """One GET."""
    graph: Graph = call.session
    found = graph.find(call, f"v1.0{resource_id}", f"Retrieving {resource_id}")
    if found is None:
        return None
    return {
        "appScopeId": found.get("appScopeId") or "",
        "directoryScopeId": found.get("directoryScopeId") or "",
        "principalObjectId": found.get("principalId") or "",
        "roleId": found.get("roleDefinitionId") or "",
    }


def delete_assignment(call: Call, resource_id: str, _olds: Bag) -> None:
    """One DELETE; a missing assignment is an error."""
    graph: Graph = call.session
    graph.send(call, "DELETE", f"v1.0{resource_id}", f"Deleting {resource_id}")


def _template(call: Call, planned: Bag) -> str:
    graph: Graph = call.session
    name, template = planned.get("displayName"), planned.get("templateId")
    if isinstance(name, str) and name:
        what = "listing directory role templates"
        for entry in graph.list(call, "v1.0/directoryRoleTemplates", what):
            if str(entry.get("displayName")).lower() == name.lower():
                return str(entry["id"])
        raise ProviderError("no directory role template found")
    found = graph.find(
        call,
        f"v1.0/directoryRoleTemplates/{template}",
        f'retrieving directory role template with object ID "{template}"',
    )
    if found is None:
        raise ProviderError(f'no directory role template with object ID "{template}" was found')
    return str(found["id"])


def _one_of_two(inputs: Bag) -> Iterable[Failure]:
    given = [name for name in ("displayName", "templateId") if name in inputs]
    if len(given) != 1:
        names = "`display_name,template_id`"
        reason = f"one of {names} must be specified" if not given else f"only one of {names} can be specified"
        yield Failure("displayName", f'Invalid combination of arguments. "display_name": {reason}')


DIRECTORY_ROLE = ResourceType(
    token="azuread:index/directoryRole:DirectoryRole",  # noqa: S106 - a resource type's name
    fields=(
        Field("description", input=False),
        Field("displayName", computed=True, replace=True, check=checks.not_empty("display_name")),
        Field("objectId", input=False),
        Field("templateId", computed=True, replace=True, check=checks.uuid("template_id")),
    ),
    create=create_role,
    read=read_role,
    delete=delete_role,
    import_id=lambda given: given if given.startswith("/directoryRoles/") else None,
    check=_one_of_two,
    timeouts=_TIMEOUTS,
    schema_version=1,
)
DIRECTORY_ROLE_ASSIGNMENT = ResourceType(
    token="azuread:index/directoryRoleAssignment:DirectoryRoleAssignment",  # noqa: S106 - a type's name
    fields=(
        Field("appScopeId", computed=True, replace=True, conflicts=("directoryScopeId",)),
        Field("directoryScopeId", computed=True, replace=True, conflicts=("appScopeId",)),
        Field("principalObjectId", required=True, replace=True, check=checks.uuid("principal_object_id")),
        Field("roleId", required=True, replace=True, check=checks.uuid("role_id")),
    ),
    create=create_assignment,
    read=read_assignment,
    delete=delete_assignment,
    import_id=lambda given: given if given.startswith("/roleManagement/directory/roleAssignments/") else None,
    timeouts=_TIMEOUTS,
    schema_version=1,
)
