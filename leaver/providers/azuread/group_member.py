"""azuread:index/groupMember:GroupMember, in Graph's beta, one group's memberships one after the other."""

from __future__ import annotations

from leaver.providers.azuread import checks
from leaver.providers.azuread.graph import Graph
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag


def create(call: Call, planned: Bag) -> tuple[str, Bag]:
    """The group, all its members (one of them already: an error), POST, one look."""
    graph: Graph = call.session
    group, member = str(planned["groupObjectId"]), str(planned["memberObjectId"])
    resource_id = f"{group}/member/{member}"
    what, path = f'Group (Group: "{group}")', f"beta/groups/{group}"
    with graph.group_lock(group):
        if graph.find(call, path, f"Retrieving {what}") is None:
            raise ProviderError(f"{what} was not found")
        members = graph.list(call, f"{path}/members", f"Listing existing members for {what}")
        if any(str(entry.get("id")).lower() == member.lower() for entry in members):
            raise ProviderError(
                f'A resource with the ID "{resource_id}" already exists - to be managed via Terraform this '
                "resource needs to be imported into the State. Please see the resource documentation for "
                '"azuread_group_member" for more information.'
            )
        reference: Bag = {"@odata.id": graph.reference("beta", member)}
        graph.send(call, "POST", f"{path}/members/$ref", f"Adding member {member} to {what}", reference)
        graph.wait(
            call,
            f"Waiting for creation of member {member} of {what}",
            lambda: _is_member(call, group, member),
            times=1,
        )
    return resource_id, {"groupObjectId": group, "memberObjectId": member}


def read(call: Call, resource_id: str, _olds: Bag) -> Bag | None:
    """One filtered list; no such member, or no such group: gone."""
    group, member = _parts(resource_id)
    if not _is_member(call, group, member):
        return None
    return {"groupObjectId": group, "memberObjectId": member}


def delete(call: Call, resource_id: str, _olds: Bag) -> None:
    """DELETE, then five lists without the member; removing who is not a member is an error."""
    graph: Graph = call.session
    group, member = _parts(resource_id)
    what = f'member {member} of Group (Group: "{group}")'
    with graph.group_lock(group):
        graph.send(call, "DELETE", f"beta/groups/{group}/members/{member}/$ref", f"Removing {what}")
        graph.wait(call, f"Waiting for removal of {what}", lambda: not _is_member(call, group, member))


def import_id(given: str) -> str | None:
    """`{group}/member/{member}`; anything else names no membership, and no request is made."""
    parts = given.split("/")
    fits = len(parts) == 3 and parts[1] == "member" and checks.is_uuid(parts[0]) and checks.is_uuid(parts[2])
    return given if fits else None


def _parts(resource_id: str) -> tuple[str, str]:
    group, _, member = resource_id.partition("/member/")
    return group, member


def _is_member(call: Call, group: str, member: str) -> bool:
    graph: Graph = call.session
    what = f'Retrieving member "{member}" for group with object ID: "{group}"'
    page = graph.find(call, f"beta/groups/{group}/members", what, {"$filter": f"id eq '{member}'"})
    values = (page or {}).get("value")
    return isinstance(values, list) and any(entry.get("id") == member for entry in values)


GROUP_MEMBER = ResourceType(
    token="azuread:index/groupMember:GroupMember",  # noqa: S106 - a resource type's name
    fields=(
        Field("groupObjectId", required=True, replace=True, check=checks.uuid("group_object_id")),
        Field("memberObjectId", required=True, replace=True, check=checks.uuid("member_object_id")),
    ),
    create=create,
    read=read,
    delete=delete,
    import_id=import_id,
    timeouts=dict.fromkeys(("create", "read", "delete"), 5 * MINUTE),
)
