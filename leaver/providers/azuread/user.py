"""azuread:index/user:User. Graph v1.0, but for showInAddressList, which only beta can set."""

from __future__ import annotations

from typing import cast

from leaver.providers.azuread.graph import Graph, invalid_property_values, not_found, still_there
from leaver.providers.azuread.user_fields import FIELDS, PLAIN_TEXTS, rules
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.planning import is_empty
from leaver.providers.base.resource import MINUTE, Call, ResourceType
from leaver.providers.base.values import Bag, has_unknown

_FROM_FIRST_READ = (
    "aboutMe",
    "creationType",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "onpremisesDistinguishedName",
    "onpremisesDomainName",
    "onpremisesSamAccountName",
    "onpremisesSecurityIdentifier",
    "onpremisesUserPrincipalName",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "userType",
)
_FROM_SECOND_READ = (
    "ageGroup",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "department",
    "employeeHireDate",
    "employeeId",
    "employeeType",
    "externalUserState",
    "faxNumber",
    "mailNickname",
    "onpremisesImmutableId",
    "postalCode",
    "state",
    "streetAddress",
    "usageLocation",
)
_SECOND_READ = (
    "accountEnabled,ageGroup,city,companyName,consentProvidedForMinor,country,department,employeeHireDate,"
    "employeeId,employeeOrgData,employeeType,faxNumber,mailNickname,onPremisesImmutableId,otherMails,"
    "passwordPolicies,postalCode,state,streetAddress,usageLocation"
)
_TYPE = {"@odata.type": "#microsoft.graph.user"}


def graph_name(name: str) -> str:
    """Graph's name of a property of ours: `onpremisesDomainName` is `onPremisesDomainName`."""
    return name.replace("onpremises", "onPremises", 1).replace("Netbios", "NetBios")


def create(call: Call, planned: Bag) -> tuple[str, Bag]:
    """POST, showInAddressList, the manager, five looks, read."""
    graph: Graph = call.session
    upn = str(planned["userPrincipalName"])
    if is_empty(planned.get("password")) or has_unknown(planned.get("password")):
        raise ProviderError("Could not create user: `password` is required when creating a new user")
    body = _body(planned)
    body["mail"] = planned.get("mail") if isinstance(planned.get("mail"), str) else None
    body["mailNickname"] = _known(planned, "mailNickname") or upn.partition("@")[0]
    body["passwordProfile"] = _password_profile(planned)
    for name in ("businessPhones", "onpremisesImmutableId", "employeeHireDate"):
        if _known(planned, name):
            body[graph_name(name)] = planned[name]
    answer = graph.send(
        call, "POST", "v1.0/users", f'Creating user "{upn}"', body, also_retry=invalid_property_values
    )
    object_id = answer.get("id")
    if not object_id:
        raise ProviderError("Bad API Response: API returned user with nil object ID")
    resource_id = f"/users/{object_id}"
    what = f'User (User: "{object_id}")'
    call.created(resource_id, {name: _settled(value) for name, value in planned.items()})
    _show_in_address_list(call, str(object_id), planned, retry=True)
    if not is_empty(planned.get("managerId")):
        _set_manager(call, str(object_id), str(planned["managerId"]))
    graph.wait(
        call,
        f"Waiting for creation of {what}",
        lambda: graph.find(call, f"v1.0/users/{object_id}", f"Retrieving {what}") is not None,
    )
    values = read(call, resource_id, planned)
    return resource_id, still_there(values, f"Retrieving {what}")


