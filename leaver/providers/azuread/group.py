"""azuread:index/group:Group and GroupWithoutMembers, all in Graph's beta."""

from __future__ import annotations

import functools
import uuid

from leaver.providers.azuread.graph import Graph, invalid_property_values, not_found, still_there
from leaver.providers.azuread.group_fields import EXTRAS, FIELDS, hides_members, rules
from leaver.providers.azuread.group_people import add, converge, first_owners, known, listed, named, texts
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.planning import is_empty
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag, has_unknown

_TYPE = {"@odata.type": "#microsoft.graph.group"}
_TEXTS = {
    "description": "description",
    "displayName": "displayName",
    "mail": "mail",
    "mailNickname": "mailNickname",
    "objectId": "id",
    "onpremisesDomainName": "onPremisesDomainName",
    "onpremisesNetbiosName": "onPremisesNetBiosName",
    "onpremisesSamAccountName": "onPremisesSamAccountName",
    "onpremisesSecurityIdentifier": "onPremisesSecurityIdentifier",
    "preferredLanguage": "preferredLanguage",
    "theme": "theme",
    "visibility": "visibility",
}


def create(call: Call, planned: Bag, *, with_members: bool) -> tuple[str, Bag]:
    """POST, a temporary name and the real one, five looks, the members one by one, read."""
    graph: Graph = call.session
    name = str(planned["displayName"])
    if not is_empty(planned.get("administrativeUnitIds")):
        raise ProviderError("administrativeUnitIds: the stand-in does not create groups in such units")
    if planned.get("preventDuplicateNames"):
        _refuse_duplicate(call, name, own_id=None)
    owners, more_owners = first_owners(call, planned)
    body: Bag = {
        **_TYPE,
        "description": planned.get("description") or None,
        "displayName": name,
        "groupTypes": planned.get("types") or [],
        "isAssignableToRole": bool(planned.get("assignableToRole")),
        "mailEnabled": bool(planned.get("mailEnabled")),
        "mailNickname": known(planned, "mailNickname") or str(uuid.uuid4())[:10],
        "owners@odata.bind": [graph.reference("beta", owner) for owner in owners],
        "resourceBehaviorOptions": planned.get("behaviors") or [],
        "resourceProvisioningOptions": planned.get("provisioningOptions") or [],
        "securityEnabled": bool(planned.get("securityEnabled")),
        **_membership_rule(planned),
        **{key: planned[key] for key in ("theme", "visibility") if known(planned, key)},
    }
    if planned.get("writebackEnabled"):
        body["writebackConfiguration"] = _writeback(planned)
    answer = graph.send(
        call, "POST", "beta/groups", f'Creating group "{name}"', body, also_retry=invalid_property_values
    )
    object_id = str(answer.get("id") or "")
    if not object_id:
        raise ProviderError(f'Creating group "{name}": unable to obtain group object ID')
    resource_id, what, path = f"/groups/{object_id}", named(object_id), f"beta/groups/{object_id}"
    # The real plugin forgets that members are still to come: a failed POST leaves all of them in the state.
    call.created(resource_id, {key: None if has_unknown(value) else value for key, value in planned.items()})
    for shown in (f"TERRAFORM_UPDATE_{uuid.uuid4()}", name):
        patch: Bag = {**_TYPE, "displayName": shown}
        graph.send(call, "PATCH", path, f"Failed to patch {what} after creating", patch, also_retry=not_found)
    graph.wait(
        call,
        f"Waiting for update of `display_name` for {what}",
        lambda: (graph.find(call, path, f"Retrieving {what}") or {}).get("displayName") == name,
    )
    _set_extras(call, object_id, planned)
    add(call, object_id, "owners", more_owners)
    if with_members:
        add(call, object_id, "members", texts(known(planned, "members")))
    values = read(call, resource_id, planned, with_members=with_members)
    return resource_id, still_there(values, f"Retrieving {what}")


