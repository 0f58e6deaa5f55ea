"""What the sandbox's directories hold before Leaver comes: groups that exist, accounts that no record names."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.server import Registration

if TYPE_CHECKING:
    from leaver.model import Client
    from leaver.source import Estate

OUTSIDERS = (("reception.desk", "Reception Desk"), ("backup.service", "Backup Service"))
"""Accounts of every directory that no record names: local part of the username, display name."""
UNMANAGED_MOBILE = "+1 555 0100"
"""The mobile number of accounts to adopt; no record names it, so no run may touch it."""


def registrations(estate: Estate) -> list[Registration]:
    """The directories of the sandbox's clients, each with the domains of its usernames."""
    return [
        Registration(
            client=client.key,
            directory=name,
            kind=settings.kind,
            tenant=settings.tenant if settings.kind == "entra" else settings.org,
            domains=_domains(client, name),
            was=client.settings.was,
        )
        for client in estate.clients.values()
        if client.settings.sandbox
        for name, settings in client.settings.directories.items()
    ]


def _domains(client: Client, directory: str) -> tuple[str, ...]:
    usernames = [
        client.username(key, directory) for key in client.people if directory in client.accounts(key)
    ]
    stated = client.settings.directories[directory].domain
    found = {username.rpartition("@")[2].lower() for username in usernames if username}
    return tuple(dict.fromkeys(([stated] if stated else []) + sorted(found)))


def prepare(endpoint: Endpoint, estate: Estate, wanted: Iterable[Registration]) -> None:
    """Fill the directories with what was there before Leaver; changes nothing that is there already.

    Raises DirectoryError when the sandbox refuses something.
    """
    for registration in wanted:
        credential = endpoint.credentials(registration.client)[registration.directory]
        with endpoint.open_http() as http:
            directory = _Entra(http, credential) if registration.kind == "entra" else _Okta(http, credential)
            _fill(directory, estate.clients[registration.client], registration)


def _fill(directory: _Directory, client: Client, registration: Registration) -> None:
    domain = registration.domains[0] if registration.domains else f"{client.key}.example"
    outsiders = [directory.account(f"{local}@{domain}", name) for local, name in OUTSIDERS]
    for key, group in sorted(client.groups.items()):
        if group.directory == registration.directory and group.existing:
            made = directory.new_group(group.name, group.description or f"{key}, made by hand")
            # Whom an apply has taken out since stays out.
            for outsider in outsiders if group.mode.value == "additive" else outsiders[:1]:
                if made is not None:
                    directory.join(made, outsider)
    for key, person in sorted(client.people.items()):
        username = client.username(key, registration.directory)
        if person.adopt and username and registration.directory in client.accounts(key):
            directory.account(username, client.display_name(key))


class _Directory(Protocol):
    """The few calls that fill a directory; what is there already stays as it is."""

    def account(self, username: str, name: str) -> str: ...
    def new_group(self, name: str, description: str) -> str | None: ...
    def join(self, group: str, account: str) -> None: ...


def answer_of(response: httpx.Response) -> Any:
    """The JSON of a good answer. Raises DirectoryError for any other."""
    if response.status_code not in (200, 201, 204):
        call = f"{response.request.method} {response.request.url.path}"
        raise DirectoryError(f"sandbox: {call}: answered {response.status_code} ({response.text[:300]}).")
    return response.json() if response.content else None


def entra_token(http: httpx.Client, credential: dict[str, str]) -> str:
    """An access token of a sandbox's tenant for its application. Raises DirectoryError."""
    token = http.post(
        f"/{credential['tenant']}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": credential["client_id"],
            "client_secret": credential["client_secret"],
            "scope": f"{str(http.base_url).rstrip('/')}/.default",
        },
    )
    return str(answer_of(token)["access_token"])


class _Entra:
    """A sandbox's tenant, through Microsoft Graph (v1.0)."""

    def __init__(self, http: httpx.Client, credential: dict[str, str]) -> None:
        self._http = http
        http.headers["Authorization"] = f"Bearer {entra_token(http, credential)}"

    def _find(self, collection: str, attribute: str, value: str) -> str | None:
        quoted = value.replace("'", "''")
        asked = {"$filter": f"{attribute} eq '{quoted}'", "$select": "id"}
        found = answer_of(self._http.get(f"/v1.0/{collection}", params=asked))["value"]
        return str(found[0]["id"]) if found else None

    def account(self, username: str, name: str) -> str:
        found = self._find("users", "userPrincipalName", username)
        if found is not None:
            return found
        body = {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": username.partition("@")[0],
            "userPrincipalName": username,
            "mobilePhone": UNMANAGED_MOBILE,
            "passwordProfile": {"password": f"{secrets.token_urlsafe(20)}aA1!"},
        }
        return str(answer_of(self._http.post("/v1.0/users", json=body))["id"])

    def new_group(self, name: str, description: str) -> str | None:
        if self._find("groups", "displayName", name) is not None:
            return None
        body = {
            "displayName": name,
            "description": description,
            "mailEnabled": False,
            "mailNickname": "".join(each for each in name if each.isalnum()),
            "securityEnabled": True,
        }
        return str(answer_of(self._http.post("/v1.0/groups", json=body))["id"])

    def join(self, group: str, account: str) -> None:
        link = {"@odata.id": f"{self._http.base_url}v1.0/directoryObjects/{account}"}
        answer_of(self._http.post(f"/v1.0/groups/{group}/members/$ref", json=link))


class _Okta:
    """A sandbox's organisation, through the Okta API."""

    def __init__(self, http: httpx.Client, credential: dict[str, str]) -> None:
        self._http = http
        http.headers["Authorization"] = f"SSWS {credential['api_token']}"

    def account(self, username: str, name: str) -> str:
        found = self._http.get(f"/api/v1/users/{username}")
        if found.status_code == 200:
            return str(found.json()["id"])
        given, _, family = name.partition(" ")
        profile = {
            "login": username,
            "email": username,
            "firstName": given,
            "lastName": family or given,
            "mobilePhone": UNMANAGED_MOBILE,
        }
        body = {
            "profile": profile,
            "credentials": {"password": {"value": f"{secrets.token_urlsafe(20)}aA1!"}},
        }
        return str(answer_of(self._http.post("/api/v1/users", params={"activate": "true"}, json=body))["id"])

    def new_group(self, name: str, description: str) -> str | None:
        for found in answer_of(self._http.get("/api/v1/groups", params={"q": name})):
            if found["profile"]["name"] == name:
                return None
        body = {"profile": {"name": name, "description": description}}
        return str(answer_of(self._http.post("/api/v1/groups", json=body))["id"])

    def join(self, group: str, account: str) -> None:
        answer_of(self._http.put(f"/api/v1/groups/{group}/users/{account}"))
