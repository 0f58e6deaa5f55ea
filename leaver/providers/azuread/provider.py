"""The plugin: its configuration and all it serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from leaver.providers.azuread import lookups
from leaver.providers.azuread.apps import APP_ROLE_ASSIGNMENT
from leaver.providers.azuread.graph import POLICY, Graph
from leaver.providers.azuread.group import GROUP, GROUP_WITHOUT_MEMBERS
from leaver.providers.azuread.group_member import GROUP_MEMBER
from leaver.providers.azuread.roles import DIRECTORY_ROLE, DIRECTORY_ROLE_ASSIGNMENT
from leaver.providers.azuread.user import USER
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.http import Http, ca_bundle, require_loopback
from leaver.providers.base.resource import Call, Field, PluginProvider
from leaver.providers.base.values import Bag

NAME = "azuread"
VERSION = "6.11.1"
_CONNECT_SECONDS = 300.0
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

CONFIG = (
    Field("adoPipelineServiceConnectionId"),
    Field("clientCertificate"),
    Field("clientCertificatePassword", secret=True),
    Field("clientCertificatePath"),
    Field("clientId", secret=True),
    Field("clientIdFilePath"),
    Field("clientSecret", secret=True),
    Field("clientSecretFilePath"),
    Field("disableTerraformPartnerId", "bool"),
    Field("environment"),
    Field("metadataHost"),
    Field("msiEndpoint"),
    Field("oidcRequestToken"),
    Field("oidcRequestUrl"),
    Field("oidcToken"),
    Field("oidcTokenFilePath"),
    Field("partnerId"),
    Field("tenantId"),
    Field("useAksWorkloadIdentity", "bool"),
    Field("useCli", "bool"),
    Field("useMsi", "bool"),
    Field("useOidc", "bool"),
)
_ENVIRONMENT = {
    "clientId": "ARM_CLIENT_ID",
    "clientSecret": "ARM_CLIENT_SECRET",
    "metadataHost": "ARM_METADATA_HOSTNAME",
    "oidcToken": "ARM_OIDC_TOKEN",
    "oidcTokenFilePath": "ARM_OIDC_TOKEN_FILE_PATH",
    "tenantId": "ARM_TENANT_ID",
}


def provider() -> PluginProvider:
    """The description that the launcher serves."""
    kinds = (
        USER,
        GROUP,
        GROUP_WITHOUT_MEMBERS,
        GROUP_MEMBER,
        DIRECTORY_ROLE,
        DIRECTORY_ROLE_ASSIGNMENT,
        APP_ROLE_ASSIGNMENT,
    )
    return PluginProvider(
        name=NAME,
        version=VERSION,
        config=CONFIG,
        configure=_configure,
        resources={kind.token: kind for kind in kinds},
        invokes={
            "azuread:index/getUser:getUser": lookups.get_user,
            "azuread:index/getClientConfig:getClientConfig": lookups.get_client_config,
        },
    )


def _configure(config: Bag, cancelled: threading.Event) -> Graph:
    ca = ca_bundle(os.environ, Path.cwd())
    host, _, _ = settings(config, os.environ)
    require_loopback(host, NAME, VERSION)
    return connect(config, cancelled, os.environ, Http(NAME, VERSION, POLICY, ca=ca))


def connect(config: Bag, cancelled: threading.Event, environ: Mapping[str, str], http: Http) -> Graph:
    """A session for `config`. Raises ProviderError when it is incomplete, refused or not on loopback."""
    host, tenant, credentials = settings(config, environ)
    require_loopback(host, NAME, VERSION)
    graph = Graph(http, host, tenant, credentials)
    deadline = http.now() + _CONNECT_SECONDS
    graph.connect(Call(None, _CONNECT_SECONDS, deadline, cancelled))
    return graph


def settings(config: Bag, environ: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
    """Metadata host, tenant and the token request's credentials, from config, else the ARM_ variables."""

    def value(name: str) -> str:
        return str(config.get(name) or environ.get(_ENVIRONMENT.get(name, ""), "") or "")

    host, tenant = value("metadataHost"), value("tenantId")
    if not host:
        raise ProviderError(
            "azuread: config metadataHost: not set. Leaver's stand-in plugin knows the sandbox only: give its "
            "https address as HOST:PORT, or install the real plugin: "
            f"pulumi plugin install resource {NAME} {VERSION}"
        )
    client_id = _text(config, "clientId", value)
    secret = _text(config, "clientSecret", value)
    token = _oidc_token(value) if config.get("useOidc") else ""
    missing = [
        name
        for name, given in (("tenantId", tenant), ("clientId", client_id), ("clientSecret", secret or token))
        if not given
    ]
    if missing:
        raise ProviderError(
            f"azuread: config {', '.join(missing)}: not set. unable to build authorizer for Microsoft Graph "
            "API: no Authorizer could be configured; the stand-in signs in with clientSecret or oidcToken only"
        )
    credentials = {"client_id": client_id}
    if secret:
        credentials["client_secret"] = secret
    else:
        credentials |= {"client_assertion": token, "client_assertion_type": _ASSERTION}
    return host, tenant, credentials


def _text(config: Bag, name: str, value: Callable[[str], str]) -> str:
    path = config.get(f"{name}FilePath")
    return value(name) or (_file(str(path)) if path else "")


def _oidc_token(value: Callable[[str], str]) -> str:
    path = value("oidcTokenFilePath")
    return value("oidcToken") or (_file(path) if path else "")


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ProviderError(f"azuread: {path}: cannot be read: {fault.strerror}") from fault
