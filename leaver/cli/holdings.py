"""What an account of the sandbox holds, counted as its directory shows it: what a departure may leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx

from leaver.cli.seeding import answer_of, entra_token
from leaver.errors import DirectoryError

if TYPE_CHECKING:
    from leaver.sandbox.endpoint import Endpoint

_BY_WORD = "#microsoft.graph.passwordAuthenticationMethod"
_Rows = Callable[[str], list[dict[str, Any]]]


def held(endpoint: Endpoint, client: str, directory: str, username: str) -> dict[str, int]:
    """How many of each kind the account has now; kinds of which it has none are there with 0.

    What still opens or costs something is counted: a device that is disabled, or that Intune was told to retire, is
    not. Raises DirectoryError when there is no such account.
    """
    credential = endpoint.credentials(client)[directory]
    sessions = endpoint.admin("GET", "/sessions", client=client, directory=directory)["sessions"]
    own = [each for each in sessions if each["valid"] and each["username"] == username]
    with endpoint.open_http() as http:
        if "tenant" in credential:
            http.headers["Authorization"] = f"Bearer {entra_token(http, credential)}"
            return {"session": len(own), **_in_entra(_graph_rows(http), http, username)}
        http.headers["Authorization"] = f"SSWS {credential['api_token']}"
        kinds = [each["kind"] for each in own]
        ended = {"session": kinds.count("session"), "OAuth token": kinds.count("refresh_token")}
        return {**ended, **_in_okta(_okta_rows(http), http, username)}


def _in_entra(rows: _Rows, http: httpx.Client, username: str) -> dict[str, int]:
    id_ = answer_of(http.get(f"/v1.0/users/{username}", params={"$select": "id"}))["id"]
    user, mine = f"/v1.0/users/{id_}", f"?$filter=principalId eq '{id_}'"
    roles = "/v1.0/roleManagement/directory"
    eligible = "/v1.0/identityGovernance/privilegedAccess/group/eligibilitySchedules"
    return {
        "sign-in method": sum(
            each["@odata.type"] != _BY_WORD for each in rows(f"{user}/authentication/methods")
        ),
        "licence": len(rows(f"{user}/licenseDetails")),
        "consent": len(rows(f"{user}/oauth2PermissionGrants")),
        "group": len(rows(f"{user}/memberOf/microsoft.graph.group")),
        "role": sum(
            len(rows(path))
            for path in (
                f"{roles}/roleAssignments{mine}",
                f"{roles}/roleEligibilitySchedules{mine}",
                f"{eligible}{mine}",
            )
        ),
        "application": len(rows(f"{user}/appRoleAssignments")),
        "device": sum(bool(each["accountEnabled"]) for each in rows(f"{user}/ownedDevices")),
        "managed device": sum(
            each["managementState"] == "managed" for each in rows(f"{user}/managedDevices")
        ),
        "ownership": len(rows(f"{user}/ownedObjects")),
        "forwarding rule": sum(
            "forwardTo" in each["actions"] for each in rows(f"{user}/mailFolders/inbox/messageRules")
        ),
    }


def _in_okta(rows: _Rows, http: httpx.Client, username: str) -> dict[str, int]:
    id_ = answer_of(http.get(f"/api/v1/users/{username}"))["id"]
    user = f"/api/v1/users/{id_}"
    return {
        "factor": len(rows(f"{user}/factors")),
        "consent": len(rows(f"{user}/grants")),
        # Everybody is in Everyone, and nobody can leave it.
        "group": sum(each["type"] != "BUILT_IN" for each in rows(f"{user}/groups")),
        "role": len(rows(f"{user}/roles")),
        "application": len(rows(f"{user}/appLinks")),
        "device": sum(each["device"]["status"] == "ACTIVE" for each in rows(f"{user}/devices")),
        "API token": sum(each["userId"] == id_ for each in rows("/api/v1/api-tokens")),
    }


def _graph_rows(http: httpx.Client) -> _Rows:
    def rows(path: str) -> list[dict[str, Any]]:
        return list(_pages(path))

    def _pages(path: str) -> Iterator[dict[str, Any]]:
        url: str | None = path
        while url:
            page = answer_of(http.get(url))
            yield from page["value"]
            url = page.get("@odata.nextLink")

    return rows


def _okta_rows(http: httpx.Client) -> _Rows:
    def rows(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        url: str | None = path
        while url:
            answer = http.get(url)
            page = answer_of(answer)
            if not isinstance(page, list):
                raise DirectoryError(f"sandbox: {path}: no list.")
            found += page
            url = answer.links.get("next", {}).get("url")
        return found

    return rows
