"""okta:user/getUser:getUser."""

from __future__ import annotations

from typing import Any

from leaver.providers.base.errors import ProviderError
from leaver.providers.okta import profile
from leaver.providers.okta.api import Api, ApiError, segment
from leaver.providers.okta.profile import Values

_EMPTY_SETS = ("adminRoles", "roles", "groupMemberships")


def get_user(api: Api, arguments: Values) -> Values:
    """One user by `userId` or by `searches`, with roles and groups unless `skipRoles`, `skipGroups`.

    Raises ApiError, or ProviderError when nobody matches.
    """
    user = _find(api, arguments)
    found = profile.from_wire(user)
    found.pop("rawStatus")
    found["types"] = [found.pop("type")] if "type" in found else []
    result: Values = dict.fromkeys((*profile.BASE, *profile.TIMES), "") | {"realmId": ""}
    result |= {key: [] for key in _EMPTY_SETS} | {key: value for key, value in arguments.items() if value}
    result |= found | {"id": user["id"]}
    path = f"users/{segment(user['id'])}"
    if not arguments.get("skipRoles"):
        result["adminRoles"] = _admin_roles(api, path)
        with api.step("failed to set user's roles: failed to get roles"):
            result["roles"] = sorted(str(role.get("type")) for role in api.ask("GET", f"{path}/roles"))
    if not arguments.get("skipGroups"):
        with api.step("failed to set user's groups: failed to list user groups"):
            result["groupMemberships"] = sorted(
                str(group["id"]) for page in api.pages(f"{path}/groups") for group in page
            )
    return result


def _find(api: Api, arguments: Values) -> dict[str, Any]:
    if arguments.get("userId"):
        with api.step("failed to get user"):
            user: dict[str, Any] = api.ask("GET", f"users/{segment(arguments['userId'])}")
            return user
    if not arguments.get("searches"):
        raise ProviderError("okta: getUser: neither userId nor searches is given. Give one of them.")
    search = _criteria(arguments)
    with api.step("failed to list users"):
        users: list[dict[str, Any]] = api.ask("GET", "users", {"limit": "1", "search": search})
    if not users:
        raise ProviderError(f"no users found using search criteria: {search}")
    return users[0]


def _criteria(arguments: Values) -> str:
    joined = f" {arguments.get('compoundSearchOperator') or 'and'} "
    return joined.join(_clause(search) for search in arguments["searches"])


def _clause(search: dict[str, Any]) -> str:
    if search.get("expression"):
        return str(search["expression"])
    clause = f"{search.get('name')} {search.get('comparison') or 'eq'}"
    return f'{clause} "{search["value"]}"' if search.get("value") else clause


def _admin_roles(api: Api, path: str) -> list[str]:
    """Roles given to the user directly; a credential that may not see them gets none."""
    try:
        roles = api.ask("GET", f"{path}/roles")
    except ApiError as error:
        if error.status != 403:
            raise
        return []
    direct = [role for role in roles if role.get("assignmentType") == "USER" and role.get("type") != "CUSTOM"]
    return sorted(str(role["type"]) for role in direct)