def read(call: Call, resource_id: str, olds: Bag, *, with_members: bool) -> Bag | None:
    """The group, its owners, all its members, and the administrative units it is in."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what, path = named(object_id), f"beta/groups/{object_id}"
    group = graph.find(call, path, f"Retrieving {what}")
    if group is None:
        return None
    values: Bag = {name: group.get(theirs) or "" for name, theirs in _TEXTS.items()}
    types = texts(group.get("groupTypes"))
    values["types"] = types or None
    values["behaviors"] = group.get("resourceBehaviorOptions") or None
    values["provisioningOptions"] = group.get("resourceProvisioningOptions") or None
    values["proxyAddresses"] = group.get("proxyAddresses") or []
    values["assignableToRole"] = bool(group.get("isAssignableToRole"))
    values["mailEnabled"] = bool(group.get("mailEnabled"))
    values["securityEnabled"] = bool(group.get("securityEnabled"))
    values["onpremisesSyncEnabled"] = bool(group.get("onPremisesSyncEnabled"))
    writeback = group.get("writebackConfiguration")
    writeback = writeback if isinstance(writeback, dict) else {}
    values["writebackEnabled"] = bool(writeback.get("isEnabled"))
    values["onpremisesGroupType"] = writeback.get("onPremisesGroupType") or ""
    rule = group.get("membershipRule")
    values["dynamicMembership"] = (
        {"enabled": group.get("membershipRuleProcessingState") != "Paused", "rule": rule} if rule else None
    )
    extras: Bag = {}
    if "Unified" in types:
        select = ",".join(sorted(EXTRAS.values()))
        extras = graph.get(call, path, f"Could not retrieve {what}", {"$select": select})
    values |= {name: bool(extras.get(theirs)) for name, theirs in EXTRAS.items()}
    values["owners"] = listed(call, object_id, "owners")
    if with_members:
        values["members"] = listed(call, object_id, "members")
    parents = graph.list(
        call, f"{path}/memberOf", f"Could not retrieve administrative units for group with {what}"
    )
    units = [
        entry["id"] for entry in parents if entry.get("@odata.type") == "#microsoft.graph.administrativeUnit"
    ]
    values["administrativeUnitIds"] = units or None
    values["preventDuplicateNames"] = bool(olds.get("preventDuplicateNames"))
    return values


def update(call: Call, resource_id: str, olds: Bag, planned: Bag, *, with_members: bool) -> Bag:
    """PATCH, then the members and owners against those that the directory has now, then a read."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what = named(object_id)
    with graph.group_lock(object_id):
        if planned.get("preventDuplicateNames"):
            _refuse_duplicate(call, str(planned["displayName"]), own_id=object_id)
        body: Bag = {
            **_TYPE,
            "description": planned.get("description") or None,
            "displayName": planned["displayName"],
            "mailEnabled": bool(planned.get("mailEnabled")),
            "securityEnabled": bool(planned.get("securityEnabled")),
            **_membership_rule(planned),
        }
        if planned.get("theme"):
            body["theme"] = planned["theme"]
        if _changed("visibility", olds, planned):
            body["visibility"] = planned.get("visibility") or ""
        if any(_changed(name, olds, planned) for name in ("writebackEnabled", "onpremisesGroupType")):
            body["writebackConfiguration"] = _writeback(planned)
        graph.send(call, "PATCH", f"beta/groups/{object_id}", f"Updating {what}", body)
        _set_extras(call, object_id, {name: planned[name] for name in _differing(olds, planned)})
        if with_members and _changed("members", olds, planned):
            converge(call, object_id, "members", texts(planned.get("members")), removals_first=True)
        if _changed("owners", olds, planned) and not is_empty(planned.get("owners")):
            converge(call, object_id, "owners", texts(planned.get("owners")), removals_first=False)
        values = read(call, resource_id, planned, with_members=with_members)
    return still_there(values, f"Retrieving {what}")