def read(call: Call, resource_id: str, olds: Bag) -> Bag | None:
    """Four GETs; what Graph never tells (the password) stays as the state has it."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what = f'User (User: "{object_id}")'
    first = graph.find(call, f"v1.0/users/{object_id}", f"Retrieving {what}")
    if first is None:
        return None
    more = f"Retrieving additional fields for {what}"
    second = graph.get(call, f"v1.0/users/{object_id}", more, {"$select": _SECOND_READ})
    beta = graph.get(call, f"beta/users/{object_id}", more, {"$select": "showInAddressList"})
    manager = graph.find(call, f"v1.0/users/{object_id}/manager", f"Could not retrieve manager for {what}")
    values: Bag = {name: first.get(graph_name(name)) or "" for name in _FROM_FIRST_READ}
    values |= {name: second.get(graph_name(name)) or "" for name in _FROM_SECOND_READ}
    organisation = second.get("employeeOrgData")
    for name in ("costCenter", "division"):
        if isinstance(organisation, dict):
            values[name] = organisation.get(name) or ""
        else:
            values[name] = _known(olds, name) or ""
    policies = {
        policy.strip().lower() for policy in str(second.get("passwordPolicies") or "").split(",") if policy
    }
    values["disableStrongPassword"] = "disablestrongpassword" in policies
    values["disablePasswordExpiration"] = "disablepasswordexpiration" in policies
    values["accountEnabled"] = bool(second.get("accountEnabled"))
    values["showInAddressList"] = bool(beta.get("showInAddressList"))
    values["onpremisesSyncEnabled"] = bool(first.get("onPremisesSyncEnabled"))
    for name in ("businessPhones", "imAddresses", "proxyAddresses"):
        values[name] = first.get(name) or []
    mails = second.get("otherMails") or []
    values["otherMails"] = mails or ([] if olds.get("otherMails") == [] else None)
    values["managerId"] = (manager or {}).get("id") or ""
    values["objectId"] = first.get("id") or object_id
    values["password"] = olds.get("password")
    values["forcePasswordChange"] = olds.get("forcePasswordChange")
    return values


def update(call: Call, resource_id: str, olds: Bag, planned: Bag) -> Bag:
    """One PATCH with everything, whatever changed; then the list, the manager, and a read."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what = f'User (User: "{object_id}")'
    body = _body(planned)
    if _changed("password", olds, planned) and not is_empty(planned.get("password")):
        body["passwordProfile"] = _password_profile(planned)
    if _changed("businessPhones", olds, planned):
        body["businessPhones"] = planned.get("businessPhones") or []
    if _changed("mail", olds, planned) and not is_empty(planned.get("mail")):
        body["mail"] = planned["mail"]
    for name in ("onpremisesImmutableId", "showInAddressList", "employeeHireDate"):
        if _changed(name, olds, planned):
            # False goes out as null here: the real plugin sends no zero values in this body.
            body[graph_name(name)] = planned.get(name) or None
    graph.send(call, "PATCH", f"v1.0/users/{object_id}", f"Could not update {what}", body)
    call.created(resource_id, planned)
    if _changed("showInAddressList", olds, planned):
        _show_in_address_list(call, object_id, planned, retry=False)
    if _changed("managerId", olds, planned):
        if is_empty(planned.get("managerId")):
            graph.send(
                call,
                "DELETE",
                f"v1.0/users/{object_id}/manager/$ref",
                f"Could not remove manager for {what}",
            )
        else:
            _set_manager(call, object_id, str(planned["managerId"]))
    values = read(call, resource_id, planned)
    return still_there(values, f"Retrieving {what}")


def delete(call: Call, resource_id: str, _olds: Bag) -> None:
    """DELETE, then five looks that find nothing; deleting what is already gone is an error."""
    graph: Graph = call.session
    object_id = resource_id.rpartition("/")[2]
    what = f'User (User: "{object_id}")'
    graph.send(call, "DELETE", f"v1.0/users/{object_id}", f"Deleting {what}")
    graph.wait(
        call,
        f"Waiting for deletion of {what}",
        lambda: graph.find(call, f"v1.0/users/{object_id}", f"Retrieving {what}") is None,
    )


def import_id(given: str) -> str | None:
    """`/users/{id}` or `users/{id}`; anything else names no user, and no request is made."""
    kind, _, object_id = given.removeprefix("/").partition("/")
    return given if kind == "users" and object_id and "/" not in object_id else None


def _body(planned: Bag) -> Bag:
    body: Bag = {**_TYPE, **{name: planned.get(name) or None for name in PLAIN_TEXTS}}
    body["accountEnabled"] = bool(planned.get("accountEnabled"))
    body["employeeOrgData"] = {
        "costCenter": planned.get("costCenter") or None,
        "division": planned.get("division") or None,
    }
    body["otherMails"] = planned.get("otherMails") or []
    policies = (
        ("DisablePasswordExpiration", planned.get("disablePasswordExpiration")),
        ("DisableStrongPassword", planned.get("disableStrongPassword")),
    )
    body["passwordPolicies"] = ", ".join(name for name, wanted in policies if wanted) or None
    return body


def _password_profile(planned: Bag) -> Bag:
    return {
        "forceChangePasswordNextSignIn": bool(planned.get("forcePasswordChange")),
        "password": planned["password"],
    }


def _show_in_address_list(call: Call, object_id: str, planned: Bag, *, retry: bool) -> None:
    graph: Graph = call.session
    graph.send(
        call,
        "PATCH",
        f"beta/users/{object_id}",
        f'Setting `showInAddressList` for User (User: "{object_id}")',
        {**_TYPE, "showInAddressList": bool(planned.get("showInAddressList"))},
        also_retry=not_found if retry else None,
    )


def _set_manager(call: Call, object_id: str, manager: str) -> None:
    graph: Graph = call.session
    graph.send(
        call,
        "PUT",
        f"v1.0/users/{object_id}/manager/$ref",
        f'Could not assign manager for User (User: "{object_id}")',
        {"@odata.id": graph.reference("v1.0", manager)},
    )


def _known(bag: Bag, name: str) -> object:
    value = bag.get(name)
    return None if has_unknown(value) else value


def _settled(value: object) -> object:
    return None if has_unknown(value) else value


def _changed(name: str, olds: Bag, planned: Bag) -> bool:
    old, new = olds.get(name), planned.get(name)
    return old != new and not (is_empty(old) and is_empty(new))


USER = ResourceType(
    token="azuread:index/user:User",  # noqa: S106 - a resource type's name
    fields=FIELDS,
    create=create,
    read=read,
    update=update,
    delete=delete,
    import_id=import_id,
    check=rules,
    failed_update="old",
    timeouts=cast("dict[str, int]", dict.fromkeys(("create", "read", "update", "delete"), 5 * MINUTE)),
    schema_version=1,
)
