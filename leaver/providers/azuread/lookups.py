"""The functions getUser and getClientConfig."""

from __future__ import annotations

from leaver.providers.azuread.graph import Graph
from leaver.providers.azuread.user import graph_name
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.resource import Call
from leaver.providers.base.values import Bag

_KEYS = {
    "userPrincipalName": "userPrincipalName",
    "mail": "mail",
    "mailNickname": "mailNickname",
    "employeeId": "employeeId",
}
_BOOLS = ("accountEnabled", "showInAddressList", "onpremisesSyncEnabled")
_LISTS = ("businessPhones", "imAddresses", "otherMails", "proxyAddresses")
_TEXTS = (
    "ageGroup",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "creationType",
    "department",
    "displayName",
    "employeeHireDate",
    "employeeId",
    "employeeType",
    "externalUserState",
    "faxNumber",
    "givenName",
    "jobTitle",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onpremisesDistinguishedName",
    "onpremisesDomainName",
    "onpremisesImmutableId",
    "onpremisesSamAccountName",
    "onpremisesSecurityIdentifier",
    "onpremisesUserPrincipalName",
    "postalCode",
    "preferredLanguage",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
)
_SELECT = ",".join(
    sorted([graph_name(name) for name in (*_TEXTS, *_BOOLS, *_LISTS)] + ["id", "employeeOrgData"])
)


def get_user(call: Call, arguments: Bag) -> Bag:
    """One user by object ID, user principal name, mail, mail nickname or employee ID."""
    graph: Graph = call.session
    object_id = arguments.get("objectId")
    if object_id:
        found = graph.find(call, f"v1.0/users/{object_id}", f'Retrieving user with object ID "{object_id}"')
        if found is None:
            raise ProviderError(f'User not found with object ID: "{object_id}"')
    else:
        found = _by_filter(call, arguments)
        object_id = found["id"]
    path = f"v1.0/users/{object_id}"
    user = graph.get(call, path, f"Retrieving additional fields for user {object_id}", {"$select": _SELECT})
    manager = graph.find(call, f"{path}/manager", f"Could not retrieve manager for user {object_id}")
    values: Bag = {name: user.get(graph_name(name)) or "" for name in _TEXTS}
    values |= {name: bool(user.get(graph_name(name))) for name in _BOOLS}
    values |= {name: user.get(name) or [] for name in _LISTS}
    organisation = user.get("employeeOrgData")
    organisation = organisation if isinstance(organisation, dict) else {}
    values["costCenter"] = organisation.get("costCenter") or ""
    values["division"] = organisation.get("division") or ""
    values["managerId"] = (manager or {}).get("id") or ""
    values["objectId"] = user.get("id") or object_id
    values["id"] = f"/users/{values['objectId']}"
    return values


def get_client_config(call: Call, _arguments: Bag) -> Bag:
    """Who the provider is signed in as; no request."""
    graph: Graph = call.session
    return {
        "clientId": graph.client_id,
        "objectId": graph.object_id,
        "tenantId": graph.tenant,
        "id": f"{graph.tenant}-{graph.client_id}-{graph.object_id}",
    }


def _by_filter(call: Call, arguments: Bag) -> Bag:
    graph: Graph = call.session
    for name, theirs in _KEYS.items():
        wanted = arguments.get(name)
        if not wanted:
            continue
        quoted = str(wanted).replace("'", "''")
        found = graph.list(
            call,
            "v1.0/users",
            f"Finding user with {theirs} {wanted!r}",
            {"$filter": f"{theirs} eq '{quoted}'"},
        )
        if len(found) > 1:
            raise ProviderError(f'More than one user found with {theirs}: "{wanted}"')
        if not found:
            raise ProviderError(f'User with {theirs} "{wanted}" was not found')
        return found[0]
    names = ", ".join(["objectId", *_KEYS])
    raise ProviderError(f"getUser: one of {names} must be specified")
