"""azuread:index/appRoleAssignment:AppRoleAssignment, in Graph v1.0."""

from __future__ import annotations

from leaver.providers.azuread import checks
from leaver.providers.azuread.graph import Graph, not_found, still_there
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag


def create(call: Call, planned: Bag) -> tuple[str, Bag]:
    """The app's service principal, POST, read."""
    graph: Graph = call.session
    resource = str(planned["resourceObjectId"])
    path = f"v1.0/servicePrincipals/{resource}"
    if graph.find(call, path, f"Could not retrieve service principal for resource {resource}") is None:
        raise ProviderError(f'Service principal not found for resource (Object ID: "{resource}")')
    answer = graph.send(
        call,
        "POST",
        f"{path}/appRoleAssignedTo",
        "Could not create app role assignment",
        {
            "@odata.type": "#microsoft.graph.appRoleAssignment",
            "appRoleId": planned["appRoleId"],
            "principalId": planned["principalObjectId"],
            "resourceId": resource,
        },
        also_retry=not_found,
    )
    for name in ("id", "resourceId"):
        if not answer.get(name):
            raise ProviderError(f"Bad API response: {name} returned for app role assignment is nil")
    resource_id = f"/servicePrincipals/{answer['resourceId']}/appRoleAssignedTo/{answer['id']}"
    values = read(call, resource_id, {})
    return resource_id, still_there(values, f"retrieving {resource_id}")


def read(call: Call, resource_id: str, _olds: Bag) -> Bag | None:
    """One GET."""
    graph: Graph = call.session
    found = graph.find(call, f"v1.0{resource_id}", f"retrieving {resource_id}")
    if found is None:
        return None
    return {
        "appRoleId": found.get("appRoleId") or "",
        "principalDisplayName": found.get("principalDisplayName") or "",
        "principalObjectId": found.get("principalId") or "",
        "principalType": found.get("principalType") or "",
        "resourceDisplayName": found.get("resourceDisplayName") or "",
        "resourceObjectId": found.get("resourceId") or "",
    }


def delete(call: Call, resource_id: str, _olds: Bag) -> None:
    """One DELETE; a missing assignment is an error."""
    graph: Graph = call.session
    graph.send(call, "DELETE", f"v1.0{resource_id}", f"Deleting {resource_id}")


def import_id(given: str) -> str | None:
    """`/servicePrincipals/{app}/appRoleAssignedTo/{id}`, or nothing that exists."""
    parts = given.removeprefix("/").split("/")
    fits = len(parts) == 4 and parts[0] == "servicePrincipals" and parts[2] == "appRoleAssignedTo"
    return given if fits else None


APP_ROLE_ASSIGNMENT = ResourceType(
    token="azuread:index/appRoleAssignment:AppRoleAssignment",  # noqa: S106 - a resource type's name
    fields=(
        Field("appRoleId", required=True, replace=True, check=checks.uuid("app_role_id")),
        Field("principalDisplayName", input=False),
        Field("principalObjectId", required=True, replace=True, check=checks.uuid("principal_object_id")),
        Field("principalType", input=False),
        Field("resourceDisplayName", input=False),
        Field("resourceObjectId", required=True, replace=True, check=checks.uuid("resource_object_id")),
    ),
    create=create,
    read=read,
    delete=delete,
    import_id=import_id,
    timeouts=dict.fromkeys(("create", "read", "delete"), 5 * MINUTE),
    schema_version=1,
)
