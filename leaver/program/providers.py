"""The provider of each directory: an explicit resource, so that no ambient credential is ever picked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_azuread as azuread

from leaver.actions import Credentials, Secret
from leaver.model import Client, EntraSettings

RUNBOOK = "runbook"
"""The logical name of Leaver's own provider begins with it; the directory's key follows after a slash."""


def okta() -> Any:
    """pulumi_okta, imported when a client has an Okta directory: that takes a third of a second."""
    import pulumi_okta

    return pulumi_okta


def providers(client: Client, credentials: Mapping[str, Credentials]) -> dict[str, pulumi.ProviderResource]:
    """One provider per directory of the client; secrets are secrets in the state too."""
    made: dict[str, pulumi.ProviderResource] = {}
    for name, settings in client.settings.directories.items():
        arguments = {key: _input(value) for key, value in credentials[name].provider_config().items()}
        if settings.kind == "entra":
            made[name] = azuread.Provider(name, **arguments)
        else:
            made[name] = okta().Provider(name, **arguments)
    return made


def runbook_provider(client: Client, directory: str) -> pulumi.ProviderResource:
    """Leaver's own provider for one directory. It signs in by the environment: its configuration has no secret."""
    settings = client.settings.directories[directory]
    arguments: dict[str, Any] = {
        "client": client.key,
        "directory": directory,
        "kind": settings.kind,
        "domain": settings.domain,
        "sandbox": client.settings.sandbox or None,
    }
    if isinstance(settings, EntraSettings):
        arguments["tenant"] = settings.tenant
    else:
        arguments |= {"org": settings.org, "baseUrl": settings.base_url}
    given = {key: value for key, value in arguments.items() if value is not None}
    return pulumi.ProviderResource("leaver", f"{RUNBOOK}/{directory}", given)


def _input(value: Any) -> Any:
    if isinstance(value, Secret):
        return pulumi.Output.secret(value.reveal())
    return value
