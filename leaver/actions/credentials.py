"""How to sign in to one client's one directory.

A client of the sandbox signs in with what the running sandbox wrote for it; a real one with the variables of
its own name. Nothing here looks at a file or a variable of another client.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leaver.actions.errors import CredentialsMissing, SandboxNotRunning
from leaver.actions.secret import Secret
from leaver.model import Client, EntraSettings, OktaSettings
from leaver.model.variables import prefix

MICROSOFT_LOGIN = "https://login.microsoftonline.com"
MICROSOFT_GRAPH = "https://graph.microsoft.com"
OKTA_DOMAINS = ("okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil")
"""Where Okta serves organisations. A token is sent nowhere else, whatever client.yaml says."""
OKTA_SCOPES = ("okta.users.manage", "okta.groups.manage")
VARIABLES = (
    "CLIENT_ID",
    "CLIENT_SECRET",
    "OIDC_TOKEN",
    "OIDC_TOKEN_FILE",
    "API_TOKEN",
    "PRIVATE_KEY",
    "PRIVATE_KEY_FILE",
    "PRIVATE_KEY_ID",
    "SCOPES",
)
"""What the names of a directory's variables end with; `prefix` is what they begin with."""
START_SANDBOX = "Start it: leaver sandbox start."


@dataclass(frozen=True, slots=True)
class EntraCredentials:
    """An application of an Entra tenant. One of the last three, before `metadata_host`, is set.

    `login` and `graph` are base URLs without a trailing slash. `metadata_host` (host:port) is the sandbox's.
    `oidc_token_file` is read again for each new access token: federated tokens live for minutes.
    """

    tenant: str
    client_id: str
    login: str = MICROSOFT_LOGIN
    graph: str = MICROSOFT_GRAPH
    client_secret: Secret | None = None
    oidc_token: Secret | None = None
    oidc_token_file: Path | None = None
    metadata_host: str | None = None

    def provider_config(self) -> dict[str, Any]:
        """The arguments of `pulumi_azuread.Provider`, its secrets as `Secret`."""
        config: dict[str, Any] = {
            "tenant_id": self.tenant,
            "client_id": self.client_id,
            "use_cli": False,
            "use_msi": False,
        }
        if self.metadata_host:
            config["metadata_host"] = self.metadata_host
        if self.client_secret:
            config["client_secret"] = self.client_secret
        else:
            config["use_oidc"] = True
        if self.oidc_token:
            config["oidc_token"] = self.oidc_token
        if self.oidc_token_file:
            config["oidc_token_file_path"] = str(self.oidc_token_file)
        return config

    def secrets(self) -> tuple[Secret, ...]:
        return tuple(each for each in (self.client_secret, self.oidc_token) if each)


@dataclass(frozen=True, slots=True)
class OktaCredentials:
    """An API token, or a service application with a private key (private_key_jwt), of an Okta organisation.

    `address` is the organisation's base URL without a trailing slash; `http_proxy` is the sandbox's. `scopes` are
    what a sign-in must have, `extra` what it asks for besides and does without where it was not granted.
    """

    org: str
    base_url: str
    address: str
    api_token: Secret | None = None
    client_id: str | None = None
    private_key: Secret | None = None
    private_key_id: str | None = None
    scopes: tuple[str, ...] = OKTA_SCOPES
    extra: tuple[str, ...] = ()
    http_proxy: str | None = None

    def provider_config(self) -> dict[str, Any]:
        """The arguments of `pulumi_okta.Provider`, its secrets as `Secret`.

        `min_wait_seconds`: without it the provider waits 30 s before its first retry.
        """
        config: dict[str, Any] = {
            "org_name": self.org,
            "base_url": self.base_url,
            "min_wait_seconds": 1,
        }
        if self.http_proxy:
            config["http_proxy"] = self.http_proxy
        if self.api_token:
            return config | {"api_token": self.api_token}
        config |= {"client_id": self.client_id, "private_key": self.private_key, "scopes": list(self.scopes)}
        return config | ({"private_key_id": self.private_key_id} if self.private_key_id else {})

    def secrets(self) -> tuple[Secret, ...]:
        return tuple(each for each in (self.api_token, self.private_key) if each)


Credentials = EntraCredentials | OktaCredentials


def credentials(
    client: str,
    directory: str,
    settings: EntraSettings | OktaSettings,
    *,
    sandbox: bool,
    environ: Mapping[str, str],
    home: Path,
    extra_scopes: Iterable[str] = (),
) -> Credentials:
    """The credentials of one client's one directory; `home` is Leaver's folder of run-time files.

    `extra_scopes` are Okta's, for what a runbook does; they are left out where the variable SCOPES says which.
    Raises CredentialsMissing, naming every variable that would do, or SandboxNotRunning.
    """
    place = f"{client}/{directory}"
    if sandbox:
        return _sandbox(place, client, directory, settings, home / "sandbox")
    stated = _Variables(place, prefix(client, directory), environ)
    if isinstance(settings, EntraSettings):
        return stated.entra(settings)
    return stated.okta(settings, tuple(extra_scopes))