def delete(call: Call, resource_id: str, _olds: Bag) -> None:
    """GET (a missing group is an error), DELETE, five looks that find nothing."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what, path = named(object_id), f"beta/groups/{object_id}"
    if graph.find(call, path, f"Retrieving {what}") is None:
        raise ProviderError(f"Retrieving {what}: group was not found")
    graph.send(call, "DELETE", path, f"Deleting {what}")
    graph.wait(
        call,
        f"Waiting for deletion of {what}",
        lambda: graph.find(call, path, f"Retrieving {what}") is None,
    )


def import_id(given: str) -> str | None:
    """`/groups/{id}` or `groups/{id}`; anything else names no group, and no request is made."""
    kind, _, object_id = given.removeprefix("/").partition("/")
    return given if kind == "groups" and object_id and "/" not in object_id else None


def _set_extras(call: Call, object_id: str, planned: Bag) -> None:
    graph: Graph = call.session
    for name, theirs in EXTRAS.items():
        wanted = known(planned, name)
        if wanted is None:
            continue
        what = f"Failed to set `{name}` for {named(object_id)}"
        path = f"beta/groups/{object_id}"
        graph.send(call, "PATCH", path, what, {**_TYPE, theirs: wanted})
        select = {"$select": ",".join(sorted(EXTRAS.values()))}
        shown = functools.partial(_shows, call, path, what, select, theirs, wanted)
        graph.wait(call, f"Waiting for update of `{name}` for {named(object_id)}", shown)


def _shows(call: Call, path: str, what: str, select: dict[str, str], name: str, wanted: object) -> bool:
    graph: Graph = call.session
    return bool(graph.get(call, path, what, select).get(name)) == wanted


def _refuse_duplicate(call: Call, name: str, own_id: str | None) -> None:
    graph: Graph = call.session
    quoted = name.replace("'", "''")
    found = graph.list(
        call,
        "beta/groups",
        "Could not check for existing group(s)",
        {"$filter": f"displayName eq '{quoted}'"},
    )
    for group in found:
        if group.get("displayName") == name and group.get("id") != own_id:
            raise ProviderError(
                f'existing azuread_group with name "{name}" (object ID "{group.get("id")}") was found '
                "and `prevent_duplicate_names` is set: import it, or choose another name"
            )


def _membership_rule(planned: Bag) -> Bag:
    block = planned.get("dynamicMembership")
    if not isinstance(block, dict):
        return {"membershipRule": None}
    state = "On" if block.get("enabled") else "Paused"
    return {"membershipRule": block.get("rule"), "membershipRuleProcessingState": state}


def _writeback(planned: Bag) -> Bag:
    configuration: Bag = {"isEnabled": bool(planned.get("writebackEnabled"))}
    if known(planned, "onpremisesGroupType"):
        configuration["onPremisesGroupType"] = planned["onpremisesGroupType"]
    return configuration


def _differing(olds: Bag, planned: Bag) -> list[str]:
    unified = "Unified" in texts(planned.get("types"))
    return [name for name in EXTRAS if unified and bool(olds.get(name)) != bool(planned.get(name))]


def _changed(name: str, olds: Bag, planned: Bag) -> bool:
    old, new = olds.get(name), planned.get(name)
    return old != new and not (is_empty(old) and is_empty(new))


def _type(token: str, *, with_members: bool) -> ResourceType:
    fields = [item for item in FIELDS if with_members or item.name != "members"]
    if not with_members:
        fields = [
            Field("dynamicMembership", "object") if item.name == "dynamicMembership" else item
            for item in fields
        ]
    return ResourceType(
        token=token,
        fields=tuple(sorted(fields, key=lambda item: item.name)),
        create=functools.partial(create, with_members=with_members),
        read=functools.partial(read, with_members=with_members),
        update=functools.partial(update, with_members=with_members),
        delete=delete,
        import_id=import_id,
        check=rules,
        replace_when=hides_members,
        timeouts={"create": 30 * MINUTE, "read": 5 * MINUTE, "update": 30 * MINUTE, "delete": 5 * MINUTE},
        schema_version=1,
    )


GROUP = _type("azuread:index/group:Group", with_members=True)
GROUP_WITHOUT_MEMBERS = _type("azuread:index/groupWithoutMembers:GroupWithoutMembers", with_members=False)