def client_credentials(client: Client, environ: Mapping[str, str], home: Path) -> dict[str, Credentials]:
    """The credentials of every directory of the client, by its key. Raises what `credentials` raises."""
    return {
        name: credentials(
            client.key, name, settings, sandbox=client.settings.sandbox, environ=environ, home=home
        )
        for name, settings in client.settings.directories.items()
    }


@dataclass(frozen=True)
class _Variables:
    place: str
    prefix: str
    environ: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.environ.get(self.prefix + name, "").strip() or None

    def secret(self, name: str) -> Secret | None:
        found = self.get(name)
        return Secret(found) if found else None

    def missing(self, *ways: str) -> CredentialsMissing:
        named = ", or ".join(" and ".join(self.prefix + name for name in way.split("+")) for way in ways)
        return CredentialsMissing(f"{self.place}: credentials: none are set. Set {named}.")

    def entra(self, settings: EntraSettings) -> EntraCredentials:
        client_id = self.get("CLIENT_ID")
        secret, token, file = (
            self.secret("CLIENT_SECRET"),
            self.secret("OIDC_TOKEN"),
            self.get("OIDC_TOKEN_FILE"),
        )
        if not client_id or not (secret or token or file):
            raise self.missing("CLIENT_ID+CLIENT_SECRET", "CLIENT_ID+OIDC_TOKEN", "CLIENT_ID+OIDC_TOKEN_FILE")
        return EntraCredentials(
            tenant=settings.tenant,
            client_id=client_id,
            client_secret=secret,
            oidc_token=None if secret else token,
            oidc_token_file=None if secret or token or not file else Path(file),
        )

    def okta(self, settings: OktaSettings, extra: tuple[str, ...]) -> OktaCredentials:
        if settings.base_url not in OKTA_DOMAINS:
            raise CredentialsMissing(
                f'{self.place}: base url: "{settings.base_url}" is not a domain of Okta, and no token is sent '
                f"there. Write one of {', '.join(OKTA_DOMAINS)}."
            )
        token, client_id, key = self.secret("API_TOKEN"), self.get("CLIENT_ID"), self._private_key()
        if not token and not (client_id and key):
            raise self.missing("API_TOKEN", "CLIENT_ID+PRIVATE_KEY", "CLIENT_ID+PRIVATE_KEY_FILE")
        scopes = tuple((self.get("SCOPES") or "").replace(",", " ").split())
        return OktaCredentials(
            org=settings.org,
            base_url=settings.base_url,
            address=f"https://{settings.org}.{settings.base_url}",
            api_token=token,
            client_id=None if token else client_id,
            private_key=None if token else key,
            private_key_id=None if token else self.get("PRIVATE_KEY_ID"),
            scopes=scopes or OKTA_SCOPES,
            extra=() if scopes or token else extra,
        )

    def _private_key(self) -> Secret | None:
        if stated := self.secret("PRIVATE_KEY"):
            return stated
        file = self.get("PRIVATE_KEY_FILE")
        if not file:
            return None
        try:
            return Secret(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text file"
            raise CredentialsMissing(
                f"{self.place}: {self.prefix}PRIVATE_KEY_FILE: {file} cannot be read ({reason}). "
                "Name a readable file with the key in PEM."
            ) from None


def _sandbox(
    place: str, client: str, directory: str, settings: EntraSettings | OktaSettings, folder: Path
) -> Credentials:
    running = _read(folder / "sandbox.json")
    if running is None or not _alive(running.get("pid")):
        raise SandboxNotRunning(f"{place}: the sandbox is not running. {START_SANDBOX}")
    http, https = str(running.get("http")), str(running.get("https"))
    for address in (http, https):
        if urlsplit(address).hostname not in ("127.0.0.1", "::1", "localhost"):
            raise SandboxNotRunning(
                f"{place}: the sandbox's address {address} is not on this machine. "
                f"Stop it, and start it again: leaver sandbox start."
            )
    entry = (_read(folder / "credentials" / f"{client}.json") or {}).get(directory)
    identity = settings.tenant if isinstance(settings, EntraSettings) else settings.org
    if not isinstance(entry, dict) or entry.get("tenant", entry.get("org")) != identity:
        raise CredentialsMissing(
            f"{place}: the running sandbox knows no {settings.kind} directory {identity}. "
            "Register it: leaver sandbox start."
        )
    if isinstance(settings, EntraSettings):
        return EntraCredentials(
            tenant=settings.tenant,
            client_id=str(entry["client_id"]),
            login=http,
            graph=http,
            client_secret=Secret(str(entry["client_secret"])),
            metadata_host=urlsplit(https).netloc,
        )
    return OktaCredentials(
        org=settings.org,
        base_url=settings.base_url,
        address=http,
        api_token=Secret(str(entry["api_token"])),
        http_proxy=http,
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
